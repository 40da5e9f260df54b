"""The window of eligibility, ages and anniversaries."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openmsix.deadlines.anniversaries import age_of, age_on, anniversary, anniversary_of
from openmsix.deadlines.eligibility import (
    days_left,
    days_left_of,
    eligible_on,
    expiration_date,
    expiration_of,
    is_eligible,
    last_eligible_day,
)

DAYS = st.dates(date(1960, 1, 1), date(2090, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("arrival", "birth", "expires"),
    [
        ("2024-06-15", "2014-03-12", "2027-06-15"),  # 36 months
        ("2024-06-15", "2004-01-31", "2026-01-31"),  # the 22nd birthday comes first
        ("2024-06-15", "2005-06-15", "2027-06-15"),  # both on one day
        ("2024-02-29", "2014-03-12", "2027-03-01"),  # no 29 February in 2027
        ("2024-06-15", "2004-02-29", "2026-03-01"),
        ("2024-06-15", None, "2027-06-15"),
    ],
)
def test_eligibility_expires_after_36_months_or_at_22(arrival: str, birth: str | None, expires: str) -> None:
    born = day(birth) if birth else None

    assert expiration_date(day(arrival), born) == day(expires)
    assert last_eligible_day(day(arrival), born) == day(expires) - timedelta(days=1)


def test_the_last_eligible_day_is_three_years_less_a_day() -> None:
    assert last_eligible_day(date(2024, 6, 15)) == date(2027, 6, 14)


@pytest.mark.parametrize(
    ("on", "eligible", "left"),
    [
        ("2024-06-14", False, 1096),
        ("2024-06-15", True, 1095),
        ("2027-06-14", True, 1),
        ("2027-06-15", False, 0),
        ("2029-01-01", False, 0),
    ],
)
def test_the_window_is_open_from_arrival_to_the_day_before_expiration(
    on: str, eligible: bool, left: int
) -> None:
    arrival, expires = date(2024, 6, 15), date(2027, 6, 15)

    assert is_eligible(arrival, expires, day(on)) is eligible
    assert days_left(expires, day(on)) == left


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        ("2014-03-12", "2026-03-11", 11),
        ("2014-03-12", "2026-03-12", 12),
        ("2004-02-29", "2026-02-28", 21),
        ("2004-02-29", "2026-03-01", 22),
        ("2014-03-12", "2014-03-11", -1),
    ],
)
def test_ages_in_full_years(birth: str, on: str, age: int) -> None:
    assert age_on(day(birth), day(on)) == age


@given(birth=DAYS, years=st.integers(1, 30))
def test_an_age_is_reached_on_the_anniversary_and_not_before(birth: date, years: int) -> None:
    reached = anniversary(birth, years)

    assert age_on(birth, reached) == years
    assert age_on(birth, reached - timedelta(days=1)) == years - 1


@given(rows=st.lists(st.tuples(DAYS, st.none() | DAYS, DAYS), min_size=1, max_size=20))
def test_columns_give_what_single_dates_give(rows: list[tuple[date, date | None, date]]) -> None:
    schema = {"arrival": pl.Date, "birth": pl.Date, "day": pl.Date}
    arrival, birth, on = pl.col("arrival"), pl.col("birth"), pl.col("day")
    expires = expiration_of(arrival, birth)
    found = pl.DataFrame(rows, schema=schema, orient="row").select(
        expires=expires,
        eligible=eligible_on(arrival, expires, on),
        left=days_left_of(expires, on),
        age=age_of(birth, on),
        fourth=anniversary_of(arrival, 4),
    )

    ends = [expiration_date(arrived, born) for arrived, born, _ in rows]
    assert found["expires"].to_list() == ends
    assert found["eligible"].to_list() == [
        is_eligible(arrived, end, then) for (arrived, _, then), end in zip(rows, ends, strict=True)
    ]
    assert found["left"].to_list() == [
        days_left(end, then) for (_, _, then), end in zip(rows, ends, strict=True)
    ]
    assert found["age"].to_list() == [born and age_on(born, then) for _, born, then in rows]
    assert found["fourth"].to_list() == [anniversary(arrived, 4) for arrived, _, _ in rows]


def test_without_an_arrival_there_is_no_expiration() -> None:
    frame = pl.DataFrame(
        {"arrival": [None], "birth": [date(2014, 3, 12)]}, schema={"arrival": pl.Date, "birth": pl.Date}
    )

    assert frame.select(expiration_of(pl.col("arrival"), pl.col("birth"))).item() is None
