"""The States' contacts: a file of contacts replaces those of the States in it."""

import polars as pl

from openmsix import staging

from . import reading
from .models import Kind
from .problems import Problem, Severity

STAGED = {
    "state": "text", "kind": "text", "code": "text", "level": "text", "name": "text", "title": "text", "phone": "text", "email": "text",
    "note": "text", "file": "text", "line": "bigint", "place": "text",
}  # fmt: skip
WITHOUT_PLACE = """
    SELECT s.file, s.line, s.level, s.place FROM contact_staging s
    WHERE NOT EXISTS (SELECT FROM places_place p WHERE p.kind = s.kind AND p.code = s.code) ORDER BY s.file, s.line
"""
REMOVE = """
    DELETE FROM places_contact c USING places_place p
    WHERE p.id = c.place_id AND p.state_code IN (SELECT state FROM contact_staging)
      AND NOT EXISTS (SELECT FROM contact_staging s WHERE s.kind = p.kind AND s.code = p.code AND s.name = c.name)
"""
UPSERT = """
    INSERT INTO places_contact AS contact (place_id, level, name, title, phone, email, note)
    SELECT p.id, s.level, s.name, coalesce(s.title, ''), coalesce(s.phone, ''), coalesce(s.email, ''), coalesce(s.note, '')
    FROM contact_staging s JOIN places_place p ON p.kind = s.kind AND p.code = s.code
    ON CONFLICT (place_id, name) DO UPDATE SET
        level = excluded.level, title = excluded.title, phone = excluded.phone, email = excluded.email, note = excluded.note
    WHERE (contact.level, contact.title, contact.phone, contact.email, contact.note)
       IS DISTINCT FROM (excluded.level, excluded.title, excluded.phone, excluded.email, excluded.note)
    RETURNING (xmax = 0)
"""


def replace(read: pl.DataFrame, problems: list[Problem]) -> dict[str, int]:
    """Store the contacts that were read; how many were added, changed, equal and removed. Inside a transaction."""
    code = (
        pl.when(pl.col("level") == Kind.STATE).then("state")
        .when(pl.col("level") == Kind.REGION).then(reading.own_code(Kind.REGION, "place"))
        .otherwise("place")
    )  # fmt: skip
    staging.stage("contact_staging", STAGED, read.with_columns(kind="level", code=code))
    homeless = staging.rows(WITHOUT_PLACE)
    for file, line, level, place in homeless:
        message = f"This {level} is not known."
        problems.append(
            Problem(
                file,
                line,
                "place",
                place or "",
                Severity.ROW,
                message,
                f"Load the {level} with it or before it.",
            )
        )
    removed = staging.run(REMOVE)
    written = staging.rows(UPSERT)
    added = sum(1 for (new,) in written if new)
    equal = read.height - len(homeless) - len(written)
    return {"added": added, "changed": len(written) - added, "equal": equal, "removed": removed}
