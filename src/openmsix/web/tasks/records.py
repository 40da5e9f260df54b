"""The records of children as columns, for who decides whether they are of one child or of two."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from openmsix.accounts.hats import Hat
from openmsix.dictionary import dictionary
from openmsix.identity.merging import children_of
from openmsix.identity.models import Proposal
from openmsix.identity.queries import living_ids
from openmsix.identity.words import ProposalKind
from openmsix.students.beside import Column, open_children
from openmsix.students.compare import comparable
from openmsix.students.queries import NotReachable
from openmsix.students.values import SourceRecord


@dataclass(frozen=True)
class Line:
    """One element in all columns; `differs` if those that tell it disagree."""

    key: str
    values: list[Any]
    differs: bool


@dataclass(frozen=True)
class Records:
    """The columns, what they say about who the child is, and which state records are to go (`leaving`)."""

    columns: list[Column]
    lines: list[Line]
    leaving: frozenset[int]


def of_children(
    msix_ids: Iterable[str], hat: Hat, purpose: str, *, what: str, leaving: Iterable[int] = ()
) -> Records:
    """All records of these children. `what`: see `students.beside.open_children`.

    Raises:
        Http404: one of them is not within the hat's reach.
    """
    try:
        columns = open_children(msix_ids=list(msix_ids), by=hat, purpose=purpose, what=what)
    except NotReachable as error:
        raise Http404 from error
    return Records(columns, list(lines([column.source for column in columns])), frozenset(leaving))


def records_of(proposal: Proposal, hat: Hat, purpose: str, leaving: Iterable[int]) -> Records:
    """All records of the children that a proposal names, or made, as they are linked now."""
    asks = proposal.undoes or proposal
    what = "merge" if asks.kind == ProposalKind.MERGE else "split"
    return of_children(
        set(living_ids(children_of(proposal))["msix_id"]), hat, purpose, what=what, leaving=leaving
    )


def latest_of_each(records: Records) -> list[Column]:
    """Of each child the record said last; of one child that one of what is to leave it, and that one of what stays."""
    found: dict[tuple[str, bool], Column] = {}
    is_one = len({column.child.pk for column in records.columns}) == 1
    for column in records.columns:
        half = column.child.pk, is_one and column.source.state_record_id in records.leaving
        before = found.get(half)
        if before is None or column.source.said_at > before.source.said_at:
            found[half] = column
    return list(found.values())


def lines(sources: Iterable[SourceRecord]) -> Iterable[Line]:
    """What the records say about who the child is, one element after another; what none says is left out."""
    said = [(source.of("demographics") or ({},))[0] for source in sources]
    for key in dictionary().records["demographics"].columns:
        values = [row.get(key) for row in said]
        given = {comparable(value) for value in values if value not in (None, "")}
        if given and key not in ("student_record_id", "record_id"):
            yield Line(key, values, len(given) > 1)
