"""What may be asked of two prepared records, written once and understood by both engines.

Each condition gives itself as SQL for Splink and as Python for the scorer, over the same words: `<feature>_l` and
`<feature>_r` are the values of the two records. A condition on an empty value does not hold; `~condition` holds
whenever the condition does not.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

_HAIR = 1e-9  # likenesses of the two engines may differ in their last bit; a hair below the limit they agree


def _no_word_common(one: str, two: str) -> bool:
    return set(one.split()).isdisjoint(two.split())


PYTHON_WORDS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "likeness": JaroWinkler.similarity,
        "edits": DamerauLevenshtein.distance,
        "no_word_common": _no_word_common,
    }
)
"""The functions that the Python of a condition calls."""


class Condition(ABC):
    """A yes-or-no question about two records."""

    @abstractmethod
    def sql(self) -> str:
        """The question in DuckDB's SQL."""

    def quick_sql(self) -> str:
        """The same question in less time: a costly one comes after cheap ones that hold whenever it does."""
        return self.sql()

    @abstractmethod
    def python(self) -> str:
        """The question as a Python expression."""

    def __and__(self, other: "Condition") -> "Condition":
        return _Both(self, other)

    def __or__(self, other: "Condition") -> "Condition":
        return _OneOf(self, other)

    def __invert__(self) -> "Condition":
        return _Not(self)


class EitherWay(Condition):
    """A question about one record beside the other; it holds if it holds one way round."""

    @abstractmethod
    def sql_of(self, own: str, other: str) -> str:
        """The question in SQL of the record `own` (`l` or `r`) beside the `other`."""

    @abstractmethod
    def python_of(self, own: str, other: str) -> str:
        """The same as a Python expression."""

    def sql(self) -> str:
        return f"(coalesce({self.sql_of('l', 'r')}, FALSE) OR coalesce({self.sql_of('r', 'l')}, FALSE))"

    def python(self) -> str:
        return f"({self.python_of('l', 'r')} or {self.python_of('r', 'l')})"


@dataclass(frozen=True)
class _Both(Condition):
    first: Condition
    second: Condition

    def sql(self) -> str:
        return f"({self.first.sql()} AND {self.second.sql()})"

    def quick_sql(self) -> str:
        return f"({self.first.quick_sql()} AND {self.second.quick_sql()})"

    def python(self) -> str:
        return f"({self.first.python()} and {self.second.python()})"


@dataclass(frozen=True)
class _OneOf(Condition):
    first: Condition
    second: Condition

    def sql(self) -> str:
        return f"({self.first.sql()} OR {self.second.sql()})"

    def quick_sql(self) -> str:
        return f"({self.first.quick_sql()} OR {self.second.quick_sql()})"

    def python(self) -> str:
        return f"({self.first.python()} or {self.second.python()})"


@dataclass(frozen=True)
class _Not(Condition):
    condition: Condition

    def sql(self) -> str:
        return f"(NOT coalesce({self.condition.sql()}, FALSE))"

    def quick_sql(self) -> str:
        return f"(NOT coalesce({self.condition.quick_sql()}, FALSE))"

    def python(self) -> str:
        return f"(not {self.condition.python()})"


@dataclass(frozen=True)
class Same(Condition):
    """Both have the same value of a feature."""

    feature: str

    def sql(self) -> str:
        return f"{self.feature}_l = {self.feature}_r"

    def python(self) -> str:
        return f"({self.feature}_l == {self.feature}_r is not None)"


@dataclass(frozen=True)
class Crossed(Condition):
    """One feature of either record has the value of another feature of the other record."""

    feature: str
    other: str

    def sql(self) -> str:
        one, two = self.feature, self.other
        return f"({one}_l = {two}_r OR {two}_l = {one}_r)"

    def python(self) -> str:
        one, two = self.feature, self.other
        return f"(({one}_l == {two}_r is not None) or ({two}_l == {one}_r is not None))"


@dataclass(frozen=True)
class Among(EitherWay):
    """A feature of either record is one of the words of a list feature of the other, which has spaces around each word."""

    feature: str
    words: str

    def sql_of(self, own: str, other: str) -> str:
        return f"contains({self.words}_{other}, ' ' || {self.feature}_{own} || ' ')"

    def python_of(self, own: str, other: str) -> str:
        value, words = f"{self.feature}_{own}", f"{self.words}_{other}"
        return f"({value} is not None and {words} is not None and f' {{{value}}} ' in {words})"


@dataclass(frozen=True)
class MeantForAnother(EitherWay):
    """A feature of one record is a known word, as a boolean feature says, and the other record's may be meant for other ones, which are the words of a list feature of it."""

    feature: str
    known: str
    meant: str

    def sql_of(self, own: str, other: str) -> str:
        word, meant = f"{self.feature}_{own}", f"{self.meant}_{other}"
        return f"({self.known}_{own} AND NOT contains({meant}, ' ' || {word} || ' '))"

    def python_of(self, own: str, other: str) -> str:
        word, meant = f"{self.feature}_{own}", f"{self.meant}_{other}"
        return f"({self.known}_{own} and {meant} is not None and f' {{{word}}} ' not in {meant})"


@dataclass(frozen=True)
class MeantForTwo(Condition):
    """What both records say is no known word, and may be meant for known ones, the words of a list feature, of which none is common to both."""

    meant: str

    def sql(self) -> str:
        one, two = (f"string_split(trim({self.meant}_{side}), ' ')" for side in "lr")
        return f"NOT list_has_any({one}, {two})"

    def python(self) -> str:
        one, two = f"{self.meant}_l", f"{self.meant}_r"
        return f"({one} is not None and {two} is not None and no_word_common({one}, {two}))"


@dataclass(frozen=True)
class SwappedPair(Condition):
    """A pair of features of one record has the values of another pair of the other record."""

    pair: tuple[str, str]
    other: tuple[str, str]

    def sql(self) -> str:
        (a, b), (c, d) = self.pair, self.other
        return f"(({a}_l = {c}_r AND {b}_l = {d}_r) OR ({c}_l = {a}_r AND {d}_l = {b}_r))"

    def python(self) -> str:
        (a, b), (c, d) = self.pair, self.other
        one = f"({a}_l == {c}_r is not None and {b}_l == {d}_r is not None)"
        two = f"({c}_l == {a}_r is not None and {d}_l == {b}_r is not None)"
        return f"({one} or {two})"


@dataclass(frozen=True)
class Near(Condition):
    """The Jaro-Winkler likeness of a text feature is at least this (Winkler 1990; 1 is equal)."""

    feature: str
    least: float

    def sql(self) -> str:
        return f"jaro_winkler_similarity({self.feature}_l, {self.feature}_r) >= {self.least - _HAIR}"

    def python(self) -> str:
        one, two = f"{self.feature}_l", f"{self.feature}_r"
        return f"({one} is not None and {two} is not None and likeness({one}, {two}) >= {self.least - _HAIR})"


@dataclass(frozen=True)
class CrossedNear(EitherWay):
    """One text feature of either record is at least this like another feature of the other record (Jaro-Winkler)."""

    feature: str
    other: str
    least: float

    def sql_of(self, own: str, other: str) -> str:
        return f"jaro_winkler_similarity({self.feature}_{own}, {self.other}_{other}) >= {self.least - _HAIR}"

    def python_of(self, own: str, other: str) -> str:
        a, b = f"{self.feature}_{own}", f"{self.other}_{other}"
        return f"({a} is not None and {b} is not None and likeness({a}, {b}) >= {self.least - _HAIR})"


@dataclass(frozen=True)
class PartOf(EitherWay):
    """One text feature of either record, of some length, stands at the beginning or the end of another feature of the other record."""

    feature: str
    whole: str
    letters: int

    def sql_of(self, own: str, other: str) -> str:
        part, whole = f"{self.feature}_{own}", f"{self.whole}_{other}"
        return f"(length({part}) >= {self.letters} AND (starts_with({whole}, {part}) OR ends_with({whole}, {part})))"

    def python_of(self, own: str, other: str) -> str:
        part, whole = f"{self.feature}_{own}", f"{self.whole}_{other}"
        ends = f"({whole}.startswith({part}) or {whole}.endswith({part}))"
        return f"({part} is not None and {whole} is not None and len({part}) >= {self.letters} and {ends})"


@dataclass(frozen=True)
class FewEdits(Condition):
    """Two texts differ by so many letters at most, two neighbouring letters in the other order counted as one.

    `letters`: both have so many at least; `Vega` and `Vera` are two names rather than one misspelled.
    """

    feature: str
    most: int
    letters: int = 1

    def sql(self) -> str:
        one, two = f"{self.feature}_l", f"{self.feature}_r"
        long = f"least(length({one}), length({two})) >= {self.letters}"
        return f"({long} AND damerau_levenshtein({one}, {two}) <= {self.most})"

    def quick_sql(self) -> str:
        one, two = f"{self.feature}_l", f"{self.feature}_r"
        as_long = f"abs(length({one}) - length({two})) <= {self.most}"
        # Two letters in the other order are two edits of Levenshtein's, which DuckDB counts six times as fast.
        return f"({as_long} AND levenshtein({one}, {two}) <= {2 * self.most} AND {self.sql()})"

    def python(self) -> str:
        one, two = f"{self.feature}_l", f"{self.feature}_r"
        edits = f"edits({one}, {two}, score_cutoff={self.most})"
        long = f"min(len({one}), len({two})) >= {self.letters}"
        return f"({one} is not None and {two} is not None and {long} and {edits} <= {self.most})"


@dataclass(frozen=True)
class Continues(EitherWay):
    """A text of either record begins that of the other, with so many letters amiss at most, and the other goes on for so many letters at least."""

    feature: str
    letters: int
    slips: int

    def sql_of(self, own: str, other: str) -> str:
        short, long = f"{self.feature}_{own}", f"{self.feature}_{other}"
        goes_on = f"length({long}) - length({short}) >= {self.letters}"
        start = f"substr({long}, 1, length({short}))"
        return f"({goes_on} AND damerau_levenshtein({start}, {short}) <= {self.slips})"

    def python_of(self, own: str, other: str) -> str:
        short, long = f"{self.feature}_{own}", f"{self.feature}_{other}"
        goes_on = f"len({long}) - len({short}) >= {self.letters}"
        edits = f"edits({long}[:len({short})], {short}, score_cutoff={self.slips})"
        return f"({short} is not None and {long} is not None and {goes_on} and {edits} <= {self.slips})"


@dataclass(frozen=True)
class SameInitial(Condition):
    """Both values of a text feature begin with the same letter."""

    feature: str

    def sql(self) -> str:
        return f"left({self.feature}_l, 1) = left({self.feature}_r, 1)"

    def python(self) -> str:
        one, two = f"{self.feature}_l", f"{self.feature}_r"
        return f"({one} is not None and {two} is not None and {one}[0] == {two}[0])"


@dataclass(frozen=True)
class Missing(Condition):
    """At least one record has no value of the feature."""

    feature: str

    def sql(self) -> str:
        return f"({self.feature}_l IS NULL OR {self.feature}_r IS NULL)"

    def python(self) -> str:
        return f"({self.feature}_l is None or {self.feature}_r is None)"


@dataclass(frozen=True)
class OneMissing(Condition):
    """Exactly one record has no value of the feature."""

    feature: str

    def sql(self) -> str:
        return f"(({self.feature}_l IS NULL) <> ({self.feature}_r IS NULL))"

    def python(self) -> str:
        return f"(({self.feature}_l is None) is not ({self.feature}_r is None))"


@dataclass(frozen=True)
class Either(Condition):
    """A boolean feature is true of at least one record."""

    feature: str

    def sql(self) -> str:
        return f"(coalesce({self.feature}_l, FALSE) OR coalesce({self.feature}_r, FALSE))"

    def python(self) -> str:
        return f"({self.feature}_l or {self.feature}_r)"
