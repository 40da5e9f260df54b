"""Ages and grades as expressions over the rows of a student. Pure."""

import polars as pl

from openmsix.deadlines.anniversaries import age_of
from openmsix.dictionary.grades import GRADES

YOUNGER_BY = 2
OLDER_BY = 4
"""Years off the usual ages of a grade that pass without a word: migratory children are often older than their class."""

YOUNGEST_IN = {grade.value: grade.ages[0] - YOUNGER_BY for grade in GRADES if grade.ages}
OLDEST_IN = {grade.value: grade.ages[1] + OLDER_BY for grade in GRADES if grade.ages}
"""The ages between which nothing is said, by grade."""


def age_on(day: str) -> pl.Expr:
    """Full years of the student (`born`) on the day in the named column."""
    return age_of(pl.col("born"), pl.col(day))
