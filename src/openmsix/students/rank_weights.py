"""What counts how much in a search, in bits: one bit more doubles the odds that this is the child that is meant.

Names and birth dates weigh what they weigh when records are linked: the trained model's weights, through the
scorer that links. Only what a search has and linking has not stands here, in `Extra`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from math import inf, log2
from typing import Any

import polars as pl

from openmsix.identity.model import in_use
from openmsix.matching.compare import BIRTH_DATE, GIVEN, MIDDLE, SURNAMES
from openmsix.matching.prepare import prepare
from openmsix.matching.scorer import LevelReached, Record, score
from openmsix.students.vocabulary import How

BIRTH_YEARS = 22  # birth through 21


class Extra(Enum):
    """What only a search has: its weight in bits, and what it is."""

    NICKNAME = -0.5, "a nickname or the full name was typed for the other"
    JOINED = -0.5, "a name was typed apart or together"
    SOUND = -2.5, "a typed name only sounds like the child's"
    LETTER = -4.0, "a letter of a typed name differs"
    BEGINNING = 1.0, "each typed letter of the beginning of a name, up to five"
    HALF = -6.0, "besides, two names were typed together and the child has only one of them"
    A_NAME_ITSELF = -4.0, "besides, for a sound, a beginning or a slip: what was typed is a name of its own"
    FURTHER_GIVEN = -0.5, "the child has a further given name that was not typed"
    FURTHER_SURNAME = -1.0, "the child has a further surname that was not typed"
    SECOND_SURNAME = -1.0, "besides, the one that was typed is the second"
    ANOTHER_NAME = 3.0, "a further name of the child, or one that only another of its state records has"
    PARENT = -2.0, "a typed name is a parent's and not the child's"
    FURTHER_DOUBT = (
        -6.0,
        "besides, for each further doubt: parents' names, half of what was typed, and a name of its own that is only nearly the child's are one each",
    )
    MISSING = -10.0, "a typed name is neither the child's nor a parent's"
    MONTH = log2(12 * BIRTH_YEARS), "the birth year and month agree and no day was typed"
    YEAR = log2(BIRTH_YEARS), "the birth year agrees and no more was typed"
    PAST_SCHOOL = -3.0, "the enrollment in the school that is asked for has ended"

    def __init__(self, bits: float, words: str) -> None:
        self.bits = bits
        self.words = words


class Identified(Enum):
    """Identifiers stand above all names and dates, in this order; the number only has to be beyond their reach."""

    WITH_ITS_STATE = 500.0, "a State and its Student Identifier"
    MSIX_ID = 400.0, "an MSIX ID, living or retired"
    OWN_STATE = 300.0, "an identifier alone, of the State of the person who searches"
    ALONE = 200.0, "an identifier alone, of another State"
    WITHOUT_ZEROS = -50.0, "from these: the zeros before it differ"

    def __init__(self, bits: float, words: str) -> None:
        self.bits = bits
        self.words = words


LONGEST_BEGINNING = 5
_COST: Mapping[How, float] = {
    How.EXACT: 0.0, How.NICKNAME: Extra.NICKNAME.bits, How.JOINED: Extra.JOINED.bits,
    How.SOUND: Extra.SOUND.bits, How.LETTER: Extra.LETTER.bits,
}  # fmt: skip
MAY_BE_CHANCE = frozenset((How.SOUND, How.BEGINNING, How.LETTER))


def for_closeness(how: How, typed: str, *, is_name: bool) -> float:
    """The bits for the way in which a typed word is the child's; `is_name`: somebody is called just what was typed."""
    other_name = Extra.A_NAME_ITSELF.bits if is_name and how in MAY_BE_CHANCE else 0.0
    if how is How.BEGINNING:
        return Extra.BEGINNING.bits * min(len(typed), LONGEST_BEGINNING) + other_name
    return _COST[how] + other_name


@dataclass(frozen=True)
class Names:
    """Typed names in the places that a record has for them, up to two of each kind, in typed order.

    `typed` as they were typed; `meant`: the child's own words that they stand for.
    """

    typed: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()


_ONE_OF_TWO = frozenset(SURNAMES.number(name) for name in ("paternal_same", "maternal_alone"))


@dataclass(frozen=True)
class FullNames:
    """Given names and surnames."""

    given: Names = Names()
    surnames: Names = Names()


class Weights:
    """The model's weights for what was typed. Features are prepared once for all that is compared.

    A record is compared in those parts that were typed: to leave out a middle name or a surname says nothing
    against a child, so far as it would in a record. What a slip or a sound stands for is compared as the word it stands for,
    but never worth more than the word that was typed.
    """

    def __init__(
        self, names: Iterable[FullNames], days: Iterable[date], prepared: Mapping[int, Record]
    ) -> None:
        """`names` and `days`: all that will be compared; `prepared`: features of state records by their id."""
        self._model = in_use()
        self._records = prepared
        every = {*names}
        self._asked = _prepared(
            [
                *((_GIVEN, words) for one in every for words in (one.given.typed, one.given.meant)),
                *((_SURNAMES, words) for one in every for words in (one.surnames.typed, one.surnames.meant)),
                *((_BIRTH_DATE, (day,)) for day in days),
            ]
        )
        self._named: dict[tuple[Names, str | None, str | None], float] = {}
        self._dates: dict[tuple[date, date], tuple[str, float]] = {}

    def of_names(self, names: FullNames, record_id: int) -> float:
        """The bits by which names agree with those of a state record."""
        record = self._records.get(record_id)
        if record is None:
            return 0.0
        return self._of(names.given, record, _OF_GIVEN, self._of_given) + self._of(
            names.surnames, record, _OF_SURNAMES, self._of_surnames
        )

    def of_word(self, word: str, *, given: bool) -> float:
        """The bits of a word that was typed alone and is the child's only given name, or surname."""
        elements, compared = (_GIVEN, GIVEN.name) if given else (_SURNAMES, SURNAMES.name)
        record = self._asked[elements, (word,)]
        return self._bits(record, record)[compared]

    def _of(
        self,
        names: Names,
        record: Record,
        features: tuple[str, str],
        weigh: Callable[[Names, Record], float],
    ) -> float:
        """Many records share their names: each comparison is made once."""
        if not names.typed:
            return 0.0
        one, two = (record[feature] for feature in features)
        key = (names, one, two)
        if key not in self._named:
            self._named[key] = weigh(names, record)
        return self._named[key]

    def _of_given(self, names: Names, record: Record) -> float:
        compared = (GIVEN.name, MIDDLE.name) if len(names.typed) > 1 else (GIVEN.name,)
        typed, meant = self._asked[_GIVEN, names.typed], self._asked[_GIVEN, names.meant]
        full, found = self._bits(typed, typed), self._bits(meant, record)
        further = len(names.typed) == 1 and record["given_2"] is not None
        bits = sum(min(found[name], full[name]) for name in compared)
        return bits + (Extra.FURTHER_GIVEN.bits if further else 0.0)

    def _of_surnames(self, names: Names, record: Record) -> float:
        typed, meant = self._asked[_SURNAMES, names.typed], self._asked[_SURNAMES, names.meant]
        full, whole = self._bits(typed, typed)[SURNAMES.name], self._bits(meant, record)[SURNAMES.name]
        if len(names.meant) > 1 or record["surname_2"] is None:
            return min(whole, full)
        if self._level(meant, record) in _ONE_OF_TWO:
            whole = -inf  # one surname of two is weighed alone, below, by its own rarity
        first, second = (self._bits(meant, _alone(record, place))[SURNAMES.name] for place in (1, 2))
        further = Extra.FURTHER_SURNAME.bits
        return max(
            min(whole, full),
            min(first, full) + further,
            min(second, full) + further + Extra.SECOND_SURNAME.bits,
        )

    def _level(self, left: Record, right: Record) -> int:
        return next(
            reached.level for reached in self._levels(left, right) if reached.comparison == SURNAMES.name
        )

    def _bits(self, left: Record, right: Record) -> Mapping[str, float]:
        return {reached.comparison: reached.weight for reached in self._levels(left, right)}

    def of_dates(self, typed: date, born: date) -> tuple[str, float]:
        """The level of the birth date, by its name, and its bits."""
        if (typed, born) not in self._dates:
            found = self._levels(self._asked[_BIRTH_DATE, (typed,)], self._asked[_BIRTH_DATE, (born,)])
            reached = next(level for level in found if level.comparison == BIRTH_DATE.name)
            level = BIRTH_DATE.level(reached.level)
            assert level is not None
            self._dates[typed, born] = (level.name, reached.weight)
        return self._dates[typed, born]

    def of_date_level(self, level: str) -> float:
        """The bits of a level of the birth date."""
        return self._model.weights[BIRTH_DATE.name][BIRTH_DATE.number(level)]

    def _levels(self, left: Record, right: Record) -> Sequence[LevelReached]:
        return score(left, right, self._model).levels


_GIVEN, _SURNAMES, _BIRTH_DATE = (
    ("first_name", "middle_name"),
    ("last_name_1", "last_name_2"),
    ("birth_date",),
)
_OF_GIVEN, _OF_SURNAMES = ("given_1", "given_2"), ("surname_1", "surname_2")


def _alone(record: Record, place: int) -> Record:
    """A record as if it had only one of its surnames."""
    name, key = record[f"surname_{place}"], record[f"surname_key_{place}"]
    return {
        **record,
        "surname_1": name, "surname_key_1": key, "surname_2": None, "surname_key_2": None,
        "surname_set": name, "surname_joined": name,
    }  # fmt: skip


_Said = tuple[tuple[str, ...], tuple[Any, ...]]  # elements, and values for the first of them


def _prepared(said: Iterable[_Said]) -> Mapping[_Said, Record]:
    """The features of what is said, all in one go: most of the cost is in the going."""
    every = dict.fromkeys(said)
    frame = pl.DataFrame(
        [
            {"record_id": number, **dict(zip(elements, values, strict=False))}
            for number, (elements, values) in enumerate(every)
        ],
        schema={
            "record_id": pl.Int64,
            "birth_date": pl.Date,
            **dict.fromkeys((*_GIVEN, *_SURNAMES), pl.String),
        },
    )
    return dict(zip(every, prepare(frame).iter_rows(named=True), strict=True)) if every else {}
