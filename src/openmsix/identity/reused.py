"""Identifiers that a State gave to another child: under one State Student Identifier it now says a child whom it did not say before."""

import polars as pl

from openmsix import staging
from openmsix.identity import rows
from openmsix.intake.checks.known import STUDENT_ID_OF_OTHER_CHILD
from openmsix.intake.models import Submission
from openmsix.matching.model import Model
from openmsix.matching.scorer import score_pairs
from openmsix.matching.verdict import Verdict, with_verdicts

_WHO = ("first_name", "middle_name", "last_name_1", "last_name_2", "birth_date")
IS_OTHERWISE = " OR ".join(f"new.{name} IS DISTINCT FROM old.{name}" for name in _WHO)
"""Whether a child is said otherwise in `new` demographics than in `old` ones."""

_SAID_BEFORE = f"""
    SELECT before.* FROM records_recordversion v
    JOIN records_recordversion before ON before.state_record_id = v.state_record_id AND before.closed_by_submission_id = v.submission_id
    JOIN records_demographics new ON new.version_id = v.id JOIN records_demographics old ON old.version_id = before.id
    WHERE v.submission_id = %(submission)s AND v.closed_at IS NULL AND ({IS_OTHERWISE})
"""  # noqa: S608  (our own names)


def findings(submission: Submission, model: Model) -> pl.DataFrame:
    """What is to be told of the students whom a submission turned into other children: `seq`, `code`, `severity`, `element`, `value`, see `answers.add`.

    One identifier speaks for one child. So this is only said where given name and birth date both speak against it, see `verdict`.
    """
    turned = _turned(submission, model)
    return staging.read(
        """
        SELECT a.seq, %(code)s::text, %(severity)s::text, 'state_student_id', a.state_student_id FROM intake_answer a
        WHERE a.submission_id = %(submission)s AND a.state_record_id = ANY(%(records)s) ORDER BY a.seq
        """,
        {"seq": pl.Int32, **dict.fromkeys(("code", "severity", "element", "value"), pl.String)},
        {
            "submission": submission.pk,
            "records": turned,
            "code": STUDENT_ID_OF_OTHER_CHILD.code,
            "severity": STUDENT_ID_OF_OTHER_CHILD.severity.value,
        },
    )


def _turned(submission: Submission, model: Model) -> list[int]:
    before = rows.said(_SAID_BEFORE, {"submission": submission.pk})
    if before.is_empty():
        return []
    now = rows.some(before["record_id"])
    # What was said before stands under the record's number, but negative.
    known = pl.concat(
        [now, before.with_columns(record_id=-pl.col("record_id")).select(now.columns)], how="vertical_relaxed"
    )
    pairs = now.select(record_id_l="record_id", record_id_r=-pl.col("record_id"))
    judged = with_verdicts(score_pairs(known, pairs, model), model)
    return judged.filter(pl.col("verdict") != Verdict.SAME.value)["record_id_l"].to_list()
