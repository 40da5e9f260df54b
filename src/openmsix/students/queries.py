"""Reading a child's record. There is one way in, and it writes down who was shown what, and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.audit import actions as audit
from openmsix.audit.models import Disclosure
from openmsix.deadlines import clock
from openmsix.dictionary import dictionary
from openmsix.identity import leading
from openmsix.identity.models import CandidatePair, Link, MsixId, PairStatus
from openmsix.identity.queries import living
from openmsix.places.queries import contact_for, names_of
from openmsix.records.models import ROWS, RecordVersion, StateRecord
from openmsix.students.consolidate import consolidate
from openmsix.students.models import Child
from openmsix.students.record import ConsolidatedRecord, ContactCard, NearMatch
from openmsix.students.record import Enrollment as Stay
from openmsix.students.values import LinkMade, SourceRecord

PICTURES_BELONG_TO_A_PAGE_FOR = timedelta(minutes=30)


class NotReachable(Exception):
    """There is no such child, or none within the hat's reach. The text names no child."""


class Moved(Exception):
    """The child's MSIX ID was retired into another, whose page has the address `ref`. `former` and `now`: the two MSIX IDs. `whole`: all its records are there."""

    def __init__(self, ref: str, *, former: str, now: str, whole: bool) -> None:
        super().__init__("This record is now part of another.")
        self.ref, self.former, self.now, self.whole = ref, former, now, whole


def _moved(ref: str, *, former: str, now: str) -> Moved:
    return Moved(ref, former=former, now=now, whole=leading.is_whole(former, now))


@transaction.atomic
def open_record(*, ref: str, by: Hat, purpose: str, what: str = "record") -> ConsolidatedRecord:
    """The consolidated record of a child, and a disclosure that this hat was shown it.

    `what`: the part or form of the record that is shown, for example "record", "courses", "summary print".

    Raises:
        NotPermitted: the hat may not open records.
        NotReachable: no such child, or not within the hat's reach.
        Moved: the child is now found under another address.
    """
    by.check(Permission.OPEN_RECORD)
    child = _child(ref, by)
    audit.disclose(by=by, msix_id=child.msix_id, purpose=purpose, what=what)
    return _record(child)


@transaction.atomic
def open_record_of(*, msix_id: str, by: Hat, purpose: str, what: str = "record") -> ConsolidatedRecord:
    """As `open_record`, for whoever has the MSIX ID of the child and not its address.

    Raises:
        NotPermitted, NotReachable, Moved: as `open_record`.
    """
    by.check(Permission.OPEN_RECORD)
    now = living(msix_id)
    reached = Child.objects.visible_to(by).filter(msix_id=now).values_list("ref", flat=True).first()
    if reached is None:
        raise NotReachable("No such child within reach.")
    if now != msix_id:
        raise _moved(reached, former=msix_id, now=now or "")
    return open_record(ref=reached, by=by, purpose=purpose, what=what)


@transaction.atomic
def record_for_picture(*, ref: str, by: Hat) -> ConsolidatedRecord:
    """The record for a chart on a page that this hat has just opened: the page's disclosure covers it.

    Raises:
        NotPermitted, NotReachable, Moved: as `open_record`; not reachable also without such a disclosure.
    """
    by.check(Permission.OPEN_RECORD)
    child = _child(ref, by)
    since = clock.now() - PICTURES_BELONG_TO_A_PAGE_FOR
    shown = Disclosure.objects.about([child.msix_id]).filter(
        actor_id=by.actor_id, hat=by.label, at__gte=since
    )
    if not shown.exists():
        raise NotReachable("No page with this picture was opened.")
    return _record(child)


def _child(ref: str, by: Hat) -> Child:
    child = Child.objects.visible_to(by).filter(ref=ref).first()
    if child is not None:
        return child
    former = Child.objects.filter(ref=ref, live=False).first()
    now = living(former.msix_id) if former is not None else None
    if former is not None and now is not None and now != former.msix_id:
        successor = Child.objects.visible_to(by).filter(msix_id=now).first()
        if successor is not None:
            raise _moved(successor.ref, former=former.msix_id, now=now)
    raise NotReachable("No such child within reach.")


def _record(child: Child) -> ConsolidatedRecord:
    sources = sources_of(child.msix_id)
    return consolidate(
        sources,
        msix_id=child.msix_id,
        ref=child.ref,
        today=clock.today(),
        contact_of=_contact,
        near_matches=tuple(_asked_about(sources).values()),
        places=names_of(_places_in(sources)),
    )


def _places_in(sources: Iterable[SourceRecord]) -> set[str]:
    """The numbers of districts and schools that stand in the records."""
    return {
        row[element.key]
        for kind, record in dictionary().records.items()
        for element in record.elements
        if element.place
        for source in sources
        for row in source.of(kind)
        if row.get(element.key)
    }


def _contact(latest: Stay | None, state_code: str) -> ContactCard | None:
    """Whom to call: the contact of the district of the latest enrollment, else of its State."""
    district = latest["school_district_id"] if latest else None
    contact = contact_for(district, latest.where if latest else state_code)
    if contact is None:
        return None
    return ContactCard(
        name=contact.name,
        title=contact.title,
        phone=contact.phone,
        email=contact.email,
        place=contact.place.name,
        level=contact.level,
    )


def sources_of(msix_id: str) -> list[SourceRecord]:
    """The live state records of a child as sent. Reads personal data: for `open_record` and checks only."""
    links = {link.state_record_id: link for link in Link.objects.live().of_child(msix_id)}
    known = RecordVersion.objects.live().filter(state_record__in=list(links))
    versions = list(known.select_related("submission", "state_record"))
    rows = _rows(versions)
    told = _told(links.values())
    return [_source(version, told[version.state_record_id], rows) for version in versions]


def _told(links: Iterable[Link]) -> dict[int, LinkMade]:
    """The links of a child by state record, in the words of the linkage model's levels.

    The record that decided is named only if it is the child's own: it may have been found to be another's since.
    """
    links = list(links)
    own = {link.state_record_id for link in links}
    decisive = own & {link.evidence.get("beside") for link in links}
    beside = {
        record.pk: (record.state_code, record.state_student_id)
        for record in StateRecord.objects.filter(pk__in=decisive)
    }
    return {
        link.state_record_id: LinkMade(
            reason=link.reason,
            made_at=link.opened_at,
            made_by=link.decided_by,
            beside=beside.get(link.evidence.get("beside", 0)),
            levels=_levels(link.evidence.get("levels") or {}),
            refused=tuple((link.evidence.get("refused") or {}).get("reasons") or ()),
        )
        for link in links
    }


def _levels(names: Mapping[str, str | None]) -> dict[str, str]:
    """Comparison -> name of the level that was reached; what had nothing to compare is left out."""
    return {name: level for name, level in names.items() if level and level != "missing"}


def _source(version: RecordVersion, link: LinkMade, rows: Mapping[tuple[int, str], Any]) -> SourceRecord:
    known = version.state_record
    return SourceRecord(
        state_record_id=known.pk,
        state_code=known.state_code,
        state_student_id=known.state_student_id,
        state_student_id_type=known.state_student_id_type,
        said_at=version.effective_end.astimezone(UTC).date(),
        rows={kind: tuple(rows.get((version.pk, kind), ())) for kind in ROWS},
        submission=version.submission.ref,
        dictionary_version=version.dictionary_version,
        msix_id_sent=version.msix_id_sent,
        link=link,
    )


def _rows(versions: Iterable[RecordVersion]) -> Mapping[tuple[int, str], list[dict[str, Any]]]:
    """The rows of these versions by version and record type, each with every element of the dictionary."""
    rows: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    with connection.cursor() as cursor:
        for bit, kind in enumerate(ROWS):
            having = [version.pk for version in versions if version.kinds >> bit & 1]
            if not having:
                continue
            keys, statement = _elements(kind)
            cursor.execute(statement, [having])
            for version_id, *values in cursor.fetchall():
                rows[version_id, kind].append(dict(zip(keys, values, strict=True)))
    return rows


@cache
def _elements(kind: str) -> tuple[tuple[str, ...], str]:
    """The stored elements of a record type in the order of the dictionary, and the statement that reads them."""
    table = ROWS[kind]._meta
    stored = {field.attname for field in table.concrete_fields}
    keys = tuple(element.key for element in dictionary().records[kind].elements if element.key in stored)
    columns, name = ", ".join(keys), table.db_table
    statement = (
        f"select version_id, {columns} from {name} where version_id = any(%s) order by version_id, ordinal"  # noqa: S608
    )
    return keys, statement


def near_children(record: ConsolidatedRecord, by: Hat) -> Mapping[NearMatch, tuple[str, ...]]:
    """The near matches of a record, with the addresses of those children whom this hat may open itself."""
    asked = _asked_about(record.sources)
    links = Link.objects.live().filter(state_record__in=list(asked)).values_list("state_record_id", "msix_id")
    msix_ids = dict(links)
    reached = Child.objects.visible_to(by) if by.may(Permission.OPEN_RECORD) else Child.objects.none()
    refs = dict(reached.filter(pk__in=msix_ids.values()).values_list("pk", "ref"))
    found: dict[NearMatch, list[str]] = {near: [] for near in asked.values()}
    for state_record, near in asked.items():
        ref = refs.get(msix_ids.get(state_record, ""))
        if ref and ref not in found[near]:
            found[near].append(ref)
    return {near: tuple(addresses) for near, addresses in found.items()}


def _asked_about(sources: Iterable[SourceRecord]) -> dict[int, NearMatch]:
    """The other live state records of which people are asked whether they are the same child, by State."""
    own = {source.state_record_id for source in sources}
    pairs = CandidatePair.objects.filter(Q(left__in=own) | Q(right__in=own), status=PairStatus.OPEN)
    asked: dict[int, date] = {}
    for left, right, opened_at in pairs.order_by("-opened_at").values_list(
        "left_id", "right_id", "opened_at"
    ):
        asked.update((side, opened_at.astimezone(UTC).date()) for side in (left, right) if side not in own)
    live = RecordVersion.objects.live().filter(state_record__in=list(asked))
    others = live.values_list("state_record__state_code", "state_record_id")
    return {record: NearMatch(state, asked[record]) for state, record in sorted(others)}


@dataclass(frozen=True)
class Opened:
    """A child, and when it was opened last."""

    child: Child
    at: datetime


def recently_opened(by: Hat, *, most: int = 8) -> list[Opened]:
    """The children whose record this person opened last, the latest first, as far as the hat still reaches
    them.
    """
    if by.actor_id is None or not by.may(Permission.OPEN_RECORD):
        return []
    shown = Disclosure.objects.filter(actor_id=by.actor_id).order_by("-at", "-id")
    latest: dict[str, datetime] = {}
    for msix_id, at in shown.values_list("msix_id", "at")[:400]:
        latest.setdefault(msix_id, at)
    children = Child.objects.visible_to(by).in_bulk(list(latest)[: most * 2])
    return [Opened(children[msix_id], at) for msix_id, at in latest.items() if msix_id in children][:most]


def disclosures_about(msix_id: str) -> QuerySet[Disclosure]:
    """Who was shown the child's record, under this MSIX ID and those retired into it, the latest first."""
    ids, found = [msix_id], [msix_id]
    while found:
        found = list(MsixId.objects.filter(retired_into__in=found).values_list("pk", flat=True))
        ids.extend(found)
    return Disclosure.objects.about(ids).latest_first()
