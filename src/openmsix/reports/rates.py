"""The arithmetic of the quality of identity. Pure: counts in, shares and bands out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

STEPS = (0.0, 5.0, 15.0, 20.0, 30.0, 40.0)
"""Where bands of match weights begin, in bits, besides where the model begins to link."""
NOT_WEIGHED = "none"
"""The band of pairs that no model weighed, such as those of MSIX IDs that States sent."""
LEAST_FOR_DRIFT = 3
"""Of so many earlier months the mean is told; of fewer it says nothing."""


@dataclass(frozen=True)
class Bands:
    """Bands of match weights, one of which begins where the model begins to link (`same_above`).

    Each is named by the number at which it begins, the first one `below`.
    """

    same_above: float

    @property
    def edges(self) -> list[float]:
        """Where bands begin, but for the first, which has no beginning."""
        return sorted({*STEPS, self.same_above})

    @property
    def names(self) -> list[str]:
        """All of them, the least alike first."""
        return ["below", *(f"{edge:g}" for edge in self.edges)]

    def of(self, weight: float | None) -> str:
        """The band of a match weight."""
        if weight is None:
            return NOT_WEIGHED
        return self.names[sum(weight >= edge for edge in self.edges)]

    def span(self, band: str) -> tuple[float | None, float | None]:
        """Where a band begins and where it ends; None where it does not. ValueError for one that is none."""
        place = self.names.index(band)
        upper = self.edges[place] if place < len(self.edges) else None
        return (self.edges[place - 1] if place else None), upper

    def says_same(self, band: str) -> bool:
        """Whether weights of this band say by themselves that two records are of one child."""
        lower, _ = self.span(band)
        return lower is not None and lower >= self.same_above


@dataclass(frozen=True)
class Placed:
    """What linking made of the records that were new in some submissions. `asked`: questions that it left to people."""

    matched: int = 0
    sent: int = 0
    new: int = 0
    asked: int = 0

    @property
    def records(self) -> int:
        """All of them."""
        return self.matched + self.sent + self.new

    @property
    def link_rate(self) -> float | None:
        """The share that the linkage model joined to a known child; None of no records."""
        return self.matched / self.records if self.records else None

    @property
    def near_rate(self) -> float | None:
        """Questions for each record; None of no records."""
        return self.asked / self.records if self.records else None


def placed(counts: Mapping[str, int]) -> Placed:
    """From counts by kind; kinds that are not told are none."""
    return Placed(**{kind: counts.get(kind, 0) for kind in ("matched", "sent", "new", "asked")})


@dataclass(frozen=True)
class Agreement:
    """What people said of pairs of one band: one child, two children, or one child and two again."""

    same: int = 0
    different: int = 0
    undone: int = 0

    @property
    def decided(self) -> int:
        """All of them."""
        return self.same + self.different + self.undone

    @property
    def share_same(self) -> float | None:
        """The share of which people said that they are one child, and held to it; None where nobody decided."""
        return self.same / self.decided if self.decided else None

    def __add__(self, other: "Agreement") -> "Agreement":
        return Agreement(self.same + other.same, self.different + other.different, self.undone + other.undone)


def share_agreeing(by_band: Mapping[str, Agreement], bands: Bands) -> float | None:
    """The share of weighed and decided pairs of which people said what the weight alone says; None where there are none."""
    weighed = {band: found for band, found in by_band.items() if band != NOT_WEIGHED}
    decided = sum(found.decided for found in weighed.values())
    agreeing = sum(
        found.same if bands.says_same(band) else found.different + found.undone
        for band, found in weighed.items()
    )
    return agreeing / decided if decided else None


def drift(rates: Sequence[float | None]) -> float | None:
    """How far the last month lies from the mean of the earlier ones, in points of a hundred; None where there is too little to compare."""
    *earlier, last = rates if rates else (None,)
    known = [rate for rate in earlier if rate is not None]
    if last is None or len(known) < LEAST_FOR_DRIFT:
        return None
    return 100 * (last - fmean(known))
