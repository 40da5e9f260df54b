"""The window of eligibility for the Migrant Education Program (34 CFR 200.81).

A child is eligible from the Qualifying Arrival Date (QAD) until 36 months later or until the 22nd birthday,
whichever comes first. Two forms of the end are in use: the Eligibility Expiration Date of the data elements
is QAD + 36 months or the 22nd birthday (CEDS 000430), and a State system names QAD + 3 years - 1 day. Here
both are one window: the expiration date is the first day on which the child is no longer eligible, and the
last eligible day is the one before. A State's own expiration date is therefore right if it is either of the
two, and may be any earlier day, since eligibility can end otherwise (graduation, death).
"""

from datetime import date, timedelta

import polars as pl

from openmsix.deadlines.anniversaries import anniversary, anniversary_of

YEARS_OF_ELIGIBILITY = 3
AGE_OUT = 22


def expiration_date(qualifying_arrival: date, birth: date | None = None) -> date:
    """The first day on which the child is no longer eligible; without a birth date the age sets no limit."""
    by_move = anniversary(qualifying_arrival, YEARS_OF_ELIGIBILITY)
    return by_move if birth is None else min(by_move, anniversary(birth, AGE_OUT))


def last_eligible_day(qualifying_arrival: date, birth: date | None = None) -> date:
    """The day before the expiration date."""
    return expiration_date(qualifying_arrival, birth) - timedelta(days=1)


def is_eligible(qualifying_arrival: date, expiration: date, day: date) -> bool:
    """Whether the child is eligible on a day, given the expiration date that stands on the record."""
    return qualifying_arrival <= day < expiration


def days_left(expiration: date, day: date) -> int:
    """Days of eligibility that remain, the day itself counted; 0 once it has expired."""
    return max((expiration - day).days, 0)


def expiration_of(qualifying_arrival: pl.Expr, birth: pl.Expr) -> pl.Expr:
    """`expiration_date` for columns of dates; null where the arrival is null."""
    by_move = anniversary_of(qualifying_arrival, YEARS_OF_ELIGIBILITY)
    first = pl.min_horizontal(by_move, anniversary_of(birth, AGE_OUT))
    return pl.when(qualifying_arrival.is_not_null()).then(first)


def eligible_on(qualifying_arrival: pl.Expr, expiration: pl.Expr, day: pl.Expr) -> pl.Expr:
    """`is_eligible` for columns of dates; null where a date is."""
    return (qualifying_arrival <= day) & (day < expiration)


def days_left_of(expiration: pl.Expr, day: pl.Expr) -> pl.Expr:
    """`days_left` for columns of dates, as whole numbers; null where a date is."""
    return (expiration - day).dt.total_days().clip(lower_bound=0)
