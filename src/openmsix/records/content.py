"""What a student's content is, as one hash: equal content has an equal hash, whatever the order of its rows
and their record ids.

Pure: frames in, a frame out. The hash covers every value of every row of the student, the version of the
dictionary by which the values were read, and the version of the checks that let them pass. It does not cover
the MSIX ID that came along: a State that learned the MSIX ID of a child has said nothing new about the child.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache

import polars as pl

NOT_CONTENT = frozenset({"seq", "part", "line", "ordinal", "record_id", "student_record_id"})
"""Columns that say where a row stood in the file."""

# No value holds control characters (they are refused when the file is parsed), so these two keep any two
# contents apart.
BEFORE_VALUE = "\x1f"
AFTER_ROW = "\x1e"


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
    ordered = pl.concat(texts).sort("seq", "text")
    students = ordered.group_by("seq", maintain_order=True).agg(
        pl.col("kind").bitwise_or().alias("kinds"), pl.col("text").str.len_bytes().sum().alias("bytes")
    )
    hashes = _digests(ordered["text"], students["bytes"], versions)
    return students.select("seq", "kinds", pl.Series("content_hash", hashes, dtype=pl.Binary))


def _as_text(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Each row as `kind`, then the sign of the element and the value for each value that is there: an element
    added later changes no old hash.
    """
    values = [
        pl.lit(f"{BEFORE_VALUE}{element_sign(name)}") + _as_digits(pl.col(name), rows.schema[name])
        for name in sorted(rows.columns)
        if name not in NOT_CONTENT and rows[name].null_count() < rows.height
    ]
    text = pl.concat_str(pl.lit(kind), *values, pl.lit(AFTER_ROW), ignore_nulls=True)
    return rows.select(pl.col("seq").cast(pl.Int64), text.alias("text"))


@cache
def element_sign(name: str) -> str:
    """Four letters for an element's name, so that names are not most of what is hashed. Those of a record type differ."""
    return hashlib.blake2s(name.encode(), digest_size=2).hexdigest()


def _as_digits(value: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """A value as text. Days are told by their number, which is written faster than a date."""
    return (value.cast(pl.Int32) if kind == pl.Date else value).cast(pl.String)


def _digests(texts: pl.Series, sizes: pl.Series, versions: str) -> list[bytes]:
    """The hash of each student, whose rows are the next so many bytes of the texts, one after another."""
    # The third buffer of such an array is its texts, one after another.
    content = memoryview(texts.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()[2])
    start = hashlib.sha256((versions + AFTER_ROW).encode())
    digests, begin = [], 0
    for size in sizes:
        state = start.copy()
        state.update(content[begin : begin + size])
        digests.append(state.digest())
        begin += size
    return digests
