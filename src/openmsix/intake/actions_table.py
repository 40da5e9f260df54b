"""What an action does to a student in each standing. Pure.

The layout names the actions and not their meaning; that sending a student replaces its content as a whole, and that a wrong action is
accepted with a finding rather than refused, is inferred: a State that has lost track still gets its students in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

ACTIONS: Mapping[str, str] = MappingProxyType({"I": "insert", "U": "update", "D": "delete"})
STANDINGS: Mapping[str, str] = MappingProxyType(
    {
        "unknown": "the State never sent the student",
        "live": "the State sent the student, and it holds",
        "closed": "the student was deleted, or left out of a full submission",
    }
)


@dataclass(frozen=True)
class Outcome:
    """What happens, in words, and the name of the check that tells the State, if one does."""

    what: str
    finding: str = ""


OUTCOMES: Mapping[tuple[str, str], Outcome] = MappingProxyType(
    {
        ("I", "unknown"): Outcome("The student is new."),
        # Told of in a file of changes only: a full submission says what holds, and there I is right for everyone.
        ("I", "live"): Outcome("The content replaces what was known.", "insert_of_live_student"),
        ("I", "closed"): Outcome("The student is opened again and keeps its MSIX ID."),
        ("U", "unknown"): Outcome("The student is new.", "update_of_unknown_student"),
        ("U", "live"): Outcome("The content replaces what was known."),
        ("U", "closed"): Outcome(
            "The student is opened again and keeps its MSIX ID.", "update_of_closed_student"
        ),
        ("D", "unknown"): Outcome("Nothing.", "delete_of_unknown_student"),
        ("D", "live"): Outcome("The student is closed; its MSIX ID is kept for it."),
        ("D", "closed"): Outcome("Nothing.", "delete_of_closed_student"),
    }
)
