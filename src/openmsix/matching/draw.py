"""Drawings of a match: how the weights fall, and what precision costs in recall. As SVG, each to stand beside its table."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from openmsix.matching.evaluate import Threshold

WIDTH, HEIGHT = 620, 260
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
            x=alt.X("weight:Q", bin=alt.Bin(step=1), title="weight in bits"),
            y=alt.Y("sum(pairs):Q", scale=alt.Scale(type="symlog"), title="pairs"),
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
        x=alt.X("recall:Q", title="recall", scale=alt.Scale(zero=False)),
        y=alt.Y("precision:Q", title="precision", scale=alt.Scale(zero=False)),
        order="weight:Q",
    )
    chart = (base.mark_line(color=LINKED) + base.mark_point(color=LINKED, filled=True, size=50)).properties(
        width=WIDTH, height=HEIGHT, title="Precision and recall by threshold of weight"
    )
    return _as_svg(chart)


def _as_svg(chart: Any) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart.to_json()))
