"""How wholly a child answers a search, before anything is weighed: steps that no weight crosses."""

from collections import Counter
from collections.abc import Collection, Iterable
from enum import IntEnum
from math import log2


class Fit(IntEnum):
    """A step; who stands on a higher one stands before all on the lower ones, whatever the weights say."""

    NEARLY = 0, "All others, by the sum of their weights."
    AS_TYPED = 1, "Without a birth date: every typed word is one of the child's own names, just as typed."
    WHOLE = (
        2,
        "Without a birth date: just so, and the typed words are all the names that some State has for the child.",
    )
    IDENTIFIED = 3, "An identifier."

    words: str

    def __new__(cls, number: int, words: str) -> "Fit":
        """A step by its number."""
        fit = int.__new__(cls, number)
        fit._value_ = number
        fit.words = words
        return fit


def is_whole(names: Iterable[str], typed: Collection[str]) -> bool:
    """Whether these are all the names a State gives; `cruz` stands for `delacruz` and the other way round."""
    return all(
        any(name == word or name.endswith(word) or word.endswith(name) for word in typed) for name in names
    )


class Places:
    """How often words stand among given names and among surnames, in the records that are compared."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()
        self._surnames: Counter[str] = Counter()

    def count(self, words: Collection[str], given: Iterable[str], surnames: Iterable[str]) -> None:
        """Count one record."""
        self._given.update({*given}.intersection(words))
        self._surnames.update({*surnames}.intersection(words))

    def mostly_given(self, word: str) -> bool:
        """Whether the word is a given name more often than a surname."""
        return self._given[word] >= self._surnames[word]

    def bits(self, word: str, *, given: bool) -> float:
        """What it costs that the word stands here: 0 where it mostly does, else how much rarer that is."""
        most = max(self._given[word], self._surnames[word])
        here = self._given[word] if given else self._surnames[word]
        return log2((here + 1) / (most + 1))
