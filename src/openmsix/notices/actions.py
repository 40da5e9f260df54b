"""Noticing changes of residence: once for each child and arrival, whatever is sent again and in whichever order."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import polars as pl
from django.db import transaction

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.audit import actions as audit
from openmsix.deadlines import clock
from openmsix.deadlines.rules import rule
from openmsix.identity import actions as identity
from openmsix.identity import queries as identity_queries
from openmsix.intake.models import Submission

from . import entries
from .models import ChangeOfResidence
from .residence import Arrival, Presence, Told, new_ones

AT_ONCE = 1_000
"""So many children are looked at in one turn."""


def notice(*, submission: Submission, by: Hat) -> int:
    """Notice the changes of residence of the children of whom a linked submission said something; how many are new. Not to be called within a transaction."""
    answer(submission=submission)
    touched = identity_queries.touched(submission)
    noticed = 0
    for first in range(0, len(touched), AT_ONCE):
        # Looked up before the turn, which few children need.
        if moved := _found(touched[first : first + AT_ONCE]):
            noticed += notice_of(msix_ids=moved, by=by, submission=submission)
    return noticed


@transaction.atomic
def answer(*, submission: Submission) -> None:
    """Note of which changes of residence the former State has sent something new of the child with this submission, received after the notice."""
    staging.run(
        """
        UPDATE notices_changeofresidence c SET answered_at = %(received)s FROM records_recordversion v
        WHERE v.submission_id = %(submission)s AND c.before_id = v.state_record_id AND c.answered_at IS NULL AND c.noticed_at < %(received)s
        """,
        {"submission": submission.pk, "received": submission.received_at},
    )


@transaction.atomic
def notice_of(*, msix_ids: Iterable[str], by: Hat, submission: Submission | None = None) -> int:
    """Notice the changes of residence of these children; how many are new.

    Decided alone in the nation, from what the States say and who is who at that moment, so that no two submissions notice one arrival twice.
    """
    identity.take_turn()
    found = _unwritten([one for arrivals in _found(list(msix_ids)).values() for one in arrivals])
    if not found:
        return 0
    moment = clock.now()
    due = rule("change_of_residence", moment.date()).due(moment.date())
    states = dict(
        staging.rows(
            "SELECT id, state_code FROM records_staterecord WHERE id = ANY(%s)", [[one.before for one in found]]
        )
    )  # fmt: skip
    written = ChangeOfResidence.objects.bulk_create(
        ChangeOfResidence(
            record_id=one.record,
            before_id=one.before,
            from_state=states[one.before],
            from_district=one.from_district,
            to_state=one.state,
            to_district=one.to_district,
            left_after=one.after,
            arrived_on=one.day,
            noticed_at=moment,
            due_on=due,
            submission=submission,
        )
        for one in found
    )
    audit.record(
        by=by,
        action="notices:changes:noticed",
        subject_type="submission" if submission else "decision",
        subject_id=submission.ref if submission else "",
        detail={"changes": len(written)},
    )
    entries.keep([one.pk for one in written], submission=submission, by=by)
    return len(written)


def _unwritten(arrivals: list[Arrival]) -> list[Arrival]:
    """Those of which nothing is written yet, each record and day once: a record may have come to this child since it was."""
    records = [one.record for one in arrivals]
    written = set(ChangeOfResidence.objects.filter(record__in=records).values_list("record_id", "arrived_on"))
    once = {(one.record, one.day): one for one in arrivals}
    return [one for key, one in once.items() if key not in written]


def look_back() -> date:
    """The first day of an arrival of which the former State is still told."""
    today = clock.today()
    return today - timedelta(days=rule("arrival_noticed", today).limit)


def _found(msix_ids: Sequence[str]) -> dict[str, list[Arrival]]:
    """The arrivals that are to be noticed, by child; of each that has any."""
    since = look_back()
    told: dict[str, list[Told]] = defaultdict(list)
    presences = _presences(msix_ids, since)
    for msix_id, state, day in staging.rows(_TOLD, {"ids": list(presences)}):
        told[msix_id].append(Told(state, day))
    found = {msix_id: new_ones(known, told[msix_id], since) for msix_id, known in presences.items()}
    return {msix_id: arrivals for msix_id, arrivals in found.items() if arrivals}


_TOLD = """
    SELECT l.msix_id, c.to_state, c.arrived_on FROM identity_link l JOIN notices_changeofresidence c ON c.record_id = l.state_record_id
    WHERE l.closed_at IS NULL AND l.msix_id = ANY(%(ids)s)
"""

# Only of children of whom somebody lately told another place than before: the rest has no arrival to notice.
_PRESENCES = """
    WITH spoken AS MATERIALIZED (
      SELECT l.msix_id, r.id AS record, r.state_code, v.id AS version FROM identity_link l
      JOIN records_staterecord r ON r.id = l.state_record_id
      JOIN records_recordversion v ON v.state_record_id = r.id AND v.closed_at IS NULL
      WHERE l.closed_at IS NULL AND l.msix_id = ANY(%(ids)s)),
    presence AS MATERIALIZED (
      SELECT s.msix_id, e.enrollment_date AS day, s.state_code, s.record,
        CASE WHEN coalesce(e.enrollment_type, '01') IN ('01', '05', '06') THEN coalesce(e.school_district_id, '') ELSE '' END AS district
      FROM spoken s JOIN records_enrollment e ON e.version_id = s.version
      WHERE e.enrollment_date IS NOT NULL AND coalesce(e.facility_state, s.state_code) = s.state_code
      UNION ALL
      SELECT s.msix_id, m.qualifying_arrival_date, s.state_code, s.record, '' FROM spoken s JOIN records_qualifyingmove m ON m.version_id = s.version
      WHERE m.qualifying_arrival_date IS NOT NULL AND coalesce(m.to_state, s.state_code) = s.state_code)
    SELECT msix_id, day, state_code, record, district FROM presence WHERE msix_id IN (
      SELECT msix_id FROM (SELECT msix_id, day, state_code, district,
          lag(state_code) OVER (PARTITION BY msix_id ORDER BY day, state_code, record, district) AS state_before,
          lag(district) OVER (PARTITION BY msix_id, state_code, district = '' ORDER BY day, record, district) AS district_before FROM presence) p
      WHERE day >= %(since)s AND (state_code <> state_before OR district <> district_before))
    ORDER BY msix_id
"""


def _presences(msix_ids: Sequence[str], since: date) -> dict[str, list[Presence]]:
    rows = staging.read(
        _PRESENCES,
        {"msix_id": pl.String, "day": pl.Date, "state": pl.String, "record": pl.Int64, "district": pl.String},
        {"ids": list(msix_ids), "since": since},
    )
    found: dict[str, list[Presence]] = defaultdict(list)
    for msix_id, day, state, record, district in rows.iter_rows():
        found[msix_id].append(Presence(day, state, record, district or ""))
    return found
