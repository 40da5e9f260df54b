"""What speaks for and against two records being one child, step by step, as bars. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from openmsix.matching.compare import BY_NAME
from openmsix.matching.levels import MISSING
from openmsix.matching.scorer import LevelReached, Score

WORTH_A_BAR = 0.5
"""Bits; what weighs less is told with the others of its kind."""

WORTH_TELLING = 0.05
"""Bits; rests that weigh less are nothing."""

OTHERS = "the rest: what weighs little or is missing"

TOGETHER = "what these say together, more or less than each alone"

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

    Where comparisons say together more or less than each alone, that is shared evenly by those that compared anything. A share that would turn what a
    comparison says into its contrary ("the sex agrees: against") is told apart instead. What weighs little is told as one step, with what was not compared.
    """
    own = {level.comparison: level.weight for level in score.levels if _compares(level)}
    shares = _shares(score, own)
    turned = {name for name, share in shares.items() if own[name] * (own[name] + share) < 0}
    weights = {name: weight + (0.0 if name in turned else shares[name]) for name, weight in own.items()}
    told = {name: weight for name, weight in weights.items() if abs(weight) >= WORTH_A_BAR}
    words = {level.comparison: level.words for level in score.levels}
    named = [(words[name], weight) for name, weight in told.items()]
    together = sum(shares[name] for name in turned)
    if abs(together) >= WORTH_A_BAR:
        named.append((TOGETHER, together))
    rest = score.weight - prior(score) - sum(weight for _, weight in named)
    most = max((abs(weight) for _, weight in named), default=1.0)
    drawn = [_step(said, weight, most) for said, weight in sorted(named, key=lambda one: -abs(one[1]))]
    return [*drawn, _step(OTHERS, rest, most)] if abs(rest) >= WORTH_TELLING else drawn


def _shares(score: Score, compared: Collection[str]) -> dict[str, float]:
    """Of each comparison that compared anything, its share of what some say together."""
    shares = dict.fromkeys(compared, 0.0)
    for one in score.together:
        sharing = [name for name in one.comparisons if name in shares]
        for name in sharing:
            shares[name] += one.bits / len(sharing)
    return shares


def _compares(level: LevelReached) -> bool:
    return level.level != MISSING and BY_NAME[level.comparison].weighed


def _step(words: str, weight: float, most: float) -> Step:
    width = min(round(HALF * abs(weight) / most, 1), float(HALF))
    return Step(words[:1].upper() + words[1:], weight, HALF if weight > 0 else HALF - width, width)


def prior(score: Score) -> float:
    """What speaks against two records being one child before anything is compared: in bits, below 0."""
    told = sum(level.weight for level in score.levels) + sum(one.bits for one in score.together)
    return score.weight - told
