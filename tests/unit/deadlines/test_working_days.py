"""Working days, for one date and for columns of dates."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openmsix.deadlines.working_days import (
    add_working_days,
    federal_holidays,
    is_working_day,
    working_days_after,
    working_days_between,
    working_days_from,
)

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2026-11-23", True),  # Monday
        ("2026-11-26", False),  # Thanksgiving Day
        ("2026-11-27", True),  # the day after it is no federal holiday
        ("2026-11-28", False),  # Saturday
        ("2026-07-03", False),  # Independence Day, observed on Friday
        ("2021-12-31", False),  # New Year's Day of the next year, observed on Friday
        ("2022-12-26", False),  # Christmas Day, observed on Monday
        ("2020-06-19", True),  # Juneteenth was not yet a holiday
        ("2026-06-19", False),
        ("2026-10-12", False),  # Columbus Day
        ("2025-12-26", True),  # closed by an executive order that year, no holiday by law
    ],
)
def test_working_days_are_weekdays_without_federal_holidays(day: str, working: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) is working


def test_a_year_has_eleven_federal_holidays() -> None:
    # Independence Day of 2026 is a Saturday: the day itself and the observed Friday are both in the set.
    assert len(federal_holidays(2025)) == 11
    assert len(federal_holidays(2026)) == 12


@pytest.mark.parametrize(
    ("event", "count", "due"),
    [
        ("2026-11-23", 4, "2026-11-30"),  # over Thanksgiving and a weekend
        ("2026-11-20", 1, "2026-11-23"),  # from Friday to Monday
        ("2026-11-21", 1, "2026-11-23"),  # an event on Saturday
        ("2026-12-18", 10, "2027-01-05"),  # over Christmas and New Year
        ("2026-11-28", 0, "2026-11-28"),
    ],
)
def test_a_limit_counts_from_the_day_after_the_event(event: str, count: int, due: str) -> None:
    assert add_working_days(date.fromisoformat(event), count).isoformat() == due


def test_a_limit_is_never_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        add_working_days(date(2026, 11, 23), -1)
    with pytest.raises(ValueError, match="at least one"):
        working_days_after(pl.col("event"), 0)


@given(day=DAYS, count=st.integers(1, 40))
def test_counting_undoes_adding(day: date, count: int) -> None:
    due = add_working_days(day, count)

    assert is_working_day(due)
    assert working_days_between(day, due) == count
    assert working_days_between(due, day) == 0


@given(
    days=st.lists(st.tuples(DAYS, st.integers(-30, 60)), min_size=1, max_size=20), count=st.integers(1, 30)
)
def test_columns_give_what_single_dates_give(days: list[tuple[date, int]], count: int) -> None:
    starts = [day for day, _ in days]
    ends = [date.fromordinal(day.toordinal() + later) for day, later in days]
    found = pl.DataFrame({"start": starts, "end": ends}).select(
        due=working_days_after(pl.col("start"), count),
        between=working_days_from(pl.col("start"), pl.col("end")),
    )

    assert found["due"].to_list() == [add_working_days(day, count) for day in starts]
    assert found["between"].to_list() == [
        working_days_between(start, end) for start, end in zip(starts, ends, strict=True)
    ]


def test_a_missing_date_stays_missing() -> None:
    frame = pl.DataFrame({"start": [None, date(2026, 11, 23)]}, schema={"start": pl.Date})

    assert frame.select(working_days_after(pl.col("start"), 4)).to_series().to_list() == [
        None,
        date(2026, 11, 30),
    ]
