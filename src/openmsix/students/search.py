"""Finding a child from whatever is known: parts of names, a birth date, an identifier, in any order and
spelling.

Indexes propose children (words by a GIN index, birth dates and identifiers by B-tree and GIN); the ranker,
pure Python, decides which answer and in which order. Only what the hat may reach is ever looked at.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise

from django.db import transaction

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.audit import actions as audit
from openmsix.deadlines import clock
from openmsix.identity.queries import living
from openmsix.places.states import states
from openmsix.students.candidates import Filters, Proposals
from openmsix.students.models import Child, SearchRow, SearchWord, Vocabulary
from openmsix.students.question import Question, read
from openmsix.students.rank import Rank, Reason, Row, Typed, Why, rank
from openmsix.students.vocabulary import Copy, How, Meanings, Words
from openmsix.students.words import name_words

SHOWN = 50


@dataclass(frozen=True)
class Relative:
    """Another child of what seems to be the same family: the same mother and surname."""

    ref: str
    name: str
    birth_date: date | None
    is_twin: bool  # born the same day
    may_be_same: bool = False  # born the same day and called the same: perhaps no other child at all


@dataclass(frozen=True)
class Hit:
    """A child that was found, why, and who could be mistaken for it."""

    child: Child
    score: float
    reasons: tuple[Reason, ...]
    relatives: tuple[Relative, ...] = ()


@dataclass(frozen=True)
class Results:
    """What a search found, best first.

    `more`: there are others that are not shown. `others_left_out`: somebody fits names and birth date, so children
    of such names with quite another birth date were not looked for.
    """

    question: Question
    filters: Filters
    hits: tuple[Hit, ...]
    more: bool
    others_left_out: bool = False


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
    hits = _with_relatives(found.hits, by)
    return Results(question, filters, hits, found.more, found.others_left_out)


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
    now = [msix_id for msix_id in led_to.values() if msix_id]
    # Twelve digits that never were an MSIX ID may be a State's identifier.
    others = tuple(("", typed_id) for typed_id, msix_id in led_to.items() if not msix_id)
    question = replace(question, state_ids=tuple(dict.fromkeys((*question.state_ids, *others))))
    known = {child.msix_id: child for child in reachable.filter(msix_id__in=now)}
    hits = [_by_msix_id(child, question) for child in known.values()]
    words = _vocabulary()
    typed = [_typed(words, token, question.names) for token in question.names]
    proposals = Proposals(question, typed, filters, words, by)
    if question.is_empty:
        proposals.all_narrowed()
        ranked = {msix_id: Rank(0.0, ()) for msix_id in proposals.found}
    else:
        ranked = _ranked(proposals, question, typed, set(known))
    children = Child.objects.in_bulk(_best(ranked))
    hits.extend(
        Hit(child, ranked[msix_id].score, ranked[msix_id].reasons) for msix_id, child in children.items()
    )
    hits.sort(key=_order)
    return _Found(
        hits[:SHOWN],
        more=proposals.cut or len(ranked) + len(known) > SHOWN,
        others_left_out=any(found.fits for found in ranked.values()),
    )


def _ranked(
    proposals: Proposals, question: Question, typed: Sequence[Typed], known: set[str]
) -> dict[str, Rank]:
    """Who answers. Where somebody fits both names and birth date, namesakes born at another time are left out."""
    proposals.by_identifier()
    proposals.by_date()
    ranked = _rank_all(set(proposals.found) - known, question, typed)
    if any(found.fits for found in ranked.values()):
        return ranked
    before = set(proposals.found)
    proposals.by_names()
    return ranked | _rank_all(set(proposals.found) - before - known, question, typed)


def _rank_all(msix_ids: set[str], question: Question, typed: Sequence[Typed]) -> dict[str, Rank]:
    said = _rows(msix_ids)
    return {msix_id: found for msix_id, rows in said.items() if (found := rank(question, typed, rows))}


def _best(ranked: dict[str, Rank]) -> list[str]:
    """Those that may be among the shown: all of the score at which the list is cut, so that names can order
    them.
    """
    scores = sorted((found.score for found in ranked.values()), reverse=True)
    least = scores[min(SHOWN, len(scores)) - 1] if scores else 0.0
    return [msix_id for msix_id, found in ranked.items() if found.score >= least]


def _order(hit: Hit) -> tuple[object, ...]:
    child = hit.child
    return (
        -hit.score,
        child.last_name_1,
        child.last_name_2,
        child.first_name,
        child.birth_date or date.max,
        child.pk,
    )


def _by_msix_id(child: Child, question: Question) -> Hit:
    why = Why.MSIX_ID if child.msix_id in question.msix_ids else Why.FORMER_ID
    return Hit(child, 3.0, (Reason(why, found=child.msix_id),))


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
    fields = ("state_code", "ids", "birth_date", "given", "surnames", "parents")
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


def _with_relatives(hits: Sequence[Hit], by: Hat) -> tuple[Hit, ...]:
    families = {hit.child.family for hit in hits if hit.child.family}
    members: dict[str, list[Child]] = defaultdict(list)
    for child in (
        Child.objects.visible_to(by).filter(family__in=families).order_by("birth_date", "msix_id")[:500]
    ):
        members[child.family].append(child)
    return tuple(
        Hit(hit.child, hit.score, hit.reasons, _relatives(hit.child, members[hit.child.family]))
        for hit in hits
    )


def _relatives(child: Child, family: Iterable[Child]) -> tuple[Relative, ...]:
    """Brothers and sisters: a mother's name alone is common, so they must also share a State and not differ
    in the father.
    """
    return tuple(
        _relative(other, child)
        for other in family
        if other.pk != child.pk
        and set(other.states) & set(child.states)
        and (not other.father or not child.father or other.father == child.father)
    )[:4]


def _relative(other: Child, child: Child) -> Relative:
    same_day = other.birth_date is not None and other.birth_date == child.birth_date
    given = set(name_words(other.first_name)) & set(name_words(child.first_name))
    return Relative(other.ref, other.first_name, other.birth_date, same_day, same_day and bool(given))
