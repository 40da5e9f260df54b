"""The checks: one rule, one function, one list. Pure.

`CHECKS` is the list; it is the order and the documentation. `run` makes all of them over what was read.
"""

import polars as pl

from openmsix.dictionary import dictionary
from openmsix.intake import frames
from openmsix.intake.frames import Checked, Parsed
from openmsix.intake.words import Severity, Verdict

from .context import Context
from .dates import DATES
from .declare import Check
from .heading import HEADING
from .judge import Judge
from .keys import KEYS
from .known import KNOWN
from .nesting import NESTING
from .pointers import with_pointers
from .reading import READING
from .required import REQUIRED
from .sense import SENSE
from .sheets import Sheets
from .values import VALUES

__all__ = ["BY_CODE", "CHECKS", "CHECKS_VERSION", "Check", "Checked", "Context", "run"]

CHECKS_VERSION = "1"
"""Counts up whenever a check changes what is stored: then equal content is looked at anew."""

CHECKS: tuple[Check, ...] = (*READING, *NESTING, *HEADING, *VALUES, *REQUIRED, *KEYS, *DATES, *SENSE, *KNOWN)
"""Every check there is, in the order of its code."""

BY_CODE = {check.code: check for check in CHECKS}

_ORDER = ("seq", "part", "record", "line", "element", "code")


def run(parsed: Parsed, context: Context) -> Checked:
    """Make all checks.

    Values are checked one by one first, then come the checks that drop further values, then all others over what is left: a value that
    was dropped counts as not sent.

    Args:
        parsed: what was read, all parts together. Whoever has no other use for it gives it away with the call: a large State's takes a gigabyte.
        context: what else is known; checks that need what is not known are skipped and named.

    Returns:
        `records["students"]` has every student, with its `verdict`: the elements of the record type as typed values, `seq`, `part` and
        `line`. The other record types have the rows of accepted students only, with `seq`, `part`, `line` and `ordinal`, the record id as
        a number. One finding that rejects the file rejects every student.
    """
    book = dictionary(parsed.version)
    sheets = Sheets(parsed, book, context)
    del parsed
    judge = Judge(sheets)
    judge.values()
    judge.rules(check for check in CHECKS if check.severity is Severity.VALUE_DROPPED)
    judge.rules(check for check in CHECKS if check.severity is not Severity.VALUE_DROPPED)
    found = pl.concat([part.cast(frames.FINDINGS) for part in judge.found]).sort(_ORDER, nulls_last=False)
    found = with_pointers(found, sheets.parsed)
    students = _students(sheets, found)
    return Checked(
        dictionary=book,
        checks_version=CHECKS_VERSION,
        answers=_answers(sheets, students),
        findings=found,
        skipped=tuple(sorted(judge.skipped)),
        header=next(iter(sheets.typed["header"].drop("seq", "part", "line").to_dicts()), {}),
        records=_records(sheets, students),
    )


def _students(sheets: Sheets, found: pl.DataFrame) -> pl.DataFrame:
    """The students with their verdicts and the number of findings about each."""
    rejecting = (pl.col("severity") == Severity.STUDENT_REJECTED).any().alias("rejecting")
    told = found.drop_nulls("seq").group_by("seq").agg(pl.len().cast(pl.Int32).alias("findings"), rejecting)
    students = sheets.typed["students"].join(told, on="seq", how="left", maintain_order="left")
    all_rejected = Severity.FILE_REJECTED.value in found["severity"]
    verdict = (
        pl.when(pl.lit(all_rejected) | pl.col("rejecting"))
        .then(pl.lit(Verdict.REJECTED.value))
        .when(pl.col("findings") > 0)
        .then(pl.lit(Verdict.FINDINGS.value))
        .otherwise(pl.lit(Verdict.ACCEPTED.value))
    )
    return students.with_columns(verdict.alias("verdict"), pl.col("findings").fill_null(0)).drop("rejecting")


def _records(sheets: Sheets, students: pl.DataFrame) -> dict[str, pl.DataFrame]:
    accepted = students["verdict"] != Verdict.REJECTED.value
    records = {"students": students.drop("findings")}
    for record in sheets.children:
        rows = sheets.give_away(record)
        if not accepted.all():
            rows = rows.filter(accepted.gather(rows["seq"] - 1))
        ordinal = pl.col("record_id").cast(pl.Int16).alias("ordinal")
        records[record] = rows.with_columns(ordinal).drop("student_record_id", "record_id")
    return records


def _answers(sheets: Sheets, students: pl.DataFrame) -> pl.DataFrame:
    """One row for each student. Keys are shown as they were sent, since they may be what is wrong."""
    sent = sheets.text["students"].select(
        "seq",
        "part",
        "line",
        *(
            pl.col(key).str.slice(0, frames.VALUE_SHOWN).str.replace_all("\x00", "␀")
            for key in ("student_record_id", "state_student_id", "state_student_id_type")
        ),
    )
    action = students.select("seq", pl.col("action_code").alias("action"), "verdict", "findings")
    return sent.join(action, on="seq", maintain_order="left").select(*frames.ANSWERS).cast(frames.ANSWERS)
