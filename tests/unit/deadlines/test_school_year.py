"""School years and performance periods."""

from datetime import date

import polars as pl
import pytest

from openmsix.deadlines.school_year import (
    performance_period,
    performance_period_of,
    school_year,
    school_year_of,
)

TABLE = [
    ("2025-07-31", "2024-25", "2024-25"),
    ("2025-08-01", "2025-26", "2024-25"),
    ("2025-08-31", "2025-26", "2024-25"),
    ("2025-09-01", "2025-26", "2025-26"),
    ("2026-01-01", "2025-26", "2025-26"),
    ("1999-12-31", "1999-00", "1999-00"),
]


@pytest.mark.parametrize(("day", "school", "performance"), TABLE)
def test_the_year_of_a_day(day: str, school: str, performance: str) -> None:
    on = date.fromisoformat(day)

    assert school_year(on).name == school
    assert performance_period(on).name == performance
    assert on in school_year(on)
    assert on not in school_year(on).before


def test_the_performance_period_runs_from_september_to_august() -> None:
    period = performance_period(date(2026, 2, 1))

    assert (period.first_day, period.last_day) == (date(2025, 9, 1), date(2026, 8, 31))


def test_columns_give_what_single_dates_give() -> None:
    days = [date.fromisoformat(day) for day, _, _ in TABLE]
    found = pl.DataFrame({"day": days}).select(
        school=school_year_of(pl.col("day")), performance=performance_period_of(pl.col("day"))
    )

    assert found["school"].to_list() == [school_year(day).begins for day in days]
    assert found["performance"].to_list() == [performance_period(day).begins for day in days]
