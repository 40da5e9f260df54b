"""How well a child answers a search, and why: pure, deterministic, from the typed words and what the States
said.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openmsix.matching.scorer import Record
from openmsix.students.question import Question
from openmsix.students.rank_fit import Fit, Places, is_whole
from openmsix.students.rank_reasons import Reason, Why
from openmsix.students.rank_weights import (
    MAY_BE_CHANCE,
    Extra,
    FullNames,
    Identified,
    Names,
    Weights,
    for_closeness,
)
from openmsix.students.vocabulary import How, Meanings
from openmsix.students.words import without_zeros


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
    """How wholly, how well, in bits (`rank_weights`), and why. `fits`: names and a full birth date agree."""

    score: float
    reasons: tuple[Reason, ...]
    fits: bool = False
    fit: Fit = Fit.NEARLY

    @property
    def standing(self) -> tuple[int, float]:
        """The greater stands first."""
        return self.fit, self.score


_HOW: Mapping[How, Why] = {
    How.EXACT: Why.NAME, How.NICKNAME: Why.NICKNAME, How.JOINED: Why.JOINED, How.SOUND: Why.SOUND,
    How.BEGINNING: Why.BEGINNING, How.LETTER: Why.LETTER,
}  # fmt: skip
_LEVELS: Mapping[str, Why] = {
    "same": Why.BORN, "same_default": Why.BORN, "day_and_month_swapped": Why.DAY_AND_MONTH,
    "one_digit": Why.DIGIT, "year_digit": Why.DIGIT, "day_differs": Why.MONTH, "year_and_default": Why.YEAR, "year_only": Why.YEAR,
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
    places = _places(typed, said)
    found = {child: _Answer(question, typed, rows, own_state, places) for child, rows in said.items()}
    named = [one for one in found.values() if one.matches and not one.by_id]
    weights = Weights(
        {*(names for one in named for names in one.names), *_lone(typed)},
        {*question.as_typed, *(row.birth_date for rows in said.values() for row in rows if row.birth_date)},
        prepared([row.state_record_id for one in named for row in one.rows]),
    )
    ranked = {child: one.ranked(weights) for child, one in found.items()}
    return {child: one for child, one in ranked.items() if one}


def _places(typed: Iterable[Typed], said: Mapping[str, Sequence[Row]]) -> Places:
    places, words = Places(), {one.word for one in typed}
    for rows in said.values():
        for row in rows:
            places.count(words, row.given, row.surnames)
    return places


def _lone(typed: Sequence[Typed]) -> list[FullNames]:
    """A word that was typed alone, as a given name and as a surname."""
    if len(typed) != 1:
        return []
    alone = Names((typed[0].word,), (typed[0].word,))
    return [FullNames(given=alone), FullNames(surnames=alone)]


@dataclass(frozen=True)
class _Match:
    """The word of a child, or of a parent, that a typed word means; `parts`: both, where two were typed as one."""

    word: str
    how: How
    found: str
    own: bool = True
    parts: tuple[str, ...] = ()

    @property
    def reason(self) -> Reason:
        return Reason(
            _HOW[self.how] if self.own else Why.PARENT, self.word, " ".join(self.parts) or self.found
        )

    @property
    def means(self) -> Mapping[str, str]:
        """The child's words, each with what was typed of it."""
        return {part: part for part in self.parts} or {self.found: self.word}

    @property
    def is_half(self) -> bool:
        """Whether two words were typed as one, of which the child has only one."""
        return self.how is How.JOINED and not self.parts and len(self.found) < len(self.word)

    @property
    def is_as_typed(self) -> bool:
        """Whether it is a word of the child's own, and nothing but the space differs."""
        return self.own and self.how in (How.EXACT, How.JOINED) and not self.is_half


class _Answer:
    """What a child with these state records answers to a question."""

    def __init__(
        self,
        question: Question,
        typed: Sequence[Typed],
        rows: Sequence[Row],
        own_state: str,
        places: Places,
    ) -> None:
        self.question = question
        self.typed = typed
        self.rows = rows
        self.places = places
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
        reasons = (*self._reasons(), *filter(None, [why]))
        return Rank(round(bits + date_bits, 4), reasons, fits, self._fit())

    def _fit(self) -> Fit:
        """How wholly, by the names alone: a birth date that was typed is weighed with them."""
        found = self.matches.values()
        as_typed = len(found) == len(self.typed) and all(match.is_as_typed for match in found)
        if self.question.dated or not as_typed:
            return Fit.NEARLY
        whole = any(
            len(matches) == len(self.typed)
            and is_whole(
                (*row.given, *row.surnames), {word for one in matches.values() for word in one.means}
            )
            for matches, row in zip(self.in_row, self.rows, strict=True)
        )
        return Fit.WHOLE if whole else Fit.AS_TYPED

    def _unusual(self, bits: float, place: int, weights: Weights) -> float:
        """The bits of the names, less where a word stands where it mostly does not; alone it is worth no more there."""
        if self.question.dated:
            return bits
        for match in self.in_row[place].values():
            if match.how is not How.EXACT:
                continue
            given, mostly_given = (
                match.found not in self.rows[place].surnames,
                self.places.mostly_given(match.word),
            )
            if given != mostly_given and len(self.typed) == 1:
                bits = min(bits, weights.of_word(match.word, given=mostly_given))
            bits += self.places.bits(match.word, given=given)
        return bits

    def _bits(self, place: int, weights: Weights) -> float:
        """The bits of the names, seen from one of the state records."""
        names, matches = self.names[place], self.in_row[place]
        bits = weights.of_names(names, self.rows[place].state_record_id)
        bits = self._unusual(bits, place, weights)
        weighed = {*names.given.meant, *names.surnames.meant}
        doubts: set[str] = set()  # both names of a parent are one
        for typed in self.typed:
            match = matches.get(typed.word) or self.matches.get(typed.word)
            if match is None:
                bits += Extra.MISSING.bits
                continue
            is_name = typed.own.get(typed.word) is How.EXACT
            if not match.own:
                doubts.add("parents")
                bits += Extra.PARENT.bits
                continue
            if match.is_half or (is_name and match.how in MAY_BE_CHANCE):
                doubts.add(typed.word)
            bits += for_closeness(match.how, typed.word, is_name=is_name)
            bits += Extra.HALF.bits if match.is_half else 0.0
            if match.found not in weighed and match.how is not How.BEGINNING:
                bits += Extra.ANOTHER_NAME.bits
        return bits + max(len(doubts) - 1, 0) * Extra.FURTHER_DOUBT.bits

    def _reasons(self) -> Iterable[Reason]:
        yield from (match.reason for match in self.matches.values())
        yield from (Reason(Why.MISSING, typed.word) for typed in self.typed if typed.word not in self.matches)
        if _swapped(self.matches.values(), self.rows):
            yield Reason(Why.SURNAMES_SWAPPED)


def _own_matches(typed: Iterable[Typed], row: Row) -> dict[str, _Match]:
    """For each typed word the closest of the child's own words in one state record."""
    found = {}
    for one in typed:
        words = [word for word in (*row.given, *row.surnames) if word in one.own]
        matches = [_Match(one.word, one.own[word], word, parts=_parts(one, word, words)) for word in words]
        if best := min(matches, key=lambda match: (-match.how.closeness, match.is_half), default=None):
            found[one.word] = best
    return found


def _parts(typed: Typed, first: str, words: Iterable[str]) -> tuple[str, ...]:
    """Both of the child's words of which the typed one is made, if it begins with this one."""
    if typed.own[first] is not How.JOINED:
        return ()
    return next(((first, second) for second in words if first + second == typed.word), ())


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
        for found, word in match.means.items():
            typed[found] = typed.get(found, "") + word
    some = list(typed.items())[:2]
    return Names(tuple(word for _, word in some), tuple(found for found, _ in some))


def _most_missing(words: int, *, nearly: bool) -> int:
    """How many typed words may be without an answer: with the birth date at hand all but one."""
    if nearly:
        return words - 1
    return 1 if words > 2 else 0


def _state_id(question: Question, rows: Sequence[Row], own_state: str) -> Rank | None:
    found = (
        Rank(bits, (Reason(Why.STATE_ID, identifier, row.state_code),), fit=Fit.IDENTIFIED)
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
    """Whether the surnames were typed in another order than every state record has them, names before them included."""
    asked = [word for match in matches if match.own for word in match.means]
    rows = list(rows)
    if any(_in_order(asked, (*row.given, *row.surnames)) for row in rows):
        return False
    orders = [[row.surnames.index(word) for word in asked if word in row.surnames] for row in rows]
    both = [order for order in orders if len(set(order)) > 1]
    return bool(both) and all(order != sorted(order) for order in both)


def _in_order(asked: Iterable[str], names: Sequence[str]) -> bool:
    """Whether all that is asked stands among the names, one after the other."""
    places = [names.index(word) if word in names else -1 for word in asked]
    return -1 not in places and places == sorted(places)


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
    """The level of the birth date as a reason; where the day agrees and one part more, which."""
    if level != "two_parts":
        return _LEVELS.get(level)
    return Why.OTHER_YEAR if typed.year != born.year else Why.YEAR
