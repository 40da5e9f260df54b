"""Taking students out of what was received and answered: receipts, kept files, and the journal.

Each function may be repeated. Kept files and pieces of the journal are replaced whole, one after the other; what a broken run left is taken up by the next one.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from io import BytesIO
from typing import Any

import polars as pl
from django.db.models import Count

from openmsix import locks, staging
from openmsix.worklist.models import Task

from . import by_kind, by_rule, journal, kept, pieces
from .leaving_out import standing, without
from .models import Answer, Closing, Finding, Submission, SubmissionPart
from .states import RUNNING
from .words import Severity, Verdict

Report = Callable[[str, int, int], None]
KEYS = ("state_code", "state_student_id_type", "state_student_id")


class BeingTakenIn(Exception):
    """A submission of the State is being taken in; it may hold the student in memory."""


def take_turn(state_code: str) -> None:
    """Let no file of a State arrive and none be taken in, to the end of the transaction.

    Raises:
        BeingTakenIn: one is at hand just now.
    """
    locks.take(locks.ARRIVAL_OF_STATE, locks.of_state(state_code))
    running = Submission.objects.of_state(state_code).filter(status__in=RUNNING)
    for number in running.order_by("pk").values_list("pk", flat=True):
        if not locks.try_to_take_until_commit(locks.SUBMISSION, number):
            raise BeingTakenIn


def told_alone(submission: Submission) -> pl.DataFrame:
    """The students whom this submission told of and no other one of its State, if not to delete them: `KEYS`."""
    return staging.read(
        f"""
        SELECT DISTINCT %(state)s AS state_code, a.state_student_id_type, a.state_student_id FROM intake_answer a
        WHERE a.submission_id = %(submission)s AND a.line > 0 AND a.state_student_id IS NOT NULL AND a.state_student_id_type IS NOT NULL
          AND NOT EXISTS (SELECT FROM intake_answer o JOIN intake_submission s ON s.id = o.submission_id
            WHERE s.state_code = %(state)s AND s.id <> a.submission_id AND o.line > 0 AND o.action IS DISTINCT FROM 'D'
              AND (o.state_student_id_type, o.state_student_id) = (a.state_student_id_type, a.state_student_id))
        ORDER BY {", ".join(KEYS)}
        """,  # noqa: S608  (our own names)
        dict.fromkeys(KEYS, pl.String),
        {"state": submission.state_code, "submission": submission.pk},
    )


def parts_with(students: pl.DataFrame, *, unanswered: bool = True) -> list[SubmissionPart]:
    """The parts that may hold one of these students: of submissions that answered one, and (`unanswered`) of those that answered nobody yet."""
    found = staging.read(
        f"""
        SELECT p.id FROM intake_submissionpart p JOIN intake_submission s ON s.id = p.submission_id
        WHERE p.stored_as <> '' AND s.state_code = ANY(%(states)s) AND (
          (%(unanswered)s AND NOT EXISTS (SELECT FROM intake_answer a WHERE a.submission_id = s.id))
          OR EXISTS (SELECT FROM intake_answer a JOIN unnest(%(states)s::text[], %(types)s::text[], %(ids)s::text[]) AS gone ({", ".join(KEYS)})
            USING (state_student_id_type, state_student_id) WHERE a.submission_id = s.id AND gone.state_code = s.state_code))
        ORDER BY p.id
        """,  # noqa: S608  (our own names)
        {"id": pl.Int64},
        {"unanswered": unanswered}
        | dict(zip(("states", "types", "ids"), (students[key].to_list() for key in KEYS), strict=True)),
    )
    return list(SubmissionPart.objects.filter(pk__in=found["id"].to_list()).order_by("pk"))


def rewrite_parts(
    parts: Collection[SubmissionPart], students: pl.DataFrame, report: Report
) -> dict[str, str]:
    """Take the students out of the kept files of these parts; each file that is other than it was received, and the digest of what it holds now."""
    digests = {}
    for number, part in enumerate(parts):
        report("Rewriting kept files", number, len(parts))
        of_state = students.filter(pl.col("state_code") == part.state_code)
        content = _without(kept.read(part.stored_as), part, of_state)
        digest = hashlib.sha256(content).hexdigest()
        if digest != part.digest:
            digests[part.stored_as] = digest
            _forget_values(part, content)
    report("Rewriting kept files", len(parts), len(parts))
    return digests


def _without(content: bytes, part: SubmissionPart, students: pl.DataFrame) -> bytes:
    found = without(content, set(students.select(KEYS[1:]).iter_rows()))
    if found is None:
        return content
    kept.replace(part.stored_as, lambda: BytesIO(found.data))
    part.students = None if part.students is None else max(part.students - found.students, 0)
    part.records = None if part.records is None else max(part.records - found.rows + found.students, 0)
    part.save(update_fields=["students", "records"])
    return found.data


FORGOTTEN = "(expunged)"
"""Shown instead of the value of a finding about the file, where it may name somebody who was taken out of it."""


def _forget_values(part: SubmissionPart, content: bytes) -> None:
    """Show no value any more of findings about the file that stand where no row is now: they belong to no student, so nothing else takes them away."""
    about_file = Finding.objects.filter(submission=part.submission_id, part=part.part_number, seq=None)
    telling = about_file.exclude(record="header").filter(line__isnull=False, value__isnull=False)
    places = list(telling.values_list("pk", "record", "line"))
    rows = standing(content) if places else {}
    gone = [key for key, record, line in places if line not in rows.get(record, ())]
    Finding.objects.filter(pk__in=gone).update(value=FORGOTTEN)


def rewrite_journal(students: pl.DataFrame, report: Report) -> int:
    """Take every row about the students out of the journal; how many pieces were rewritten."""
    gone = set(students.select(KEYS).iter_rows())
    scopes = [*students["state_code"].unique().sort(), journal.NATION]
    names = [name for scope in scopes for name in kept.names(f"{journal.FOLDER}/{scope}")]
    changed = 0
    for number, name in enumerate(names):
        report("Rewriting the journal", number, len(names))
        piece = pieces.read(kept.read(name))
        state = str(piece.entries[0].get("state", "")) if piece.entries else ""
        if data := pieces.rewritten(piece, lambda _, row, state=state: _judged(row, gone, state)):  # type: ignore[misc]
            kept.replace(name, lambda data=data: BytesIO(data))  # type: ignore[misc]
            changed += 1
    report("Rewriting the journal", len(names), len(names))
    return changed


_NAMED_BY = ("", "left_", "right_")


def _judged(row: dict[str, Any], gone: set[tuple[str, ...]], state: str) -> dict[str, Any] | None:
    """A row of a frame without the students: gone if it is about one, without the record beside it if that is one's."""
    for prefix in _NAMED_BY:
        if _key(row, prefix, state) in gone:
            return None
    if _key(row, "beside_", state) in gone:
        row |= {f"beside_{key}": None for key in KEYS}
    return row


def _key(row: Mapping[str, Any], prefix: str, state: str) -> tuple[Any, ...]:
    return tuple(row.get(prefix + key, state if key == "state_code" else None) for key in KEYS)


def erase(students: pl.DataFrame, state_record_ids: Collection[int]) -> None:
    """Take the answers to the students, their findings and their places in lists of closings away, and count the receipts again."""
    staging.stage("erased_students", dict.fromkeys(KEYS, "text"), students.select(KEYS))
    staging.run(
        f"""
        CREATE TEMPORARY TABLE erased_answers ON COMMIT DROP AS
        SELECT a.id, a.submission_id, a.seq FROM intake_answer a JOIN intake_submission s ON s.id = a.submission_id
        JOIN erased_students e ON {" AND ".join(f"e.{key} = {'s' if key == 'state_code' else 'a'}.{key}" for key in KEYS)}
        """  # noqa: S608  (our own names)
    )
    touched = [
        number for (number,) in staging.rows("SELECT DISTINCT submission_id FROM erased_answers ORDER BY 1")
    ]
    staging.run(
        "DELETE FROM intake_finding f USING erased_answers e WHERE f.submission_id = e.submission_id AND f.seq = e.seq"
    )
    staging.run("DELETE FROM intake_answer a USING erased_answers e WHERE a.id = e.id")
    Closing.objects.filter(state_record_id__in=state_record_ids).delete()
    staging.run("DROP TABLE erased_answers")
    _close_ranks(touched)
    for submission in Submission.objects.filter(pk__in=touched).order_by("pk"):
        _count_again(submission)


def _close_ranks(submissions: list[int]) -> None:
    """Number the students of receipts without gaps, as if the others had never been sent. In two steps, since no two may ever have one number."""
    of = {"submissions": submissions}
    staging.run(
        """
        CREATE TEMPORARY TABLE ranks ON COMMIT DROP AS SELECT submission_id, seq,
          row_number() OVER (PARTITION BY submission_id ORDER BY seq) AS rank FROM intake_answer WHERE submission_id = ANY(%(submissions)s)
        """,
        of,
    )
    for table in ("intake_answer", "intake_finding"):
        staging.run(
            f"UPDATE {table} t SET seq = -r.rank FROM ranks r WHERE r.submission_id = t.submission_id AND r.seq = t.seq AND r.rank <> r.seq"  # noqa: S608
        )
        staging.run(
            f"UPDATE {table} SET seq = -seq WHERE submission_id = ANY(%(submissions)s) AND seq < 0",  # noqa: S608
            of,
        )
    staging.run("DROP TABLE ranks")


def _count_again(submission: Submission) -> None:
    answers = Answer.objects.filter(submission=submission).order_by()
    findings = Finding.objects.filter(submission=submission).order_by()
    verdicts = dict(answers.filter(line__gt=0).values_list("verdict").annotate(Count("id")))
    severities = dict(findings.values_list("severity").annotate(Count("id")))
    changes = dict(
        answers.filter(line__gt=0)
        .exclude(verdict=Verdict.REJECTED)
        .values_list("change")
        .annotate(Count("id"))
    )
    submission.counts = submission.counts | {
        "students": sum(verdicts.values()),
        "accepted": verdicts.get(Verdict.ACCEPTED.value, 0) + verdicts.get(Verdict.FINDINGS.value, 0),
        "with_findings": verdicts.get(Verdict.FINDINGS.value, 0),
        "rejected": verdicts.get(Verdict.REJECTED.value, 0),
        "findings": {severity.value: severities.get(severity.value, 0) for severity in Severity},
        "changes": changes if submission.counts.get("changes") else {},
        "absent": answers.filter(line=0).count(),
        "rules": by_rule.count(submission),
        by_kind.KEPT: by_kind.count(submission),
    }
    submission.save(update_fields=["counts"])


def void_journal(submission: Submission, entry: Mapping[str, Any], report: Report) -> int:
    """Leave nothing of a submission in the journal but the places of its acts; how many there were. `entry`: what they tell from now on."""
    names = [
        name
        for scope in (submission.state_code, journal.NATION)
        for name in kept.names(f"{journal.FOLDER}/{scope}")
    ]
    changed = 0
    for number, name in enumerate(names):
        report("Rewriting the journal", number, len(names))
        piece = pieces.read(kept.read(name))
        if piece.entries and piece.entries[0].get("submission") == submission.ref:
            data = pieces.voided(piece, entry)
            kept.replace(name, lambda data=data: BytesIO(data))  # type: ignore[misc]
            changed += 1
    report("Rewriting the journal", len(names), len(names))
    return changed


def erase_submission(submission: Submission) -> None:
    """Take a submission with its receipt, its tasks and its files away. Nothing may point at it any more."""
    names = list(submission.parts.values_list("stored_as", flat=True))
    Task.objects.filter(subject_type="submission", subject_id=submission.ref).delete()
    for model in (Finding, Answer, Closing, SubmissionPart):
        model.objects.filter(submission=submission).delete()
    submission.delete()
    # A run that breaks off before the end of the transaction finds them gone already when it is repeated.
    for name in names:
        kept.remove(name)
