"""The real outlines of the States, from the vendored TopoJSON of us-atlas. Pure.

TopoJSON keeps each border once, as an arc of whole-number steps; a ring is a list of arcs (a negative number is the arc
`~number` backwards). https://github.com/topojson/topojson-specification
"""

import functools
import hashlib
import json
from pathlib import Path
from typing import Any

from .states import by_fips

FOLDER = Path(__file__).with_name("boundaries")
FILE = FOLDER / "states-10m.json"
Point = tuple[float, float]
Ring = list[Point]


def check_files() -> list[str]:
    """What is wrong with the vendored files: empty if each has the hash of the manifest."""
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    return [
        f"{name} is not the file of {manifest['package']} {manifest['version']}"
        for name, digest in manifest["files"].items()
        if hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() != digest
    ]


@functools.cache
def outlines() -> dict[str, list[list[Ring]]]:
    """For each State and territory (postal code) its polygons; of each the outer ring first, then its holes.

    Points are (longitude, latitude) in degrees.
    """
    atlas = json.loads(FILE.read_text())
    arcs = _arcs(atlas)
    found = {}
    for shape in atlas["objects"]["states"]["geometries"]:
        state = by_fips().get(shape["id"])
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        if state:
            found[state.code] = [[_ring(numbers, arcs) for numbers in polygon] for polygon in polygons]
    return found


def _arcs(atlas: dict[str, Any]) -> list[Ring]:
    (scale_x, scale_y), (left, bottom) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    arcs = []
    for steps in atlas["arcs"]:
        x = y = 0
        arc = []
        for step_x, step_y in steps:
            x, y = x + step_x, y + step_y
            arc.append((x * scale_x + left, y * scale_y + bottom))
        arcs.append(arc)
    return arcs


def _ring(numbers: list[int], arcs: list[Ring]) -> Ring:
    ring: Ring = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += arc[1:] if ring else arc
    return ring


def lies_in(state: str, latitude: float, longitude: float) -> bool:
    """Whether a point lies inside the State's outline."""
    return any(
        sum(_crosses(ring, latitude, longitude) for ring in polygon) % 2 == 1
        for polygon in outlines().get(state, [])
    )


def _crosses(ring: Ring, latitude: float, longitude: float) -> int:
    """How often a line from the point to the east meets the ring."""
    count = 0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > latitude) != (y2 > latitude) and longitude < (x2 - x1) * (latitude - y1) / (y2 - y1) + x1:
            count += 1
    return count
