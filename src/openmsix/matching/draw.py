"""Drawings of a match: how the weights fall, and what precision costs in recall. As SVG, each to stand beside its table."""

from collections.abc import Sequence
from math import ceil, floor
from typing import Any

import polars as pl

from openmsix.matching.evaluate import Threshold

WIDTH, HEIGHT = 620, 260
MOST_STEPS = 6
"""Of an axis of shares."""
LEAST_SPAN = 0.002
"""So far an axis of shares reaches at least."""
NEAR, LINKED, FALSE = "#e69f00", "#0072b2", "#b50909"  # safe for color blindness; told in words beside each


def histogram(scored: pl.DataFrame) -> str:
    """How many pairs have which weight, in steps of one bit. `scored`: `weight` and `verdict`, and `true` where it is known."""
    import altair as alt

    kind = "truth" if "true" in scored.columns else "verdict"
    told = scored
    if kind == "truth":
        words = pl.when("true").then(pl.lit("one child")).otherwise(pl.lit("two children"))
        told = scored.with_columns(words.alias("truth"))
    counts = told.group_by(pl.col("weight").floor().alias("weight"), kind).len("pairs").sort("weight", kind)
    domain = ["one child", "two children"] if kind == "truth" else ["same", "possible", "different"]
    colors = [LINKED, FALSE] if kind == "truth" else [LINKED, NEAR, FALSE]
    chart = (
        alt.Chart(alt.InlineData(counts.to_dicts()))
        .mark_bar()
        .encode(
            x=alt.X(
                "weight:Q",
                bin=alt.Bin(step=1),
                title="weight in bits",
                axis=alt.Axis(values=_tens(counts["weight"])),
            ),
            y=alt.Y(
                "sum(pairs):Q",
                scale=alt.Scale(type="symlog", domain=[0, _most(counts)]),
                axis=alt.Axis(values=_powers(_most(counts)), format=",d"),
                title="pairs (logarithmic scale)",
            ),
            color=alt.Color(
                f"{kind}:N",
                scale=alt.Scale(domain=domain, range=colors),
                legend=alt.Legend(title=None, orient="top"),
            ),
        )
        .properties(width=WIDTH, height=HEIGHT, title="Pairs by weight")
    )
    return _as_svg(chart)


def trade_off(thresholds: Sequence[Threshold]) -> str:
    """Precision against recall, a point for each threshold of weight."""
    import altair as alt

    points = [{"weight": one.weight, "precision": one.precision, "recall": one.recall} for one in thresholds]
    base = alt.Chart(alt.InlineData(points)).encode(
        x=alt.X("recall:Q", title="recall", **_of_shares([one.recall for one in thresholds])),
        y=alt.Y("precision:Q", title="precision", **_of_shares([one.precision for one in thresholds])),
        order="weight:Q",
    )
    chart = (base.mark_line(color=LINKED) + base.mark_point(color=LINKED, filled=True, size=50)).properties(
        width=WIDTH, height=HEIGHT, title="Precision and recall by threshold of weight"
    )
    return _as_svg(chart)


def ticks_of_shares(shares: Sequence[float]) -> tuple[list[float], int]:
    """Where an axis of shares writes numbers, and with how many decimals: few enough to stand apart, and never less than two, though all shares are one."""
    high = max(shares)
    low = min(*shares, high - LEAST_SPAN)
    # the smallest of 1, 2, 5 times a power of ten that makes at most so many steps
    decimals, size = next(
        (decimals, size)
        for decimals in range(8, 0, -1)
        for size in (1, 2, 5)
        if (high - low) * 10**decimals / size <= MOST_STEPS
    )
    first, last = (
        floor(round(low * 10**decimals / size, 6)),
        ceil(round(high * 10**decimals / size, 6)),
    )
    return [round(number * size / 10**decimals, decimals) for number in range(first, last + 1)], decimals


def _of_shares(shares: Sequence[float]) -> dict[str, Any]:
    import altair as alt

    ticks, decimals = ticks_of_shares(shares)
    return {
        "scale": alt.Scale(domain=[ticks[0], ticks[-1]], zero=False, nice=False),
        "axis": alt.Axis(values=ticks, format=f".{decimals}f"),
    }


def _tens(weights: pl.Series) -> list[int]:
    """The tens among the weights; every one would not have room."""
    if weights.is_empty():
        return [0]
    bounds = weights.to_list()
    return list(range(10 * ceil(min(bounds) / 10), 10 * floor(max(bounds) / 10) + 1, 10))


def _most(counts: pl.DataFrame) -> int:
    """The pairs of the tallest bar; at least one."""
    tallest = counts.group_by("weight").agg(pl.col("pairs").sum())["pairs"].to_list()
    return int(max([1, *tallest]))


def _powers(most: int) -> list[int]:
    """0, and the powers of ten up to so many."""
    return [0, *(10**zeros for zeros in range(len(str(most))))]


def _as_svg(chart: Any) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart.to_json()))
