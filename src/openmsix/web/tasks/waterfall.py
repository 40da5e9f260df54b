"""What speaks for and against two records being one child, step by step, as bars. Pure."""

from dataclasses import dataclass

from openmsix.matching.compare import BY_NAME
from openmsix.matching.reranker import Together
from openmsix.matching.scorer import Score

WORTH_A_BAR = 0.05
"""Bits; what weighs less says nothing."""

WORTH_A_BAR_TOGETHER = 0.7
"""Bits; combinations that say less are told as one."""

OTHERS = "other combinations, each of them small"

HALF = 100
"""The longest bar on either side, in the units of the drawing."""


@dataclass(frozen=True)
class Step:
    """One comparison, or some taken together. `words`: what is true of the two. `weight`: in bits, each of which doubles the odds; below 0 it speaks against one child.

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
    """What weighs anything, what says most first: each comparison, and comparisons taken together where that says more or less than each alone.

    What many combinations say a little each is told as one step.
    """
    single = {one.comparisons[0]: one.bits for one in score.together if len(one.comparisons) == 1}
    told = [(level.words, level.weight + single.get(level.comparison, 0.0)) for level in score.levels]
    pairs = [one for one in score.together if len(one.comparisons) > 1]
    told += [(_together(one), one.bits) for one in pairs if abs(one.bits) >= WORTH_A_BAR_TOGETHER]
    told.append((OTHERS, sum(one.bits for one in pairs if abs(one.bits) < WORTH_A_BAR_TOGETHER)))
    told = [(words, weight) for words, weight in told if abs(weight) >= WORTH_A_BAR]
    most = max((abs(weight) for _, weight in told), default=1.0)
    return [_step(words, weight, most) for words, weight in sorted(told, key=lambda one: -abs(one[1]))]


def _together(one: Together) -> str:
    return f"{' and '.join(BY_NAME[name].subject for name in one.comparisons)}, taken together"


def _step(words: str, weight: float, most: float) -> Step:
    width = round(HALF * abs(weight) / most, 1)
    return Step(words[:1].upper() + words[1:], weight, HALF if weight > 0 else HALF - width, width)


def prior(score: Score) -> float:
    """What speaks against two records being one child before anything is compared: in bits, below 0."""
    told = sum(level.weight for level in score.levels) + sum(one.bits for one in score.together)
    return score.weight - told
