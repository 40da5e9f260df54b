"""Storing what a State said: the one way into the tables of this room."""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl
from django.db import transaction
from django.db.models import Max

from openmsix import locks, staging
from openmsix.accounts import context
from openmsix.accounts.hats import Hat
from openmsix.audit import actions as audit
from openmsix.deadlines import clock
from openmsix.intake.frames import Checked
from openmsix.intake.models import Change, Submission
from openmsix.records import compare, content
from openmsix.records.compare import Later
from openmsix.records.losses import lost_values
from openmsix.records.models import ROWS, STATE_RECORD_KEYS, RecordVersion, Row, StateRecord
from openmsix.records.tripwire import Closing

MOST_ROWS = 1 << 15
"""Of one kind in one version, since their numbers are small integers."""


@dataclass(frozen=True)
class Stored:
    """What a submission changed.

    `changes`: `seq`, `state_record_id` (null for a student that stays unknown) and `change` (a value of
    `intake.models.Change`) of each accepted student. `closed` counts those the State withdrew and, after a
    full submission, those it left out. `absent`: `state_record_id`, `state_student_id_type` and
    `state_student_id` of the latter. `lost`: see `records.losses`. `digest`: see `compare.digest`.
    """

    changes: pl.DataFrame
    absent: pl.DataFrame
    lost: pl.DataFrame
    digest: str
    new: int
    changed: int
    reopened: int
    closed: int
    unchanged: int
    older: int


def closing(*, submission: Submission, checked: Checked) -> Closing:
    """Which of the State's live students the submission would close or empty, before anything is stored.

    A student is emptied when a kind of record that was there (its courses, say) is not there any more. To be called in the
    transaction that then stores: it takes the State's turn, so that what was counted still holds when `store` writes, and
    stages the students for both.
    """
    take_turn(submission.state_code)
    versions = f"{submission.dictionary_version}/{checked.checks_version}"
    later = compare.later(submission)
    compare.stage(checked, content.summaries(_rows(checked), tuple(ROWS), versions), later)
    if not RecordVersion.objects.live().of_states(submission.state_code).exists():
        return Closing(would_close=0, live=0)
    ownerless = sum(1 << bit for bit, kind in enumerate(ROWS) if kind in checked.rows_of_nobody)
    return compare.closing(submission, later, tells_absence=checked.tells_absence, ownerless=ownerless)


def _rows(checked: Checked) -> dict[str, pl.DataFrame]:
    return {kind: frame for kind, frame in checked.records.items() if kind in ROWS}


@transaction.atomic
def store(*, submission: Submission, checked: Checked, by: Hat) -> Stored:
    """Store the accepted students of a submission: close what no longer holds, open what holds now.

    The same content again writes nothing in this room. Inserting and updating both replace the student's
    content as a whole; a deletion closes it; a student that comes back keeps its state record. In a full
    submission the live students of the State that are absent are closed; rejected ones count as present, by
    their identifier alone.
    What is older than the State's last word about a student is not used. `closing` comes before, in the same transaction:
    it staged the students.
    """
    later = compare.later(submission)
    made_after = _make_state_records(submission, later)
    compare.decide(submission, later, tells_absence=checked.tells_absence, made_after=made_after)
    _close(submission)
    opened = _open(submission, checked.checks_version)
    students = pl.int_range(1, checked.answers.height + 1, eager=True).alias("seq").to_frame()
    versions = students.join(opened, on="seq", how="left", maintain_order="left")["version_id"]
    written = {
        "records_staterecord": opened.height,
        "records_recordversion": opened.height,
        **{
            ROWS[kind]._meta.db_table: _write_rows(ROWS[kind], frame, versions)
            for kind, frame in _rows(checked).items()
        },
    }
    # After the transaction, since its locks would stop the other States' submissions until then.
    transaction.on_commit(lambda: staging.refresh_statistics(written))
    stored = _stored(lost_values(checked))
    audit.record(
        by=by,
        action="records:submission:stored",
        subject_type="submission",
        subject_id=submission.ref,
        detail={name: value for name, value in vars(stored).items() if isinstance(value, int)},
    )
    return stored


@transaction.atomic
def make_known(*, students: pl.DataFrame) -> pl.DataFrame:
    """State records of students that a State names outside of submissions; made where there are none.

    `students`: the columns of `STATE_RECORD_KEYS`, none null. The answer adds `state_record_id`.
    """
    staging.stage(
        "named_students",
        dict.fromkeys(STATE_RECORD_KEYS, "text"),
        students.select(STATE_RECORD_KEYS).unique(maintain_order=True),
    )
    names = ", ".join(STATE_RECORD_KEYS)
    staging.run(
        f"INSERT INTO records_staterecord ({names}, first_seen) "  # noqa: S608  (our own names)
        f"SELECT {names}, %(now)s FROM named_students ON CONFLICT ({names}) DO NOTHING",
        {"now": clock.now()},
    )
    found = staging.read(
        f"SELECT {names}, r.id FROM records_staterecord r JOIN named_students USING ({names})",  # noqa: S608
        {**dict.fromkeys(STATE_RECORD_KEYS, pl.String), "state_record_id": pl.Int64},
    )
    return students.join(found, on=STATE_RECORD_KEYS, how="left", maintain_order="left")


def take_turn(state_code: str) -> None:
    """One submission of a State at a time, to the end of the transaction."""
    context.speak_for(state_code)
    locks.take(locks.RECORDS_OF_STATE, locks.of_state(state_code))


def _make_state_records(submission: Submission, later: Later) -> int:
    """A state record for each student that was unknown, unless it is spoken of too late; the highest number of those there were before.

    Also for one that is only withdrawn: an older window that comes later must meet the withdrawal.
    """
    made_after = StateRecord.objects.aggregate(last=Max("pk"))["last"] or 0
    if later.is_full:
        return made_after
    staging.run(
        """
        INSERT INTO records_staterecord (state_code, state_student_id_type, state_student_id, first_seen)
        SELECT %(state)s, s.state_student_id_type, s.state_student_id, %(now)s
        FROM staged_students s
        LEFT JOIN records_staterecord r ON r.state_code = %(state)s
          AND r.state_student_id_type = s.state_student_id_type AND r.state_student_id = s.state_student_id
        WHERE s.accepted AND r.id IS NULL
        ORDER BY s.seq
        """,
        {"state": submission.state_code, "now": clock.now()},
    )
    return made_after


def _close(submission: Submission) -> None:
    """Close the versions that no longer hold."""
    parameters = {"submission": submission.pk, "now": clock.now()}
    staging.run(
        """
        UPDATE records_recordversion v SET closed_at = %(now)s, closed_by_submission_id = %(submission)s
        FROM outcome o WHERE v.id = o.live_id AND o.change IN ('changed', 'closed')
        """,
        parameters,
    )
    staging.run(
        """
        UPDATE records_recordversion v SET closed_at = %(now)s, closed_by_submission_id = %(submission)s
        FROM absent a WHERE v.id = a.live_id
        """,
        parameters,
    )


def _open(submission: Submission, checks_version: str) -> pl.DataFrame:
    """Open the versions that hold from now on: `seq` and `version_id`."""
    return staging.read(
        """
        WITH opened AS (
          INSERT INTO records_recordversion (state_record_id, submission_id, opened_at, content_hash, kinds,
            effective_end, msix_id_sent, dictionary_version, checks_version)
          SELECT o.state_record_id, %(submission)s, %(now)s, o.content_hash, o.kinds,
            %(end)s, o.msix_id, %(dictionary)s, %(checks)s
          FROM outcome o WHERE o.change IN ('new', 'changed', 'reopened') ORDER BY o.seq
          RETURNING id, state_record_id)
        SELECT o.seq, opened.id FROM opened JOIN outcome o USING (state_record_id)
        """,
        {"seq": pl.Int64, "version_id": pl.Int64},
        {
            "submission": submission.pk,
            "now": clock.now(),
            "end": submission.effective_end,
            "dictionary": submission.dictionary_version,
            "checks": checks_version,
        },
    )


def _write_rows(model: type[Row], frame: pl.DataFrame, versions: pl.Series) -> int:
    """Copy the rows of the students that changed into the model's table; how many they are.

    `versions`: the version that each student got, in order of `seq`; null for those that did not change.
    """
    version = versions.gather(frame["seq"] - 1).alias("version_id")
    if version.null_count() == version.len():
        return 0
    stored = {field.column for field in model._meta.concrete_fields}
    rows = frame.select(*(name for name in frame.columns if name in stored), version).drop_nulls("version_id")
    place = pl.col("version_id") * MOST_ROWS + pl.col("ordinal")
    if not rows.select(place).to_series().is_sorted():
        rows = rows.sort("version_id", "ordinal")
    return staging.add(model._meta.db_table, rows)


def _stored(lost: pl.DataFrame) -> Stored:
    changes = staging.read(
        "SELECT seq, state_record_id, change FROM outcome ORDER BY seq",
        {"seq": pl.Int64, "state_record_id": pl.Int64, "change": pl.String},
    )
    absent = staging.read(
        """
        SELECT state_record_id, state_student_id_type, state_student_id FROM absent
        ORDER BY state_student_id, state_student_id_type
        """,
        {"state_record_id": pl.Int64, "state_student_id_type": pl.String, "state_student_id": pl.String},
    )
    counts = dict(changes.group_by("change").len().iter_rows())
    return Stored(
        changes=changes,
        absent=absent,
        lost=lost,
        digest=compare.digest(),
        new=counts.get(Change.NEW, 0),
        changed=counts.get(Change.CHANGED, 0),
        reopened=counts.get(Change.REOPENED, 0),
        closed=counts.get(Change.CLOSED, 0) + absent.height,
        unchanged=counts.get(Change.UNCHANGED, 0),
        older=counts.get(Change.OLDER, 0),
    )


@transaction.atomic
def only_from(submission: Submission) -> pl.DataFrame:
    """The students of whom nothing else was ever stored: the columns of `STATE_RECORD_KEYS`, and `state_record_id`."""
    names = ", ".join(f"r.{name}" for name in STATE_RECORD_KEYS)
    return staging.read(
        f"""
        SELECT {names}, r.id FROM records_staterecord r JOIN records_recordversion v ON v.state_record_id = r.id
        GROUP BY r.id HAVING every(v.submission_id = %(submission)s) ORDER BY r.id
        """,  # noqa: S608  (our own names)
        {**dict.fromkeys(STATE_RECORD_KEYS, pl.String), "state_record_id": pl.Int64},
        {"submission": submission.pk},
    )


@transaction.atomic
def take_back(*, submission: Submission) -> None:
    """Let what held before a submission hold again, as if it had never been stored. To be called for the State's last one only."""
    of = {"submission": submission.pk}
    versions = "version_id IN (SELECT id FROM records_recordversion WHERE submission_id = %(submission)s)"
    for model in ROWS.values():
        staging.run(f"DELETE FROM {model._meta.db_table} WHERE {versions}", of)  # noqa: S608  (our own names)
    staging.run("DELETE FROM records_recordversion WHERE submission_id = %(submission)s", of)
    staging.run(
        "UPDATE records_recordversion SET closed_at = NULL, closed_by_submission_id = NULL WHERE closed_by_submission_id = %(submission)s",
        of,
    )


@transaction.atomic
def erase(*, state_record_ids: Collection[int]) -> None:
    """Take away state records with all that was ever said in them. Nothing may point at them any more."""
    ids = {"ids": list(state_record_ids)}
    of = "version_id IN (SELECT id FROM records_recordversion WHERE state_record_id = ANY(%(ids)s))"
    for model in ROWS.values():
        staging.run(f"DELETE FROM {model._meta.db_table} WHERE {of}", ids)  # noqa: S608  (our own names)
    staging.run("DELETE FROM records_recordversion WHERE state_record_id = ANY(%(ids)s)", ids)
    staging.run("DELETE FROM records_staterecord WHERE id = ANY(%(ids)s)", ids)
