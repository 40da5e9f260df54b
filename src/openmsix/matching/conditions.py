"""What may be asked of two prepared records, written once and understood by both engines.

Each condition gives itself as SQL over the columns `<feature>_l` and `<feature>_r` (Splink's way) and as a Python
function of the two records. A condition on an empty value does not hold; `Not` turns "does not hold" into "holds".
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

Record = Mapping[str, Any]
Test = Callable[[Record, Record], bool]

_HAIR = (
    1e-9  # the engines' likenesses may differ in the last bit; a hair below the limit they cannot disagree
)


class Condition(ABC):
    """A yes-or-no question about two records."""

    @abstractmethod
    def sql(self) -> str:
        """The question in DuckDB's SQL."""

    @abstractmethod
    def test(self) -> Test:
        """The question as a function of the two records."""

    def __and__(self, other: "Condition") -> "Condition":
        return _All(self, other)

    def __or__(self, other: "Condition") -> "Condition":
        return _Any(self, other)

    def __invert__(self) -> "Condition":
        return _Not(self)


@dataclass(frozen=True)
class _All(Condition):
    first: Condition
    second: Condition

    def sql(self) -> str:
        return f"({self.first.sql()} AND {self.second.sql()})"

    def test(self) -> Test:
        first, second = self.first.test(), self.second.test()
        return lambda left, right: first(left, right) and second(left, right)


@dataclass(frozen=True)
class _Any(Condition):
    first: Condition
    second: Condition

    def sql(self) -> str:
        return f"({self.first.sql()} OR {self.second.sql()})"

    def test(self) -> Test:
        first, second = self.first.test(), self.second.test()
        return lambda left, right: first(left, right) or second(left, right)


@dataclass(frozen=True)
class _Not(Condition):
    condition: Condition

    def sql(self) -> str:
        return f"(NOT coalesce({self.condition.sql()}, FALSE))"

    def test(self) -> Test:
        condition = self.condition.test()
        return lambda left, right: not condition(left, right)


@dataclass(frozen=True)
class Same(Condition):
    """Both have the same value of a feature."""

    feature: str

    def sql(self) -> str:
        return f"{self.feature}_l = {self.feature}_r"

    def test(self) -> Test:
        feature = self.feature

        def same(left: Record, right: Record) -> bool:
            value = left[feature]
            return value is not None and value == right[feature]

        return same


@dataclass(frozen=True)
class Crossed(Condition):
    """One feature of either record has the value of another feature of the other record."""

    feature: str
    other: str

    def sql(self) -> str:
        one, two = self.feature, self.other
        return f"({one}_l = {two}_r OR {two}_l = {one}_r)"

    def test(self) -> Test:
        one, two = self.feature, self.other

        def crossed(left: Record, right: Record) -> bool:
            a, b = left[one], left[two]
            return (a is not None and a == right[two]) or (b is not None and b == right[one])

        return crossed


@dataclass(frozen=True)
class SwappedPair(Condition):
    """A pair of features of one record has the values of another pair of the other record."""

    pair: tuple[str, str]
    other: tuple[str, str]

    def sql(self) -> str:
        (a, b), (c, d) = self.pair, self.other
        return f"(({a}_l = {c}_r AND {b}_l = {d}_r) OR ({c}_l = {a}_r AND {d}_l = {b}_r))"

    def test(self) -> Test:
        (a, b), (c, d) = self.pair, self.other

        def equal(one: Any, two: Any) -> bool:
            return one is not None and one == two

        return lambda left, right: (
            (equal(left[a], right[c]) and equal(left[b], right[d]))
            or (equal(left[c], right[a]) and equal(left[d], right[b]))
        )


@dataclass(frozen=True)
class Near(Condition):
    """The Jaro-Winkler likeness of a text feature is at least this (Winkler 1990; 1 is equal)."""

    feature: str
    least: float

    def sql(self) -> str:
        return f"jaro_winkler_similarity({self.feature}_l, {self.feature}_r) >= {self.least - _HAIR}"

    def test(self) -> Test:
        feature, least = self.feature, self.least - _HAIR
        likeness = JaroWinkler.similarity

        def near(left: Record, right: Record) -> bool:
            one, two = left[feature], right[feature]
            return one is not None and two is not None and bool(likeness(one, two) >= least)

        return near


@dataclass(frozen=True)
class Missing(Condition):
    """At least one record has no value of the feature."""

    feature: str

    def sql(self) -> str:
        return f"({self.feature}_l IS NULL OR {self.feature}_r IS NULL)"

    def test(self) -> Test:
        feature = self.feature
        return lambda left, right: left[feature] is None or right[feature] is None


@dataclass(frozen=True)
class OneMissing(Condition):
    """Exactly one record has no value of the feature."""

    feature: str

    def sql(self) -> str:
        return f"(({self.feature}_l IS NULL) <> ({self.feature}_r IS NULL))"

    def test(self) -> Test:
        feature = self.feature
        return lambda left, right: (left[feature] is None) != (right[feature] is None)


@dataclass(frozen=True)
class Either(Condition):
    """A boolean feature is true of at least one record."""

    feature: str

    def sql(self) -> str:
        return f"(coalesce({self.feature}_l, FALSE) OR coalesce({self.feature}_r, FALSE))"

    def test(self) -> Test:
        feature = self.feature
        return lambda left, right: bool(left[feature] or right[feature])


@dataclass(frozen=True)
class SamePart(Condition):
    """The same `year`, `month` or `day` of a date feature."""

    feature: str
    part: str

    def sql(self) -> str:
        return f"{self.part}({self.feature}_l) = {self.part}({self.feature}_r)"

    def test(self) -> Test:
        feature, part = self.feature, self.part

        def same(left: Record, right: Record) -> bool:
            one, two = left[feature], right[feature]
            return one is not None and two is not None and getattr(one, part) == getattr(two, part)

        return same


@dataclass(frozen=True)
class DayAndMonthSwapped(Condition):
    """The day of one date feature is the month of the other, and the month its day."""

    feature: str

    def sql(self) -> str:
        one, two = f"{self.feature}_l", f"{self.feature}_r"
        return f"(month({one}) = day({two}) AND day({one}) = month({two}))"

    def test(self) -> Test:
        feature = self.feature

        def swapped(left: Record, right: Record) -> bool:
            one, two = left[feature], right[feature]
            return one is not None and two is not None and one.month == two.day and one.day == two.month

        return swapped


@dataclass(frozen=True)
class OneEdit(Condition):
    """Two dates differ by one digit, or by two neighbouring digits in the other order, as written YYYY-MM-DD."""

    feature: str

    def sql(self) -> str:
        one, two = (f"CAST({self.feature}_{side} AS VARCHAR)" for side in "lr")
        return f"damerau_levenshtein({one}, {two}) <= 1"

    def test(self) -> Test:
        feature = self.feature
        distance = DamerauLevenshtein.distance

        def one_edit(left: Record, right: Record) -> bool:
            one, two = left[feature], right[feature]
            if one is None or two is None:
                return False
            return bool(distance(one.isoformat(), two.isoformat(), score_cutoff=1) <= 1)

        return one_edit
