"""What a comparison is: a subject and the levels on which two records may agree about it."""

from dataclasses import dataclass

from openmsix.matching.conditions import Condition

MISSING = -1
"""The level of a comparison that has nothing to compare; its weight is 0."""


@dataclass(frozen=True)
class Level:
    """One way to agree.

    Attributes:
        name: unique within its comparison.
        words: what is true of the two records, as a clause.
        when: the condition; None for the last level, "none of these".
        rarity_of: the feature whose rarity adds to the weight: a shared rare name says more than a common one.
        example: two values that reach this level, for the docs.
    """

    name: str
    words: str
    when: Condition | None
    rarity_of: str | None = None
    example: str = ""


@dataclass(frozen=True)
class Comparison:
    """One subject of comparison.

    Attributes:
        name: the column of levels.
        subject: what is compared, as a noun.
        missing: when there is nothing to compare.
        levels: best first; the last has no condition.
        weighed: false when the levels only serve the vetoes and carry no weight.
        why: the reason for its shape.
    """

    name: str
    subject: str
    missing: Condition
    levels: tuple[Level, ...]
    weighed: bool = True
    why: str = ""

    def number(self, level: str) -> int:
        """The number of a level by its name; `missing` is -1."""
        if level == "missing":
            return MISSING
        names = [one.name for one in self.levels]
        return len(names) - 1 - names.index(level)

    def level(self, number: int) -> Level | None:
        """The level of a number; None for `MISSING`."""
        return None if number == MISSING else self.levels[len(self.levels) - 1 - number]
