"""School years, and the performance period in which children are counted.

A school year turns on 1 August: the usual day lies between the last summer projects and the first day of
school, so that a summer project belongs to the year that ended. This is a convention of ours; States differ
by some weeks. The performance period of the child counts runs from 1 September to 31 August.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

FIRST_MONTH_OF_SCHOOL_YEAR = 8
FIRST_MONTH_OF_PERFORMANCE_PERIOD = 9


@dataclass(frozen=True, order=True)
class Period:
    """Twelve months that begin in calendar year `begins` with the first of `first_month`."""

    begins: int
    first_month: int

    @property
    def first_day(self) -> date:
        """The first day."""
        return date(self.begins, self.first_month, 1)

    @property
    def last_day(self) -> date:
        """The last day."""
        return date(self.begins + 1, self.first_month, 1) - timedelta(days=1)

    @property
    def name(self) -> str:
        """Both years: 2025-26."""
        return f"{self.begins}-{(self.begins + 1) % 100:02d}"

    @property
    def before(self) -> "Period":
        """The twelve months before."""
        return Period(self.begins - 1, self.first_month)

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


def _period(day: date, first_month: int) -> Period:
    return Period(day.year - (day.month < first_month), first_month)


def school_year(day: date) -> Period:
    """The school year in which a day lies."""
    return _period(day, FIRST_MONTH_OF_SCHOOL_YEAR)


def performance_period(day: date) -> Period:
    """The performance period in which a day lies."""
    return _period(day, FIRST_MONTH_OF_PERFORMANCE_PERIOD)


def _begins(day: pl.Expr, first_month: int) -> pl.Expr:
    return day.dt.year() - (day.dt.month() < first_month).cast(pl.Int32)


def school_year_of(day: pl.Expr) -> pl.Expr:
    """The calendar year in which the school year of each day begins; null stays null."""
    return _begins(day, FIRST_MONTH_OF_SCHOOL_YEAR)


def performance_period_of(day: pl.Expr) -> pl.Expr:
    """The calendar year in which the performance period of each day begins; null stays null."""
    return _begins(day, FIRST_MONTH_OF_PERFORMANCE_PERIOD)
