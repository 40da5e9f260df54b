"""What somebody typed into the one search box, taken apart: names, birth dates, MSIX IDs, State identifiers."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from openmsix.identity.digits import is_complete
from openmsix.matching.names import fold, tokens
from openmsix.students.words import folded_id

OLDEST_BIRTH_YEAR = 1980
LONGEST = 200  # characters that are read

_MONTH_NAMES = """
jan january ene enero
feb february febrero
mar march marzo
apr april abr abril
may mayo
jun june junio
jul july julio
aug august ago agosto
sep sept september septiembre setiembre
oct october octubre
nov november noviembre
dec december dic diciembre
"""
_MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.strip().splitlines(), start=1)
    for name in names.split()
}

_WORD = r"[^\W\d_]+"
_NUMBERS = re.compile(r"(?<![\w-])(\d{1,4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{2,4})(?![\w-])")
_SPACED_NUMBERS = re.compile(r"(?<![\w-])(\d{1,4})\s+(\d{1,2})\s+(\d{2,4})(?![\w-])")
_DAY_FIRST = re.compile(
    rf"(?<!\w)(\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:de\s+)?({_WORD})\.?,?\s+(?:del?\s+)?(\d{{4}})(?!\w)"
)
_MONTH_FIRST = re.compile(rf"(?<!\w)({_WORD})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\w)")
_MONTH_AND_YEAR = re.compile(rf"(?<!\w)({_WORD})\.?,?\s+(?:del?\s+)?(\d{{4}})(?!\w)")
_EIGHT = re.compile(r"(?<!\w)(\d{8})(?!\w)")
_YEAR = re.compile(r"(?<![\w-])((?:19|20)\d\d)(?![\w-])")
_DATE_BEFORE = r"(?!(?:(?:19|20)\d\d-\d\d-\d\d|\d\d-\d\d-(?:19|20)\d\d)\s)"
_MSIX_ID = re.compile(rf"(?<![\w-]){_DATE_BEFORE}(\d(?:[\s.\-‐‑‒–—]{{0,3}}\d){{11}})(?![\w-])")
_STATE_ID = re.compile(
    r"(?<!\w)([A-Za-z]{2})[\s:#-]+((?=[A-Za-z0-9-]*\d)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)(?!\w)"
)
_STATE_AND_TWELVE = re.compile(r"(?<!\w)([A-Za-z]{2})[\s:#-]+(\d(?:[\s-]?\d){11})(?![\w-])")
_STATE_JOINED = re.compile(r"([A-Z]{2})(\d+)")
_OTHER_ID = re.compile(r"(?<!\w)((?=[A-Za-z0-9-]*\d)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)(?!\w)")


class Reading(StrEnum):
    """How certain a reading of a typed date is."""

    AS_TYPED = "as typed"
    OTHER_ORDER = "day and month in the other order"


class Trouble(StrEnum):
    """Why a birth date cannot be used as it was typed."""

    NO_SUCH_DAY = "there is no such day"
    FUTURE = "it is in the future"
    TOO_OLD = "nobody born then is a child now"
    TWO_DATES = "two birth dates contradict each other"


@dataclass(frozen=True)
class NotUnderstood:
    """A part of the text that was not used as it was typed; `typed` is empty where the whole is meant."""

    trouble: Trouble
    typed: str = ""


@dataclass(frozen=True)
class Question:
    """A search, taken apart.

    `names`: folded tokens, particles joined. `born`: the readings of the birth dates, the likeliest first.
    `months`: year and month where no day was typed. `state_ids`: State (empty if none was typed) and folded
    identifier. `troubles`: birth dates that could not be used; what could be of them, a year or a month, is among the others.
    """

    names: tuple[str, ...] = ()
    born: dict[date, Reading] = field(default_factory=dict)
    months: tuple[tuple[int, int], ...] = ()
    years: tuple[int, ...] = ()
    msix_ids: tuple[str, ...] = ()
    state_ids: tuple[tuple[str, str], ...] = ()
    troubles: tuple[NotUnderstood, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed by which a child could be found."""
        return not (self.names or self.dated or self.msix_ids or self.state_ids)

    @property
    def as_typed(self) -> tuple[date, ...]:
        """The birth dates in the likeliest reading."""
        return tuple(day for day, reading in self.born.items() if reading is Reading.AS_TYPED)

    @property
    def dated(self) -> bool:
        """Whether a birth date, or a part of one, was typed."""
        return bool(self.born or self.months or self.years)

    @property
    def kinds(self) -> list[str]:
        """What kinds of things were typed, for the audit: never the things themselves."""
        found = {
            "name": self.names,
            "birth date": self.dated,
            "MSIX ID": self.msix_ids,
            "State ID": self.state_ids,
        }
        return [kind for kind, typed in found.items() if typed]


def read(text: str, *, today: date, states: frozenset[str]) -> Question:
    """Take a search text apart; `states` are the postal codes that may stand before an identifier.

    A number may be read in several ways (a date and an identifier); then all of them count. What no pattern
    claims is a name.
    """
    digits = (str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text[:LONGEST])
    rest = _Rest("".join(digits), today, states)
    msix_ids = rest.take_twelve_digits()
    rest.take_dates()
    rest.take_identifiers()
    rest.settle_dates()
    return Question(
        names=tuple(dict.fromkeys(tokens(rest.text))),
        born=rest.born,
        months=tuple(rest.months),
        years=tuple(rest.years),
        msix_ids=msix_ids,
        state_ids=tuple(dict.fromkeys(rest.state_ids)),
        troubles=tuple(dict.fromkeys(rest.troubles)),
    )


class _Rest:
    """What of the text nothing has claimed yet, and what was found in the rest."""

    def __init__(self, text: str, today: date, states: frozenset[str]) -> None:
        self.text = text
        self.today = today
        self.states = states
        self.born: dict[date, Reading] = {}
        self.days: list[frozenset[date]] = []  # the readings of each birth date that was typed
        self.months: list[tuple[int, int]] = []
        self.years: list[int] = []
        self.state_ids: list[tuple[str, str]] = []
        self.troubles: list[NotUnderstood] = []

    def take(self, pattern: re.Pattern[str]) -> list[tuple[str, ...]]:
        """The groups of all matches, which leave the text."""
        found = [match.groups() for match in pattern.finditer(self.text)]
        self.text = pattern.sub(" ", self.text)
        return found

    def _take_if(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Each match; the caller blanks those it can use."""
        yield from list(pattern.finditer(self.text))

    def _blank(self, match: re.Match[str]) -> None:
        self.text = (
            self.text[: match.start()] + " " * (match.end() - match.start()) + self.text[match.end() :]
        )

    def take_twelve_digits(self) -> tuple[str, ...]:
        """The MSIX IDs. Some States' identifiers have 12 digits too: after a State it is first one of these."""
        found = []
        for match in self._take_if(_STATE_AND_TWELVE):
            if match[1].upper() in self.states:
                digits = folded_id(match[2])
                self.state_ids.append((match[1].upper(), digits))
                found.append(digits)
                self._blank(match)
        for match in self._take_if(_MSIX_ID):
            if not self._is_three_years(match[1]):
                found.append(folded_id(match[1]))
                self._blank(match)
        return tuple(found)

    def _is_three_years(self, typed: str) -> bool:
        """Whether the digits are birth years beside each other: each may be one, and they are no MSIX ID made here."""
        years = typed.split()
        return all(
            len(year) == 4 and year.isdecimal() and self._is_birth_year(int(year)) for year in years
        ) and not is_complete(folded_id(typed))

    def take_dates(self) -> None:
        """Birth dates in numbers and in words, then months, eight digits and years."""
        self._take_numbers()
        for pattern, day_at, month_at in ((_DAY_FIRST, 1, 2), (_MONTH_FIRST, 2, 1)):
            for match in self._take_if(pattern):
                if month := _MONTHS.get(fold(match[month_at])):
                    self._born_or_trouble(match, [(int(match[3]), month, int(match[day_at]))])
        for match in self._take_if(_MONTH_AND_YEAR):
            if month := _MONTHS.get(fold(match[1])):
                self._month_or_trouble(match, int(match[2]), month)
        for match in self._take_if(_EIGHT):
            digits = match[1]
            year, first, second = int(digits[:4]), int(digits[4:6]), int(digits[6:])
            self._born((year, first, second), (year, second, first))
            first, second, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
            self._born((year, first, second), (year, second, first))
        for match in self._take_if(_YEAR):
            if self._is_birth_year(int(match[1])):
                self.years.append(int(match[1]))
                self._blank(match)
            else:  # it stays in the text: it may be an identifier
                self._trouble(match, [(int(match[1]), 1, 1)])

    def _take_numbers(self) -> None:
        for match in self._take_if(_NUMBERS):
            readings = _in_numbers(match[1], match[2], match[3], self.today)
            if not self._born_or_trouble(match, readings) and "-" in match[0]:
                self.state_ids.append(("", folded_id(match[0])))
        for match in self._take_if(_SPACED_NUMBERS):
            if self._born(*_in_numbers(match[1], match[2], match[3], self.today)):
                self._blank(match)

    def take_identifiers(self) -> None:
        """State identifiers: with their State before them, or any word with a digit in it."""
        for match in self._take_if(_STATE_ID):
            if match[1].upper() in self.states:
                # The letters may also belong to the identifier itself: "TX-4471902".
                self.state_ids += [(match[1].upper(), folded_id(match[2])), ("", folded_id(match[0]))]
                self._blank(match)
        for (found,) in self.take(_OTHER_ID):
            identifier = folded_id(found)
            if (joined := _STATE_JOINED.fullmatch(identifier)) and joined[1] in self.states:
                self.state_ids.append((joined[1], joined[2]))
            if len(found) > 2:
                self.state_ids.append(("", identifier))

    def settle_dates(self) -> None:
        """Say that birth dates contradict each other; forget a year or month that only repeats a date."""
        sets = [{(day.year, day.month) for day in days} for days in self.days]
        months = {*self.months}
        contradict = (
            (bool(self.days) and not frozenset.intersection(*self.days))
            or len(months) > 1
            or len({*self.years}) > 1
            or any(not months & days for days in sets if months)
            or any(year not in {of for of, _ in days} for year in self.years for days in (*sets, *filter(None, [months])))
        )  # fmt: skip
        if contradict:
            self.troubles.append(NotUnderstood(Trouble.TWO_DATES))
        elif self.days:
            self.months, self.years = [], []

    def _is_birth_year(self, year: int) -> bool:
        return OLDEST_BIRTH_YEAR <= year <= self.today.year

    def _born(self, *readings: tuple[int, int, int]) -> bool:
        """Keep the readings that are days on which a child can be born; whether there was any."""
        found = [day for day in _days(readings) if self._is_birth_year(day.year) and day <= self.today]
        for day in found:
            self.born.setdefault(day, Reading.OTHER_ORDER if day != found[0] else Reading.AS_TYPED)
        if found:
            self.days.append(frozenset(found))
        return bool(found)

    def _born_or_trouble(self, match: re.Match[str], readings: list[tuple[int, int, int]]) -> bool:
        """Keep a birth date, or say why it is none and keep what can be used of it."""
        self._blank(match)
        if self._born(*readings):
            return True
        self._trouble(match, readings)
        year = readings[0][0]
        months = [month for _, month, _ in readings if 1 <= month <= 12]
        if not self._is_birth_year(year):
            return False
        if months and not _days(readings):
            self.months.append((year, months[0]))
        else:
            self.years.append(year)
        return False

    def _month_or_trouble(self, match: re.Match[str], year: int, month: int) -> None:
        self._blank(match)
        if self._is_birth_year(year) and (year, month) <= (self.today.year, self.today.month):
            self.months.append((year, month))
            return
        self._trouble(match, [(year, month, 1)])
        if self._is_birth_year(year):
            self.years.append(year)

    def _trouble(self, match: re.Match[str], readings: list[tuple[int, int, int]]) -> None:
        days = _days(readings)
        if not days:
            trouble = Trouble.NO_SUCH_DAY
        else:
            trouble = Trouble.FUTURE if min(days) > self.today else Trouble.TOO_OLD
        self.troubles.append(NotUnderstood(trouble, match[0].strip()))


def _days(readings: Iterable[tuple[int, int, int]]) -> list[date]:
    """The readings that are days at all."""
    days = []
    for reading in readings:
        with suppress(ValueError):
            days.append(date(*reading))
    return days


def _in_numbers(first: str, second: str, third: str, today: date) -> list[tuple[int, int, int]]:
    """The readings of three numbers, the likeliest first: year first, or month before day (United States), or
    day first.
    """
    if len(first) >= 3:
        return [(int(first), int(second), int(third)), (int(first), int(third), int(second))]
    year = int(third)
    if len(third) == 2:
        year += 2000 if year <= today.year % 100 else 1900
    return [(year, int(first), int(second)), (year, int(second), int(first))]
