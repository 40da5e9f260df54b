"""Two state records that may be of one child, side by side, for those who decide whether they are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.audit import actions as audit
from openmsix.identity.models import Link
from openmsix.students.models import Child
from openmsix.students.queries import NotReachable, sources_of
from openmsix.students.values import SourceRecord


@dataclass(frozen=True)
class Side:
    """One of the two: the record as sent, the child to whom it is linked now, and the other records of that child."""

    source: SourceRecord
    child: Child
    others: tuple[SourceRecord, ...]


@transaction.atomic
def open_two(*, left: int, right: int, by: Hat, purpose: str) -> tuple[Side, Side]:
    """Both state records as sent, and a disclosure for each of the children that this hat was shown them.

    Raises:
        NotPermitted: the hat may not open records.
        NotReachable: one of the children is not within the hat's reach, or its State does not speak of the student any more.
    """
    by.check(Permission.OPEN_RECORD)
    links = dict(
        Link.objects.live().filter(state_record__in=[left, right]).values_list("state_record", "msix_id")
    )
    children = Child.objects.visible_to(by).in_bulk(links.values())
    for msix_id in sorted(children):
        audit.disclose(by=by, msix_id=msix_id, purpose=purpose, what="near match")
    return _side(left, links, children), _side(right, links, children)


@dataclass(frozen=True)
class Column:
    """One state record of a child that is shown beside others. `child`: to whom it is linked now."""

    source: SourceRecord
    child: Child


@transaction.atomic
def open_children(*, msix_ids: Collection[str], by: Hat, purpose: str, what: str) -> list[Column]:
    """All live records of these children as sent, and a disclosure for each child that this hat was shown them. `what`: for which question, "merge" or "split".

    Raises:
        NotPermitted: the hat may not open records.
        NotReachable: one of the children is not within the hat's reach.
    """
    by.check(Permission.OPEN_RECORD)
    children = Child.objects.visible_to(by).in_bulk(list(msix_ids))
    if set(children) != set(msix_ids):
        raise NotReachable("One of the children is not within reach.")
    for msix_id in sorted(children):
        audit.disclose(by=by, msix_id=msix_id, purpose=purpose, what=what)
    return [
        Column(source, children[msix_id])
        for msix_id in sorted(children)
        for source in sorted(sources_of(msix_id), key=lambda source: source.state_record_id)
    ]


def columns_of(sides: Iterable[Side]) -> list[Column]:
    """All records of the children of these sides, each once: the two first, then the others of each child."""
    sides = list(sides)
    found = {side.source.state_record_id: Column(side.source, side.child) for side in sides}
    for side in sides:
        for source in side.others:
            found.setdefault(source.state_record_id, Column(source, side.child))
    return list(found.values())


def standing(msix_ids: Iterable[str]) -> list[tuple[str, int, int | None]]:
    """Which records these children have, and which version of each is live: MSIX ID, state record, version (none for a record that its State closed). No personal data."""
    return staging.rows(
        """
        SELECT l.msix_id, l.state_record_id, v.id FROM identity_link l
        LEFT JOIN records_recordversion v ON v.state_record_id = l.state_record_id AND v.closed_at IS NULL
        WHERE l.closed_at IS NULL AND l.msix_id = ANY(%(ids)s) ORDER BY 1, 2
        """,
        {"ids": sorted(set(msix_ids))},
    )


def _side(record: int, links: dict[int, str], children: dict[str, Child]) -> Side:
    child = children.get(links.get(record, ""))
    sources = sources_of(child.msix_id) if child else []
    own = next((source for source in sources if source.state_record_id == record), None)
    if child is None or own is None:
        raise NotReachable("One of the two records is not within reach.")
    return Side(own, child, tuple(source for source in sources if source is not own))
