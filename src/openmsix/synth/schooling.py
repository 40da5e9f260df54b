"""Enrollments: what each State's schools and migrant projects would write of each stay.

One row an enrollment: `roll`, `child`, `state`, `district`, `school` (null for residency only), `year` (in which the school
year began), `opens` and `closes` (of that school year), `grade_number` (0 is kindergarten), and the elements.
"""

from datetime import date

import numpy as np
import polars as pl

from openmsix.deadlines.anniversaries import age_of

from . import lists, shape
from .chance import Chance, Generator, between, happens, pick
from .land import SCHOOLS_PER_DISTRICT

LEAST_DAYS = 3
SUMMER = ((6, 20), (7, 31))
LEAST_SUMMER_DAYS = 14
SHARE_SUMMER, SHARE_PRESCHOOL, SHARE_YOUTH_PROJECT = 0.22, 0.45, 0.3
SHARE_WITH_PROJECT = 0.28  # of children at school, those whom a migrant project serves as well
SHARE_GRADUATING = 0.85
GRADES = [
    *(f"P{age}" for age in range(6)),
    "PS",
    "KG",
    *(f"{grade:02d}" for grade in range(1, 13)),
    "UG",
    "00",
    "OS",
]
GRADE = pl.Enum(GRADES)
KIND = pl.Enum(["01", "02", "03", "04", "05", "06"])
BASIC, REGULAR_PROJECT, SUMMER_PROJECT, WITH_PROJECT, RESIDENCY = "01", "02", "03", "05", "06"
COMMENTS = (
    "Credits earned in Mexico; transcript requested.",
    "Immunization card seen at enrollment.",
    "Credit recovery started in the summer project.",
    "Took the placement test in Spanish.",
)


def make_enrollments(
    chance: Chance, presence: pl.DataFrame, children: pl.DataFrame, states: list[str], today: date
) -> pl.DataFrame:
    """The enrollments of every roll, each roll's in the order of their dates; every roll has at least one."""
    facts = children.select(
        "child", "birth_date", "out_of_school", "kept_back", "learner", "disability", "priority", "alert"
    )
    stays = presence.join(facts, on="child", how="left", maintain_order="left")
    years = pl.DataFrame(
        {"year": np.arange(today.year - shape.YEARS_SEEN - 1, today.year + 1, dtype=np.int32)}
    )
    every = stays.join(years, how="cross").with_columns(_calendar(states))
    enrollments = pl.concat(
        [_at_school(chance.of("school"), every, today), _in_summer(chance.of("summer"), every, today)]
    )
    without = stays.join(enrollments, on="roll", how="anti").group_by("roll", maintain_order=True).last()
    enrollments = pl.concat([enrollments, _residency(without, states, today, enrollments.columns)])
    enrollments = enrollments.sort("roll", "enrollment_date", "enrollment_type").unique(
        ["roll", "enrollment_date"], keep="first", maintain_order=True
    )
    return _with_flags(chance.of("flags"), enrollments, today)


def _calendar(states: list[str]) -> list[pl.Expr]:
    """First and last day of the school year that begins in `year`, State by State."""
    looks = dict(lists.states().select("state", pl.struct("school_starts", "school_ends")).iter_rows())
    day = {}
    for column in ("school_starts", "school_ends"):
        for part, digits in (("month", slice(0, 2)), ("day", slice(2, 4))):
            numbers = pl.Series([int(looks[state][column][digits]) for state in states], dtype=pl.Int8)
            day[column, part] = pl.lit(numbers).gather(pl.col("state").cast(pl.UInt32))
    return [
        pl.date(pl.col("year"), day["school_starts", "month"], day["school_starts", "day"]).alias("opens"),
        pl.date(pl.col("year") + 1, day["school_ends", "month"], day["school_ends", "day"]).alias("closes"),
    ]


def _grade_number() -> pl.Expr:
    """0 is kindergarten: five years old on the first of September."""
    return (
        age_of(pl.col("birth_date"), pl.date(pl.col("year"), 9, 1)) - 5 - pl.col("kept_back").cast(pl.Int32)
    )


def _school_of(grade: pl.Expr) -> pl.Expr:
    """The school of the district for a grade number."""
    return pl.col("district").cast(pl.Int32) * SCHOOLS_PER_DISTRICT + (
        pl.when(grade >= 9)
        .then(3)
        .when(grade >= 6)
        .then(2)
        .when((pl.col("child") % 3 == 0) & (grade >= 0))
        .then(1)
        .otherwise(0)
    )


def _grade_code(number: pl.Expr) -> pl.Expr:
    return pl.when(number == 0).then(pl.lit("KG")).otherwise(number.cast(pl.String).str.zfill(2)).cast(GRADE)


def _young(age: pl.Expr) -> pl.Expr:
    return (pl.lit("P") + age.clip(0, 5).cast(pl.String)).cast(GRADE)


KEPT = (
    "roll", "child", "state", "district", "school", "year", "opens", "closes", "grade_number", "birth_date", "out_of_school",
    "learner", "disability", "priority", "alert", "enrollment_date", "enrollment_type", "grade_level", "withdrawal_date",
    "residency_date",
)  # fmt: skip


def _at_school(rng: Generator, every: pl.DataFrame, today: date) -> pl.DataFrame:
    """One enrollment for each stay and school year in which the child was there."""
    rows = _stays_in_school_years(every, today)
    draws = {
        "preschool": SHARE_PRESCHOOL,
        "project": SHARE_WITH_PROJECT,
        "youth_project": SHARE_YOUTH_PROJECT,
    }
    rows = rows.with_columns(
        pl.Series(name, happens(rng, share, rows.height)) for name, share in draws.items()
    )
    grade, age = pl.col("grade_number"), pl.col("age")
    out = pl.col("out_of_school") & (age >= 16)
    at_school = grade.is_between(0, 12) & ~out
    early = (grade < 0) & (age >= 3) & pl.col("preschool")
    kind = (
        pl.when(at_school | early).then(pl.when("project").then(pl.lit(WITH_PROJECT)).otherwise(pl.lit(BASIC)))
        .when(out & pl.col("youth_project")).then(pl.lit(REGULAR_PROJECT))
        .otherwise(pl.lit(RESIDENCY))
    )  # fmt: skip
    code = (
        pl.when(at_school).then(_grade_code(grade)).when(early).then(pl.lit("PS", dtype=GRADE))
        .when(grade < 1).then(_young(age)).otherwise(pl.lit("00", dtype=GRADE))
    )  # fmt: skip
    school = pl.when(at_school | early).then(_school_of(grade))
    rows = rows.with_columns(enrollment_type=kind.cast(KIND), grade_level=code, school=school)
    return rows.filter(out | (grade <= 12)).select(KEPT)


def _stays_in_school_years(every: pl.DataFrame, today: date) -> pl.DataFrame:
    """Stays that touch a school year, cut to it."""
    last = pl.min_horizontal(pl.col("end").fill_null(date.max), "closes")
    return (
        every.with_columns(enrollment_date=pl.max_horizontal("begin", "opens"), last=last)
        .filter(
            pl.col("begin") <= pl.col("closes"),
            pl.col("last") >= pl.col("opens"),
            pl.col("enrollment_date") < today,
            (pl.col("last") - pl.col("enrollment_date")).dt.total_days() > LEAST_DAYS,
        )
        .with_columns(
            grade_number=_grade_number(),
            age=age_of(pl.col("birth_date"), pl.col("enrollment_date")),
            withdrawal_date=pl.when(pl.col("last") < today).then("last"),
            residency_date=pl.col("begin"),
        )
    )


def _in_summer(rng: Generator, every: pl.DataFrame, today: date) -> pl.DataFrame:
    """Summer projects, in the calendar year after the school year began."""
    (first_month, first_day), (last_month, last_day) = SUMMER
    opens, closes = (
        pl.date(pl.col("year") + 1, first_month, first_day),
        pl.date(pl.col("year") + 1, last_month, last_day),
    )
    rows = every.with_columns(
        enrollment_date=pl.max_horizontal("begin", opens),
        last=pl.min_horizontal(pl.col("end").fill_null(date.max), closes),
        grade_number=_grade_number(),
    ).filter(
        (pl.col("last") - pl.col("enrollment_date")).dt.total_days() >= LEAST_SUMMER_DAYS,
        pl.col("last") < today,
        pl.col("grade_number").is_between(-2, 11),
        ~pl.col("out_of_school"),
    )
    rows = rows.filter(pl.Series(happens(rng, SHARE_SUMMER, rows.height)))
    grade = pl.col("grade_number")
    return rows.with_columns(
        enrollment_type=pl.lit(SUMMER_PROJECT, dtype=KIND),
        grade_level=pl.when(grade >= 0).then(_grade_code(grade.clip(0))).otherwise(pl.lit("PS", dtype=GRADE)),
        school=_school_of(grade),
        withdrawal_date=pl.col("last"),
        residency_date=pl.col("begin"),
    ).select(KEPT)


def _residency(stays: pl.DataFrame, states: list[str], today: date, columns: list[str]) -> pl.DataFrame:
    """One residency-only enrollment for rolls that have no other."""
    age = age_of(pl.col("birth_date"), pl.col("begin"))
    grade = _grade_number()
    return (
        stays.with_columns(year=pl.col("begin").dt.year() - (pl.col("begin").dt.month() < 8).cast(pl.Int32))
        .with_columns(_calendar(states))
        .with_columns(
            enrollment_date=pl.col("begin"), residency_date=pl.col("begin"), grade_number=grade,
            enrollment_type=pl.lit(RESIDENCY, dtype=KIND), school=pl.lit(None, dtype=pl.Int32),
            withdrawal_date=pl.when(pl.col("end") < today).then("end"),
            grade_level=pl.when(age < 5).then(_young(age)).when(grade <= 0).then(pl.lit("KG", dtype=GRADE))
            .when((grade > 12) | pl.col("out_of_school")).then(pl.lit("00", dtype=GRADE)).otherwise(_grade_code(grade)),
        )
        .select(columns)
    )  # fmt: skip


DRAWN = {"kept": 0.88, "changes": 0.15, "graduates": SHARE_GRADUATING, "told": 0.03, "equivalency": 0.03}
NO_LONGER_NEEDED = (*DRAWN, "delay", "comment", "birth_date", "learner", "disability", "priority", "alert")


def _with_flags(rng: Generator, rows: pl.DataFrame, today: date) -> pl.DataFrame:
    """Programs, health, residence and graduation. Flags are Boolean here and null where they do not apply."""
    count = rows.height
    rows = rows.with_columns(
        *(pl.Series(name, happens(rng, share, count)) for name, share in DRAWN.items()),
        delay=pl.Series(between(rng, 5, 90, count)),
        comment=pl.Series(pick(rng, [1.0] * len(COMMENTS), count)),
    )
    verified = pl.col("enrollment_date") + pl.duration(days="delay")
    return rows.with_columns(
        **_programs(),
        **_secondary(),
        **_graduation(),
        residency_verification_date=pl.min_horizontal(verified, pl.lit(today)),
        enrollment_comment=pl.when("told").then(
            pl.lit(pl.Series(COMMENTS)).gather(pl.col("comment").cast(pl.UInt32))
        ),
    ).drop(NO_LONGER_NEEDED)


def _programs() -> dict[str, pl.Expr]:
    age = age_of(pl.col("birth_date"), pl.col("enrollment_date"))
    kind = pl.col("enrollment_type")
    school_age = pl.col("grade_number").is_between(0, 12) & (age >= 5) & (pl.col("grade_level") != "00")
    at_school = kind.is_in([SUMMER_PROJECT, WITH_PROJECT])
    return {
        "mep_project_type": pl.when(at_school)
        .then(pl.lit("01"))
        .when(kind == REGULAR_PROJECT)
        .then(pl.lit("02")),
        "lep_indicator": pl.when(school_age).then("learner"),
        "idea_indicator": pl.when(school_age).then("disability"),
        "med_alert": pl.lit(pl.Series(["Chronic", "Acute", "None"])).gather(pl.col("alert").cast(pl.UInt32)),
        "pfs_flag": pl.when(age >= 3).then(pl.col("priority") & ~pl.col("changes")),
        "immunization_record_flag": pl.col("kept"),
    }


def _secondary() -> dict[str, pl.Expr]:
    grade = pl.col("grade_number")
    secondary = grade.is_between(9, 12) & pl.col("school").is_not_null()
    elsewhere_too = pl.col("state").n_unique().over("child") > 1
    passed_ninth = (grade == 9) & pl.col("kept") & pl.col("withdrawal_date").is_not_null()
    return {
        "out_of_state_transcript_indicator": pl.when(secondary).then(elsewhere_too & pl.col("kept")),
        "algebra_1_indicator": pl.when(secondary).then((grade > 9) | passed_ninth),
        "designated_school": pl.when(secondary).then(_school_of(pl.lit(9))),
    }


def _graduation() -> dict[str, pl.Expr]:
    left = pl.col("withdrawal_date")
    kind, age = pl.col("enrollment_type"), age_of(pl.col("birth_date"), pl.col("enrollment_date"))
    to_the_end = (
        (pl.col("grade_number") == 12) & (left == pl.col("closes")) & kind.is_in([BASIC, WITH_PROJECT])
    )
    graduated = to_the_end & pl.col("graduates")
    equivalency = (kind == REGULAR_PROJECT) & left.is_not_null() & (age >= 17) & pl.col("equivalency")
    return {
        "graduation_hse_indicator": pl.when(graduated)
        .then(pl.lit("Graduation"))
        .when(equivalency)
        .then(pl.lit("HSE")),
        "graduation_hse_date": pl.when(graduated | equivalency).then("withdrawal_date"),
    }
