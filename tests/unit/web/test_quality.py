"""How the page of the quality of identity writes shares, and the axes of its drawings."""

import pytest

from openmsix.web.quality.charts import Chart
from openmsix.web.quality.words import percent, points


@pytest.mark.parametrize(
    ("share", "said"),
    [(2 / 3, "66.7%"), (1 / 3, "33.3%"), (1.0, "100.0%"), (0.0, "0.0%"), (None, "-")],
)
def test_a_share_is_rounded(share: float | None, said: str) -> None:
    assert percent(share) == said


def test_what_is_not_quite_all_is_not_written_as_all() -> None:
    assert percent(0.9996) == "99.9%"


def test_points_are_rounded() -> None:
    assert (points(1.26), points(-1.26)) == ("+1.3", "-1.3")


@pytest.mark.parametrize("counts", [[1], [2], [3], [4, 3], [11], [99, 1], [1234], [7000, 5000]])
def test_no_two_numbers_of_an_axis_are_written_alike_and_all_has_room(counts: list[int]) -> None:
    rows = [{"x": "a", "series": str(at), "y": count, "at": at} for at, count in enumerate(counts)]
    ticks = Chart("some", rows).ticks
    written = [f"{tick:,.0f}" for tick in ticks]
    assert all(tick == int(tick) for tick in ticks)
    assert len(set(written)) == len(written)
    assert ticks[0] == 0
    assert ticks[-1] >= sum(counts)
    assert 2 <= len(ticks) <= 6


@pytest.mark.parametrize("share", [0.004, 0.03, 0.31, 0.999, 1.0])
def test_an_axis_of_shares_counts_in_hundredths(share: float) -> None:
    ticks = Chart("some", [{"x": "a", "series": "b", "y": share}], lines=True, unit=".0%").ticks
    assert len({f"{tick:.0%}" for tick in ticks}) == len(ticks)
    assert share <= ticks[-1] <= 1.0
