"""The drawings, as SVG: plain data in, image out. At most six colors, safe for color blindness; every mark also differs in shape or words."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from openmsix.places.outlines import FILE, Ring, outlines
from openmsix.places.states import states

# Okabe and Ito's colors, which people with any color vision tell apart; each kind also has its own height in the lane.
KIND_COLORS = ("#0072b2", "#e69f00", "#999999")
KIND_HEIGHTS = (18, 12, 6)
INK, QUIET, LINE = "#1b1b1b", "#565c65", "#dfe1e2"
SMALLEST_STEP = 0.3  # degrees: about two pixels of the map
LONG_NUMBER = re.compile(r"(\d+\.\d)\d+")
TIMELINE_WIDTH, LANE, AROUND_LANES = 720, 52, 76
MAP_SIZE = (420, 260)
FONT = "Source Sans Pro, Helvetica, Arial, sans-serif"


def size(name: str, data: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height of a drawing in pixels."""
    return MAP_SIZE if name == "map" else (TIMELINE_WIDTH, LANE * max(len(data["lanes"]), 1) + AROUND_LANES)


def _exactly(chart: Any, name: str, data: Mapping[str, Any]) -> Any:
    """The chart so that with its axes and words it has its size, neither more nor less."""
    width, height = size(name, data)
    return chart.properties(width=width, height=height, autosize={"type": "fit", "contains": "padding"})


def timeline(data: Mapping[str, Any]) -> str:
    """Years across, one lane a State: enrollments as bars, qualifying moves as diamonds above them.

    A bar whose end no State sent is pale with a dashed edge.
    """
    import altair as alt

    kinds = list(dict.fromkeys(stay["kind"] for stay in data["stays"]))
    lanes = alt.Y(
        "state:N", sort=data["lanes"], title=None, axis=alt.Axis(labelFontSize=14, ticks=False, domain=False)
    )
    span = [*(stay["from"] for stay in data["stays"]), *(move["day"] for move in data["moves"])]
    time = alt.Scale(domain=[_year_of(min(span)), data["today"]])
    axis = alt.Axis(format="%Y", tickCount="year", title=None, labelFontSize=13, gridColor=LINE)
    base = alt.Chart(alt.InlineData(data["stays"]))
    bars = [
        base.transform_filter(alt.datum.kind == kind)
        .mark_bar(height=height, cornerRadius=2, strokeWidth=1)
        .encode(
            x=alt.X("from:T", scale=time, axis=axis),
            x2="to:T",
            y=lanes,
            fillOpacity=alt.condition(alt.datum.end_sent, alt.value(1), alt.value(0.25)),
            stroke=alt.condition(alt.datum.end_sent, alt.value("#ffffff"), alt.value(INK)),
            strokeDash=alt.condition(alt.datum.end_sent, alt.value([1, 0]), alt.value([3, 2])),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=list(KIND_COLORS)),
                legend=alt.Legend(title=None, orient="top", labelFontSize=13),
            ),
        )
        for kind, height in zip(kinds, KIND_HEIGHTS, strict=False)
    ]
    moves = (
        alt.Chart(alt.InlineData(data["moves"]))
        .mark_point(shape="diamond", size=110, filled=True, color=INK, opacity=1, yOffset=-15)
        .encode(x=alt.X("day:T", scale=time, axis=axis), y=lanes)
    )
    chart = _exactly(alt.layer(*bars, moves), "timeline", data)
    return svg(chart.configure(font=FONT).configure_view(stroke=None))


def _year_of(day: str) -> str:
    return f"{day[:4]}-01-01"


def state_map(data: Mapping[str, Any]) -> str:
    """The States where the child was, the one where it is now darkest, and a line for each move between States."""
    import altair as alt

    atlas = _atlas()
    places = [{"state": code, **atlas.centers[code]} for code in data["been"] if code in atlas.centers]
    been = sorted(atlas.numbers[code] for code in data["been"] if code in atlas.numbers)
    color = alt.Color(
        "shade:N",
        scale=alt.Scale(domain=["now", "been", "other"], range=["#0072b2", "#a8d1ea", "#eef0f2"]),
        legend=None,
    )
    now = json.dumps(atlas.numbers.get(data["now"], ""))
    shade = f"datum.id == {now} ? 'now' : indexof({json.dumps(been)}, datum.id) >= 0 ? 'been' : 'other'"
    land = (
        alt.Chart(alt.NamedData("atlas", format=alt.TopoDataFormat(type="topojson", feature="states")))
        .mark_geoshape(stroke="#ffffff", strokeWidth=0.7)
        .transform_calculate(shade=shade)
        .encode(color=color)
    )
    legs = [
        {"x": atlas.centers[leg["from"]]["lon"], "y": atlas.centers[leg["from"]]["lat"],
         "x2": atlas.centers[leg["to"]]["lon"], "y2": atlas.centers[leg["to"]]["lat"]}
        for leg in data["legs"]
        if leg["from"] in atlas.centers and leg["to"] in atlas.centers
    ]  # fmt: skip
    layers: list[Any] = [land]
    if legs:
        ways = alt.Chart(alt.InlineData(legs)).mark_rule(color=INK, strokeWidth=1.5, opacity=0.75)
        layers.append(ways.encode(longitude="x:Q", latitude="y:Q", longitude2="x2:Q", latitude2="y2:Q"))
    words = alt.Chart(alt.InlineData(places)).mark_text(
        fontSize=15, fontWeight="bold", stroke="#ffffff", strokeWidth=3
    )
    at = {"longitude": "lon:Q", "latitude": "lat:Q", "text": "state:N"}
    layers.append(words.encode(**at))
    layers.append(words.mark_text(fontSize=15, fontWeight="bold", color=INK).encode(**at))
    chart = _exactly(alt.layer(*layers).project(type="albersUsa"), "map", data)
    return svg(chart.configure(font=FONT).configure_view(stroke=None), atlas=atlas.topology)


def svg(chart: Any, **datasets: Any) -> str:
    """Draw a chart; large data sets that it names are added after Altair has checked the rest."""
    import vl_convert

    specification = chart.to_dict()
    specification["datasets"] = specification.get("datasets", {}) | datasets
    return LONG_NUMBER.sub(r"\1", str(vl_convert.vegalite_to_svg(specification, vl_version="6.1")))


@dataclass(frozen=True)
class Atlas:
    """The outlines of the States, coarse enough for a small map, with numbers and centers by postal code."""

    topology: Mapping[str, Any]
    numbers: Mapping[str, str]
    centers: Mapping[str, Mapping[str, float]]


@cache
def _atlas() -> Atlas:
    topology = json.loads(FILE.read_text())
    topology["arcs"] = [_coarser(arc, topology["transform"]["scale"]) for arc in topology["arcs"]]
    return Atlas(
        topology,
        numbers={state.code: state.fips for state in states().values()},
        centers={
            code: _center(max((rings[0] for rings in pieces), key=_area))
            for code, pieces in outlines().items()
        },
    )


def _center(ring: Ring) -> dict[str, float]:
    """The middle of a ring's frame."""
    lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
    return {"lon": (min(lons) + max(lons)) / 2, "lat": (min(lats) + max(lats)) / 2}


def _coarser(arc: list[list[int]], scale: list[float]) -> list[list[int]]:
    """An arc with the points left out that a small map cannot show. Its ends stay, so that neighbours still meet."""
    kept = [arc[0]]
    waiting = [0, 0]
    for dx, dy in arc[1:]:
        waiting = [waiting[0] + dx, waiting[1] + dy]
        if abs(waiting[0] * scale[0]) + abs(waiting[1] * scale[1]) > SMALLEST_STEP:
            kept.append(waiting)
            waiting = [0, 0]
    if waiting != [0, 0] or len(kept) == 1:
        kept.append(waiting)
    return kept


def _area(ring: Ring) -> float:
    """The size of a ring in square degrees."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


DRAWN: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"timeline": timeline, "map": state_map}
