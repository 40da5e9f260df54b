"""Ages and anniversaries: plain functions for one date, Polars expressions for columns of dates.

Who was born, or moved, on 29 February has the anniversary on 1 March of a year without that day.
"""

from datetime import date

import polars as pl


def anniversary(day: date, years: int) -> date:
    """The same day, years later."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def age_on(birth: date, day: date) -> int:
    """Age in full years on a day; negative before birth."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def anniversary_of(day: pl.Expr, years: int) -> pl.Expr:
    """`anniversary` of a column of dates; null stays null."""
    later = day.dt.offset_by(f"{years}y")
    # offset_by ends on 28 February where 29 February does not exist.
    return pl.when(later.dt.day() < day.dt.day()).then(later.dt.offset_by("1d")).otherwise(later)


def age_of(birth: pl.Expr, day: pl.Expr) -> pl.Expr:
    """`age_on` for columns of dates, as whole numbers; null where either date is."""
    before_birthday = _day_of_year(day) < _day_of_year(birth)
    return day.dt.year() - birth.dt.year() - before_birthday.cast(pl.Int32)


def _day_of_year(day: pl.Expr) -> pl.Expr:
    """A number that orders days within any year, leap or not."""
    return day.dt.month().cast(pl.Int32) * 100 + day.dt.day()
