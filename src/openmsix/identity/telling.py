"""Telling a State of the MSIX IDs it sent that are other children's: findings in its receipt, questions for its people."""

from dataclasses import dataclass

import polars as pl

from openmsix import staging
from openmsix.identity import placing, reused
from openmsix.identity.sent import APART, astray
from openmsix.intake import answers
from openmsix.intake.checks.known import MSIX_ID_IN_QUESTION, MSIX_ID_OF_OTHER_CHILD, msix_id_twice
from openmsix.intake.models import Submission
from openmsix.intake.words import Change, Verdict
from openmsix.matching.model import Model
from openmsix.matching.verdict import Verdict as Likeness

FOUND = {"seq": pl.Int32, **dict.fromkeys(("code", "severity", "element", "value"), pl.String)}
"""Columns of findings, see `answers.add`."""


@dataclass(frozen=True)
class Telling:
    """What was said of sent MSIX IDs: `findings` (`answers.add`), and `pairs` (`placing.PAIRS`) of which people are to be asked."""

    findings: pl.DataFrame
    pairs: pl.DataFrame


def tell(submission: Submission, model: Model) -> Telling:
    """Add what is to be said of identifiers to the receipt of a submission whose students are linked: of sent MSIX IDs, and of the State's own that it gave to other children.

    Returns:
        What was added, and what people are to be asked. Some of that may have been asked before; none has been decided.
    """
    of_sent = _of_sent(submission, model)
    findings = pl.concat([of_sent.findings, reused.findings(submission, model)])
    answers.add(submission, findings)
    return Telling(findings, of_sent.pairs)


def _of_sent(submission: Submission, model: Model) -> Telling:
    sent = _sent(submission)
    if sent.is_empty():
        return Telling(pl.DataFrame(schema=FOUND), pl.DataFrame(schema=placing.PAIRS))
    found = astray(sent, model)
    # Of a child without records nothing speaks for the student being it.
    different = (pl.col("verdict") == Likeness.DIFFERENT.value).fill_null(True)
    findings = found.select(
        "seq",
        pl.when(different)
        .then(pl.lit(MSIX_ID_OF_OTHER_CHILD.code))
        .otherwise(pl.lit(MSIX_ID_IN_QUESTION.code))
        .alias("code"),
        pl.lit(MSIX_ID_OF_OTHER_CHILD.severity.value).alias("severity"),
        pl.lit("msix_id").alias("element"),
        pl.col("asked").alias("value"),
    )
    undecided = found.drop_nulls("beside").filter(~pl.col("reasons").list.contains(APART))
    asked = undecided.with_columns(
        pl.lit("sent").alias("source"),
        left_id=pl.min_horizontal("record_id", "beside"),
        right_id=pl.max_horizontal("record_id", "beside"),
    )
    pairs = asked.unique(["left_id", "right_id"], keep="first", maintain_order=True).select(
        pl.col(name).cast(kind) for name, kind in placing.PAIRS.items()
    )
    return Telling(findings, pairs)


def _sent(submission: Submission) -> pl.DataFrame:
    """The students that stay and came with an MSIX ID, see `astray`; without those of which E613 has told already."""
    return staging.read(
        """
        SELECT a.seq, a.state_record_id, l.state_code, a.msix_id_sent, l.msix_id
        FROM intake_answer a JOIN identity_link l ON l.state_record_id = a.state_record_id AND l.closed_at IS NULL
        WHERE a.submission_id = %(submission)s AND a.msix_id_sent IS NOT NULL AND a.msix_id_sent <> l.msix_id
          AND a.verdict <> %(rejected)s AND NOT a.change = ANY(%(unused)s) AND NOT EXISTS (
            SELECT FROM intake_finding f WHERE f.submission_id = a.submission_id AND f.seq = a.seq AND f.code = %(twice)s)
        ORDER BY a.seq
        """,
        {
            "seq": pl.Int32,
            "record_id": pl.Int64,
            "state_code": pl.String,
            "msix_id_sent": pl.String,
            "own": pl.String,
        },
        {
            "submission": submission.pk,
            "rejected": Verdict.REJECTED.value,
            "unused": [Change.CLOSED.value, Change.OLDER.value, Change.NONE.value],
            "twice": msix_id_twice.code,
        },
    )
