"""Checks of what must be there: always, under a condition, or only for children of certain ages and grades."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from openmsix.dictionary.declare import Element, Mark, Required
from openmsix.intake.words import Severity

from . import sources
from .ages import age_on
from .declare import Fault, rule

if TYPE_CHECKING:
    from .sheets import Sheets

STUDENT, WARNING = Severity.STUDENT_REJECTED, Severity.WARNING

ESSENTIAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "students": (
            "student_record_id",
            "reporting_state",
            "state_student_id",
            "state_student_id_type",
            "action_code",
        ),
        "demographics": ("first_name", "last_name_1", "birth_date"),
    }
)
"""Without these a student could not be told from others, nor be found. Every record also needs its record id."""

MEP_FUNDED = ("02", "03", "04", "05")
AT_SCHOOL = ("01", "05")
RESIDENCY_ONLY = "06"

CONDITIONS: Mapping[tuple[str, str], pl.Expr] = MappingProxyType(
    {
        ("alternate_ids", "alternate_student_id_type"): pl.col("alternate_student_id").is_not_null(),
        ("qualifying_moves", "from_state"): pl.col("from_country").is_null(),
        ("enrollments", "school_or_project_name"): pl.col("enrollment_type") != RESIDENCY_ONLY,
        ("enrollments", "school_id"): pl.col("enrollment_type").is_in(AT_SCHOOL),
        ("enrollments", "graduation_hse_date"): pl.col("graduation_hse_indicator").is_not_null(),
        ("enrollments", "continuation_of_services_reason"): pl.col("enrollment_type").is_in(MEP_FUNDED)
        & (pl.col("enrollment_date") > pl.col("eligible_until")),
        ("assessments", "reporting_method"): pl.col("score_results").is_not_null(),
    }
)
"""When a conditional element must be there, over the view of its record type."""

UNJUDGED: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("demographics", "male_parent_first_name"): "whether a youth moves alone is not told",
        ("demographics", "male_parent_last_name"): "whether a youth moves alone is not told",
        ("demographics", "female_parent_first_name"): "whether a youth moves alone is not told",
        ("demographics", "female_parent_last_name"): "whether a youth moves alone is not told",
        ("qualifying_moves", "from_country"): "asked for together with the State (from_state)",
        ("enrollments", "mep_project_type"): "may be blank",
        ("enrollments", "school_district_id"): "some operators of migrant projects have none",
        ("enrollments", "withdrawal_date"): "blank while the enrollment is open",
        ("course_history", "clock_hours"): "see E507",
        ("course_history", "grade_to_date"): "see E507",
        ("course_history", "credits_granted"): "see E507",
        ("course_history", "final_grade"): "see E507",
    }
)
"""Conditional elements whose condition cannot be judged from the file, or is judged by another check, and why."""


def essential(record: str) -> tuple[str, ...]:
    """The elements of a record type without which the student is not stored."""
    own = ESSENTIAL.get(record, ())
    return own if record in ("header", "students") else ("record_id", *own)


def _applies(sheets: "Sheets", record: str, element: Element) -> pl.Expr:
    """Whether the element applies to the child of the row, as far as age and grade are known."""
    if record != "enrollments":
        return pl.lit(True)
    applies = pl.lit(True)
    if element.applies.ages:
        age = age_on("enrollment_date")
        applies = applies & age.is_between(*element.applies.ages).fill_null(True)
    if element.applies.grades:
        applies = applies & pl.col("grade_level").is_in(sorted(element.applies.grades)).fill_null(True)
    return applies


@rule(
    "E210",
    STUDENT,
    sentence="A student has what tells it from others: the State's identifier with its type, action, names and birth date; and every "
    "record its number.",
    wrong="There is no usable {element}.",
    mend="Send it, or mend the value that was sent.",
    source=sources.APPLICABILITY,
    mark=Mark.RECALLED,
)
def essential_value_missing(sheets: "Sheets") -> Iterable[Fault]:
    """No value, or none that could be used, where the student cannot be stored without."""
    for record in ("students", *sheets.children):
        for key in essential(record):
            yield Fault(record, pl.col(key).is_null(), key)


@rule(
    "E211",
    WARNING,
    sentence="An element that must be sent for every record has a value.",
    wrong="{element} is empty.",
    mend="Send it with the next submission.",
    source=sources.APPLICABILITY,
    mark=Mark.RECALLED,
)
def required_value_missing(sheets: "Sheets") -> Iterable[Fault]:
    """Nothing was sent where something must be. What was sent and could not be used is told by the checks of values."""
    for record in sheets.children:
        sent = sheets.text[record]
        for element in sheets.dictionary.records[record].elements:
            if element.required is Required.MUST and element.key not in essential(record):
                yield Fault(record, pl.col(element.key).is_null(), element.key, rows=sent)


@rule(
    "E212",
    WARNING,
    sentence="An element that must be sent under a condition has a value when the condition holds.",
    wrong="There is no usable {element}, but it must be sent: {condition}.",
    mend="Send it with the next submission.",
    source=sources.APPLICABILITY,
    mark=Mark.RECALLED,
)
def conditional_value_missing(sheets: "Sheets") -> Iterable[Fault]:
    """Nothing was sent where the other values ask for something."""
    for (record, key), condition in CONDITIONS.items():
        if (record, key) not in sheets.parsed.missing:
            words = pl.lit(sheets.dictionary.element(record, key).condition)
            yield Fault(record, condition & pl.col(key).is_null(), key, detail={"condition": words})


@rule(
    "E213",
    WARNING,
    sentence="An element is sent for children of the ages and grades to which it applies.",
    wrong="{element} is {value}, but it applies to others: {applies}.",
    mend="Leave it empty, or correct the grade or the birth date.",
    source=sources.APPLICABILITY,
    mark=Mark.RECALLED,
)
def not_applicable(sheets: "Sheets") -> Iterable[Fault]:
    """Something was said of a child of whom it cannot be said. No is true of everybody."""
    for element in sheets.dictionary.records["enrollments"].elements:
        if element.applies.ages or element.applies.grades:
            said = pl.col(element.key).is_not_null() & (pl.col(element.key).cast(pl.String) != "No")
            others = said & ~_applies(sheets, "enrollments", element)
            yield Fault("enrollments", others, element.key, detail={"applies": pl.lit(element.applies.words)})


REQUIRED = (essential_value_missing, required_value_missing, conditional_value_missing, not_applicable)
