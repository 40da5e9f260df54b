"""What was published in each of the last 24 hours, drawn on the server; the same numbers stand in a table beside it."""

import hashlib
import json
from collections.abc import Sequence

from django.core.cache import cache

from openmsix.ops.health.facts import Hour
from openmsix.web.children.drawing import FONT, LINE, svg

WIDTH, HEIGHT = 720, 180
KEPT_SECONDS = 24 * 60 * 60
BAR = "#0072b2"
VERSION = 1  # raise it when the drawing changes, so that kept ones are drawn anew


def digest(hours: Sequence[Hour]) -> str:
    """Sixteen letters that change with what is drawn."""
    return hashlib.sha256(json.dumps([VERSION, _data(hours)]).encode()).hexdigest()[:16]


def drawn(hours: Sequence[Hour]) -> str:
    """The drawing as SVG; kept, for drawing takes a tenth of a second."""
    key = f"throughput-{digest(hours)}"
    kept: str | None = cache.get(key)
    if kept is None:
        kept = _draw(hours)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _data(hours: Sequence[Hour]) -> list[dict[str, str | int]]:
    return [{"hour": f"{each.begins:%H}", "students": each.students} for each in hours]


def _draw(hours: Sequence[Hour]) -> str:
    import altair as alt

    chart = (
        alt.Chart(alt.InlineData(_data(hours)))
        .mark_bar(color=BAR)
        .encode(
            x=alt.X("hour:O", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelFontSize=13)),
            y=alt.Y(
                "students:Q",
                title=None,
                axis=alt.Axis(format=",d", tickMinStep=1, labelFontSize=13, gridColor=LINE),
            ),
        )
        .properties(width=WIDTH, height=HEIGHT, autosize={"type": "fit", "contains": "padding"})
    )
    return svg(chart.configure(font=FONT).configure_view(stroke=None))
