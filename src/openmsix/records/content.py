"""What a student's content is, as one hash: equal content has an equal hash, whatever the order of its rows
and their record ids.

Pure: frames in, a frame out. The hash covers every value of every row of the student, the version of the
dictionary by which the values were read, and the version of the checks that let them pass. It does not cover
the MSIX ID that came along: a State that learned the MSIX ID of a child has said nothing new about the child.
"""

import hashlib
from collections.abc import Mapping, Sequence

import polars as pl

NOT_CONTENT = frozenset({"seq", "part", "line", "ordinal", "record_id", "student_record_id"})
"""Columns that say where a row stood in the file."""

# No value holds control characters (they are refused when the file is parsed), so these two keep any two
# contents apart.
BETWEEN_VALUES = "\x1f"
BETWEEN_ROWS = "\x1e"


def summaries(rows: Mapping[str, pl.DataFrame], kinds: Sequence[str], versions: str) -> pl.DataFrame:
    """Hash and kinds of each student that has rows.

    Args:
        rows: record type to typed rows, each with the `seq` of its student.
        kinds: the record types in their fixed order; others are passed over.
        versions: versions of dictionary and checks, in one word.

    Returns:
        `seq`, `kinds` (Int16; bit n is set if there are rows of `kinds[n]`) and `content_hash` (Binary, 32
        bytes), ordered by `seq`.
    """
    texts = [
        _as_text(rows[kind], kind).with_columns(pl.lit(1 << bit, dtype=pl.Int16).alias("kind"))
        for bit, kind in enumerate(kinds)
        if kind in rows and rows[kind].height
    ]
    if not texts:
        return pl.DataFrame(schema={"seq": pl.Int64, "kinds": pl.Int16, "content_hash": pl.Binary})
    students = (
        pl.concat(texts)
        .sort("seq", "text")
        .group_by("seq", maintain_order=True)
        .agg(pl.col("kind").bitwise_or().alias("kinds"), pl.col("text").str.join(BETWEEN_ROWS))
    )
    start = hashlib.sha256((versions + BETWEEN_ROWS).encode())
    return students.with_columns(
        pl.Series("content_hash", [_digest(start, text) for text in students["text"]], dtype=pl.Binary)
    ).drop("text")


def kinds(rows: Mapping[str, pl.DataFrame], order: Sequence[str]) -> pl.DataFrame:
    """`seq` and `kinds` of each student that has rows, as `summaries` gives them."""
    present = [
        rows[kind].select(
            pl.col("seq").cast(pl.Int64).unique(), pl.lit(1 << bit, dtype=pl.Int16).alias("kinds")
        )
        for bit, kind in enumerate(order)
        if kind in rows
    ]
    return pl.concat(present).group_by("seq").agg(pl.col("kinds").sum().cast(pl.Int16))


def _as_text(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Each row as `kind`, then `element=value` for each value that is there: an element added later changes
    no old hash.
    """
    values = [
        pl.lit(f"{name}=") + pl.col(name).cast(pl.String)
        for name in sorted(rows.columns)
        if name not in NOT_CONTENT
    ]
    text = pl.concat_str(pl.lit(kind), *values, separator=BETWEEN_VALUES, ignore_nulls=True)
    return rows.select(pl.col("seq").cast(pl.Int64), text.alias("text"))


def _digest(start: "hashlib._Hash", text: str) -> bytes:
    state = start.copy()
    state.update(text.encode())
    return state.digest()
