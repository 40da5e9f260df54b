"""What speaks for and against two records being one child, step by step, as bars. Pure."""

from dataclasses import dataclass

from openmsix.matching.scorer import Score

WORTH_A_BAR = 0.05
"""Bits; what weighs less says nothing."""

HALF = 100
"""The longest bar on either side, in the units of the drawing."""


@dataclass(frozen=True)
class Step:
    """One comparison. `words`: what is true of the two. `weight`: in bits, each of which doubles the odds; below 0 it speaks against one child.

    `x` and `width`: where its bar begins and how long it is, in a drawing of 2 * HALF with nothing in the middle.
    """

    words: str
    weight: float
    x: float
    width: float

    @property
    def is_for(self) -> bool:
        """Whether it speaks for one child."""
        return self.weight > 0


def steps(score: Score) -> list[Step]:
    """The comparisons that weigh anything, what says most first."""
    told = [level for level in score.levels if abs(level.weight) >= WORTH_A_BAR]
    most = max((abs(level.weight) for level in told), default=1.0)
    return [
        _step(level.words, level.weight, most) for level in sorted(told, key=lambda level: -abs(level.weight))
    ]


def _step(words: str, weight: float, most: float) -> Step:
    width = round(HALF * abs(weight) / most, 1)
    return Step(words[:1].upper() + words[1:], weight, HALF if weight > 0 else HALF - width, width)


def prior(score: Score) -> float:
    """What speaks against two records being one child before anything is compared: in bits, below 0."""
    return score.weight - sum(level.weight for level in score.levels)
