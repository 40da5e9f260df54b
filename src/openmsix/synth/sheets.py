"""One State's records as the layout has them: every element a column, typed as the dictionary stores it."""

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import polars as pl

from openmsix.dictionary import dictionary
from openmsix.dictionary.declare import Element, Type

from . import assessments, lists
from .schooling import REGULAR_PROJECT, RESIDENCY, SUMMER_PROJECT

if TYPE_CHECKING:
    from .nation import Nation

VERSION = "current"
WINDOW_CLOSES = timedelta(seconds=-1)  # the window of effective dates ends with the day before the submission
SENT_AT = time(2, 15, tzinfo=UTC)
FLAGS = (
    "lep_indicator", "idea_indicator", "pfs_flag", "immunization_record_flag", "out_of_state_transcript_indicator",
    "algebra_1_indicator",
)  # fmt: skip


def polars_type(element: Element) -> pl.DataType:
    """How a value of the element is held in a frame."""
    match element.type:
        case Type.DATE | Type.MONTH:
            return pl.Date()
        case Type.MOMENT:
            return pl.Datetime("us", "UTC")
        case Type.INTEGER | Type.YEAR:
            return pl.Int32()
        case Type.DECIMAL:
            return pl.Decimal(18, element.scale)
        case _:
            return pl.String()


def of_part(nation: "Nation", state: str, part: int) -> dict[str, pl.DataFrame]:
    """All record types of one part, header first. Empty record types are there with no rows."""
    students = (
        nation.students.filter(pl.col("state") == state)
        .slice((part - 1) * nation.most_in_a_part, nation.most_in_a_part)
        .with_columns(
            student_record_id=(pl.int_range(pl.len()) + 1).cast(pl.String).str.zfill(7),
            reporting_state=pl.col("state"),
        )
    )
    told = {
        "students": students,
        "alternate_ids": nation.tables["alternate_ids"],
        "demographics": nation.tables["demographics"],
        "qualifying_moves": nation.tables["qualifying_moves"],
        "enrollments": nation.tables["enrollments"],
        "course_history": nation.tables["course_history"],
        "assessments": nation.tables["assessments"],
    }
    speak = {"enrollments": _enrollments, "course_history": _courses, "assessments": _assessments}
    frames: dict[str, pl.DataFrame] = {}
    for record, rows in told.items():
        if record != "students":
            rows = _of_students(rows, students)
            if record in speak:
                rows = speak[record](nation, state, rows)
        frames[record] = _typed(record, rows)
    records = sum(frame.height for frame in frames.values())
    return {"header": _header(nation, state, part, students.height, records)} | frames


def _of_students(rows: pl.DataFrame, students: pl.DataFrame) -> pl.DataFrame:
    """The rows of these students in their order, with student record id and record id."""
    order = students.select("roll", "student_record_id")
    mine = rows.join(order, on="roll", how="inner", maintain_order="left").sort(
        "student_record_id", maintain_order=True
    )
    return mine.with_columns(
        record_id=(pl.int_range(pl.len()).over("student_record_id") + 1).cast(pl.String).str.zfill(3)
    )


def _typed(record: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Exactly the columns of the record type, in their order; elements nobody sends are null."""
    elements = dictionary(VERSION).records[record].elements
    return rows.select(
        (pl.col(element.key) if element.key in rows.columns else pl.lit(None))
        .cast(polars_type(element))
        .alias(element.key)
        for element in elements
    )


def _header(nation: "Nation", state: str, part: int, students: int, records: int) -> pl.DataFrame:
    first = datetime.combine(nation.since, time(tzinfo=UTC))
    header = {
        "submitting_state": state,
        "submission_date": datetime.combine(nation.today, SENT_AT),
        "beginning_effective_date": first,
        "ending_effective_date": datetime.combine(nation.today, time(tzinfo=UTC)) + WINDOW_CLOSES,
        "total_students": students,
        "total_records": records,
        "dictionary_version": VERSION,
        "submission_kind": nation.kind,
        "part_number": part,
        "total_parts": nation.parts(state),
    }
    elements = dictionary(VERSION).records["header"].elements
    return pl.DataFrame(
        {element.key: pl.Series([header.get(element.key)]).cast(polars_type(element)) for element in elements}
    )


def _enrollments(nation: "Nation", state: str, rows: pl.DataFrame) -> pl.DataFrame:
    districts, schools = nation.land.districts, nation.land.schools
    district = districts[rows["district"].to_numpy()]
    school = pl.DataFrame({"school": rows["school"].cast(pl.UInt32)}).join(
        schools, on="school", how="left", maintain_order="left"
    )
    graduates_at = schools["ncessch"].gather(rows["designated_school"])
    project = district["region_name"] + " Migrant Education Project"
    kind, facility = pl.col("enrollment_type").cast(pl.String), pl.col("facility")
    name = (
        pl.when(kind == SUMMER_PROJECT).then(pl.lit("Summer Project at " + school["name"]))
        .when(kind == REGULAR_PROJECT).then(pl.lit(project))
        .otherwise(pl.lit(school["name"]))
    )  # fmt: skip
    new_number = pl.lit(district["leaid"]) + pl.lit("9") + pl.col("district").cast(pl.String).str.zfill(4)
    not_new = pl.lit(school["ncessch"])

    def of_school(column: str) -> pl.Expr:
        there = pl.lit(school[column]).is_not_null() & facility
        return pl.when(there).then(pl.lit(school[column]))

    return rows.with_columns(
        school_or_project_name=pl.when(kind != RESIDENCY).then(name),
        school_id=pl.when("new_school").then(new_number).otherwise(not_new),
        facility_address_1=of_school("street"),
        facility_city=of_school("town"),
        facility_zip=of_school("zip"),
        facility_name=of_school("name"),
        facility_state=pl.lit(state),
        telephone=pl.when(facility).then(pl.lit(district["phone"])),
        school_district_id=pl.lit(district["leaid"]),
        school_district=pl.lit(district["name"]),
        district_of_residence=pl.lit(district["leaid"]),
        designated_graduation_school=pl.lit(graduates_at),
        **{flag: pl.when(flag).then(pl.lit("Yes")).when(~pl.col(flag)).then(pl.lit("No")) for flag in FLAGS},
    )


def _courses(nation: "Nation", state: str, rows: pl.DataFrame) -> pl.DataFrame:
    known = lists.read("courses")[rows["course"].to_numpy()]
    coded = pl.col("coded")
    return rows.with_columns(
        course_title=pl.lit(known["title"]),
        subject_area=pl.when(coded).then(pl.lit(known["subject"])),
        course_type=pl.when(coded).then("course_type"),
        begin_academic_year=pl.col("year"),
        end_academic_year=pl.col("year") + 1,
        course_section=pl.col("section"),
        term_type=pl.col("term"),
    )


def _assessments(nation: "Nation", state: str, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.hstack(assessments.told(rows, state).drop("roll"))


def truth(nation: "Nation") -> pl.DataFrame:
    """Who is who: one row a roll, in the order of the files."""
    from .shape import PEOPLE_KEYS

    child = nation.children[nation.students["child"].to_numpy()]
    return nation.students.select("state", "state_student_id_type", "state_student_id").with_columns(
        child_id="C" + nation.students["child"].cast(pl.String).str.zfill(7),
        family_id="F" + child["family"].cast(pl.String).str.zfill(7),
        twin=child["twin"],
        people=pl.Series(PEOPLE_KEYS).gather(child["people"].to_numpy()),
        noise=nation.students["noise"],
    )
