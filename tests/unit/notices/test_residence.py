"""When a child came to another place, by what the States say."""

from datetime import date, timedelta

import pytest

from openmsix.notices.residence import Presence, Told, arrivals, new_ones

DAY = date(2026, 8, 20)
TEXAS, OHIO = ("TX", 1), ("OH", 2)


def days(line: str) -> list[Presence]:
    """`TX 0, OH 40 d2`: Texas on day 0, Ohio on day 40 in a district."""
    records = dict((TEXAS, OHIO, ("MI", 3)))
    found = []
    for one in line.split(", "):
        state, day, *district = one.split()
        found.append(Presence(DAY + timedelta(int(day)), state, records[state], "".join(district)))
    return found


def told(line: str) -> str:
    """The arrivals: `TX>OH 40`."""
    return ", ".join(
        f"{['TX', 'OH', 'MI'][one.before - 1]}{one.from_district}>{one.state}{one.to_district} {(one.day - DAY).days}"
        for one in arrivals(days(line))
    )


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ("TX 0", ""),
        ("TX 0, TX 10, TX 300", ""),
        ("TX 0, OH 40", "TX>OH 40"),
        ("OH 40, TX 0", "TX>OH 40"),
        ("TX 0, OH 40, OH 45", "TX>OH 40"),
        ("TX 0, OH 40, TX 80", "TX>OH 40, OH>TX 80"),
        ("TX 0, OH 40, MI 50", "TX>OH 40, OH>MI 50"),
        ("TX 0, OH 0", ""),
        ("TX 0 a, TX 10 a", ""),
        ("TX 0 a, TX 10 b", "TXa>TXb 10"),
        ("TX 0 a, TX 5, TX 10 b", "TXa>TXb 10"),
        ("TX 0, TX 10 b", ""),
        ("TX 0 a, OH 40, OH 44 c", "TXa>OHc 40"),
        ("TX 0 a, OH 40 c, OH 60 d", "TXa>OHc 40, OHc>OHd 60"),
    ],
    ids=lambda value: value or "none",
)
def test_an_arrival_is_a_place_after_another(known: str, expected: str) -> None:
    assert told(known) == expected


@pytest.mark.parametrize(
    ("known", "before", "is_new"),
    [
        ("TX 0, OH 40", [], True),
        ("TX 0, OH 40", [("OH", 40)], False),
        ("TX 0, OH 38, OH 40", [("OH", 40)], False),  # a day that was corrected
        ("TX 0, OH 43", [("OH", 40)], False),
        ("TX 0, MI 30, OH 40", [("OH", 40), ("MI", 30)], False),  # a stay between that was told of later
        ("TX 0, OH 40", [("MI", 40)], True),
        ("TX 0, OH 40, TX 80", [("OH", 40)], True),  # back again
        ("TX 0, OH 40, TX 80, OH 200", [("OH", 40), ("TX", 80)], True),  # and once more
    ],
)
def test_an_arrival_is_noticed_once(known: str, before: list[tuple[str, int]], is_new: bool) -> None:
    noticed = [Told(state, DAY + timedelta(day)) for state, day in before]
    assert bool(new_ones(days(known), noticed, DAY)) is is_new


def test_what_older_records_say_is_no_news() -> None:
    assert [one.state for one in new_ones(days("TX 0, OH 40, MI 50"), [], DAY + timedelta(45))] == ["MI"]


def test_an_arrival_that_was_told_is_not_new_when_another_state_names_the_same_day() -> None:
    known = days("OH 0, MI 40, TX 40")
    [arrival] = [one for one in arrivals(known) if one.day == DAY + timedelta(40)]
    assert new_ones(known, [Told(arrival.state, arrival.day)], DAY) == []
