"""Assessments: the State's tests of spring in mathematics, reading and science, and of English for its learners."""

from datetime import date

import numpy as np
import polars as pl

from .chance import Chance
from .schooling import BASIC, WITH_PROJECT

# kind, month of the test, grades, learners only
TESTS = (
    (0, 4, (3, 4, 5, 6, 7, 8, 11), False),  # mathematics
    (1, 4, (3, 4, 5, 6, 7, 8, 11), False),  # reading
    (2, 4, (5, 8, 11), False),  # science
    (3, 2, tuple(range(13)), True),  # English language proficiency
)
DAY_OF_TEST = 12
CONTENTS = ("Mathematics", "Reading/Language Arts", "Science", "English Language Proficiency")
TYPES = ("09", "10", "11", "01")
SCALE_SCORE, LEVEL = "3479", "0512"
LEVELS = ((2620, "Advanced"), (2520, "Proficient"), (2430, "Basic"))
LOWEST_LEVEL = "Below Basic"


def make_assessments(
    chance: Chance, enrollments: pl.DataFrame, children: pl.DataFrame, today: date
) -> pl.DataFrame:
    """Assessments of every roll: roll, kind (position in CONTENTS), month, grade_number, score."""
    at_school = enrollments.filter(
        pl.col("grade_number").is_between(0, 12), pl.col("enrollment_type").is_in([BASIC, WITH_PROJECT])
    ).select("roll", "child", "year", "grade_number", "enrollment_date", "withdrawal_date", "lep_indicator")
    parts = []
    for kind, month, grades, learners in TESTS:
        day = pl.date(pl.col("year") + 1, month, DAY_OF_TEST)
        given = at_school.filter(
            pl.col("grade_number").is_in(grades),
            pl.lit(not learners) | pl.col("lep_indicator"),
            pl.col("enrollment_date") <= day,
            pl.col("withdrawal_date").fill_null(today) >= day,
        )
        parts.append(
            given.select(
                "roll",
                "child",
                "year",
                "grade_number",
                kind=pl.lit(kind, dtype=pl.Int8),
                month=day.dt.truncate("1mo"),
            )
        )
    taken = pl.concat(parts).sort("roll", "month", "kind")
    rng = chance.of("assessments")
    able = children["able"].gather(taken["child"]).to_numpy()
    score = (
        (2490 + 55 * able + 45 * rng.normal(size=taken.height) + 4 * taken["grade_number"].to_numpy())
        .round()
        .astype(np.int32)
    )
    return taken.select("roll", "kind", "month", "grade_number", score=pl.Series(score))


def told(assessments: pl.DataFrame, state: str) -> pl.DataFrame:
    """The elements as the State words them; `roll` stays."""
    content = pl.lit(pl.Series(CONTENTS)).gather(pl.col("kind").cast(pl.UInt32))
    english = pl.col("kind") == len(CONTENTS) - 1
    level = pl.lit(LOWEST_LEVEL)
    for least, name in reversed(LEVELS):
        level = pl.when(pl.col("score") >= least).then(pl.lit(name)).otherwise(level)
    grade = (
        pl.when(pl.col("grade_number") == 0)
        .then(pl.lit("K"))
        .otherwise(pl.col("grade_number").cast(pl.String))
    )
    title = pl.concat_str(pl.lit(f"{state} Assessment, "), content, pl.lit(", grade "), grade)
    return assessments.select(
        "roll",
        assessment_title=title,
        assessment_content=content,
        assessment_type=pl.lit(pl.Series(TYPES)).gather(pl.col("kind").cast(pl.UInt32)),
        administration_date="month",
        reporting_method=pl.when(english).then(pl.lit(LEVEL)).otherwise(pl.lit(SCALE_SCORE)),
        score_results=pl.when(english)
        .then(((pl.col("score") - 2250) // 60).clip(1, 6).cast(pl.String))
        .otherwise(pl.col("score").cast(pl.String)),
        interpretation=pl.when(~english).then(level),
    )
