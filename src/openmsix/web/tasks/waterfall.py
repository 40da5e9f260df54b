"""What speaks for and against two records being one child, step by step, as bars. Pure."""

from dataclasses import dataclass

from openmsix.matching.compare import BY_NAME, MISSING
from openmsix.matching.scorer import LevelReached, Score

WORTH_A_BAR = 0.5
"""Bits; what weighs less is told with the others of its kind."""

WORTH_TELLING = 0.05
"""Bits; rests that weigh less are nothing."""

OTHERS = "the rest: what weighs little or is missing"

HALF = 100
"""The longest bar on either side, in the units of the drawing."""


@dataclass(frozen=True)
class Step:
    """One comparison, or some that weigh little. `words`: what is true of the two. `weight`: in bits, each of which doubles the odds; below 0 it speaks against one child.

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
    """What weighs anything, what says most first: each comparison, with its share of what some say together.

    Where comparisons say together more or less than each alone, that is shared evenly by those that compared anything. What weighs little is told as one
    step, with what was not compared.
    """
    weights = {level.comparison: level.weight for level in score.levels if _compares(level)}
    rest = sum(level.weight for level in score.levels if not _compares(level))
    for one in score.together:
        sharing = [name for name in one.comparisons if name in weights]
        for name in sharing:
            weights[name] += one.bits / len(sharing)
        rest += 0.0 if sharing else one.bits
    words = {level.comparison: level.words for level in score.levels}
    told = {name: weight for name, weight in weights.items() if abs(weight) >= WORTH_A_BAR}
    rest += sum(weight for name, weight in weights.items() if name not in told)
    most = max((abs(weight) for weight in told.values()), default=1.0)
    drawn = [
        _step(words[name], weight, most)
        for name, weight in sorted(told.items(), key=lambda one: -abs(one[1]))
    ]
    return [*drawn, _step(OTHERS, rest, most)] if abs(rest) >= WORTH_TELLING else drawn


def _compares(level: LevelReached) -> bool:
    return level.level != MISSING and BY_NAME[level.comparison].weighed


def _step(words: str, weight: float, most: float) -> Step:
    width = min(round(HALF * abs(weight) / most, 1), float(HALF))
    return Step(words[:1].upper() + words[1:], weight, HALF if weight > 0 else HALF - width, width)


def prior(score: Score) -> float:
    """What speaks against two records being one child before anything is compared: in bits, below 0."""
    told = sum(level.weight for level in score.levels) + sum(one.bits for one in score.together)
    return score.weight - told
