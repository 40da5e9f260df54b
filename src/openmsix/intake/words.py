"""The closed lists of words for a submission and what becomes of it. Pure."""

from collections.abc import Iterable
from enum import StrEnum
from itertools import groupby


class Word(StrEnum):
    """A word with its label for people."""

    label: str

    def __new__(cls, value: str, label: str) -> "Word":
        """One member: the stored value and its label."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        return word

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and label of each."""
        return [(word.value, word.label) for word in cls]


def as_runs(numbers: Iterable[int]) -> str:
    """Whole numbers in their order; of those that follow each other the first and the last: `2, 5-9`."""
    runs = groupby(enumerate(numbers), lambda place: place[1] - place[0])
    ends = [(run[0][1], run[-1][1]) for run in (list(each) for _, each in runs)]
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ends)


NAME_SHOWN = 200


def as_name(given: str) -> str:
    """The name of a file as it can be stored and shown: signs that move the cursor, turn the line or are no text are replaced."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in given[:NAME_SHOWN])


def counted(number: int, one: str, many: str) -> str:
    """A number with the word for that many."""
    return f"{number:,} {one if number == 1 else many}"


class Kind(Word):
    """Whether absence means something."""

    FULL = "full", "All students of the State"
    DELTA = "delta", "Only students that changed"


class Verdict(Word):
    """What was decided about one student of a submission."""

    ACCEPTED = "accepted", "Accepted"
    FINDINGS = "findings", "Accepted with findings"
    REJECTED = "rejected", "Rejected"


class Change(Word):
    """What the submission changed about one student."""

    NEW = "new", "New"
    CHANGED = "changed", "Changed"
    UNCHANGED = "unchanged", "Not changed"
    CLOSED = "closed", "Closed"
    REOPENED = "reopened", "Opened again"
    OLDER = "older", "Older than what is known: not used"
    NONE = "none", "Nothing"


class How(Word):
    """How a student came by the MSIX ID."""

    KEPT = "kept", "Kept: had it before"
    LINKED = "linked", "Linked to a child that is known"
    NEW = "new", "New"
    NEAR_MATCH = "near_match", "New; a near match waits for a person"
    SENT = "sent", "Taken over from the file"
    NONE = "none", "None"


class Closes(Word):
    """How a live student would be closed or emptied."""

    ABSENT = "absent", "Left out of the file"
    DELETED = "deleted", "To be deleted"
    EMPTIED = "emptied", "Sent without records that were there"


class Severity(Word):
    """What a finding leads to, the gravest first."""

    FILE_REJECTED = "file_rejected", "File rejected"
    STUDENT_REJECTED = "student_rejected", "Student rejected"
    VALUE_DROPPED = "value_dropped", "Value left out"
    WARNING = "warning", "Warning"
