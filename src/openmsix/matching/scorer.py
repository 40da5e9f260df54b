"""The Python engine: weighs pairs of prepared records with the model file that Splink uses, without its overhead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf, log2
from typing import Any

import polars as pl

from openmsix.matching.compare import BY_NAME, COMPARISONS, STATE_ID
from openmsix.matching.conditions import PYTHON_WORDS
from openmsix.matching.levels import MISSING, Comparison
from openmsix.matching.model import Model
from openmsix.matching.prepare import COLUMNS
from openmsix.matching.reranker import Together
from openmsix.matching.vetoes import VETOES

Record = Mapping[str, Any]

SCORED: Mapping[str, Any] = {
    "record_id_l": pl.Int64,
    "record_id_r": pl.Int64,
    "weight": pl.Float64,
    **{comparison.name: pl.Int8 for comparison in COMPARISONS},
    "vetoes": pl.List(pl.String),
}
"""The columns of scored pairs, from either engine: both records, weight in bits, a level each comparison, vetoes."""

_VETO_PARTS = tuple(
    (
        veto.name,
        inf if veto.outweighed_at is None else veto.outweighed_at,
        tuple(
            (name, {BY_NAME[name].number(level) for level in levels}) for name, levels in veto.levels.items()
        ),
    )
    for veto in VETOES
)


@dataclass(frozen=True)
class LevelReached:
    """The level that one comparison reached: its number, its words, its weight in bits with the rarity in it."""

    comparison: str
    level: int
    words: str
    weight: float


@dataclass(frozen=True)
class Score:
    """How much speaks for one child: the weight in bits (log2 of the odds), the levels behind it, what they say together, and the vetoes.

    The weight is the model's prior weight, those of the levels, and those of `together`.
    """

    weight: float
    levels: tuple[LevelReached, ...]
    vetoes: tuple[str, ...]
    together: tuple[Together, ...] = ()


def score(left: Record, right: Record, model: Model) -> Score:
    """Weigh one pair of prepared records."""
    engine = _engine(model)
    record = tuple(left[name] for name in COLUMNS)
    numbers = engine.levels(*record, *(right[name] for name in COLUMNS))
    rarities = dict(engine.rarities(record, numbers))
    reached = []
    for place, comparison in enumerate(COMPARISONS):
        level = comparison.level(numbers[place])
        words = level.words if level else f"{comparison.subject} is missing"
        weight = engine.weights[place][numbers[place]] + rarities.get(place, 0.0)
        reached.append(LevelReached(comparison.name, numbers[place], words, weight))
    by_name = dict(zip(BY_NAME, numbers, strict=True))
    weight = model.prior_weight + sum(level.weight for level in reached)
    together: tuple[Together, ...] = ()
    if model.reranker and weight >= model.weighed_from:
        together = model.reranker.together(by_name)
        weight = engine.reranked(weight, numbers)
    return Score(weight, tuple(reached), vetoes(by_name, weight), together)


def score_pairs(
    prepared: pl.DataFrame, pairs: pl.DataFrame, model: Model, *, least: float | None = None
) -> pl.DataFrame:
    """Weigh many pairs.

    Args:
        prepared: features of every record that occurs in `pairs`, one row each.
        pairs: `record_id_l` and `record_id_r`.
        model: the trained model.
        least: pairs of less weight are left out, but for those of one Student Identifier in one State: these are never different by weight alone.

    Returns:
        The columns of `SCORED`, in the order of `pairs`.
    """
    ids = pairs.select(pl.col("record_id_l", "record_id_r").cast(pl.Int64))
    involved = prepared.filter(
        pl.col("record_id").is_in(ids["record_id_l"].append(ids["record_id_r"]).implode())
    )
    records = {row[0]: row for row in involved.select(COLUMNS).iter_rows()}
    engine = _engine(model)
    bare_least = -inf if least is None else model.before_reranking(least)
    weighed = []
    for left_id, right_id in ids.iter_rows():
        left = records[left_id]
        numbers = engine.levels(*left, *records[right_id])
        weight = engine.weigh(left, numbers)
        if weight >= bare_least or numbers[_STATE_ID] == _SAME_ID:
            weighed.append((left_id, right_id, weight, *numbers))
    if len(weighed) <= _FEW:
        scored = _frame([engine.finished(pair) for pair in weighed], SCORED)
    else:
        scored = finished(_frame(weighed, _WEIGHED), model)
    if least is None:
        return scored
    return scored.filter((pl.col("weight") >= least) | (pl.col(STATE_ID.name) == _SAME_ID))


def _frame(rows: list[tuple[Any, ...]], schema: Mapping[str, Any]) -> pl.DataFrame:
    # transposed first: Polars takes columns far faster than rows
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    return pl.DataFrame(
        [pl.Series(name, values, dtype=schema[name]) for name, values in zip(schema, columns, strict=True)]
    )


_WEIGHED = {name: kind for name, kind in SCORED.items() if name != "vetoes"}
_STATE_ID = COMPARISONS.index(STATE_ID)
_SAME_ID = STATE_ID.number("same")
_FEW = 512
"""So many pairs are finished one by one in less time than as columns; both ways give the same."""


def vetoes(levels: Mapping[str, int], weight: float) -> tuple[str, ...]:
    """The names of the vetoes that stand when the comparisons reached these levels, and together this weight."""
    return tuple(
        name
        for name, outweighed_at, parts in _VETO_PARTS
        if weight < outweighed_at and all(levels[subject] in numbers for subject, numbers in parts)
    )


def finished(weighed: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Pairs that an engine has weighed (both records, `weight` and the levels), reranked and with their vetoes: the columns of `SCORED`."""
    if model.reranker and weighed.height:
        corrected = pl.col("weight") + model.reranker.corrections(weighed)
        weighed = weighed.with_columns(
            pl.when(pl.col("weight") >= model.weighed_from)
            .then(corrected)
            .otherwise("weight")
            .alias("weight")
        )
    return with_vetoes(weighed)


def with_vetoes(scored: pl.DataFrame) -> pl.DataFrame:
    """The scored pairs with the list of vetoes that their levels raise and their weight does not outweigh; the columns of `SCORED`."""
    # Pairs are many and ways to be vetoed few: the bit of each veto that stands is set in the number of a pair's way.
    ways = pl.sum_horizontal(
        pl.all_horizontal(
            pl.col("weight") < outweighed_at,
            *(pl.col(subject).is_in(sorted(numbers)) for subject, numbers in parts),
        ).cast(pl.UInt64)
        * (1 << place)
        for place, (_, outweighed_at, parts) in enumerate(_VETO_PARTS)
    )
    numbered = scored.with_columns(ways.alias("way"))
    found = numbered["way"].unique().to_list()
    lists = pl.DataFrame(
        {"way": found, "vetoes": [_names(way) for way in found]},
        schema={"way": pl.UInt64, "vetoes": pl.List(pl.String)},
    )
    return numbered.join(lists, on="way", how="left", maintain_order="left").select(list(SCORED))


def _names(way: int) -> list[str]:
    return [name for place, (name, *_) in enumerate(_VETO_PARTS) if way & (1 << place)]


Levels = tuple[int, ...]


@lru_cache(maxsize=4)
def _engine(model: Model) -> "_Engine":
    return _Engine(model)


class _Engine:
    """The comparisons compiled to one Python function, and the model's weights beside them."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.prior = model.prior_weight
        self.levels = _compiled()
        # the weight of a missing value stands last, where the number -1 finds it
        self.weights = [
            [model.weights[one.name][number] for number in (*range(len(one.levels)), MISSING)]
            for one in COMPARISONS
        ]

    @cached_property
    def _rare_levels(self) -> list[tuple[int, int, int, Callable[[str], float]]]:
        return [
            (
                place,
                number,
                COLUMNS.index(level.rarity_of),
                self._rarity(level.rarity_of, comparison.name, number),
            )
            for place, comparison in enumerate(COMPARISONS)
            for level in comparison.levels
            if level.rarity_of and (number := comparison.number(level.name)) is not None
        ]

    def _rarity(self, feature: str, comparison: str, number: int) -> Callable[[str], float]:
        common, least = self.model.rarities[comparison, number]

        @lru_cache(maxsize=100_000)
        def rarity(value: str) -> float:
            return log2(common) - log2(max(self.model.share(feature, value), least))

        return rarity

    def rarities(self, record: tuple[Any, ...], levels: Levels) -> list[tuple[int, float]]:
        return [
            (place, rarity(record[column]))
            for place, number, column, rarity in self._rare_levels
            if levels[place] == number
        ]

    def finished(self, pair: tuple[Any, ...]) -> tuple[Any, ...]:
        """A weighed pair (both records, the weight, the levels) reranked, and with its vetoes."""
        left, right, bare, *levels = pair
        weight = self.reranked(bare, tuple(levels))
        return left, right, weight, *levels, list(vetoes(dict(zip(BY_NAME, levels, strict=True)), weight))

    def reranked(self, weight: float, levels: Levels) -> float:
        """The weight with what the levels say together."""
        if self.model.reranker is None or weight < self.model.weighed_from:
            return weight
        return weight + self.model.reranker.correction(levels)

    def weigh(self, record: tuple[Any, ...], levels: Levels) -> float:
        weight = self.prior
        for weights, number in zip(self.weights, levels, strict=True):
            weight += weights[number]
        for place, number, column, rarity in self._rare_levels:
            if levels[place] == number:
                weight += rarity(record[column])
        return weight


@lru_cache(maxsize=1)
def _compiled() -> Callable[..., Levels]:
    """All comparisons as one function of the columns of two records, which gives the level of each comparison."""
    values = ", ".join(f"{name}_{side}" for side in "lr" for name in COLUMNS)
    levels = ", ".join(_python(comparison) for comparison in COMPARISONS)
    source = f"lambda {values}: ({levels})"
    function: Callable[..., Levels] = eval(source, dict(PYTHON_WORDS))  # noqa: S307  (made of declared conditions only)
    return function


def _python(comparison: Comparison) -> str:
    choices = [f"{MISSING} if {comparison.missing.python()}"]
    choices += [
        f"{comparison.number(one.name)} if {one.when.python()}" for one in comparison.levels if one.when
    ]
    return f"({' else '.join(choices)} else 0)"
