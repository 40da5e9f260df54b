"""Which children may answer a search: proposals from the indexes, generous but bounded. The ranker decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import islice
from typing import Any

from django.db import connection

from openmsix.accounts.hats import Hat
from openmsix.accounts.roles import Reach
from openmsix.deadlines import clock
from openmsix.matching.names import tokens
from openmsix.students.near_dates import likely_dates, near_dates
from openmsix.students.question import Question
from openmsix.students.rank import Typed
from openmsix.students.vocabulary import CLOSE, Copy, How, Meanings
from openmsix.students.words import NAME, PARENT, SCHOOL, school_words, without_zeros

MOST = 1500  # proposals of one way of asking
LONGEST_ID = 20  # characters of an identifier that a State may send, also of an alternate one
NAMES_OF_A_LETTER = 60
ENOUGH = 60  # with so many, wider ways of asking are left out


@dataclass(frozen=True)
class Filters:
    """What narrows a search. Empty fields narrow nothing."""

    state: str = ""
    age: int | None = None
    sex: str = ""
    parent: str = ""
    school: str = ""

    def __bool__(self) -> bool:
        return bool(self.kinds)

    @property
    def kinds(self) -> list[str]:
        """Which filters are set, for the audit: never their values."""
        return [field.name for field in fields(self) if getattr(self, field.name) not in ("", None)]


Condition = tuple[str, list[Any]]
NOTHING: Condition = ("false", [])


class Proposals:
    """Live children within a hat's reach and the filters, proposed one way after another.

    `found`: their MSIX IDs, in the order of proposal. `cut`: some had to be left out.
    """

    def __init__(
        self, question: Question, typed: Sequence[Typed], filters: Filters, words: Copy, by: Hat
    ) -> None:
        self._question = question
        self._typed = typed
        self._narrowed = [_reach(by), *_filters(filters, words)]
        self.found: dict[str, None] = {}
        self.cut = False

    def all_narrowed(self) -> None:
        """Everybody whom the filters leave."""
        self._add(("true", []))

    def by_identifier(self) -> None:
        """Children with one of the typed State identifiers."""
        if self._question.state_ids:
            identifiers = sorted(
                {form for _, identifier in self._question.state_ids for form in _with_zeros(identifier)}
            )
            self._add(
                ("c.msix_id in (select msix_id from students_searchrow where ids && %s)", [identifiers])
            )

    def by_date(self) -> None:
        """Children born then who have at least one of the names; and born nearly then, or in that year, with all names."""
        question, typed = self._question, _searchable(self._typed)
        some_name: list[Condition] = [_any(self._typed)] if typed else []
        every_name = [_has(word.own, word.parents) for word in typed]
        if question.born:
            self._add(_born("birth_date = any(%s)", [likely_dates(question)]), *some_name)
            if typed:
                self._add(_born("birth_date = any(%s)", [near_dates(question)]), *every_name)
        for year, month in question.months:
            self._add(_born("birth_date >= %s and birth_date < %s", _month(year, month)), *some_name)
        for year in question.years:
            self._add(
                _born("birth_date between %s and %s", [date(year, 1, 1), date(year, 12, 31)]), *every_name
            )

    def by_names(self) -> None:
        """First the words as typed, then what sounds alike or is a nickname, then beginnings and slips of a letter."""
        typed = _searchable(self._typed)
        if not typed:
            return
        found = 0
        for ways in (frozenset((How.EXACT,)), CLOSE, frozenset(How)):
            if found < ENOUGH:
                found = self._add(*(_has(word.own, word.parents, ways) for word in typed))
        if found < ENOUGH and len(typed) > 2:
            for left_out in typed:
                self._add(*(_has(word.own, word.parents, CLOSE) for word in typed if word is not left_out))

    def _add(self, *conditions: Condition) -> int:
        """Propose the children for which all conditions hold; how many there were."""
        every = [*conditions, *self._narrowed]
        where = " and ".join(f"({sql})" for sql, _ in every)
        values = [value for _, given in every for value in given]
        # Materialized: the planner must not walk the key in order just because only the first are wanted.
        statement = (
            f"with found as materialized (select c.msix_id from students_child c where c.live and {where})"  # noqa: S608
            " select msix_id from found order by msix_id limit %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values, MOST + 1])
            rows = cursor.fetchall()
        self.found.update((msix_id, None) for (msix_id,) in rows[:MOST])
        self.cut |= len(rows) > MOST
        return len(rows)


def _with_zeros(identifier: str) -> list[str]:
    """The identifier as typed; one of digits with every number of zeros that may stand before it."""
    bare = without_zeros(identifier)
    if not bare.isdecimal():
        return [identifier]
    return [identifier, *(bare.zfill(length) for length in range(len(bare), LONGEST_ID + 1))]


def _searchable(typed: Sequence[Typed]) -> list[Typed]:
    """The words that narrow anything. A single letter does not; if there is nothing else, two letters do, and stand for a
    few short names only: half the nation has a name with such a letter.
    """
    return [word for word in typed if len(word.word) > 1] or [_shortest(word) for word in typed[:2]]


def _shortest(typed: Typed) -> Typed:
    own, parents = (dict(islice(of.items(), NAMES_OF_A_LETTER)) for of in (typed.own, typed.parents))
    return Typed(typed.word, own, parents)


def _any(typed: Iterable[Typed]) -> Condition:
    words = {word for one in typed for word in _indexed(one.own, one.parents, frozenset(How))}
    return "c.words && %s", [sorted(words)]


def _has(own: Meanings, parents: Meanings, ways: frozenset[How] = frozenset(How)) -> Condition:
    return "c.words && %s", [sorted(_indexed(own, parents, ways))]


def _indexed(own: Meanings, parents: Meanings, ways: frozenset[How]) -> set[str]:
    return {f"{NAME}:{word}" for word, how in own.items() if how in ways} | {
        f"{PARENT}:{word}" for word, how in parents.items() if how in ways
    }


def _born(condition: str, values: list[Any]) -> Condition:
    return f"c.msix_id in (select msix_id from students_searchrow where {condition})", values  # noqa: S608


def _month(year: int, month: int) -> list[date]:
    following = date(year + month // 12, month % 12 + 1, 1)
    return [date(year, month, 1), following]


def _reach(by: Hat) -> Condition:
    if by.reach is Reach.ALL:
        return "true", []
    if by.reach is Reach.STATE and by.state_code:
        return "c.states @> %s", [[by.state_code]]
    return NOTHING


def _filters(filters: Filters, words: Copy) -> Iterable[Condition]:
    if filters.state:
        yield "c.states @> %s", [[filters.state]]
    if filters.age is not None:
        # Seen from the child: its birthday of that age lies behind it, the next one does not.
        today = clock.today()
        youngest, oldest = _years_before(today, filters.age), _years_before(today, filters.age + 1)
        yield _born("birth_date > %s and birth_date <= %s", [oldest, youngest])
    if filters.sex:
        yield (
            "c.msix_id in (select msix_id from students_searchrow where lower(sex) = lower(%s))",
            [filters.sex],
        )
    for token in tokens(filters.parent):
        yield _has({}, words.parents.meanings(token, fuzzy=True))
    for meant in school_meanings(filters.school, words) if filters.school else ():
        yield "c.words && %s", [sorted(f"{SCHOOL}:{found}" for found in meant)]


def school_meanings(asked: str, words: Copy) -> list[Meanings]:
    """For each word of a school that is asked for, the words that it may mean."""
    return [words.schools.meanings(word, fuzzy=True) for word in school_words(asked)]


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return (day - timedelta(days=1)).replace(year=day.year - years)
