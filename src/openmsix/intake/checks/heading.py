"""Checks of the header: who sends what for which window, and whether the counts agree."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from openmsix.deadlines.clock import start_of
from openmsix.dictionary.declare import Mark, Required
from openmsix.dictionary.identifiers import STUDENTS_PER_PART
from openmsix.intake.words import Severity

from . import sources
from .declare import Fault, rule

if TYPE_CHECKING:
    from .sheets import Sheets

FILE = Severity.FILE_REJECTED

SAME_IN_ALL_PARTS = (
    "submitting_state",
    "submission_date",
    "beginning_effective_date",
    "ending_effective_date",
    "dictionary_version",
    "submission_kind",
    "total_parts",
)
AHEAD = timedelta(days=2)
"""A window may end at the end of a day that has begun somewhere on earth."""


def _parts(sheets: "Sheets", record: str) -> pl.Expr:
    """Of each header row, how many rows of a record type its part has."""
    by_part = dict(sheets.parsed.records[record]["part"].value_counts().iter_rows())
    return pl.col("part").replace_strict(by_part, default=0, return_dtype=pl.Int32)


@rule(
    "E102",
    FILE,
    sentence="Every field of the header has a usable value.",
    wrong="There is no usable {element}.",
    mend="Write it into the header, as {form}.",
    source=sources.SPECIFICATION,
    mark=Mark.THIRD_PARTY,
)
def header_value_missing(sheets: "Sheets") -> Iterable[Fault]:
    """A header that does not say what it must. Fields that openmsix adds may be left out, but not be wrong."""
    for element in sheets.dictionary.records["header"].elements:
        if element.required is Required.MUST:
            yield Fault("header", pl.col(element.key).is_null(), element.key)


@rule(
    "E103",
    FILE,
    sentence="The effective window ends after it begins.",
    wrong="The window ends at {value} and begins at {begin}.",
    mend="Correct the effective dates of the header.",
    source=sources.SPECIFICATION,
    mark=Mark.THIRD_PARTY,
)
def window_backwards(sheets: "Sheets") -> Iterable[Fault]:
    """A window without extent."""
    begin = pl.col("beginning_effective_date")
    backwards = pl.col("ending_effective_date") <= begin
    shown = begin.dt.to_string("%Y%m%d%H%M%S")
    yield Fault("header", backwards, "ending_effective_date", detail={"begin": shown})


@rule(
    "E104",
    FILE,
    sentence="The effective window does not end in the future: newer content is known by a later window.",
    wrong="The window ends at {value}, which is still to come.",
    mend="Let the window end when the file is made.",
)
def window_in_future(sheets: "Sheets") -> Iterable[Fault]:
    """A window that would make later submissions look old."""
    limit = start_of(sheets.context.today) + AHEAD
    yield Fault("header", pl.col("ending_effective_date") > limit, "ending_effective_date")


@rule(
    "E105",
    FILE,
    sentence="The header says how many students there are.",
    wrong="The header gives {value} as the number of students, but the part has {counted}.",
    mend="Look whether the file was cut off, and correct the count.",
    source=sources.SPECIFICATION,
    mark=Mark.THIRD_PARTY,
)
def students_miscounted(sheets: "Sheets") -> Iterable[Fault]:
    """More or fewer students than the header says."""
    if "students" in sheets.unreadable:
        return
    counted = _parts(sheets, "students")
    yield Fault("header", pl.col("total_students") != counted, "total_students", detail={"counted": counted})


@rule(
    "E106",
    FILE,
    sentence="The header says how many records there are, itself not counted.",
    wrong="The header gives {value} as the number of records, but the part has {counted}.",
    mend="Look whether the file was cut off, and correct the count.",
    source=sources.SPECIFICATION,
    mark=Mark.THIRD_PARTY,
)
def records_miscounted(sheets: "Sheets") -> Iterable[Fault]:
    """More or fewer records than the header says."""
    if sheets.unreadable:
        return
    counted = pl.sum_horizontal(_parts(sheets, record) for record in ("students", *sheets.children))
    yield Fault("header", pl.col("total_records") != counted, "total_records", detail={"counted": counted})


@rule(
    "E107",
    FILE,
    sentence=f"A part holds at most {STUDENTS_PER_PART:,} students.",
    wrong="The part holds {students} students.",
    mend="Divide the submission into more parts.",
    source=sources.LAYOUT,
    mark=Mark.INFERRED,
)
def too_many_students(sheets: "Sheets") -> Iterable[Fault]:
    """More students than a part has numbers for."""
    students = _parts(sheets, "students")
    yield Fault("header", students > STUDENTS_PER_PART, detail={"students": students})


@rule(
    "E108",
    FILE,
    sentence="A State sends its own files.",
    wrong="The file is from {value}, but was sent for {sender}.",
    mend="Send the file of the own State, or correct the Submitting State.",
    needs="submitting_state",
)
def state_differs_from_sender(sheets: "Sheets") -> Iterable[Fault]:
    """Another State's file."""
    sender = sheets.context.submitting_state
    if sender is not None:
        other = pl.col("submitting_state") != sender
        yield Fault("header", other, "submitting_state", detail={"sender": pl.lit(sender)})


@rule(
    "E109",
    FILE,
    sentence="The parts of a submission say the same of it, and are numbered from 1 to their total.",
    wrong="{element} ({value}) does not fit: {why}.",
    mend="Give all parts of the submission together; if they do not fit one another, make all of them anew.",
)
def parts_disagree(sheets: "Sheets") -> Iterable[Fault]:
    """Parts of different submissions, or parts that are missing or there twice."""
    if "header" in sheets.unreadable:  # then its rows are not the parts
        return
    for key in SAME_IN_ALL_PARTS:
        other = pl.col(key) != pl.col(key).first()
        yield Fault("header", other, key, detail={"why": pl.lit("the first part says something else")})
    number, total = pl.col("part_number"), pl.col("total_parts")
    outside = (number < 1) | (number > total)
    beyond = pl.format("parts are numbered from 1 to {}", total)
    yield Fault("header", outside, "part_number", detail={"why": beyond})
    twice = number.is_duplicated() & ~outside
    yield Fault("header", twice, "part_number", detail={"why": pl.lit("another part has this number")})
    here = pl.format("{} of the {} parts are here", pl.len(), total)
    yield Fault("header", (pl.len() != total) & ~outside, "total_parts", detail={"why": here})


HEADING = (
    header_value_missing,
    window_backwards,
    window_in_future,
    students_miscounted,
    records_miscounted,
    too_many_students,
    state_differs_from_sender,
    parts_disagree,
)
