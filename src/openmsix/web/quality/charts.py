"""The drawings of the quality of identity, as SVG; the same numbers stand in tables beside them. Words come with the data."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil
from typing import Any

from django.core.cache import cache

from openmsix.web.children.drawing import FONT, LINE, svg

KEPT_SECONDS = 24 * 60 * 60
VERSION = 4  # raise it when the drawing changes, so that kept ones are drawn anew
WIDTH, HEIGHT = 720, 240
MOST_STEPS = 5
"""Of the axis, from 0 up."""
# Okabe and Ito's colors; series also differ by the dash of their lines or stand apart in their bars, in the order of the legend.
COLORS = ("#0072b2", "#e69f00", "#009e73", "#999999")
DASHES = ([1, 0], [6, 3], [2, 2], [8, 2])


@dataclass(frozen=True)
class Chart:
    """What is drawn: `rows` of x, series and y, in the order of the axis. `lines`: a line for each series, else stacked bars. `unit`: how the axis writes its numbers."""

    name: str
    rows: Sequence[Mapping[str, Any]]
    lines: bool = False
    unit: str = ",d"
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def has_something(self) -> bool:
        """Whether there is anything to draw."""
        return any(row["y"] for row in self.rows)

    @property
    def digest(self) -> str:
        """Sixteen letters that change with what is drawn."""
        told = json.dumps([VERSION, self.name, list(self.rows), self.lines])
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def ticks(self) -> list[float]:
        """Where the axis writes numbers: from 0 to where all that is drawn has room, so far apart that no two are written alike."""
        tall: dict[str, float] = defaultdict(float)
        for row in self.rows:
            tall[row["x"]] = max(tall[row["x"]], row["y"]) if self.lines else tall[row["x"]] + row["y"]
        # counted in what the axis writes as one
        one = 100 if self.unit.endswith("%") else 1
        top = max(1, ceil(round(one * max(tall.values(), default=0), 6)))
        steps = (size * 10**zeros for zeros in count() for size in (1, 2, 5))
        step = next(step for step in steps if step * MOST_STEPS >= top)
        return [number * step / one for number in range(ceil(top / step) + 1)]

    def drawn(self) -> str:
        """The drawing; kept, for drawing takes a tenth of a second."""
        key = f"quality-{self.digest}"
        kept: str | None = cache.get(key)
        if kept is None:
            kept = _draw(self)
            cache.set(key, kept, KEPT_SECONDS)
        return kept


def _draw(chart: Chart) -> str:
    import altair as alt

    series = list(dict.fromkeys(row["series"] for row in chart.rows))
    ticks = chart.ticks
    scale = alt.Scale(domain=series, range=list(COLORS[: len(series)]))
    order = list(dict.fromkeys(row["x"] for row in chart.rows))
    rows = [row for row in chart.rows if chart.lines or row["y"]]
    base = alt.Chart(alt.InlineData(rows)).encode(
        x=alt.X("x:O", scale=alt.Scale(domain=order), title=None, axis=alt.Axis(labelAngle=0, labelFontSize=12, labelOverlap=True)),
        y=alt.Y(
            "y:Q",
            title=None,
            scale=alt.Scale(domain=[ticks[0], ticks[-1]], nice=False),
            axis=alt.Axis(format=chart.unit, labelFontSize=12, gridColor=LINE, values=ticks),
        ),
        color=alt.Color(
            "series:N", scale=scale, legend=alt.Legend(title=None, orient="top", labelFontSize=13, labelLimit=400, columnPadding=32)
        ),
    )  # fmt: skip
    if chart.lines:
        dashes = alt.StrokeDash("series:N", scale=alt.Scale(domain=series, range=list(DASHES[: len(series)])))
        marks = base.mark_line(point=alt.OverlayMarkDef(size=40), strokeWidth=2).encode(strokeDash=dashes)
    else:
        marks = base.mark_bar(stroke="#ffffff", strokeWidth=1).encode(order=alt.Order("at:Q"))
    sized = marks.properties(
        width=chart.width, height=chart.height, autosize={"type": "fit", "contains": "padding"}
    )
    return svg(sized.configure(font=FONT).configure_view(stroke=None))
