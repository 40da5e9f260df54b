"""Writing and reading what a State is answered, as sets."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import Count, Max, TextField
from django.db.models.functions import Cast

from openmsix import staging

from . import by_rule, frames
from .frames import Checked
from .models import Submission
from .words import Change, How, Severity, Verdict

_ANSWER = (*frames.ANSWERS, "change", "state_record_id", "msix_id_sent", "msix_id", "how")
_FOUND_LATER = {"seq": "integer", **dict.fromkeys(("element", "code", "severity", "value"), "text")}
_SHOWN_ANSWER = pl.Schema(
    {**frames.ANSWERS, "change": pl.String(), "msix_id": pl.String(), "how": pl.String()}
)


def _of_absent(absent: pl.DataFrame, first: int) -> pl.DataFrame:
    """Answers about students that stand in no file, counted from `first`."""
    return absent.with_columns(
        pl.int_range(first, first + pl.len(), dtype=pl.Int64).alias("seq"),
        pl.lit(0, dtype=pl.Int16).alias("part"),
        pl.lit(0, dtype=pl.Int32).alias("line"),
        pl.lit(Verdict.ACCEPTED.value).alias("verdict"),
        pl.lit(0, dtype=pl.Int32).alias("findings"),
        pl.lit(Change.CLOSED.value).alias("change"),
        pl.lit(How.NONE.value).alias("how"),
    )


def _with_held_ids(answers: pl.DataFrame, held: pl.DataFrame | None) -> pl.DataFrame:
    """The answers with the MSIX IDs that students have already, rejected ones too: a system that reads the receipt must not blank them."""
    if held is None:
        return answers.with_columns(msix_id=pl.lit(None, dtype=pl.String), how=pl.lit(How.NONE.value))
    key = ("state_student_id_type", "state_student_id")
    told = answers.join(held, on=key, how="left", maintain_order="left")
    has = (
        pl.when(pl.col("msix_id").is_not_null())
        .then(pl.lit(How.KEPT.value))
        .otherwise(pl.lit(How.NONE.value))
    )
    return told.with_columns(has.alias("how"))


def write(
    submission: Submission,
    checked: Checked,
    changes: pl.DataFrame | None,
    absent: pl.DataFrame | None = None,
) -> None:
    """Write the answers and findings of a submission anew.

    `changes`: `seq`, `change` and `state_record_id` of the students that were stored; None if nothing was. `absent`: those that were closed
    because a full submission left them out; their answers stand after the others.
    """
    sent = checked.records["students"].select("seq", msix_id_sent="msix_id")
    answers = checked.answers.join(sent, on="seq", how="left", maintain_order="left").cast({"seq": pl.Int64})
    if changes is None:
        answers = answers.with_columns(
            change=pl.lit(Change.NONE.value), state_record_id=pl.lit(None, dtype=pl.Int64)
        )
    else:
        answers = answers.join(changes, on="seq", how="left", maintain_order="left")
        answers = answers.with_columns(pl.col("change").fill_null(Change.NONE.value))
    answers = _with_held_ids(answers, checked.held_msix_ids)
    if absent is not None:
        answers = pl.concat([answers, _of_absent(absent, answers.height + 1)], how="diagonal")
    of = {"submission": submission.pk}
    staging.run("DELETE FROM intake_finding WHERE submission_id = %(submission)s", of)
    staging.run("DELETE FROM intake_answer WHERE submission_id = %(submission)s", of)
    own = pl.lit(submission.pk).alias("submission_id")
    staging.add("intake_answer", answers.select(own, *(name for name in _ANSWER if name in answers.columns)))
    staging.add("intake_finding", checked.findings.select(own, *frames.FINDINGS))
    written = {"intake_answer": answers.height, "intake_finding": checked.findings.height}
    transaction.on_commit(lambda: staging.refresh_statistics(written))


def counts(
    checked: Checked, changes: pl.DataFrame | None, absent: pl.DataFrame | None = None
) -> dict[str, Any]:
    """The numbers of a receipt: students by verdict, findings by severity, students by change, and those closed because absent."""
    verdicts = dict(checked.answers.group_by("verdict").len().iter_rows())
    severities = dict(checked.findings.group_by("severity").len().iter_rows())
    changed = {} if changes is None else dict(changes.group_by("change").len().sort("change").iter_rows())
    return {
        "students": checked.answers.height,
        "accepted": verdicts.get(Verdict.ACCEPTED.value, 0) + verdicts.get(Verdict.FINDINGS.value, 0),
        "with_findings": verdicts.get(Verdict.FINDINGS.value, 0),
        "rejected": verdicts.get(Verdict.REJECTED.value, 0),
        "findings": {severity.value: severities.get(severity.value, 0) for severity in Severity},
        "changes": changed,
        "absent": 0 if absent is None else absent.height,
        "rows_of_nobody": checked.rows_of_nobody,
        "unread": list(checked.unread),
        "checks_version": checked.checks_version,
        "skipped": list(checked.skipped),
    }


def add(submission: Submission, found: pl.DataFrame) -> None:
    """Add findings that could only be made once the students were linked; those that stand already are not added again.

    `found`: `seq`, `code`, `severity`, `element` and `value` of findings about rows of students. The verdicts and numbers of the receipt follow.
    """
    if found.is_empty():
        return
    of = {"submission": submission.pk, **{each.name.lower(): each.value for each in Verdict}}
    staging.stage("staged_findings", _FOUND_LATER, found, joined=False)
    staging.run(
        """
        INSERT INTO intake_finding (submission_id, seq, part, record, line, element, code, severity, value)
        SELECT a.submission_id, a.seq, a.part, 'students', a.line, s.element, s.code, s.severity, s.value
        FROM staged_findings s JOIN intake_answer a ON a.submission_id = %(submission)s AND a.seq = s.seq
        WHERE NOT EXISTS (SELECT FROM intake_finding f WHERE f.submission_id = a.submission_id AND f.seq = a.seq AND f.code = s.code)
        ORDER BY s.seq
        """,
        of,
    )
    staging.run(
        """
        UPDATE intake_answer a SET verdict = CASE a.verdict WHEN %(accepted)s THEN %(findings)s ELSE a.verdict END,
          findings = (SELECT count(*) FROM intake_finding f WHERE f.submission_id = a.submission_id AND f.seq = a.seq)
        WHERE a.submission_id = %(submission)s AND a.seq IN (SELECT seq FROM staged_findings)
        """,
        of,
    )
    _count_again(submission)


def _count_again(submission: Submission) -> None:
    severities = dict(submission.findings.order_by().values_list("severity").annotate(Count("id")))
    submission.counts = {
        **submission.counts,
        "with_findings": submission.answers.filter(verdict=Verdict.FINDINGS.value).count(),
        "findings": {severity.value: severities.get(severity.value, 0) for severity in Severity},
        "rules": by_rule.count(submission),
    }
    submission.save(update_fields=["counts"])


BLOCK = 2_000
"""Students, or findings about the file, that are read at once."""


def read(submission: Submission) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The answers and the findings of a submission as frames."""
    return _answers(submission), _findings(submission)


def blocks(submission: Submission) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The same in blocks, the findings about the file before the students. At least one."""
    nobody = pl.DataFrame(schema=_SHOWN_ANSWER)
    of_file = submission.findings.filter(seq=None).in_order()
    columns = ("detail_text" if name == "detail" else name for name in frames.FINDINGS)
    rows = of_file.annotate(detail_text=Cast("detail", TextField())).values_list(*columns).iterator(BLOCK)
    while found := list(islice(rows, BLOCK)):
        yield nobody, pl.DataFrame(found, schema=frames.FINDINGS, orient="row")
    last = submission.answers.aggregate(last=Max("seq"))["last"] or 0
    for first in range(1, max(last, 1) + 1, BLOCK):
        students = f"seq BETWEEN {first} AND {first + BLOCK - 1}"
        yield _answers(submission, students), _findings(submission, students)


def _answers(submission: Submission, which: str = "true") -> pl.DataFrame:
    columns = ", ".join(f"nullif({name}, 0)" if name in ("part", "line") else name for name in _SHOWN_ANSWER)
    return staging.read(
        f"SELECT {columns} FROM intake_answer WHERE submission_id = %(submission)s AND {which} ORDER BY seq",  # noqa: S608
        _SHOWN_ANSWER,
        {"submission": submission.pk},
    )


def _findings(submission: Submission, which: str = "true") -> pl.DataFrame:
    columns = ", ".join("detail::text" if name == "detail" else name for name in frames.FINDINGS)
    return staging.read(
        f"SELECT {columns} FROM intake_finding WHERE submission_id = %(submission)s AND {which} "  # noqa: S608
        "ORDER BY seq NULLS FIRST, part, record, line, id",
        frames.FINDINGS,
        {"submission": submission.pk},
    )
