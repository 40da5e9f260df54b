"""The arithmetic of the quality of identity."""

import pytest

from openmsix.reports.rates import NOT_WEIGHED, Agreement, Bands, Placed, drift, placed, share_agreeing

BANDS = Bands(11.0)


def test_one_band_begins_where_the_model_begins_to_link() -> None:
    assert BANDS.names == ["below", "0", "5", "11", "15", "20", "30", "40"]
    assert [band for band in BANDS.names if BANDS.says_same(band)] == ["11", "15", "20", "30", "40"]


@pytest.mark.parametrize(
    ("weight", "band"),
    [(-3.0, "below"), (0.0, "0"), (4.9, "0"), (10.99, "5"), (11.0, "11"), (40.0, "40"), (60.0, "40"), (None, NOT_WEIGHED)],
)  # fmt: skip
def test_a_weight_lies_in_the_band_that_begins_last_below_it(weight: float | None, band: str) -> None:
    assert BANDS.of(weight) == band


@pytest.mark.parametrize(("band", "span"), [("below", (None, 0.0)), ("5", (5.0, 11.0)), ("40", (40.0, None))])
def test_a_band_reaches_to_the_next(band: str, span: tuple[float | None, float | None]) -> None:
    assert BANDS.span(band) == span


def test_what_is_no_band_has_no_span() -> None:
    with pytest.raises(ValueError, match="not in list"):
        BANDS.span("7")


def test_rates_are_of_the_records_that_were_new() -> None:
    found = placed({"matched": 30, "sent": 10, "new": 60, "asked": 5, "else": 9})
    assert (found.records, found.link_rate, found.near_rate) == (100, 0.3, 0.05)
    assert (Placed().link_rate, Placed(asked=2).near_rate) == (None, None)


def test_of_decided_pairs_those_count_as_agreeing_of_which_people_said_what_the_weight_says() -> None:
    said = {
        "5": Agreement(same=1, different=3),
        "11": Agreement(same=6, different=1, undone=1),
        NOT_WEIGHED: Agreement(same=100),
    }
    assert share_agreeing(said, BANDS) == (3 + 6) / 12
    assert share_agreeing({}, BANDS) is None


def test_a_merge_that_was_undone_is_no_child_in_common() -> None:
    assert Agreement(same=3, different=1, undone=1).share_same == 0.6
    assert Agreement().share_same is None


@pytest.mark.parametrize(
    ("rates", "points"),
    [
        ([0.2, 0.3, 0.4, 0.4], 10.0),
        ([0.3, 0.3, 0.3, 0.1], -20.0),
        ([0.2, None, 0.3, 0.4, 0.4], 10.0),
        ([0.2, 0.4], None),
        ([0.2, 0.3, 0.4, None], None),
        ([], None),
    ],
)
def test_drift_is_the_last_month_against_the_mean_of_those_before(
    rates: list[float | None], points: float | None
) -> None:
    assert drift(rates) == pytest.approx(points)
