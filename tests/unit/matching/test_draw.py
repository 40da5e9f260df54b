"""The drawings of a match: their axes can be read, and say what scale they have."""

import re

import polars as pl
import pytest

from openmsix.matching.draw import histogram, ticks_of_shares, trade_off
from openmsix.matching.evaluate import Threshold

LABEL = re.compile(r">([−\d.,]+)</text>")


@pytest.mark.parametrize(
    "shares",
    [[1.0, 1.0, 1.0], [0.9873, 0.9844], [0.95, 1.0], [0.0, 1.0], [0.99995, 1.0], [0.42]],
    ids=str,
)
def test_an_axis_of_shares_has_room_for_all_of_them_and_few_numbers(shares: list[float]) -> None:
    ticks, decimals = ticks_of_shares(shares)
    written = [f"{tick:.{decimals}f}" for tick in ticks]
    assert 2 <= len(ticks) <= 8
    assert len(set(written)) == len(written)
    assert ticks[0] <= min(shares) <= max(shares) <= ticks[-1] <= 1.0


def test_a_precision_of_one_throughout_is_drawn_on_an_axis_of_several_numbers() -> None:
    drawn = trade_off([Threshold(weight, 1.0, 0.9873 - weight / 10_000) for weight in (0.0, 10.0, 20.0)])
    written = LABEL.findall(drawn)
    assert {"0.9980", "1.0000"} <= set(written)


def test_the_histogram_says_that_its_scale_is_logarithmic() -> None:
    weights = [-29.5, -29.2, -12.0, 3.0, 41.7]
    verdicts = ["different", "different", "different", "possible", "same"]
    drawn = histogram(pl.DataFrame({"weight": weights, "verdict": verdicts}))
    assert "pairs (logarithmic scale)" in drawn
    assert LABEL.findall(drawn) == ["−30", "−20", "−10", "0", "10", "20", "30", "40", "0", "1"]
