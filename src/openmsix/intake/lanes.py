"""In which queue a submission waits, and when its turn comes.

Small submissions that tell of changes have a queue of their own, with a place at the worker that others never take: a few changed students are seen at
once, whatever else waits. Of the heaviest a worker takes one at a time, since each takes more than a gigabyte. Of the others, too, the small go first.
Within a queue the States take turns: the more of a State's submissions wait, the later comes its next one.
"""

from enum import StrEnum


class Lane(StrEnum):
    """A queue of the worker."""

    SMALL = "intake-small"
    LARGE = "intake-large"
    HEAVY = "intake-heavy"


NOT_HEAVY = (Lane.SMALL, Lane.LARGE)


SMALL_STUDENTS = 2_000
SMALL_BYTES = 16_000_000
SMALL_UNCOUNTED_BYTES = 1_000_000
"""What is small: so many students, by the headers of the parts, and so many bytes as received; fewer where a header does not tell the students."""

HEAVY_STUDENTS = 20_000
HEAVY_BYTES = 6_000_000
"""More than so many students are heavy; where a header does not tell them, more than so many bytes."""


def is_small(*, students: int | None, size: int) -> bool:
    """Whether a submission of so many students (None if its headers do not say) and bytes is small."""
    if students is None:
        return size <= SMALL_UNCOUNTED_BYTES
    return students <= SMALL_STUDENTS and size <= SMALL_BYTES


def lane_of(*, students: int | None, size: int, is_delta: bool) -> Lane:
    """The queue of a submission of so many students (None if its headers do not say) and bytes."""
    if is_delta and is_small(students=students, size=size):
        return Lane.SMALL
    heavy = size > HEAVY_BYTES if students is None else students > HEAVY_STUDENTS
    return Lane.HEAVY if heavy else Lane.LARGE


def lock_of(state_code: str, lane: Lane) -> str:
    """What only one job may have at a time: the submissions of a State in one queue are taken in one after the other."""
    return f"{lane} of {state_code}"


FIRST = 1_000


def priority_of(*, is_small: bool, waiting: int) -> int:
    """Greater goes first. `waiting`: how many submissions of the State wait in this queue already, or are at hand out of it."""
    return (FIRST if is_small else 0) - min(waiting, FIRST - 1)
