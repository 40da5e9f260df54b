"""Why a child was found."""

from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """A reason why a child was found. `typed` and `found` of a `Reason` are the two words or dates it is
    about.
    """

    NAME = "name as typed"
    NICKNAME = "nickname"
    JOINED = "name written apart or together"
    SOUND = "name sounds alike"
    BEGINNING = "name begins so"
    LETTER = "a letter differs"
    PARENT = "parent's name"
    MISSING = "nothing like the typed word"
    SURNAMES_SWAPPED = "surnames in the other order"
    BORN = "birth date"
    DAY_AND_MONTH = "day and month swapped"
    DIGIT = "a digit of the birth date differs"
    MONTH = "birth month"
    YEAR = "birth year"
    OTHER_YEAR = "birthday in another year"
    MSIX_ID = "MSIX ID"
    FORMER_ID = "former MSIX ID"
    STATE_ID = "State identifier"
    SCHOOL_NOW = "enrolled in the school now"
    SCHOOL_UNTIL = "enrolled in the school until a day"
    SCHOOL_BEFORE = "enrolled in the school before another one"


@dataclass(frozen=True)
class Reason:
    """One reason."""

    why: Why
    typed: str = ""
    found: str = ""
