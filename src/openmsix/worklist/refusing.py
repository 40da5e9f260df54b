"""Why something cannot be decided or passed on: each reason in one sentence, which commands say as it is and pages in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True)
class Refusal:
    """A reason, and what is filled into its sentence, which names no child."""

    why: StrEnum
    of: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.why.value % dict(self.of)


class Refused(ValueError):
    """Something cannot be asked or decided; the text says why, in plain words."""

    def __init__(self, why: StrEnum, **of: object) -> None:
        self.refusal = Refusal(why, of)
        super().__init__(str(self.refusal))


class Why(StrEnum):
    """Why a task is not passed on."""

    OVER = "This task was decided, withdrawn or passed on before. Nothing was changed by you."
    NOWHERE = (
        "Choose a place or a person of this State, of the level at which the task lies or of a lower one."
    )
    NO_REASON = "Say why in one line of at most %(most)s characters, without names of children."


class NotPassed(Refused):
    """This task is not passed on so; the text says why, in plain words. Nothing was changed."""
