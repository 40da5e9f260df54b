"""The words that occur, held in memory, and which of them a typed word may mean.

A process keeps its copy until the stamp in the database says that words were added.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from openmsix.matching.names import phonetic
from openmsix.students.short_names import other_forms
from openmsix.students.words import NAME, PARENT, SCHOOL

MOST_BEGINNINGS = 400  # a beginning such as "ma" stands for no more words than this


class How(StrEnum):
    """In which way a word that occurs is the word that was typed; the closest first."""

    EXACT = "exact"
    NICKNAME = "nickname"
    JOINED = "written apart or together"
    SOUND = "sounds alike"
    BEGINNING = "begins so"
    LETTER = "a letter differs"

    @property
    def closeness(self) -> float:
        """Between 0 and 1; 1 is the word itself."""
        return _CLOSENESS[self]


_CLOSENESS = {
    How.EXACT: 1.0, How.NICKNAME: 0.9, How.JOINED: 0.9, How.SOUND: 0.85, How.BEGINNING: 0.8, How.LETTER: 0.7,
}  # fmt: skip
CLOSE = frozenset((How.EXACT, How.NICKNAME, How.JOINED, How.SOUND))

Meanings = dict[str, How]


@dataclass
class Words:
    """The words of one kind."""

    words: list[str] = field(default_factory=list)  # in alphabetical order

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.words)

    @cached_property
    def _by_sound(self) -> Mapping[str, list[str]]:
        sounds: dict[str, list[str]] = defaultdict(list)
        for word in self.words:
            sounds[phonetic(word)].append(word)
        return sounds

    def meanings(self, typed: str, *, fuzzy: bool) -> Meanings:
        """The words that a typed word may mean, each with the closest way in which it may.

        `fuzzy`: also words that begin so, or differ in a letter (two in a long word).
        """
        found: Meanings = {}
        if typed in self._known:
            found[typed] = How.EXACT
        self._add(found, (word for word in sorted(other_forms(typed)) if word in self._known), How.NICKNAME)
        self._add(found, self._apart(typed), How.JOINED)
        if len(typed) > 2:
            self._add(found, self._by_sound.get(phonetic(typed), ()), How.SOUND)
        if fuzzy:
            self._add(found, self._beginning(typed), How.BEGINNING)
            if len(typed) > 3:
                most = 2 if len(typed) > 7 else 1
                near = process.extract(typed, self.words, scorer=OSA.distance, score_cutoff=most, limit=200)
                self._add(found, (word for word, _, _ in near), How.LETTER)
        return found

    def has(self, word: str) -> bool:
        """Whether the word occurs."""
        return word in self._known

    @staticmethod
    def _add(found: Meanings, words: Iterable[str], how: How) -> None:
        for word in words:
            found.setdefault(word, how)

    def _beginning(self, typed: str) -> list[str]:
        start = bisect_left(self.words, typed)
        end = bisect_left(self.words, typed + "\U0010ffff")
        return sorted(self.words[start:end], key=lambda word: (len(word), word))[:MOST_BEGINNINGS]

    def _apart(self, typed: str) -> list[str]:
        """The two words of which a typed one is made: `mariaelena`."""
        if typed in self._known:
            return []
        parts = ((typed[:cut], typed[cut:]) for cut in range(3, len(typed) - 2))
        return [word for first, last in parts if self.has(first) and self.has(last) for word in (first, last)]


@dataclass(frozen=True)
class Copy:
    """A copy of the vocabulary, as it was when the stamp was `version`."""

    version: int
    names: Words
    parents: Words
    schools: Words

    @classmethod
    def of(cls, version: int, words: Iterable[tuple[str, str]]) -> "Copy":
        """Sort (kind, word) pairs into a copy."""
        kinds: dict[str, list[str]] = defaultdict(list)
        for kind, word in words:
            kinds[kind].append(word)
        return cls(version, *(Words(sorted(kinds[kind])) for kind in (NAME, PARENT, SCHOOL)))
