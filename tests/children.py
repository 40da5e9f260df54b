"""Children for tests, written through the models: what States said, and who is who."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any

from django.db import transaction

from openmsix.deadlines import clock
from openmsix.identity import rows as match_rows
from openmsix.identity.models import Link, MsixId, Origin, Reason
from openmsix.intake.models import Submission
from openmsix.records.models import ROWS, RecordVersion, StateRecord
from openmsix.students import actions

_numbers = count(1)

Rows = Sequence[Mapping[str, Any]]


def say(
    msix_id: str,
    state: str,
    state_student_id: str,
    who: Mapping[str, Any],
    *,
    said_at: date = date(2026, 10, 1),
    rebuild: bool = True,
    **rows: Rows,
) -> StateRecord:
    """A State says something about a child: demographics `who`, and rows by record type."""
    moment = clock.start_of(said_at)
    known, _ = StateRecord.objects.get_or_create(
        state_code=state,
        state_student_id=state_student_id,
        state_student_id_type="01",
        defaults={"first_seen": moment},
    )
    submission = _submission(state, moment)
    RecordVersion.objects.live().filter(state_record=known).update(
        closed_at=moment, closed_by_submission=submission
    )
    version = RecordVersion.objects.create(
        state_record=known,
        submission=submission,
        opened_at=moment,
        content_hash=next(_numbers).to_bytes(32, "big"),
        kinds=sum(1 << bit for bit, kind in enumerate(ROWS) if kind == "demographics" or rows.get(kind)),
        effective_end=moment,
        dictionary_version="2023",
        checks_version="1",
    )
    for kind, given in {"demographics": [who], **rows}.items():
        for ordinal, row in enumerate(given, start=1):
            ROWS[kind]._default_manager.create(version=version, ordinal=ordinal, **row)
    with transaction.atomic():
        match_rows.update(submission)
    link(known, msix_id)
    if rebuild:
        actions.rebuild(msix_ids=[msix_id])
    return known


def _submission(state: str, moment: datetime) -> Submission:
    return Submission.objects.create(
        ref=f"{state}-{next(_numbers)}",
        state_code=state,
        kind="delta",
        dictionary_version="2023",
        submission_date=moment,
        effective_begin=moment,
        effective_end=moment,
        parts_total=1,
        status="published",
        received_at=moment,
        received_by="test",
    )


def link(known: StateRecord, msix_id: str) -> None:
    """The state record belongs to this child from now on."""
    MsixId.objects.get_or_create(
        msix_id=msix_id, defaults={"minted_at": clock.now(), "origin": Origin.MINTED}
    )
    live = Link.objects.live().filter(state_record=known)
    if live.filter(msix_id=msix_id).exists():
        return
    live.update(closed_at=clock.now())
    Link.objects.create(
        state_record=known,
        state_code=known.state_code,
        msix_id=msix_id,
        opened_at=clock.now(),
        reason=Reason.NEW,
        decided_by="test",
    )


def silence(known: StateRecord) -> None:
    """The State withdraws the student."""
    submission = _submission(known.state_code, clock.now())
    RecordVersion.objects.live().filter(state_record=known).update(
        closed_at=clock.now(), closed_by_submission=submission
    )


def named(first: str, last: str, born: date | None, **more: Any) -> dict[str, Any]:
    """Demographics; `last` may hold two surnames divided by a slash."""
    last_1, _, last_2 = last.partition("/")
    return {
        "first_name": first,
        "last_name_1": last_1,
        "last_name_2": last_2 or None,
        "birth_date": born,
        "sex": "Female",
        **more,
    }


def enrolled(began: date, **more: Any) -> dict[str, Any]:
    """An enrollment in a basic school program."""
    return {"enrollment_date": began, "enrollment_type": "01", "grade_level": "06", **more}
