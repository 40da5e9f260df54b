"""The Python engine: weighs pairs of prepared records with the same model file as Splink, without its overhead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log2

import polars as pl

from openmsix.matching.compare import BY_NAME, COMPARISONS, MISSING, VETOES, Comparison
from openmsix.matching.conditions import Record
from openmsix.matching.model import Model
from openmsix.matching.prepare import COLUMNS

_PARTS = tuple(
    (
        veto.name,
        tuple((name, frozenset(map(BY_NAME[name].number, levels))) for name, levels in veto.levels.items()),
    )
    for veto in VETOES
)
SCORED = {
    "record_id_l": pl.Int64,
    "record_id_r": pl.Int64,
    "weight": pl.Float64,
    **{comparison.name: pl.Int8 for comparison in COMPARISONS},
    "vetoes": pl.List(pl.String),
}
"""The columns of scored pairs, from either engine: both records, the weight in bits, one level a comparison, vetoes."""


@dataclass(frozen=True)
class LevelReached:
    """The level that one comparison reached: its number, what it means, and its weight in bits, rarity included."""

    comparison: str
    level: int
    words: str
    weight: float


@dataclass(frozen=True)
class Score:
    """How much speaks for one child: the weight in bits (log2 of the odds), the levels behind it, and the vetoes."""

    weight: float
    levels: tuple[LevelReached, ...]
    vetoes: tuple[str, ...]


def score(left: Record, right: Record, model: Model) -> Score:
    """Weigh one pair of prepared records."""
    reached = []
    numbers = {}
    for comparison, level_of, weight_of in _engine(model):
        number = level_of(left, right)
        level = comparison.level(number)
        words = level.words if level else f"{comparison.subject} is missing"
        numbers[comparison.name] = number
        reached.append(LevelReached(comparison.name, number, words, weight_of(number, left)))
    weight = model.prior_weight + sum(level.weight for level in reached)
    return Score(weight, tuple(reached), vetoes(numbers))


def score_pairs(prepared: pl.DataFrame, pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Weigh many pairs.

    Args:
        prepared: features of every record that occurs in `pairs`, one row each.
        pairs: `record_id_l` and `record_id_r`.
        model: the trained model.

    Returns:
        The columns of `SCORED`, in the order of `pairs`.
    """
    records = {row["record_id"]: row for row in prepared.select(COLUMNS).iter_rows(named=True)}
    engine = _engine(model)
    prior = model.prior_weight
    weights: list[float] = []
    levels: list[list[int]] = []
    for left_id, right_id in pairs.select("record_id_l", "record_id_r").iter_rows():
        left, right = records[left_id], records[right_id]
        weight, numbers = prior, []
        for _, level_of, weight_of in engine:
            number = level_of(left, right)
            numbers.append(number)
            weight += weight_of(number, left)
        weights.append(weight)
        levels.append(numbers)
    schema = {comparison.name: pl.Int8 for comparison in COMPARISONS}
    return with_vetoes(
        pl.concat(
            [
                pairs.select(pl.col("record_id_l", "record_id_r").cast(pl.Int64)),
                pl.DataFrame({"weight": weights}, schema={"weight": pl.Float64}),
                pl.DataFrame(levels, schema=schema, orient="row"),
            ],
            how="horizontal",
        )
    )


def vetoes(levels: Mapping[str, int]) -> tuple[str, ...]:
    """The names of the vetoes that stand when these levels were reached."""
    return tuple(
        name for name, parts in _PARTS if all(levels[subject] in numbers for subject, numbers in parts)
    )


def with_vetoes(scored: pl.DataFrame) -> pl.DataFrame:
    """The scored pairs with the list of vetoes that their levels raise."""
    standing = [
        pl.when(pl.all_horizontal(pl.col(subject).is_in(sorted(numbers)) for subject, numbers in parts))
        .then(pl.lit(name))
        .alias(name)
        for name, parts in _PARTS
    ]
    return scored.with_columns(pl.concat_list(standing).list.drop_nulls().alias("vetoes")).select(
        list(SCORED)
    )


LevelOf = Callable[[Record, Record], int]
WeightOf = Callable[[int, Record], float]


@lru_cache(maxsize=4)
def _engine(model: Model) -> tuple[tuple[Comparison, LevelOf, WeightOf], ...]:
    return tuple((one, _level_of(one), _weight_of(one, model)) for one in COMPARISONS)


def _level_of(comparison: Comparison) -> LevelOf:
    missing = comparison.missing.test()
    tests = [(comparison.number(level.name), level.when.test()) for level in comparison.levels if level.when]

    def level_of(left: Record, right: Record) -> int:
        if missing(left, right):
            return MISSING
        for number, holds in tests:
            if holds(left, right):
                return number
        return 0

    return level_of


def _weight_of(comparison: Comparison, model: Model) -> WeightOf:
    weights = model.weights[comparison.name]
    rarities = {
        comparison.number(level.name): (
            level.rarity_of,
            model.common_shares[comparison.name, comparison.number(level.name)],
        )
        for level in comparison.levels
        if level.rarity_of
    }

    def weight_of(number: int, left: Record) -> float:
        if number in rarities:
            feature, common = rarities[number]
            return weights[number] + log2(common / model.share(feature, left[feature]))
        return weights[number]

    return weight_of
