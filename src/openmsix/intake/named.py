"""The places that a submission names. Pure."""

import polars as pl

NAMED = (
    ("school", "school_id", "school_or_project_name"),
    ("school", "designated_graduation_school", None),
    ("district", "school_district_id", "school_district"),
    ("district", "district_of_residence", None),
)
"""Kind of place, the element with its id, and the element with its name."""


def places(enrollments: pl.DataFrame, state_code: str) -> pl.DataFrame:
    """The districts and schools that enrollments name, each once: `kind`, `code`, `name` (null if not told), `state_code`."""
    found = [
        enrollments.select(
            pl.lit(kind).alias("kind"),
            pl.col(code).alias("code"),
            (pl.col(name) if name else pl.lit(None, dtype=pl.String)).alias("name"),
        )
        .drop_nulls("code")
        .unique()
        for kind, code, name in NAMED
    ]
    once = (
        pl.concat(found).sort("kind", "code", "name", nulls_last=True).unique(["kind", "code"], keep="first")
    )
    return once.with_columns(pl.lit(state_code).alias("state_code"))
