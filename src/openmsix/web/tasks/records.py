"""The records of children as columns, for who decides whether they are of one child or of two."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from openmsix.accounts.hats import Hat
from openmsix.dictionary import dictionary
from openmsix.identity.models import Proposal
from openmsix.identity.queries import living_ids
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


def of_children(msix_ids: Iterable[str], hat: Hat, purpose: str, leaving: Iterable[int] = ()) -> Records:
    """All records of these children.

    Raises:
        Http404: one of them is not within the hat's reach.
    """
    try:
        columns = open_children(msix_ids=list(msix_ids), by=hat, purpose=purpose)
    except NotReachable as error:
        raise Http404 from error
    return Records(columns, list(lines([column.source for column in columns])), frozenset(leaving))


def records_of(proposal: Proposal, hat: Hat, purpose: str) -> Records:
    """All records of the children that a proposal names, as they are linked now."""
    named = proposal.children.values_list("msix_id", flat=True)
    split = proposal.undoes or proposal
    leaving = split.records.values_list("state_record", flat=True)
    return of_children(set(living_ids(named)["msix_id"]), hat, purpose, leaving)


def lines(sources: Iterable[SourceRecord]) -> Iterable[Line]:
    """What the records say about who the child is, one element after another; what none says is left out."""
    said = [(source.of("demographics") or ({},))[0] for source in sources]
    for key in dictionary().records["demographics"].columns:
        values = [row.get(key) for row in said]
        given = {comparable(value) for value in values if value not in (None, "")}
        if given and key not in ("student_record_id", "record_id"):
            yield Line(key, values, len(given) > 1)
