"""Finding a child from whatever is known: parts of names, a birth date, an identifier, in any order and
spelling.

Indexes propose children (words by a GIN index, birth dates and identifiers by B-tree and GIN); the ranker,
pure Python, decides which answer and in which order. Only what the hat may reach is ever looked at.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

import polars as pl
from django.db import transaction

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.accounts.roles import Reach
from openmsix.audit import actions as audit
from openmsix.deadlines import clock
from openmsix.identity import rows as match_rows
from openmsix.identity.digits import is_complete, is_in_form
from openmsix.identity.queries import living
from openmsix.matching.names import fold
from openmsix.matching.scorer import Record
from openmsix.places.states import states
from openmsix.students.candidates import Filters, Proposals, school_meanings
from openmsix.students.models import Child, SearchRow, SearchWord, Vocabulary
from openmsix.students.question import NotUnderstood, Question, read
from openmsix.students.rank import Rank, Row, Typed, rank_all
from openmsix.students.rank_fit import Fit
from openmsix.students.rank_reasons import Reason, Why
from openmsix.students.rank_weights import Extra, Identified
from openmsix.students.search_family import Relative, relatives_of
from openmsix.students.search_schools import stays_at
from openmsix.students.vocabulary import Copy, How, Meanings, Words
from openmsix.students.words import school_words

SHOWN = 50
NEARLY_AN_MSIX_ID = (10, 11, 13, 14)  # digits of a number that may be an MSIX ID with a slip


@dataclass(frozen=True)
class Hit:
    """A child that was found, why, and who could be mistaken for it."""

    child: Child
    rank: Rank
    relatives: tuple[Relative, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it was found."""
        return self.rank.reasons


class IdTrouble(StrEnum):
    """Why an identifier that was typed leads to nobody. The first two follow from the digits alone."""

    DIGIT = "its check digit does not fit, so a digit may be wrong"
    LENGTH = "an MSIX ID has 12 digits"
    UNKNOWN = "no record that may be seen has it"
    CLOSED = "no State speaks of the child any more"


@dataclass(frozen=True)
class Results:
    """What a search found, best first.

    `more`: there are others that are not shown. `others_left_out`: somebody fits names and birth date, so children
    of such names with quite another birth date were not looked for. `without_filters`: where the filters leave nobody,
    how many there are without them. `lost_ids`: MSIX IDs that lead to nobody. `may_be_school`: nobody was found, and
    all that was typed are words of schools.
    """

    question: Question
    filters: Filters
    hits: tuple[Hit, ...]
    more: bool
    others_left_out: bool = False
    without_filters: int = 0
    lost_ids: tuple[tuple[str, IdTrouble], ...] = ()
    may_be_school: bool = False

    @property
    def troubles(self) -> tuple[NotUnderstood, ...]:
        """The birth dates that were not understood; none where they were identifiers after all."""
        found = {reason.why for hit in self.hits for reason in hit.reasons}
        return () if Why.STATE_ID in found else self.question.troubles


@transaction.atomic
def search(text: str, filters: Filters, *, by: Hat) -> Results:
    """Find children. The audit keeps that somebody searched, by which kinds of words, and how many were
    found.

    Raises:
        NotPermitted: the hat may not search.
    """
    by.check(Permission.SEARCH_CHILDREN)
    question = read(text, today=clock.today(), states=frozenset(states()))
    found = _find(question, filters, by)
    audit.record(
        by=by,
        action="students:search:run",
        subject_type="search",
        subject_id="",
        detail={"by": question.kinds, "filters": filters.kinds, "found": len(found.hits), "more": found.more},
    )
    return Results(
        question,
        filters,
        _together(found.hits, relatives_of([hit.child for hit in found.hits], by)),
        found.more,
        found.others_left_out,
        0 if found.hits or not filters or question.is_empty else len(_find(question, Filters(), by).hits),
        tuple(_lost_ids(question, found.hits, by)),
        not found.hits and _may_be_school(text, filters),
    )


def _may_be_school(text: str, filters: Filters) -> bool:
    words = school_words(text)
    return bool(words) and not filters.school and all(map(_vocabulary().schools.has, words))


@dataclass(frozen=True)
class _Found:
    hits: list[Hit]
    more: bool = False
    others_left_out: bool = False


def _find(question: Question, filters: Filters, by: Hat) -> _Found:
    if question.is_empty and not filters:
        return _Found([])
    reachable = Child.objects.visible_to(by)
    led_to = {typed_id: living(typed_id) for typed_id in question.msix_ids}
    # Twelve digits that never were an MSIX ID may be a State's identifier.
    others = tuple(("", typed_id) for typed_id, msix_id in led_to.items() if not msix_id)
    question = replace(question, state_ids=tuple(dict.fromkeys((*question.state_ids, *others))))
    known = {child.msix_id: child for child in reachable.filter(msix_id__in=filter(None, led_to.values()))}
    hits = [_by_msix_id(known[now], typed) for typed, now in led_to.items() if now in known]
    words = _vocabulary()
    typed = [_typed(words, token, question.names) for token in question.names]
    proposals = Proposals(question, typed, filters, words, by)
    if question.is_empty:
        proposals.all_narrowed()
        ranked = {msix_id: Rank(0.0, ()) for msix_id in proposals.found}
    else:
        ranked = _ranked(proposals, question, typed, set(known), by)
    if filters.school:
        ranked = _in_school(ranked, school_meanings(filters.school, words))
    children = Child.objects.in_bulk(_best(ranked))
    hits.extend(Hit(child, ranked[msix_id]) for msix_id, child in children.items())
    hits.sort(key=_order)
    return _Found(
        hits[:SHOWN],
        more=proposals.cut or len(ranked) + len(known) > SHOWN,
        others_left_out=any(found.fits for found in ranked.values()),
    )


def _ranked(
    proposals: Proposals, question: Question, typed: Sequence[Typed], known: set[str], by: Hat
) -> dict[str, Rank]:
    """Who answers. Where somebody fits both names and birth date, namesakes born at another time are left out."""

    def ranks(msix_ids: set[str]) -> dict[str, Rank]:
        return rank_all(question, typed, _rows(msix_ids - known), _prepared, own_state=by.state_code)

    proposals.by_identifier()
    proposals.by_date()
    ranked = ranks(set(proposals.found))
    if any(found.fits for found in ranked.values()):
        return ranked
    before = set(proposals.found)
    proposals.by_names()
    return ranked | ranks(set(proposals.found) - before)


def _in_school(ranked: dict[str, Rank], asked: list[Meanings]) -> dict[str, Rank]:
    """Those with an enrollment in the school, which is a reason of its own; one that has ended weighs less."""
    stays = stays_at(ranked, asked)
    return {
        msix_id: replace(
            found,
            score=found.score + (0.0 if stays[msix_id].why is Why.SCHOOL_NOW else Extra.PAST_SCHOOL.bits),
            reasons=(*found.reasons, stays[msix_id]),
        )
        for msix_id, found in ranked.items()
        if msix_id in stays
    }


def _prepared(state_record_ids: list[int]) -> Mapping[int, Record]:
    """The features of state records, as the scorer compares them."""
    found = match_rows.some(pl.Series(state_record_ids, dtype=pl.Int64)) if state_record_ids else None
    return {} if found is None else {row["record_id"]: row for row in found.iter_rows(named=True)}


def _best(ranked: dict[str, Rank]) -> list[str]:
    """Those that may be among the shown: all of the standing at which the list is cut, so that names can order
    them.
    """
    standings = sorted((found.standing for found in ranked.values()), reverse=True)
    least = standings[min(SHOWN, len(standings)) - 1] if standings else (0, 0.0)
    return [msix_id for msix_id, found in ranked.items() if found.standing >= least]


def _order(hit: Hit) -> tuple[object, ...]:
    """The best first; of equals by name, however it is written."""
    child, (fit, score) = hit.child, hit.rank.standing
    return (
        -fit,
        -score,
        fold(child.last_name_1),
        fold(child.last_name_2),
        fold(child.first_name),
        child.birth_date or date.max,
        child.pk,
    )


def _by_msix_id(child: Child, typed: str) -> Hit:
    why = Why.MSIX_ID if child.msix_id == typed else Why.FORMER_ID
    reasons = (Reason(why, typed, child.msix_id),)
    return Hit(child, Rank(Identified.MSIX_ID.bits, reasons, fit=Fit.IDENTIFIED))


def _lost_ids(question: Question, hits: Sequence[Hit], by: Hat) -> Iterator[tuple[str, IdTrouble]]:
    """What to say of identifiers that lead to nobody."""
    led = {reason.typed for hit in hits for reason in hit.reasons}
    for typed in question.msix_ids:
        if typed not in led:
            yield typed, id_trouble(typed, by)
    for state_code, identifier in question.state_ids:
        is_number = not state_code and identifier.isdecimal() and identifier not in question.msix_ids
        if is_number and len(identifier) in NEARLY_AN_MSIX_ID and identifier not in led:
            yield identifier, IdTrouble.LENGTH


def id_trouble(typed: str, by: Hat) -> IdTrouble:
    """Why an MSIX ID that was typed leads to nobody whom the hat may see. What the digits alone tell gives nobody away; that a child was here and is closed is told only to
    those whose role reaches every child.
    """
    if not is_in_form(typed):
        return IdTrouble.LENGTH
    if by.reach is Reach.ALL and Child.objects.filter(pk=living(typed) or "", live=False).exists():
        return IdTrouble.CLOSED
    return IdTrouble.UNKNOWN if is_complete(typed) else IdTrouble.DIGIT


def _together(hits: Sequence[Hit], relatives: Mapping[str, tuple[Relative, ...]]) -> tuple[Hit, ...]:
    """The hits with their relatives; twins stand beside each other, where the better of them stands."""
    left = {hit.child.pk: replace(hit, relatives=relatives.get(hit.child.pk, ())) for hit in hits}
    ordered: list[Hit] = []
    for hit in hits:
        if first := left.pop(hit.child.pk, None):
            twins = (other.child.pk for other in first.relatives if other.is_twin)
            ordered += [first, *filter(None, (left.pop(twin, None) for twin in twins))]
    return tuple(ordered)


def _typed(words: Copy, token: str, all_tokens: Sequence[str]) -> Typed:
    return Typed(
        token, _meanings(words.names, token, all_tokens), _meanings(words.parents, token, all_tokens)
    )


def _meanings(words: Words, token: str, all_tokens: Sequence[str]) -> Meanings:
    """What a typed word may mean, also together with the word typed before or after it: `maria elena`."""
    found = words.meanings(token, fuzzy=True)
    for first, second in pairwise(all_tokens):
        if token in (first, second) and words.has(first + second):
            found.setdefault(first + second, How.JOINED)
    return found


def _rows(msix_ids: Iterable[str]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    fields = ("state_record_id", "state_code", "ids", "birth_date", "given", "surnames", "parents")
    found = SearchRow.objects.filter(child__in=list(msix_ids)).order_by("state_record_id")
    for msix_id, *said in found.values_list("child_id", *fields):
        rows[msix_id].append(Row(*said))
    return rows


def _vocabulary() -> Copy:
    """The words as they are now; read anew only when the stamp has changed."""
    stamp = Vocabulary.objects.values_list("version", flat=True).first() or 0
    return _copy(stamp)


@lru_cache(maxsize=1)
def _copy(version: int) -> Copy:
    return Copy.of(version, SearchWord.objects.values_list("kind", "word").iterator(chunk_size=50_000))
