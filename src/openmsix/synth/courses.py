"""Course history of grades 8 to 12: credits earned, and what a move broke off.

A course runs for a school year or a semester, as the State counts. A student who was there for most of a term and to its
end has credits and a final grade; one who left before has clock hours and a grade to date. The term that runs now has no
record yet. A course broken off in one State is often taken again in the next: grade and term decide the title.
"""

from datetime import date

import numpy as np
import polars as pl

from . import lists, shape
from .chance import Chance, happens
from .schooling import BASIC, WITH_PROJECT

FIRST_SEMESTER = 0.47  # of the school year
LEAST_DAYS = 12
MOST_OF_A_TERM = 0.55
CREDIT_FOR_LATE_ARRIVAL = 0.45
HOURS_A_DAY = 0.83
SCHOOL_DAYS = 5 / 7
SHARE_TAKING_EIGHTH_GRADE = 0.35
PASSING = 60
SECTION = pl.Enum(["01", "02", "03"])
TERM = pl.Enum(["0827", "0828"])
LETTERS = [(90, "A"), (80, "B"), (70, "C"), (60, "D")]


def make_courses(
    chance: Chance, enrollments: pl.DataFrame, children: pl.DataFrame, states: list[str], today: date
) -> pl.DataFrame:
    """Courses of every roll: roll, state, `course` (row of the course list), year, section, term, outcome."""
    rng = chance.of("courses")
    at_school = enrollments.filter(
        pl.col("grade_number").is_between(8, 12), pl.col("enrollment_type").is_in([BASIC, WITH_PROJECT])
    ).select(
        "roll",
        "child",
        "state",
        "year",
        "opens",
        "closes",
        "grade_number",
        "enrollment_date",
        "withdrawal_date",
    )
    taken = at_school.join(_slots(), on="grade_number", how="inner", maintain_order="left_right").join(
        _terms(states), on="state", how="inner", maintain_order="left_right"
    )
    taken = _with_days(taken, today).filter(pl.col("days") >= LEAST_DAYS)
    eighth = pl.Series(happens(rng, SHARE_TAKING_EIGHTH_GRADE, taken.height))
    late = pl.Series(happens(rng, CREDIT_FOR_LATE_ARRIVAL, taken.height))
    able = children["able"].gather(taken["child"])
    score = (
        (77 + 9 * able.to_numpy() + 7 * rng.normal(size=taken.height)).clip(38, 100).round().astype(np.int16)
    )
    taken = taken.with_columns(eighth=eighth, late=late, able=able, score=pl.Series(score)).filter(
        pl.col("eighth") | (pl.col("grade_number") > 8)
    )
    ended = pl.col("last") >= pl.col("term_ends") - pl.duration(days=4)
    earned = ended & ((pl.col("days") >= MOST_OF_A_TERM * pl.col("term_days")) | pl.col("late"))
    running = pl.col("withdrawal_date").is_null() & (pl.col("term_ends") >= today)
    taken = taken.with_columns(earned=earned).filter(~running)
    # One record a course and term: of two enrollments in one term the one that earned credit, else the later one.
    taken = taken.sort("roll", "course", "year", "section", "earned", "enrollment_date").unique(
        ["roll", "course", "year", "section"], keep="last", maintain_order=True
    )
    return _with_outcome(taken, states).sort("roll", "year", "section", "course")


def _slots() -> pl.DataFrame:
    return (
        lists.read("courses")
        .with_row_index("course")
        .select("course", grade_number=pl.col("grade").cast(pl.Int32))
    )


def _terms(states: list[str]) -> pl.DataFrame:
    """Per State its terms, as shares of the school year."""
    rows = []
    for position, state in enumerate(states):
        if state in shape.FULL_YEAR_STATES:
            rows.append((position, 0.0, 1.0, "01", "0827", 1.0))
        else:
            rows.append((position, 0.0, FIRST_SEMESTER, "02", "0828", 0.5))
            rows.append((position, FIRST_SEMESTER, 1.0, "03", "0828", 0.5))
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "state": pl.Int16,
        "from": pl.Float32,
        "to": pl.Float32,
        "section": SECTION,
        "term": TERM,
        "credits": pl.Float32,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _with_days(taken: pl.DataFrame, today: date) -> pl.DataFrame:
    """First and last day of the term, and how many of its days the student was there."""
    length = (pl.col("closes") - pl.col("opens")).dt.total_days()

    def day(share: str) -> pl.Expr:
        return pl.col("opens") + pl.duration(days=(length * pl.col(share)).round().cast(pl.Int64))

    taken = taken.with_columns(term_begins=day("from"), term_ends=day("to"))
    return taken.with_columns(
        last=pl.min_horizontal(pl.col("withdrawal_date").fill_null(today), "term_ends"),
        term_days=(pl.col("term_ends") - pl.col("term_begins")).dt.total_days(),
    ).with_columns(
        days=(pl.col("last") - pl.max_horizontal("enrollment_date", "term_begins")).dt.total_days()
    )


def _with_outcome(taken: pl.DataFrame, states: list[str]) -> pl.DataFrame:
    score, earned = pl.col("score"), pl.col("earned")
    percent = pl.col("state").is_in(
        [position for position, state in enumerate(states) if state in shape.PERCENT_STATES]
    )
    letter: pl.Expr = pl.lit("F")
    for least, name in reversed(LETTERS):
        letter = pl.when(score >= least).then(pl.lit(name)).otherwise(letter)
    grade = pl.when(percent).then(score.cast(pl.String)).otherwise(letter)
    level = pl.when((pl.col("able") > 1.7) & (pl.col("grade_number") >= 11)).then(pl.lit("04"))
    return taken.select(
        "roll", "state", "course", "year", "section", "term",
        course_type=level.when(pl.col("able") > 1.2).then(pl.lit("02")).otherwise(pl.lit("01")),
        clock_hours=pl.when(~earned).then((pl.col("days") * SCHOOL_DAYS * HOURS_A_DAY).round().cast(pl.Int32)),
        grade_to_date=pl.when(~earned).then(grade),
        credits_granted=pl.when(earned).then(pl.when(score >= PASSING).then(pl.col("credits")).otherwise(0.0)),
        final_grade=pl.when(earned).then(grade),
    )  # fmt: skip
