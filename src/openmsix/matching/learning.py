"""Weights learned from the file that is matched: of columns that the model does not know, and, where the settings ask for it, of all comparisons.

How often two records of one person reach a level is estimated by expectation and maximisation over the candidates (Dempster, Laird and Rubin 1977; Winkler
1988), starting from the weights of the model; how often any two records reach it is counted on random pairs.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from openmsix.matching.compare import COMPARISONS
from openmsix.matching.levels import MISSING
from openmsix.matching.model import Model
from openmsix.matching.scorer import score_pairs, with_vetoes
from openmsix.matching.settings import Kind, Settings
from openmsix.matching.train import MOST_RARITY

Floats = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]

SAME, ONE_SIGN, ALIKE, DIFFERENT = 3, 2, 1, 0
"""The levels of a column besides the elements: the same; one sign wrong; of a text, spelled alike; none of these."""
_LIKENESS, _LETTERS = 0.85, 3
_RANDOM_PAIRS, _SEED = 200_000, 1
_ROUNDS, _STILL = 50, 1e-5
_SMALL = 0.5  # stands for pairs that were not seen
_FAR = 500.0  # bits; more are not told apart


@dataclass(frozen=True)
class _Subject:
    """One comparison: the level that each of some pairs reaches, and for the levels at which rarity counts the share of records that have each record's value."""

    size: int
    levels: Callable[[pl.DataFrame], Levels]
    shares: Mapping[int, pl.Series]

    def told(self, pairs: pl.DataFrame) -> "_Told":
        """What it says of these pairs."""
        levels = self.levels(pairs)
        rows = pairs["record_id_l"]
        return _Told(levels, {level: shares.gather(rows).to_numpy() for level, shares in self.shares.items()})


@dataclass(frozen=True)
class _Told:
    levels: Levels
    shares: Mapping[int, Floats]

    def bits(self, m: Floats, u: Floats) -> Floats:
        """The weight of each pair; `m` and `u` are how often pairs of one person, and any two records, reach each level."""
        bits: Floats = np.append(np.log2(m / u), 0.0)[self.levels]  # MISSING finds the last one
        for level, shares in self.shares.items():
            rarity = np.log2(u[level]) - np.log2(np.maximum(shares, u[level] / 2**MOST_RARITY))
            bits = bits + np.where(self.levels == level, rarity, 0.0)
        return bits


@dataclass(frozen=True)
class Weighing:
    """Weights learned from a file.

    Attributes:
        from_model: whether they add to what the model says; if not, they stand in its place.
        prior: bits before anything is compared; 0 where the model's own stand.
    """

    from_model: bool
    prior: float
    _subjects: tuple[_Subject, ...]
    _frequencies: tuple[tuple[Floats, Floats], ...]

    def weighed(self, scored: pl.DataFrame) -> pl.DataFrame:
        """Pairs that the model has weighed (the columns of `SCORED`), with the weights learned, and the vetoes that then stand."""
        weights = scored["weight"].to_numpy() if self.from_model else np.zeros(scored.height)
        weights = weights + self.prior
        for subject, (m, u) in zip(self._subjects, self._frequencies, strict=True):
            weights = weights + subject.told(scored).bits(m, u)
        return with_vetoes(scored.with_columns(weight=pl.Series(weights, dtype=pl.Float64)))


def learned(
    records: pl.DataFrame, prepared: pl.DataFrame, scored: pl.DataFrame, model: Model, settings: Settings
) -> Weighing:
    """Learn weights from pairs of the file.

    Args:
        records: `record_id`, from 0 on in the order of the rows, and the columns of `settings.extra`.
        prepared: the same records, prepared.
        scored: the candidates, in the columns of `SCORED`, weighed by the model.
        model: the model that weighed them.
        settings: which columns are compared besides, and whether all weights are learned.
    """
    anew = settings.deciding.learned
    subjects = [_of_column(records[name], kind) for name, kind in settings.extra.items()]
    chance = _random_pairs(records.height)
    if anew:
        chance = score_pairs(prepared, chance, model)
        subjects += _of_elements(prepared)
    u = [_frequencies(subject.levels(chance), subject.size) for subject in subjects]
    told = [subject.told(scored) for subject in subjects]
    weights = scored["weight"].to_numpy()
    if anew:
        start = weights - model.prior_weight + _odds(1 / max(records.height - 1, 1))
        m, prior = _estimated(told, u, start, np.zeros(scored.height), records.height)
    else:
        m, prior = _estimated(told, u, weights, weights, None)
    return Weighing(not anew, prior, tuple(subjects), tuple(zip(m, u, strict=True)))


def _estimated(
    told: list[_Told], u: list[Floats], weights: Floats, said: Floats, records: int | None
) -> tuple[list[Floats], float]:
    """How often pairs of one person reach each level, and the prior.

    Args:
        told: what each comparison says of the pairs.
        u: how often any two records reach each level.
        weights: where to start.
        said: the weight of each pair without these comparisons.
        records: how many there are, if the prior is to be learned as well.
    """
    prior, m = 0.0, u
    for _ in range(_ROUNDS):
        probable: Floats = 1 / (1 + np.exp2(-np.clip(weights, -_FAR, _FAR)))
        m = [_frequencies(one.levels, len(of_any), probable) for one, of_any in zip(told, u, strict=True)]
        prior = _prior(probable, records) if records else 0.0
        before, weights = weights, said + prior
        for one, of_same, of_any in zip(told, m, u, strict=True):
            weights = weights + one.bits(of_same, of_any)
        if float(np.abs(weights - before).max(initial=0)) < _STILL:
            break
    return m, prior


def _prior(probable: Floats, records: int) -> float:
    """The odds, in bits, that any two records of the file are of one person."""
    return _odds(float(probable.sum() + _SMALL) / (records * (records - 1) / 2 + 1))


def _frequencies(levels: Levels, size: int, counts: Floats | None = None) -> Floats:
    known = levels != MISSING
    each = np.bincount(levels[known], None if counts is None else counts[known], minlength=size) + _SMALL
    shares: Floats = (each / each.sum()).astype(np.float64)
    return shares


def _odds(share: float) -> float:
    share = min(share, 0.5)
    return float(np.log2(share / (1 - share)))


def _random_pairs(records: int) -> pl.DataFrame:
    chosen = np.random.default_rng(_SEED).integers(0, records, (2, _RANDOM_PAIRS))
    left, right = chosen[:, chosen[0] != chosen[1]]
    return pl.DataFrame({"record_id_l": left, "record_id_r": right})


def _of_elements(prepared: pl.DataFrame) -> list[_Subject]:
    """The comparisons of the model, with rarities of the file itself."""

    def of(name: str) -> Callable[[pl.DataFrame], Levels]:
        return lambda pairs: pairs[name].to_numpy().astype(np.int64)

    return [
        _Subject(
            len(comparison.levels),
            of(comparison.name),
            {
                comparison.number(level.name): _shares(prepared[level.rarity_of])
                for level in comparison.levels
                if level.rarity_of
            },
        )
        for comparison in COMPARISONS
        if comparison.weighed
    ]


def _of_column(values: pl.Series, kind: Kind) -> _Subject:
    told = folded(values)
    return _Subject(SAME + 1, lambda pairs: _levels(told, kind, pairs), {SAME: _shares(told)})


def _shares(values: pl.Series) -> pl.Series:
    """Of each record the share of records that have its value; 1 where it has none."""
    value = values.alias("value").to_frame()
    counted = value.drop_nulls().group_by("value").len()
    known = max(int(values.count()), 1)
    return (
        value.join(counted, on="value", how="left", maintain_order="left")
        .select(pl.col("len") / known)
        .to_series()
        .fill_null(1.0)
    )


def _levels(values: pl.Series, kind: Kind, pairs: pl.DataFrame) -> Levels:
    """The level that each pair reaches, found once for each two values."""
    both = pl.DataFrame(
        {"one": values.gather(pairs["record_id_l"]), "two": values.gather(pairs["record_id_r"])}
    )
    ways = both.unique()
    reached = pl.Series("level", [_level(one, two, kind) for one, two in ways.iter_rows()], dtype=pl.Int64)
    joined = both.join(
        ways.with_columns(reached), on=["one", "two"], how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["level"].to_numpy()


def _level(one: str | None, two: str | None, kind: Kind) -> int:
    if one is None or two is None:
        return MISSING
    if one == two:
        return SAME
    if min(len(one), len(two)) >= _LETTERS and DamerauLevenshtein.distance(one, two, score_cutoff=1) <= 1:
        return ONE_SIGN
    return ALIKE if kind == "text" and JaroWinkler.similarity(one, two) >= _LIKENESS else DIFFERENT


def folded(values: pl.Series) -> pl.Series:
    """Texts without case, accents and blanks at the ends; empty ones are null."""

    def fold(text: Any) -> str:
        parts = unicodedata.normalize("NFKD", str(text).casefold())
        return " ".join("".join(sign for sign in parts if not unicodedata.combining(sign)).split())

    distinct = values.drop_nulls().unique()
    known = pl.DataFrame(
        {"value": distinct, "folded": pl.Series([fold(text) or None for text in distinct], dtype=pl.String)},
        schema={"value": values.dtype, "folded": pl.String},
    )
    return (
        values.alias("value").to_frame().join(known, on="value", how="left", maintain_order="left")["folded"]
    )
