"""The reranker: what two comparisons say together that each alone does not.

The weights of a Fellegi-Sunter model add up as if the comparisons knew nothing of each other. In families they do: where surnames, mother and birth
date agree, a given name that is only somewhat alike means a twin, not a slip of the pen. The reranker corrects the weight by tables, one of the levels
of each comparison and one of the levels of each two (a generalized additive model with pairwise interactions; Lou, Caruana, Gehrke and Hooker 2013),
fitted to labelled pairs by gradient boosting. A correction is a sum of cells, so each cell can be told in words.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import log, prod
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from openmsix.matching.compare import BY_NAME, COMPARISONS
from openmsix.matching.model_file import ModelNotUsable

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

ROUNDS, RATE, RIDGE = 30, 0.3, 15.0
"""How often each table is improved, by how much of the step at once, and how many pairs' worth of doubt stand against each cell."""

LEAST_BITS = 0.005
"""A cell that says less is nought."""

NAMES = tuple(comparison.name for comparison in COMPARISONS)
TERMS: tuple[tuple[str, ...], ...] = (*((name,) for name in NAMES), *combinations(NAMES, 2))


@dataclass(frozen=True)
class Together:
    """What the levels of these comparisons add to the weight besides their own weights, in bits."""

    comparisons: tuple[str, ...]
    bits: float


@dataclass(frozen=True, eq=False)
class Reranker:
    """The tables: for each term (one or two names of comparisons) the bits of each cell.

    A cell's place counts the level of the first comparison (`MISSING` is 0, level 0 is 1 ...), then that of the second.
    """

    tables: Mapping[tuple[str, ...], Floats]

    @staticmethod
    def from_dict(content: Mapping[str, Any]) -> "Reranker":
        """The reranker written as `content`.

        Raises:
            ModelNotUsable: a term is not there, is there twice or is foreign, or has another number of cells than its comparisons have levels.
        """
        terms = [tuple(term["of"]) for term in content["terms"]]
        if sorted(terms) != sorted(TERMS):
            raise ModelNotUsable(
                f"reranker.terms: each of {len(TERMS)} terms has to be there once, and it has {_odd(terms)}"
            )
        tables = {tuple(term["of"]): np.asarray(term["bits"], dtype=np.float64) for term in content["terms"]}
        for of, cells in tables.items():
            if len(cells) != _cells(of):
                raise ModelNotUsable(
                    f"reranker.terms, of {' and '.join(of)}: {_cells(of)} bits are expected, and there are {len(cells)}"
                )
        return Reranker(tables)

    def as_dict(self) -> dict[str, Any]:
        """As it stands in the model's file."""
        terms = [
            {"of": list(of), "bits": [round(float(bits), 3) for bits in cells]}
            for of, cells in self.tables.items()
        ]
        return {"terms": terms}

    def corrections(self, levels: pl.DataFrame) -> pl.Series:
        """The bits that each pair's weight is corrected by. `levels`: a column for each comparison."""
        ways = levels.select(NAMES).unique()
        bits = sum(
            cells[_place(of, lambda name: ways[name].to_numpy().astype(np.int64))]
            for of, cells in self.tables.items()
        )
        return (
            levels.select(NAMES)
            .join(
                ways.with_columns(bits=pl.Series(bits, dtype=pl.Float64)),
                on=NAMES,
                how="left",
                maintain_order="left",
            )
            .get_column("bits")
        )

    def correction(self, levels: Sequence[int]) -> float:
        """The bits that one pair's weight is corrected by. `levels`: of each comparison, in the order of `NAMES`."""
        return sum(
            cells[levels[one] + 1] if other is None else cells[(levels[one] + 1) * size + levels[other] + 1]
            for one, other, size, cells in self._flat
        )

    @cached_property
    def _flat(self) -> list[tuple[int, int | None, int, list[float]]]:
        """The tables as lists: places of the comparisons in `NAMES`, how many levels the second one has, and the cells."""
        return [
            (
                NAMES.index(of[0]),
                NAMES.index(of[1]) if of[1:] else None,
                _size(of[1]) if of[1:] else 0,
                cells.tolist(),
            )
            for of, cells in self._filled.items()
        ]

    def together(self, levels: Mapping[str, int]) -> tuple[Together, ...]:
        """The corrections of one pair, each with the comparisons it is about; those of nought are left out."""
        found = (
            Together(of, float(cells[_place(of, lambda name: levels[name])]))
            for of, cells in self._filled.items()
        )
        return tuple(one for one in found if one.bits)

    @cached_property
    def _filled(self) -> dict[tuple[str, ...], Floats]:
        return {of: cells for of, cells in self.tables.items() if cells.any()}


def _place(of: tuple[str, ...], level: Callable[[str], Any]) -> Any:
    place = level(of[0]) + 1
    return place if len(of) == 1 else place * _size(of[1]) + level(of[1]) + 1


def _size(name: str) -> int:
    return len(BY_NAME[name].levels) + 1


def _cells(of: tuple[str, ...]) -> int:
    return prod(map(_size, of))


def _odd(terms: Sequence[tuple[str, ...]]) -> str:
    """The first term that is not there, or is there once too often."""
    if missing := [of for of in TERMS if of not in terms]:
        return f"none of {' and '.join(missing[0])}"
    more = next(of for of in terms if of not in TERMS or terms.count(of) > 1)
    return f"one too many of {' and '.join(more)}"


def fit(pairs: pl.DataFrame, *, terms: Sequence[tuple[str, ...]] = TERMS, rounds: int = ROUNDS) -> Reranker:
    """Fit the tables to labelled pairs: `weight` (bits, uncorrected), `true`, `counts` (how many pairs each stands for), and a level for each comparison.

    In turn each table takes a Newton step of the logistic loss, cell by cell, damped by `RATE` and `RIDGE`; the weights themselves stay as they are.
    """
    labels = pairs["true"].to_numpy().astype(np.float64)
    odds = pairs["weight"].to_numpy() * log(2)
    counts = pairs["counts"].to_numpy().astype(np.float64)
    levels = {name: pairs[name].to_numpy().astype(np.int64) for name in NAMES}
    places: dict[tuple[str, ...], Numbers] = {of: _place(of, levels.__getitem__) for of in terms}
    sizes = {of: _cells(of) for of in terms}
    tables = {of: np.zeros(size) for of, size in sizes.items()}
    for _ in range(rounds):
        for of, cells in tables.items():
            slope, curve = _slopes(odds, labels, counts)
            steps = (
                RATE
                * np.bincount(places[of], slope, sizes[of])
                / (np.bincount(places[of], curve, sizes[of]) + RIDGE)
            )
            cells += steps
            odds += steps[places[of]]
    return Reranker({of: _in_bits(cells) for of, cells in tables.items()})


def _slopes(odds: Floats, labels: Floats, counts: Floats) -> tuple[Floats, Floats]:
    probable = 1 / (1 + np.exp(-odds))
    return counts * (labels - probable), counts * probable * (1 - probable)


def _in_bits(cells: Floats) -> Floats:
    bits: Floats = cells / log(2)
    bits[np.abs(bits) < LEAST_BITS] = 0.0
    return bits
