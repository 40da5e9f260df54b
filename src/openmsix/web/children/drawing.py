"""The drawings, as SVG: plain data in, image out. At most six colors, safe for color blindness; every mark also differs in shape or words."""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

# Okabe and Ito's colors, which people with any color vision tell apart; each kind also has its own height in the lane.
KIND_COLORS = ("#0072b2", "#e69f00", "#999999")
KIND_HEIGHTS = (18, 12, 6)
INK, QUIET, LINE = "#1b1b1b", "#565c65", "#dfe1e2"
SMALLEST_STEP = 0.3  # degrees: about two pixels of the map
LONG_NUMBER = re.compile(r"(\d+\.\d)\d+")
FONT = "Source Sans Pro, Helvetica, Arial, sans-serif"


def timeline(data: Mapping[str, Any]) -> str:
    """Years across, one lane a State: enrollments as bars, qualifying moves as diamonds above them."""
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
        .mark_bar(height=height, cornerRadius=2, stroke="#ffffff", strokeWidth=1)
        .encode(
            x=alt.X("from:T", scale=time, axis=axis),
            x2="to:T",
            y=lanes,
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
    chart = alt.layer(*bars, moves).properties(width=640, height=alt.Step(52))
    return _svg(chart.configure(font=FONT).configure_view(stroke=None))


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
    chart = alt.layer(*layers).project(type="albersUsa").properties(width=420, height=260)
    return _svg(chart.configure(font=FONT).configure_view(stroke=None), atlas=atlas.topology)


def _svg(chart: Any, **datasets: Any) -> str:
    """Draw a chart; large data sets that it names are added after Altair has checked the rest."""
    import vl_convert

    specification = chart.to_dict()
    specification["datasets"] = specification.get("datasets", {}) | datasets
    return LONG_NUMBER.sub(r"\1", str(vl_convert.vegalite_to_svg(specification, vl_version="6.1")))


class Atlas:
    """The vendored boundaries of the States, with numbers and centers by postal code."""

    def __init__(self, topology: dict[str, Any]) -> None:
        from openmsix.places.states import states

        topology["arcs"] = [_coarser(arc, topology["transform"]["scale"]) for arc in topology["arcs"]]
        self.topology = topology
        self.numbers = {state.code: state.fips for state in states().values()}
        shapes = {shape["id"]: shape for shape in topology["objects"]["states"]["geometries"]}
        self.centers = {
            code: self._center(shapes[number]) for code, number in self.numbers.items() if number in shapes
        }

    def _center(self, shape: Mapping[str, Any]) -> dict[str, float]:
        """The middle of the largest piece of a State."""
        pieces = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings = [self._ring(piece[0]) for piece in pieces]
        ring = max(rings, key=_area)
        lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
        return {"lon": (min(lons) + max(lons)) / 2, "lat": (min(lats) + max(lats)) / 2}

    def _ring(self, arcs: list[int]) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for arc in arcs:
            line = self._line(arc if arc >= 0 else ~arc)
            points.extend(line if arc >= 0 else line[::-1])
        return points

    def _line(self, number: int) -> list[tuple[float, float]]:
        """One arc: whole-number steps from point to point, scaled to degrees."""
        scale, shift = self.topology["transform"]["scale"], self.topology["transform"]["translate"]
        x = y = 0
        points = []
        for dx, dy in self.topology["arcs"][number]:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        return points


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


def _area(ring: list[tuple[float, float]]) -> float:
    """The size of a ring in square degrees."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


@cache
def _atlas() -> Atlas:
    path = files("openmsix.places").joinpath("boundaries", "states-10m.json")
    return Atlas(json.loads(path.read_text()))


DRAWN: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"timeline": timeline, "map": state_map}
