"""Places into the tree, as sets: what is new is added, what differs is changed, what is equal is left alone.

Every statement reads the staging table `place_staging`, which holds one row a place with the kind and code of its parent.
"""

import polars as pl

from openmsix import staging
from openmsix.deadlines import clock

from .models import Kind

STAGED = {
    "kind": "text", "code": "text", "name": "text", "state_code": "text", "parent_kind": "text", "parent_code": "text", "address": "text",
    "city": "text", "zip": "text", "phone": "text", "latitude": "double precision", "longitude": "double precision",
    "grades_low": "text", "grades_high": "text", "closed_on": "date", "source": "text", "file": "text", "line": "bigint",
}  # fmt: skip
# A place keeps its position when a directory without geocodes is loaded.
UPSERT = """
    INSERT INTO places_place AS place (
        kind, code, name, parent_id, state_code, path, provisional, source, address, city, zip, phone,
        latitude, longitude, grades_low, grades_high, closed_on, updated_at
    )
    SELECT s.kind, s.code, s.name, parent.id, s.state_code, parent.path || s.code || '/', %(provisional)s, s.source,
           coalesce(s.address, ''), coalesce(s.city, ''), coalesce(s.zip, ''), coalesce(s.phone, ''),
           s.latitude, s.longitude, coalesce(s.grades_low, ''), coalesce(s.grades_high, ''), s.closed_on, %(now)s
    FROM place_staging s
    JOIN places_place parent ON parent.kind = s.parent_kind AND parent.code = s.parent_code
    WHERE s.kind = %(kind)s
    ON CONFLICT (kind, code) DO {conflict}
    RETURNING code, (xmax = 0) AS new
"""
CHANGE = """UPDATE SET
        name = excluded.name, parent_id = excluded.parent_id, state_code = excluded.state_code, path = excluded.path,
        provisional = false, source = excluded.source, address = excluded.address, city = excluded.city, zip = excluded.zip,
        phone = excluded.phone, latitude = coalesce(excluded.latitude, place.latitude),
        longitude = coalesce(excluded.longitude, place.longitude), grades_low = excluded.grades_low,
        grades_high = excluded.grades_high, closed_on = excluded.closed_on, updated_at = excluded.updated_at
    WHERE (place.name, place.parent_id, place.state_code, place.path, place.provisional, place.source, place.address, place.city,
           place.zip, place.phone, place.latitude, place.longitude, place.grades_low, place.grades_high, place.closed_on)
       IS DISTINCT FROM
          (excluded.name, excluded.parent_id, excluded.state_code, excluded.path, false, excluded.source, excluded.address,
           excluded.city, excluded.zip, excluded.phone, coalesce(excluded.latitude, place.latitude),
           coalesce(excluded.longitude, place.longitude), excluded.grades_low, excluded.grades_high, excluded.closed_on)"""
# A district stays in the region it is in, unless the load says otherwise: then `region_districts` moves it afterwards.
KEEP_REGIONS = """
    UPDATE place_staging s SET parent_kind = region.kind, parent_code = region.code
    FROM places_place place JOIN places_place region ON region.id = place.parent_id AND region.kind = 'region'
    WHERE s.kind = 'district' AND s.parent_kind = 'state' AND place.kind = 'district' AND place.code = s.code
"""
WITHOUT_PARENT = """
    SELECT s.file, s.line, s.kind, s.code, s.parent_kind, s.parent_code FROM place_staging s
    WHERE s.kind = %(kind)s AND NOT EXISTS (
        SELECT FROM places_place parent WHERE parent.kind = s.parent_kind AND parent.code = s.parent_code)
    ORDER BY s.file, s.line
"""
REGIONED = """
    UPDATE places_place place SET parent_id = region.id, updated_at = %(now)s
    FROM region_staging s JOIN places_place region ON region.kind = 'region' AND region.code = s.region
    WHERE place.kind = 'district' AND place.code = s.leaid AND place.parent_id <> region.id
"""
REPATHED = """
    WITH RECURSIVE tree (id, path) AS (
        SELECT id, path FROM places_place WHERE parent_id IS NULL
        UNION ALL
        SELECT child.id, tree.path || child.code || '/' FROM places_place child JOIN tree ON child.parent_id = tree.id
    )
    UPDATE places_place place SET path = tree.path FROM tree WHERE place.id = tree.id AND place.path <> tree.path
"""
POSITIONED = """
    UPDATE places_place place SET latitude = s.latitude, longitude = s.longitude, updated_at = %(now)s
    FROM position_staging s
    WHERE place.kind = s.kind AND place.code = s.code
      AND (place.latitude, place.longitude) IS DISTINCT FROM (s.latitude, s.longitude)
"""


def stage(places: pl.DataFrame) -> None:
    """Fill the staging table; columns that are not given are null."""
    staging.stage("place_staging", STAGED, places)


def keep_regions() -> None:
    """Staged districts that name no region stay where they are."""
    staging.run(KEEP_REGIONS)


def without_parent(kind: Kind) -> list[tuple[str, int, str, str, str, str]]:
    """Staged places whose parent does not exist: file, line, kind, code, parent's kind, parent's code."""
    return staging.rows(WITHOUT_PARENT, {"kind": kind})


def write(kind: Kind) -> tuple[int, int]:
    """Add and change the staged places of a kind; how many of each."""
    found = staging.rows(
        UPSERT.format(conflict=CHANGE), {"kind": kind, "provisional": False, "now": clock.now()}
    )
    new = sum(1 for _code, is_new in found if is_new)
    return new, len(found) - new


def add(kind: Kind) -> list[str]:
    """Add the staged places of a kind that do not exist yet, as provisional ones; their codes."""
    found = staging.rows(
        UPSERT.format(conflict="NOTHING"), {"kind": kind, "provisional": True, "now": clock.now()}
    )
    return [code for code, _new in found]


def move_into_regions(pairs: pl.DataFrame) -> int:
    """Put districts (`leaid`) into regions (`region`, the place's code)."""
    staging.stage("region_staging", {"leaid": "text", "region": "text"}, pairs)
    return staging.run(REGIONED, {"now": clock.now()})


def mend_paths() -> int:
    """Bring every path into line with the tree."""
    return staging.run(REPATHED)


def position(places: pl.DataFrame) -> int:
    """Set the coordinates of places (kind, code, latitude, longitude)."""
    columns = {
        "kind": "text",
        "code": "text",
        "latitude": "double precision",
        "longitude": "double precision",
    }
    staging.stage("position_staging", columns, places)
    return staging.run(POSITIONED, {"now": clock.now()})
