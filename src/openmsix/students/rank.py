"""How well a child answers a search, and why: pure, deterministic, from the typed words and what the States
said.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from openmsix.matching.scorer import Record
from openmsix.students.question import Question
from openmsix.students.rank_weights import Extra, FullNames, Identified, Names, Weights, for_closeness
from openmsix.students.vocabulary import How, Meanings
from openmsix.students.words import without_zeros


class Why(StrEnum):
    """A reason why a child was found. `typed` and `found` of a `Reason` are the two words or dates it is
    about.
    """

    NAME = "name as typed"
    NICKNAME = "nickname"
    JOINED = "name written apart or together"
    SOUND = "name sounds alike"
    BEGINNING = "name begins so"
    LETTER = "a letter differs"
    PARENT = "parent's name"
    MISSING = "nothing like the typed word"
    SURNAMES_SWAPPED = "surnames in the other order"
    BORN = "birth date"
    DAY_AND_MONTH = "day and month swapped"
    DIGIT = "a digit of the birth date differs"
    MONTH = "birth month"
    YEAR = "birth year"
    OTHER_YEAR = "birthday in another year"
    MSIX_ID = "MSIX ID"
    FORMER_ID = "former MSIX ID"
    STATE_ID = "State identifier"
    SCHOOL_NOW = "enrolled in the school now"
    SCHOOL_UNTIL = "enrolled in the school until a day"
    SCHOOL_BEFORE = "enrolled in the school before another one"


@dataclass(frozen=True)
class Reason:
    """One reason."""

    why: Why
    typed: str = ""
    found: str = ""


@dataclass(frozen=True)
class Row:
    """What one state record says, as far as searches ask (a row of `SearchRow`)."""

    state_record_id: int
    state_code: str
    ids: Sequence[str]
    birth_date: date | None
    given: Sequence[str]
    surnames: Sequence[str]
    parents: Sequence[str]


@dataclass(frozen=True)
class Typed:
    """A typed word with the words it may mean: among children's own names and among parents'."""

    word: str
    own: Meanings
    parents: Meanings


@dataclass(frozen=True)
class Rank:
    """How well, in bits (`rank_weights`), and why. `fits`: names and a full birth date agree."""

    score: float
    reasons: tuple[Reason, ...]
    fits: bool = False


_HOW: Mapping[How, Why] = {
    How.EXACT: Why.NAME, How.NICKNAME: Why.NICKNAME, How.JOINED: Why.JOINED, How.SOUND: Why.SOUND,
    How.BEGINNING: Why.BEGINNING, How.LETTER: Why.LETTER,
}  # fmt: skip
_LEVELS: Mapping[str, Why] = {
    "same": Why.BORN, "same_default": Why.BORN, "day_and_month_swapped": Why.DAY_AND_MONTH,
    "one_digit": Why.DIGIT, "year_and_default": Why.YEAR, "year_only": Why.YEAR,
}  # fmt: skip
_NEARLY_THE_DATE = frozenset((Why.BORN, Why.DAY_AND_MONTH, Why.DIGIT))


def rank_all(
    question: Question,
    typed: Sequence[Typed],
    said: Mapping[str, Sequence[Row]],
    prepared: Callable[[list[int]], Mapping[int, Record]],
    *,
    own_state: str = "",
) -> dict[str, Rank]:
    """How well each child answers; who does not is left out.

    Args:
        question: what was typed.
        typed: its names, with what they may mean.
        said: the state records of each child, by its MSIX ID.
        prepared: gives the features of state records, for the scorer, by their ids.
        own_state: the State of the person who searches.
    """
    if not said:
        return {}
    found = {child: _Answer(question, typed, rows, own_state) for child, rows in said.items()}
    named = [one for one in found.values() if one.matches and not one.by_id]
    weights = Weights(
        {names for one in named for names in one.names},
        {*question.as_typed, *(row.birth_date for rows in said.values() for row in rows if row.birth_date)},
        prepared([row.state_record_id for one in named for row in one.rows]),
    )
    ranked = {child: one.ranked(weights) for child, one in found.items()}
    return {child: one for child, one in ranked.items() if one}


@dataclass(frozen=True)
class _Match:
    """The word of a child, or of a parent, that a typed word means."""

    word: str
    how: How
    found: str
    own: bool = True

    @property
    def reason(self) -> Reason:
        return Reason(_HOW[self.how] if self.own else Why.PARENT, self.word, self.found)


class _Answer:
    """What a child with these state records answers to a question."""

    def __init__(
        self, question: Question, typed: Sequence[Typed], rows: Sequence[Row], own_state: str
    ) -> None:
        self.question = question
        self.typed = typed
        self.rows = rows
        self.by_id = _state_id(question, rows, own_state)
        self.in_row = [_own_matches(typed, row) for row in rows]
        self.names = [_as_record(matches, row) for matches, row in zip(self.in_row, rows, strict=True)]
        self.matches = {match.word: match for word in typed if (match := self._best(word))}

    def _best(self, typed: Typed) -> _Match | None:
        """The closest of the child's own words in any state record, else of a parent's."""
        own = [matches[typed.word] for matches in self.in_row if typed.word in matches]
        parents = (
            _Match(typed.word, how, word, own=False)
            for row in self.rows
            for word in row.parents
            if (how := typed.parents.get(word))
        )
        return min(own or parents, key=lambda match: -match.how.closeness, default=None)

    def ranked(self, weights: Weights) -> Rank | None:
        """How well; None if the child does not answer."""
        if self.by_id:
            return self.by_id
        why, date_bits = _best_date(self.question, self.rows, weights)
        nearly = why is not None and why.why in _NEARLY_THE_DATE
        missing = len(self.typed) - len(self.matches)
        if not self.typed:
            return Rank(date_bits, (why,)) if why else None
        if not self.matches or missing > _most_missing(len(self.typed), nearly=nearly):
            return None
        bits = max(self._bits(place, weights) for place in range(len(self.rows)))
        fits = bool(self.question.born) and not missing and nearly
        return Rank(round(bits + date_bits, 4), (*self._reasons(), *filter(None, [why])), fits)

    def _bits(self, place: int, weights: Weights) -> float:
        """The bits of the names, seen from one of the state records."""
        names, matches = self.names[place], self.in_row[place]
        bits = weights.of_names(names, self.rows[place].state_record_id)
        weighed = {*names.given.meant, *names.surnames.meant}
        for typed in self.typed:
            match = matches.get(typed.word) or self.matches.get(typed.word)
            if match is None:
                bits += Extra.MISSING.bits
            elif not match.own:
                bits += Extra.PARENT.bits
            else:
                bits += for_closeness(match.how, typed.word, is_name=typed.word in typed.own)
                if match.found not in weighed and match.how is not How.BEGINNING:
                    bits += Extra.ANOTHER_NAME.bits
        return bits

    def _reasons(self) -> Iterable[Reason]:
        yield from (match.reason for match in self.matches.values())
        yield from (Reason(Why.MISSING, typed.word) for typed in self.typed if typed.word not in self.matches)
        if _swapped(self.matches.values(), self.rows):
            yield Reason(Why.SURNAMES_SWAPPED)


def _own_matches(typed: Iterable[Typed], row: Row) -> dict[str, _Match]:
    """For each typed word the closest of the child's own words in one state record."""
    found = {}
    for one in typed:
        matches = (
            _Match(one.word, how, word) for word in (*row.given, *row.surnames) if (how := one.own.get(word))
        )
        if best := min(matches, key=lambda match: -match.how.closeness, default=None):
            found[one.word] = best
    return found


def _as_record(matches: Mapping[str, _Match], row: Row) -> FullNames:
    """The typed words, each in the place that the word it means has in the state record; beginnings of words have none."""
    whole = [match for match in matches.values() if match.how is not How.BEGINNING]
    return FullNames(
        _names(match for match in whole if match.found not in row.surnames),
        _names(match for match in whole if match.found in row.surnames),
    )


def _names(matches: Iterable[_Match]) -> Names:
    """Two of the names; two typed words that mean one are one, together: `maria elena` for Mariaelena."""
    typed: dict[str, str] = {}
    for match in matches:
        typed[match.found] = typed.get(match.found, "") + match.word
    some = list(typed.items())[:2]
    return Names(tuple(word for _, word in some), tuple(found for found, _ in some))


def _most_missing(words: int, *, nearly: bool) -> int:
    """How many typed words may be without an answer: with the birth date at hand all but one."""
    if nearly:
        return words - 1
    return 1 if words > 2 else 0


def _state_id(question: Question, rows: Sequence[Row], own_state: str) -> Rank | None:
    found = (
        Rank(bits, (Reason(Why.STATE_ID, identifier, row.state_code),))
        for state_code, identifier in question.state_ids
        for row in rows
        if state_code in ("", row.state_code)
        if (bits := _closeness(state_code, identifier, row, own_state))
    )
    return max(found, key=lambda one: one.score, default=None)


def _closeness(state_code: str, identifier: str, row: Row, own_state: str) -> float:
    alone = Identified.OWN_STATE if row.state_code == own_state else Identified.ALONE
    bits = (Identified.WITH_ITS_STATE if state_code else alone).bits
    if identifier in row.ids:
        return bits
    zeroless = without_zeros(identifier)
    if any(without_zeros(known) == zeroless for known in row.ids):
        return bits + Identified.WITHOUT_ZEROS.bits
    return 0.0


def _swapped(matches: Iterable[_Match], rows: Iterable[Row]) -> bool:
    """Whether the surnames were typed in another order than every state record has them."""
    asked = [match.found for match in matches if match.own]
    orders = [[row.surnames.index(word) for word in asked if word in row.surnames] for row in rows]
    both = [order for order in orders if len(set(order)) > 1]
    return bool(both) and all(order != sorted(order) for order in both)


def _best_date(question: Question, rows: Iterable[Row], weights: Weights) -> tuple[Reason | None, float]:
    """The birth date of the child that answers best, and its bits; nothing asked weighs nothing."""
    born = sorted({row.birth_date for row in rows if row.birth_date})
    if not question.dated or not born:
        return None, 0.0
    found = [(bits, why, day) for day in born for why, bits in _readings(question, day, weights)]
    bits, why, day = max(found, key=lambda one: one[0])
    return (Reason(why, found=day.isoformat()) if why else None), bits


def _readings(question: Question, born: date, weights: Weights) -> Iterable[tuple[Why | None, float]]:
    """How a birth date answers each of the dates, months and years that were typed."""
    for typed in question.as_typed:
        level, bits = weights.of_dates(typed, born)
        yield _why(level, typed, born), bits
    for month in question.months:
        if month == (born.year, born.month):
            yield Why.MONTH, Extra.MONTH.bits
        else:
            yield _year_alone(month[0], born, weights)
    for year in question.years:
        yield (Why.YEAR, Extra.YEAR.bits) if year == born.year else _year_alone(year, born, weights)


def _year_alone(year: int, born: date, weights: Weights) -> tuple[Why | None, float]:
    same = year == born.year
    return (Why.YEAR if same else None), weights.of_date_level("year_only" if same else "different")


def _why(level: str, typed: date, born: date) -> Why | None:
    """The level of the birth date as a reason; where two parts of three agree, which."""
    if level != "two_parts":
        return _LEVELS.get(level)
    if (typed.year, typed.month) == (born.year, born.month):
        return Why.MONTH
    return Why.OTHER_YEAR if typed.year != born.year else Why.YEAR


def likely_dates(question: Question) -> list[date]:
    """The birth dates typed, and those with day and month swapped."""
    swapped = (_day(f"{typed:%Y%d%m}") for typed in question.born)
    return sorted({*question.born, *filter(None, swapped)})


def near_dates(question: Question) -> list[date]:
    """The birth dates with one digit wrong, or two digits changed about."""
    found: set[date] = set()
    for typed in question.born:
        digits = f"{typed:%Y%m%d}"
        forms = {digits[:at] + digit + digits[at + 1 :] for at in range(2, 8) for digit in "0123456789"}
        forms |= {digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(2, 7)}
        found |= {day for form in forms if (day := _day(form))}
    return sorted(found - set(likely_dates(question)))


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
