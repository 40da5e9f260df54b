"""Checks of keys and of what belongs to what: ids that come twice, rows of nobody, how many rows a student has."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from openmsix.dictionary.declare import Mark
from openmsix.dictionary.identifiers import STUDENTS_PER_PART
from openmsix.intake import frames
from openmsix.intake.words import Severity

from . import sources
from .declare import Check, Fault, found_by_reader, rule
from .reading import RAGGED_ROW, STRAY_BROKEN_ROW

if TYPE_CHECKING:
    from .sheets import Sheets

__all__ = ["KEYS", "RAGGED_ROW", "ROW_OF_DELETED", "ROW_OF_NO_STUDENT", "STRAY_BROKEN_ROW", "noted"]

STUDENT, WARNING, FILE = Severity.STUDENT_REJECTED, Severity.WARNING, Severity.FILE_REJECTED

ROW_OF_NO_STUDENT = found_by_reader(
    "E301",
    "row_of_no_student",
    WARNING,
    sentence="Every record belongs to a student of the same part.",
    wrong="There is no student {value} in this part, so the record is not used.",
    mend="Send the student in the same part, or correct the Student Record ID.",
)
ROW_OF_DELETED = found_by_reader(
    "E302",
    "row_of_deleted_student",
    WARNING,
    sentence="A student that is deleted is sent without further records.",
    wrong="The student is deleted (action D), so the record is not used.",
    mend="Leave the record out, or send the student with action U.",
)


def noted(check: Check, record: str, rows: pl.DataFrame, element: str = "") -> pl.DataFrame:
    """Findings of a check at each of these rows of text."""
    value = pl.col(element).str.slice(0, frames.VALUE_SHOWN) if element else pl.lit(None, dtype=pl.String)
    return rows.select(
        "seq",
        "part",
        pl.lit(record).alias("record"),
        "line",
        pl.col("record_id")
        if "record_id" in rows.columns
        else pl.lit(None, dtype=pl.String).alias("record_id"),
        pl.lit(element).alias("element"),
        pl.lit(check.code).alias("code"),
        pl.lit(check.severity.value).alias("severity"),
        value.alias("value"),
        pl.lit(None, dtype=pl.String).alias("detail"),
    )


def _twice(*columns: str) -> pl.Expr:
    """Whether another row has the same values in these columns, none of them null."""
    whole = pl.all_horizontal(pl.col(column).is_not_null() for column in columns)
    return whole & pl.struct(columns).is_duplicated()


@rule(
    "E303",
    STUDENT,
    sentence="Each student of a part has a Student Record ID of its own.",
    wrong="Another student of this part has the Student Record ID {value} too.",
    mend="Number the students of a part anew. Neither was stored: whose records are whose cannot be told.",
    source=sources.SPECIFICATION,
    mark=Mark.THIRD_PARTY,
)
def student_record_id_twice(sheets: "Sheets") -> Iterable[Fault]:
    """Two students of a part under one number."""
    yield Fault("students", _twice("part", "student_record_id"), "student_record_id")


@rule(
    "E304",
    STUDENT,
    sentence="A State Student Identifier with its type comes once in a submission.",
    wrong="Another row of this submission is about the same student ({value}).",
    mend="Send each student once, with all its records. Neither was stored: which one holds cannot be told.",
    source=sources.LAYOUT,
    mark=Mark.INFERRED,
)
def student_twice(sheets: "Sheets") -> Iterable[Fault]:
    """The same student of the State twice."""
    twice = _twice("reporting_state", "state_student_id_type", "state_student_id")
    yield Fault("students", twice, "state_student_id")


@rule(
    "E305",
    STUDENT,
    sentence="Each record of a student has a number of its own among those of its type.",
    wrong="Another record of this type and student has the number {value} too.",
    mend="Number the student's records of each type 001, 002, 003 ...",
    source=sources.SPECIFICATION,
    mark=Mark.THIRD_PARTY,
)
def record_id_twice(sheets: "Sheets") -> Iterable[Fault]:
    """Two records of one student under one number."""
    for record in sheets.children:
        yield Fault(record, _twice("seq", "record_id"), "record_id")


@rule(
    "E306",
    WARNING,
    sentence="Two records of a student differ in what tells records of their type apart.",
    wrong="Another record of this student says the same {facts}.",
    mend="Send it once.",
    source=sources.LAYOUT,
    mark=Mark.INFERRED,
)
def record_twice(sheets: "Sheets") -> Iterable[Fault]:
    """Two records of one student that are told apart by nothing."""
    for record in sheets.children:
        declared = sheets.dictionary.records[record]
        keys = [key for key in declared.natural_key if key in declared.columns]
        if keys:
            names = ", ".join(declared.element(key).name for key in keys)
            some = pl.col(keys[0]).is_not_null()
            again = some & pl.struct("seq", *keys).is_duplicated()
            yield Fault(record, again, keys[0], detail={"facts": pl.lit(names)})


@rule(
    "E307",
    STUDENT,
    sentence="A student that is not deleted has demographics.",
    wrong="The student has no demographics record that can be read.",
    mend="Add the record, or send action D if the student shall be deleted.",
    source=sources.LAYOUT,
    mark=Mark.INFERRED,
)
def no_demographics(sheets: "Sheets") -> Iterable[Fault]:
    """A student about whom nothing says who it is."""
    if "demographics" not in sheets.unreadable:
        yield Fault("students", ~pl.col("leaving") & (pl.col("demographics") == 0))


@rule(
    "E308",
    STUDENT,
    sentence="A student has one demographics record.",
    wrong="The student has {records} demographics records.",
    mend="Keep the one that holds.",
    source=sources.LAYOUT,
    mark=Mark.INFERRED,
)
def demographics_twice(sheets: "Sheets") -> Iterable[Fault]:
    """A student who would be two persons."""
    yield Fault("students", pl.col("demographics") > 1, detail={"records": pl.col("demographics")})


@rule(
    "E309",
    STUDENT,
    sentence="A student has at least one qualifying move with a Qualifying Arrival Date.",
    wrong="The student has no qualifying move with a usable Qualifying Arrival Date.",
    mend="Add the move, or mend its date.",
    source=sources.REJECTIONS,
    mark=Mark.THIRD_PARTY,
)
def no_qualifying_move(sheets: "Sheets") -> Iterable[Fault]:
    """A student without the fact that makes it eligible."""
    if "qualifying_moves" not in sheets.unreadable:
        yield Fault("students", ~pl.col("leaving") & (pl.col("moves") == 0))


@rule(
    "E310",
    STUDENT,
    sentence="A State reports its own students only.",
    wrong="The student is reported for {value}, but the file is from {state}.",
    mend="Correct the Reporting State Code.",
    source=sources.LAYOUT,
    mark=Mark.INFERRED,
)
def reporting_state_differs(sheets: "Sheets") -> Iterable[Fault]:
    """A student of another State than the header's."""
    header = sheets.typed["header"]
    state = header["submitting_state"].first() if header.height else None
    if isinstance(state, str):
        differs = pl.col("reporting_state") != state
        yield Fault("students", differs, "reporting_state", detail={"state": pl.lit(state)})


@rule(
    "E311",
    WARNING,
    sentence=f"Student Record IDs run from 0000001 to {STUDENTS_PER_PART:07d}.",
    wrong="{value} is outside that range.",
    mend="Number the students of each part from 0000001.",
    source=sources.SPECIFICATION,
    mark=Mark.THIRD_PARTY,
)
def student_record_id_out_of_range(sheets: "Sheets") -> Iterable[Fault]:
    """A number that the layout does not give."""
    outside = ~pl.col("student_record_id").cast(pl.Int32, strict=False).is_between(1, STUDENTS_PER_PART)
    yield Fault("students", outside, "student_record_id")


_CHILD = ("first_name", "last_name_1", "birth_date")
_WHO = (*_CHILD, "middle_name", "last_name_2", "sex")


def _folded(text: pl.Expr) -> pl.Expr:
    """A name without accents, capitals and signs, however its letters are put together."""
    letters = text.str.normalize("NFKD").str.to_lowercase().str.replace_all(r"\p{M}", "")
    return letters.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars().fill_null("")


@rule(
    "E312",
    WARNING,
    sentence="A child is sent once, under one State Student Identifier.",
    wrong="The student {other} of this submission has the same names, birth date and sex.",
    mend="If both are one child, send it under one identifier, and delete the other one (action D) if the exchange has it. If they are two children, nothing needs to be done.",
)
def child_twice(sheets: "Sheets") -> Iterable[Fault]:
    """Two students who are said to be the same child.

    Only told of: which identifier holds is not known here, and the linkage model asks people about the two, if there are not too many of them.
    """
    whole = pl.all_horizontal(pl.col(column).is_not_null() for column in _CHILD)
    said = sheets.typed["demographics"].unique("seq", keep="first", maintain_order=True).filter(whole)
    folded = [_folded(pl.col(name)).alias(name) for name in _WHO if name != "birth_date"]
    who = said.select("seq", "birth_date", *folded)
    own, same = pl.col("seq"), pl.struct(_WHO)
    other = pl.when(own.min().over(same) == own).then(own.max().over(same)).otherwise(own.min().over(same))
    twice = who.with_columns(other.alias("of")).filter(pl.col("of") != own).select("seq", "of")
    students = sheets.typed["students"].select(of="seq", other="state_student_id")
    told = twice.join(students, on="of")
    rows = sheets.view("students").join(told, on="seq", how="left", maintain_order="left")
    yield Fault(
        "students",
        pl.col("other").is_not_null(),
        "state_student_id",
        detail={"other": pl.col("other")},
        rows=rows,
    )


KEYS = (
    ROW_OF_NO_STUDENT,
    ROW_OF_DELETED,
    student_record_id_twice,
    student_twice,
    record_id_twice,
    record_twice,
    no_demographics,
    demographics_twice,
    no_qualifying_move,
    reporting_state_differs,
    student_record_id_out_of_range,
    child_twice,
)
