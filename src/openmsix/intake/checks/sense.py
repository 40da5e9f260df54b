"""Checks of what moves, enrollments, courses and assessments say together."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from openmsix.dictionary.declare import Mark
from openmsix.intake.words import Severity

from . import sources
from .ages import OLDEST_IN, YOUNGEST_IN, age_on
from .declare import Fault, rule
from .required import RESIDENCY_ONLY

if TYPE_CHECKING:
    from .sheets import Sheets

DROPPED, WARNING = Severity.VALUE_DROPPED, Severity.WARNING

MOST_CLOCK_HOURS = 1080
LISTED_LEVELS_ONLY = ("09", "10", "11")
"""Assessment types whose interpretation is a listed level and nothing else."""

PAIRS = (
    ("clock_hours", "grade_to_date"),
    ("grade_to_date", "clock_hours"),
    ("credits_granted", "final_grade"),
    ("final_grade", "credits_granted"),
)
"""Where the first is told of a course, so is the second."""


@rule(
    "E501",
    WARNING,
    sentence="A child comes either from a State or from another country.",
    wrong="Both a State ({state}) and a country ({value}) are given.",
    mend="Leave the country empty if the child came from a State, and the State if it came from abroad.",
    source=sources.DEFINITIONS,
    mark=Mark.INFERRED,
)
def from_state_and_country(sheets: "Sheets") -> Iterable[Fault]:
    """Two places where the child came from. The United States as the country says nothing more."""
    both = (
        pl.col("from_state").is_not_null()
        & pl.col("from_country").is_not_null()
        & ~pl.col("from_country").is_in(["US", "USA"])
    )
    yield Fault("qualifying_moves", both, "from_country", detail={"state": pl.col("from_state")})


@rule(
    "E502",
    WARNING,
    sentence="The age of a child is one at which children are in its grade, give or take some years.",
    wrong="A child of age {age} is in grade {value}.",
    mend="Correct the grade, the Enrollment Date or the birth date.",
    source=sources.USUAL_GRADES,
    mark=Mark.RECALLED,
)
def age_unlike_grade(sheets: "Sheets") -> Iterable[Fault]:
    """An age far from the usual ones of the grade; the table is in the dictionary."""
    age, grade = age_on("enrollment_date"), pl.col("grade_level")
    youngest = grade.replace_strict(YOUNGEST_IN, default=None, return_dtype=pl.Int32)
    oldest = grade.replace_strict(OLDEST_IN, default=None, return_dtype=pl.Int32)
    yield Fault("enrollments", (age < youngest) | (age > oldest), "grade_level", detail={"age": age})


@rule(
    "E503",
    WARNING,
    sentence="An enrollment for residency only (type 06) names no school.",
    wrong="The enrollment is for residency only, but {element} is {value}.",
    mend="Correct the Enrollment Type, or leave the school out.",
    source=sources.DEFINITIONS,
    mark=Mark.INFERRED,
)
def school_of_residency_only(sheets: "Sheets") -> Iterable[Fault]:
    """A school where the child only lives."""
    only = pl.col("enrollment_type") == RESIDENCY_ONLY
    for key in ("school_or_project_name", "school_id", "mep_project_type"):
        yield Fault("enrollments", only & pl.col(key).is_not_null(), key)


@rule(
    "E504",
    WARNING,
    sentence="The id of a school begins with the id of its district.",
    wrong="{value} does not begin with the School District ID, {district}.",
    mend="Correct one of the two ids.",
    source=sources.DEFINITIONS,
    mark=Mark.INFERRED,
)
def school_outside_district(sheets: "Sheets") -> Iterable[Fault]:
    """A school of another district than the one named beside it."""
    district = pl.col("school_district_id")
    other = pl.col("school_id").str.slice(0, 7) != district
    yield Fault("enrollments", other, "school_id", detail={"district": district})


@rule(
    "E505",
    WARNING,
    sentence="The date of a graduation goes with the indicator that says of what.",
    wrong="There is a Graduation/HSE Date ({value}) without an indicator.",
    mend="Send the indicator: Graduation or HSE.",
    source=sources.DEFINITIONS,
    mark=Mark.INFERRED,
)
def graduated_without_indicator(sheets: "Sheets") -> Iterable[Fault]:
    """A date of something unsaid."""
    unsaid = pl.col("graduation_hse_date").is_not_null() & pl.col("graduation_hse_indicator").is_null()
    yield Fault("enrollments", unsaid, "graduation_hse_date")


@rule(
    "E506",
    WARNING,
    sentence="A student has one Designated Graduation School at a time.",
    wrong="Another open enrollment names another Designated Graduation School than {value}.",
    mend="Withdraw the enrollment that ended, or leave its school out.",
    source=sources.NEW_YORK,
    mark=Mark.THIRD_PARTY,
)
def two_graduation_schools(sheets: "Sheets") -> Iterable[Fault]:
    """Two schools from which the student is expected to graduate."""
    school = pl.col("designated_graduation_school")
    expected = school.is_not_null() & pl.col("withdrawal_date").is_null()
    enrollments = sheets.view("enrollments").filter(expected)
    several = (
        enrollments.group_by("seq").agg(school.n_unique().alias("schools")).filter(pl.col("schools") > 1)
    )
    yield Fault(
        "enrollments", expected & pl.col("seq").is_in(several["seq"].implode()), school.meta.output_name()
    )


@rule(
    "E507",
    WARNING,
    sentence="A course that was not finished has clock hours and a grade to date; one that was has credits and a final grade.",
    wrong="{element} is {value}, but {partner} is empty.",
    mend="Send both.",
    source=sources.LAYOUT,
    mark=Mark.INFERRED,
)
def half_of_a_pair(sheets: "Sheets") -> Iterable[Fault]:
    """One half of what is told together."""
    for key, partner in PAIRS:
        alone = pl.col(key).is_not_null() & pl.col(partner).is_null()
        name = sheets.dictionary.element("course_history", partner).name
        yield Fault("course_history", alone, key, detail={"partner": pl.lit(name)})


@rule(
    "E508",
    WARNING,
    sentence="Clock hours are told only of a course for which no credit was granted.",
    wrong="Clock hours ({value}) are told of a course with credits ({credits}).",
    mend="Leave out the clock hours of a finished course.",
    source=sources.SPECIFICATION,
    mark=Mark.THIRD_PARTY,
)
def clock_hours_beside_credits(sheets: "Sheets") -> Iterable[Fault]:
    """A course that is both finished and broken off."""
    both = (pl.col("clock_hours") > 0) & (pl.col("credits_granted") > 0)
    credits = pl.col("credits_granted").cast(pl.String)
    yield Fault("course_history", both, "clock_hours", detail={"credits": credits})


@rule(
    "E509",
    WARNING,
    sentence=f"A course takes at most {MOST_CLOCK_HOURS} clock hours.",
    wrong="{value} clock hours are more than a course takes.",
    mend="Send hours, not minutes.",
    source=sources.MICHIGAN,
    mark=Mark.THIRD_PARTY,
)
def too_many_clock_hours(sheets: "Sheets") -> Iterable[Fault]:
    """More hours than any course has; the limit is one State's."""
    yield Fault("course_history", pl.col("clock_hours") > MOST_CLOCK_HOURS, "clock_hours")


@rule(
    "E510",
    WARNING,
    sentence="An academic year does not end before it begins.",
    wrong="The academic year ends in {value} and begins in {begin}.",
    mend="Correct one of the two years.",
    source=sources.DEFINITIONS,
    mark=Mark.INFERRED,
)
def year_ends_before_it_begins(sheets: "Sheets") -> Iterable[Fault]:
    """Years the wrong way round."""
    begin = pl.col("begin_academic_year")
    yield Fault(
        "course_history", pl.col("end_academic_year") < begin, "end_academic_year", detail={"begin": begin}
    )


def _unlisted(sheets: "Sheets") -> pl.Expr:
    levels = sheets.dictionary.code_set("assessment_interpretation")
    return ~pl.col("interpretation").is_in(list(levels.values))


@rule(
    "E511",
    DROPPED,
    sentence="The interpretation of an assessment of type 09, 10 or 11 is one of the listed levels.",
    wrong="{value} is no listed level.",
    mend="Send one of: {allowed}.",
    source=sources.SPECIFICATION,
    mark=Mark.THIRD_PARTY,
)
def level_unknown(sheets: "Sheets") -> Iterable[Fault]:
    """A level that the type does not have."""
    strict = pl.col("assessment_type").is_in(LISTED_LEVELS_ONLY)
    yield Fault("assessments", strict & _unlisted(sheets), "interpretation")


@rule(
    "E512",
    WARNING,
    sentence="The interpretation of an assessment of another type is a listed level, or begins with Other.",
    wrong="{value} is no listed level and does not begin with Other.",
    mend="Write Other before it, or send one of: {allowed}.",
    source=sources.INTERPRETATION,
    mark=Mark.THIRD_PARTY,
)
def level_without_other(sheets: "Sheets") -> Iterable[Fault]:
    """A level of somebody's own that does not say so."""
    strict = pl.col("assessment_type").is_in(LISTED_LEVELS_ONLY).fill_null(False)
    own = ~pl.col("interpretation").str.starts_with("Other")
    yield Fault("assessments", ~strict & own & _unlisted(sheets), "interpretation")


SENSE = (
    from_state_and_country,
    age_unlike_grade,
    school_of_residency_only,
    school_outside_district,
    graduated_without_indicator,
    two_graduation_schools,
    half_of_a_pair,
    clock_hours_beside_credits,
    too_many_clock_hours,
    year_ends_before_it_begins,
    level_unknown,
    level_without_other,
)
