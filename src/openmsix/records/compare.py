"""What a submission says against what is known: staged as sets, decided in one table.

The word of a State about a student, action by action:

| action | unknown | live, same content | live, other content | closed |
|---|---|---|---|---|
| I, U | new | unchanged | changed | reopened |
| D | none | closed | closed | none |

Before all of these: if the State has spoken of the student later already (`Submission.objects.speaking_after`), the
change is `older` and nothing is written. A full submission speaks of every student of the State. A rejected student is present
in it under its identifier alone, whatever zeros stand before it, since the type or the zeros may be what is wrong; if a row does
not even tell the identifier, nobody is absent.
"""

from dataclasses import dataclass

import polars as pl

from openmsix import staging
from openmsix.intake.frames import Checked
from openmsix.intake.models import Kind, Submission
from openmsix.records.models import RecordVersion
from openmsix.records.tripwire import CLOSINGS, Closing

KEY = ("state_student_id_type", "state_student_id")
HIGHEST = (1 << 63) - 1
"""No state record has a higher number."""

_STAGED = {
    "seq": "bigint",
    "state_student_id_type": "text",
    "state_student_id": "text",
    "msix_id": "text",
    "action_code": "text",
    "accepted": "boolean",
    "kinds": "smallint",
    "content_hash": "bytea",
}


@dataclass(frozen=True)
class Later:
    """What the State has said already that speaks after a submission.

    `submissions`: those that have been stored. `is_full`: whether one of them lists all students of the State, so that the submission comes too late.
    """

    submissions: tuple[int, ...]
    is_full: bool


def later(submission: Submission) -> Later:
    """What the State has said already that speaks after this submission; holds as long as its turn does."""
    found = Submission.objects.speaking_after(submission).stored().values_list("pk", "kind")
    return Later(tuple(pk for pk, _ in found), any(kind == Kind.FULL for _, kind in found))


def stage(checked: Checked, summaries: pl.DataFrame, later: Later) -> None:
    """Stage the students of a submission, rejected ones too, and of whom the State has spoken later.

    `summaries`: `seq`, `kinds` and `content_hash` of the accepted students.
    """
    sent = checked.records["students"].select("seq", "msix_id")
    students = (
        checked.answers.drop_nulls("state_student_id")
        .select(
            "seq",
            *KEY,
            pl.col("action").alias("action_code"),
            (pl.col("verdict") != "rejected").alias("accepted"),
        )
        .sort("accepted", "seq")
        # A student sent twice is rejected twice and present once.
        .unique(KEY, keep="last", maintain_order=True)
        .join(sent, on="seq", how="left")
        .with_columns(pl.col("seq").cast(pl.Int64))
        .join(summaries, on="seq", how="left")
        .with_columns(pl.col("kinds").fill_null(0))
    )
    staging.stage("staged_students", _STAGED, students)
    _stage_later_words(later)


def decide(submission: Submission, later: Later, *, tells_absence: bool, made_after: int) -> None:
    """Write the tables `outcome` (accepted students: what changes) and `absent` (live versions that end).

    `tells_absence`: whether who is not in a full submission is absent. `made_after`: the state records of this State with higher numbers
    were made for this submission, and have no version yet; they are most of a first load, and are not searched for.
    """
    parameters = _parameters(submission, later, tells_absence=tells_absence, made_after=made_after)
    staging.run("DROP TABLE IF EXISTS pg_temp.outcome, pg_temp.absent")
    staging.run(
        f"""
        CREATE TEMPORARY TABLE outcome ON COMMIT DROP AS
        SELECT s.seq, s.msix_id, s.kinds, s.content_hash, r.id AS state_record_id, live.id AS live_id,
          CASE
            WHEN s.action_code <> 'D' AND live.content_hash = s.content_hash THEN 'unchanged'
            WHEN %(too_late)s OR r.id IN (SELECT state_record_id FROM said_later) THEN 'older'
            WHEN s.action_code = 'D' THEN CASE WHEN live.id IS NULL THEN 'none' ELSE 'closed' END
            WHEN live.id IS NOT NULL THEN 'changed'
            WHEN r.id > %(made_after)s THEN 'new'
            -- Looked up for each of these few: EXISTS lets the planner read all versions of the nation.
            WHEN (SELECT true FROM records_recordversion v WHERE v.state_record_id = r.id LIMIT 1) THEN 'reopened'
            ELSE 'new'
          END AS change
        FROM staged_students s
        LEFT JOIN ({_OF_STATE}) r USING (state_student_id_type, state_student_id)
        LEFT JOIN records_recordversion live ON live.state_record_id = r.id AND live.closed_at IS NULL
          AND live.state_record_id <= %(made_after)s
        WHERE s.accepted
        """,  # noqa: S608  (no outside text)
        parameters,
    )
    staging.run(
        f"""
        CREATE TEMPORARY TABLE absent ON COMMIT DROP AS
        SELECT live_id, state_record_id, state_student_id_type, state_student_id FROM ({_SPOKEN_OF}) spoken WHERE is_absent
        """,  # noqa: S608  (no outside text)
        parameters,
    )
    staging.run("ANALYZE outcome (seq, state_record_id, live_id, change), absent")


def digest() -> str:
    """The SHA-256 of all that `decide` decided: each student's identifier, content, sent MSIX ID and change. Equal for another storing that decided the same,
    whatever numbers the database gave out.
    """
    [(found,)] = staging.rows(
        """
        SELECT encode(sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), ''), 'UTF8')), 'hex') FROM (
          SELECT concat_ws(' ', change, state_student_id_type, state_student_id, o.msix_id, encode(o.content_hash, 'hex')) AS line
            FROM outcome o JOIN staged_students USING (seq)
          UNION ALL SELECT concat_ws(' ', 'absent', state_student_id_type, state_student_id) FROM absent) decided
        """
    )
    return str(found)


def closing(submission: Submission, later: Later, *, tells_absence: bool, ownerless: int) -> Closing:
    """Which live students the staged submission would close or empty and, if any, of how many. To be called before state records are made.

    `ownerless`: the kinds, as `content.summaries` counts them, of which there are rows that belong to nobody.
    """
    staging.run("DROP TABLE IF EXISTS pg_temp.closings")
    staging.run(
        f"""
        CREATE TEMPORARY TABLE closings ON COMMIT DROP AS
        SELECT state_record_id, state_student_id_type, state_student_id,
          CASE WHEN is_absent THEN 'absent' WHEN action_code = 'D' THEN 'deleted' ELSE 'emptied' END AS how,
          NOT is_absent AND action_code <> 'D' AND lost_kinds & %(ownerless)s <> 0 AS ownerless
        FROM ({_SPOKEN_OF}) spoken WHERE is_absent OR accepted AND (action_code = 'D' OR lost_kinds <> 0)
        """,  # noqa: S608  (no outside text)
        _parameters(submission, later, tells_absence=tells_absence) | {"ownerless": ownerless},
    )
    [(may_own,)] = staging.rows("SELECT count(*) FROM closings WHERE ownerless")
    students = staging.read(f"SELECT {', '.join(CLOSINGS)} FROM closings", CLOSINGS)  # noqa: S608
    # Counted only where it matters: it takes a look at each student of the State.
    live = RecordVersion.objects.live().of_states(submission.state_code).count() if students.height else 0
    return Closing(would_close=students.height, live=live, ownerless=may_own, students=students)


_OF_STATE = """
    SELECT id, state_student_id_type, state_student_id FROM records_staterecord WHERE state_code = %(state)s
"""

_SPOKEN_OF = f"""
    SELECT live.id AS live_id, r.id AS state_record_id, r.state_student_id_type, r.state_student_id,
      s.accepted, s.action_code, live.kinds & ~s.kinds AS lost_kinds,
      %(tells_absence)s AND s.seq IS NULL AND ltrim(r.state_student_id, '0') NOT IN (
        SELECT ltrim(state_student_id, '0') FROM staged_students WHERE NOT accepted) AS is_absent
    FROM ({_OF_STATE}) r
    JOIN records_recordversion live ON live.state_record_id = r.id AND live.closed_at IS NULL
    LEFT JOIN staged_students s USING (state_student_id_type, state_student_id)
    WHERE NOT %(too_late)s AND r.id <= %(made_after)s AND r.id NOT IN (SELECT state_record_id FROM said_later)
"""  # noqa: S608  (no outside text)
"""The State's live students of whom its word now counts, by what is staged of them."""


def _parameters(
    submission: Submission, later: Later, *, tells_absence: bool, made_after: int = HIGHEST
) -> dict[str, str | bool | int]:
    return {
        "state": submission.state_code,
        "too_late": later.is_full,
        "tells_absence": submission.kind == Kind.FULL and tells_absence,
        "made_after": made_after,
    }


def _stage_later_words(later: Later) -> None:
    """The state records about which the State has spoken later, by content, deletion or absence."""
    staging.run("DROP TABLE IF EXISTS pg_temp.said_later")
    staging.run(
        """
        CREATE TEMPORARY TABLE said_later ON COMMIT DROP AS
        SELECT state_record_id FROM intake_answer
          WHERE submission_id = ANY(%(later)s) AND state_record_id IS NOT NULL AND verdict <> 'rejected'
        UNION SELECT state_record_id FROM records_recordversion WHERE submission_id = ANY(%(later)s)
        UNION SELECT state_record_id FROM records_recordversion
          WHERE closed_by_submission_id = ANY(%(later)s) AND closed_at IS NOT NULL
        """,
        {"later": list(later.submissions)},
    )
    staging.run("ANALYZE said_later")
