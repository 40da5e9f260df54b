"""What somebody typed into the one search box, taken apart: names, birth dates, MSIX IDs, State identifiers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from openmsix.matching.names import fold, tokens
from openmsix.students.words import folded_id

OLDEST_BIRTH_YEAR = 1980

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
_DAY_FIRST = re.compile(
    rf"(?<!\w)(\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:de\s+)?({_WORD})\.?,?\s+(?:del?\s+)?(\d{{4}})(?!\w)"
)
_MONTH_FIRST = re.compile(rf"(?<!\w)({_WORD})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\w)")
_MONTH_AND_YEAR = re.compile(rf"(?<!\w)({_WORD})\.?,?\s+(?:del?\s+)?(\d{{4}})(?!\w)")
_EIGHT = re.compile(r"(?<!\w)(\d{8})(?!\w)")
_YEAR = re.compile(r"(?<![\w-])((?:19|20)\d\d)(?![\w-])")
_MSIX_ID = re.compile(r"(?<![\w-])(\d(?:[\s-]?\d){11})(?![\w-])")
_STATE_ID = re.compile(
    r"(?<!\w)([A-Za-z]{2})[\s:#-]+((?=[A-Za-z0-9-]*\d)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)(?!\w)"
)
_STATE_AND_TWELVE = re.compile(r"(?<!\w)([A-Za-z]{2})[\s:#-]+(\d(?:[\s-]?\d){11})(?![\w-])")
_OTHER_ID = re.compile(r"(?<!\w)((?=[A-Za-z0-9-]*\d)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)(?!\w)")


class Reading(StrEnum):
    """How certain a reading of a typed date is."""

    AS_TYPED = "as typed"
    OTHER_ORDER = "day and month in the other order"


@dataclass(frozen=True)
class Question:
    """A search, taken apart.

    `names`: folded tokens, particles joined. `born`: the readings of the birth dates, the likeliest first.
    `months`: year and month where no day was typed. `state_ids`: State (empty if none was typed) and folded
    identifier.
    """

    names: tuple[str, ...] = ()
    born: dict[date, Reading] = field(default_factory=dict)
    months: tuple[tuple[int, int], ...] = ()
    years: tuple[int, ...] = ()
    msix_ids: tuple[str, ...] = ()
    state_ids: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed by which a child could be found."""
        return not (self.names or self.dated or self.msix_ids or self.state_ids)

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
    rest = _Rest(text[:200], today, states)
    msix_ids = rest.take_twelve_digits()
    rest.take_dates()
    rest.take_identifiers()
    return Question(
        names=tuple(dict.fromkeys(tokens(rest.text))),
        born=rest.born,
        months=tuple(rest.months),
        years=tuple(rest.years),
        msix_ids=msix_ids,
        state_ids=tuple(dict.fromkeys(rest.state_ids)),
    )


class _Rest:
    """What of the text nothing has claimed yet, and what was found in the rest."""

    def __init__(self, text: str, today: date, states: frozenset[str]) -> None:
        self.text = text
        self.today = today
        self.states = states
        self.born: dict[date, Reading] = {}
        self.months: list[tuple[int, int]] = []
        self.years: list[int] = []
        self.state_ids: list[tuple[str, str]] = []

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
        return (*found, *(folded_id(typed) for (typed,) in self.take(_MSIX_ID)))

    def take_dates(self) -> None:
        """Birth dates in numbers and in words, then months, eight digits and years."""
        for match in self._take_if(_NUMBERS):
            if self._born(*_in_numbers(match[1], match[2], match[3], self.today)):
                self._blank(match)
        for pattern, day_at, month_at in ((_DAY_FIRST, 1, 2), (_MONTH_FIRST, 2, 1)):
            for match in self._take_if(pattern):
                month = _MONTHS.get(fold(match[month_at]))
                if month and self._born((int(match[3]), month, int(match[day_at]))):
                    self._blank(match)
        for match in self._take_if(_MONTH_AND_YEAR):
            if (month := _MONTHS.get(fold(match[1]))) and self._is_birth_year(int(match[2])):
                self.months.append((int(match[2]), month))
                self._blank(match)
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

    def take_identifiers(self) -> None:
        """State identifiers: with their State before them, or any word with a digit in it."""
        for match in self._take_if(_STATE_ID):
            if match[1].upper() in self.states:
                # The letters may also belong to the identifier itself: "TX-4471902".
                self.state_ids += [(match[1].upper(), folded_id(match[2])), ("", folded_id(match[0]))]
                self._blank(match)
        self.state_ids.extend(("", folded_id(found)) for (found,) in self.take(_OTHER_ID) if len(found) > 2)

    def _is_birth_year(self, year: int) -> bool:
        return OLDEST_BIRTH_YEAR <= year <= self.today.year

    def _born(self, *readings: tuple[int, int, int]) -> bool:
        """Keep the readings that are days on which a child can be born; whether there was any."""
        found = False
        for reading in readings:
            try:
                day = date(*reading)
            except ValueError:
                continue
            if self._is_birth_year(day.year) and day <= self.today:
                self.born.setdefault(day, Reading.OTHER_ORDER if found else Reading.AS_TYPED)
                found = True
        return found


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
