"""Chance that repeats: every subject draws from a stream of its own, so that a change in one leaves the others as they were."""

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Generator = np.random.Generator


class Chance:
    """A seed, and the streams of random numbers that follow from it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def of(self, subject: str) -> Generator:
        """The stream of one subject, from its beginning."""
        return np.random.default_rng([self.seed, zlib.crc32(subject.encode())])


def pick(rng: Generator, weights: Sequence[float] | Floats, count: int) -> Numbers:
    """`count` positions of `weights`, drawn with replacement in proportion to them."""
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn: Numbers = np.searchsorted(cumulative, rng.random(count) * cumulative[-1], side="right").astype(
        np.int64
    )
    return drawn


def happens(rng: Generator, share: float | Floats, count: int) -> Flags:
    """`count` yes-or-no draws, each yes with the probability `share`."""
    return rng.random(count) < share


def between(rng: Generator, low: Numbers | int, high: Numbers | int, count: int | None = None) -> Numbers:
    """Whole numbers from `low` to `high`, both included; where `high` is below `low` it is `low`."""
    low_array, high_array = np.asarray(low, dtype=np.int64), np.asarray(high, dtype=np.int64)
    size = np.broadcast(low_array, high_array).shape if count is None else (count,)
    span = np.maximum(high_array - low_array, 0) + 1
    drawn: Numbers = low_array + np.floor(rng.random(size) * span).astype(np.int64)
    return drawn
