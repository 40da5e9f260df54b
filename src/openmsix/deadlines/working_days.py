"""Working days: Monday to Friday, save the holidays of the federal government.

A limit of n working days ends with the nth working day after the event: the day of the event does not count.
"""

from datetime import date, timedelta
from functools import cache

import holidays
import polars as pl

# For columns every holiday must be known beforehand; no record of this system lies outside these years.
FIRST_YEAR, LAST_YEAR = 1990, 2100


@cache
def federal_holidays(year: int) -> frozenset[date]:
    """The federal holidays of a calendar year (5 U.S.C. 6103), observed days included.

    Days on which an executive order closes federal offices are not holidays by law, and no limit waits for them.
    """
    known = holidays.country_holidays("US", categories=("public",), years=[year, year + 1])
    return frozenset(day for day in known if day.year == year)


def is_working_day(day: date) -> bool:
    """Whether a day is a working day."""
    return day.weekday() < 5 and day not in federal_holidays(day.year)


def add_working_days(day: date, count: int) -> date:
    """The day `count` working days after a day, which need not be one itself. ValueError below zero."""
    if count < 0:
        raise ValueError("A limit cannot be negative.")
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and with `end`; 0 if `end` is not later."""
    days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    return sum(map(is_working_day, days))


@cache
def _all_holidays() -> tuple[date, ...]:
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return tuple(sorted(day for year in years for day in federal_holidays(year)))


def working_days_after(day: pl.Expr, count: int) -> pl.Expr:
    """`add_working_days` for a column of dates, for a count of at least 1; null stays null."""
    if count < 1:
        raise ValueError("A limit over a column is at least one day.")
    return day.dt.add_business_days(count, holidays=_all_holidays(), roll="backward")


def working_days_from(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """`working_days_between` for columns of dates, as whole numbers; null where a date is."""
    after_start, after_end = start.dt.offset_by("1d"), end.dt.offset_by("1d")
    return pl.business_day_count(after_start, after_end, holidays=_all_holidays()).clip(lower_bound=0)
