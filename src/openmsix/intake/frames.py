"""The frames that pass from reading to checking to storing. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from openmsix.dictionary.declare import Dictionary
from openmsix.dictionary.formats import Format

from .told import Told
from .words import Severity

VALUE_SHOWN = 200
"""A finding shows at most so many characters of a value."""

DETAIL_SHOWN = 600
"""And so many of a text in its detail, which may be a place."""

ABSENCE_NOT_TOLD = "E606"
"""Code of the finding that nobody may be closed for being absent."""

ROW_OF_NOBODY = "E301"
"""Code of the finding that a row belongs to no student of its part."""

HEADER_VALUE_MISSING = "E102"
"""Code of the finding that a value of the header cannot be used."""

FINDINGS = pl.Schema(
    {
        "seq": pl.Int32,
        "part": pl.Int16,
        "record": pl.String,
        "line": pl.Int32,
        "record_id": pl.String,
        "element": pl.String,
        "code": pl.String,
        "severity": pl.String,
        "value": pl.String,
        "detail": pl.String,
    }
)
"""Columns of findings. `record`: a record type, or the name of a file that is none; `detail`: JSON."""

ANSWERS = pl.Schema(
    {
        "seq": pl.Int32,
        "part": pl.Int16,
        "line": pl.Int32,
        "student_record_id": pl.String,
        "state_student_id": pl.String,
        "state_student_id_type": pl.String,
        "action": pl.String,
        "verdict": pl.String,
        "findings": pl.Int32,
    }
)
"""Columns of the answers: one row for every student of the submission, also for those rejected."""


MOVED = pl.Schema(
    {"part": pl.Int16, "record": pl.String, "line": pl.Int32, "record_id": pl.String, "at": pl.String}
)
"""Columns of records in JSON whose place does not follow from their number; `at`: the place within the student."""


def findings(rows: Iterable[Mapping[str, Any]] = ()) -> pl.DataFrame:
    """A frame of findings from rows that name some of its columns."""
    return pl.DataFrame([{**dict.fromkeys(FINDINGS), **row} for row in rows], schema=FINDINGS)


NO_LONGER = r'"no_longer": ?true'
"""In the detail of a finding about a value that was left out: the State's earlier value no longer stands."""


def without_earlier(found: pl.DataFrame, lost: pl.DataFrame) -> pl.DataFrame:
    """The findings, told of those among them whose earlier value no longer stands. `lost`: `seq`, `record`, `ordinal` and `element` of them."""
    if lost.is_empty():
        return found
    place = ("seq", "record", "ordinal", "element")
    marks = lost.select(
        pl.col("seq").cast(pl.Int32), "record", "ordinal", "element", pl.lit(True).alias("_lost")
    ).unique()
    numbered = found.with_columns(pl.col("record_id").cast(pl.Int16, strict=False).alias("ordinal"))
    said = numbered.join(marks, on=place, how="left", maintain_order="left")
    told = pl.col("detail").str.strip_suffix("}") + ', "no_longer": true}'
    at = pl.col("_lost") & (pl.col("severity") == Severity.VALUE_DROPPED.value)
    told = told.fill_null('{"no_longer": true}')
    return said.with_columns(pl.when(at).then(told).otherwise("detail").alias("detail")).drop(
        "ordinal", "_lost"
    )


@dataclass(frozen=True)
class Parsed:
    """What stands in the files, as text.

    `headers`: the header row of each part. `records`: record type -> all columns of the dictionary as text, besides `part` and `line` (of
    the CSV file, from 1); "" is null. `broken`: rows (record, part, line) whose cells do not stand under their columns. `missing`: (record,
    element) of columns that are not there. `control`: record types in whose files control characters may stand. `formats`: what each part is
    written in; what its lines are, see `sheet.Sheet`. `moved`: see MOVED.
    """

    version: str
    headers: tuple[Mapping[str, str | None], ...]
    records: Mapping[str, pl.DataFrame]
    problems: pl.DataFrame
    encodings: frozenset[str] = frozenset({"utf-8"})
    broken: frozenset[tuple[str, int, int]] = frozenset()
    missing: frozenset[tuple[str, str]] = frozenset()
    control: frozenset[str] = frozenset()
    formats: Mapping[int, Format] = field(default_factory=dict)
    moved: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MOVED))

    @property
    def header(self) -> Mapping[str, str | None]:
        """The header of the first part; empty if it could not be read."""
        return self.headers[0] if self.headers else {}


@dataclass(frozen=True)
class Checked:
    """What may be stored, and what is to be answered.

    `records`: record type -> typed rows, see `checks.run`. `answers`: see ANSWERS. `findings`: see FINDINGS. `skipped`: codes of checks
    that could not be made because what they need was not known. `header`: the first header, typed. `held_msix_ids`: the MSIX ID that each
    student of the State has now (`state_student_id_type`, `state_student_id`, `msix_id`); None if that is not known. `told`: what the checks were
    told besides the files.
    """

    dictionary: Dictionary
    checks_version: str
    records: Mapping[str, pl.DataFrame]
    answers: pl.DataFrame
    findings: pl.DataFrame
    skipped: tuple[str, ...] = ()
    header: Mapping[str, Any] = field(default_factory=dict)
    held_msix_ids: pl.DataFrame | None = None
    told: Told | None = None

    @property
    def rejected(self) -> bool:
        """Whether the whole submission is rejected."""
        return "file_rejected" in self.findings["severity"]

    @property
    def unread(self) -> tuple[str, ...]:
        """Elements of the header of which no usable value was read. What may be left out and was, counts as read."""
        if not self.header:
            return self.dictionary.records["header"].columns
        unusable = self.findings.filter(pl.col("code") == HEADER_VALUE_MISSING)["element"]
        return tuple(unusable.unique().sort())

    @property
    def tells_absence(self) -> bool:
        """Whether a full submission tells who is absent: check E606 found no row that may be about anybody."""
        return ABSENCE_NOT_TOLD not in self.findings["code"]

    @property
    def rows_of_nobody(self) -> Mapping[str, int]:
        """Record type -> how many of its rows belong to no student; types without such rows are left out."""
        stray = self.findings.filter(pl.col("code") == ROW_OF_NOBODY)
        return dict(stray.group_by("record").len().sort("record").iter_rows())
