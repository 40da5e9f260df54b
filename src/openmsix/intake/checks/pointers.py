"""Places in JSON: what is found there is told with its JSON pointer. Pure."""

import polars as pl

from openmsix.dictionary.formats import Format
from openmsix.intake.frames import Parsed

_KEYS = ("part", "record", "line", "record_id")


def with_pointers(found: pl.DataFrame, parsed: Parsed) -> pl.DataFrame:
    """The findings; those in parts that are JSON have the pointer to the place in their detail, as `pointer`."""
    parts = [part for part, form in parsed.formats.items() if form is Format.JSON]
    if not parts:
        return found
    moved = parsed.moved.unique(_KEYS, keep="first")
    placed = found.join(moved, on=_KEYS, how="left", maintain_order="left")
    pointer = pl.when(pl.col("part").is_in(parts)).then(_pointer()).alias("_pointer")
    said = pl.struct(pl.col("_pointer").alias("pointer")).struct.json_encode()
    more = pl.col("detail").str.strip_suffix("}") + ", " + said.str.strip_prefix("{")
    detail = pl.when(pl.col("_pointer").is_not_null()).then(pl.coalesce(more, said)).otherwise("detail")
    return placed.with_columns(pointer).with_columns(detail.alias("detail")).drop("_pointer", "at")


def _pointer() -> pl.Expr:
    student = pl.format("/students/{}", pl.col("line") - 1)
    index = pl.col("record_id").cast(pl.Int32, strict=False) - 1
    within = pl.coalesce("at", pl.format("{}/{}", "record", index))
    record = (
        pl.when(pl.col("record") == "header")
        .then(pl.lit("/header"))
        .when(pl.col("record") == "students")
        .then(student)
        .otherwise(pl.format("{}/{}", student, within))
    )
    element = pl.when(pl.col("element") == "").then(pl.lit("")).otherwise(pl.format("/{}", "element"))
    return record + element
