"""What a student's content is, as one hash: equal content has an equal hash, whatever the order of its rows
and their record ids.

Pure: frames in, a frame out. The hash covers every value of every row of the student, the version of the
dictionary by which the values were read, and the version of the checks that let them pass. It does not cover
the MSIX ID that came along: a State that learned the MSIX ID of a child has said nothing new about the child.
"""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import polars as pl

NOT_CONTENT = frozenset({"seq", "part", "line", "ordinal", "record_id", "student_record_id"})
"""Columns that say where a row stood in the file."""

# No value holds control characters (they are refused when the file is parsed), so these two keep any two
# contents apart.
BEFORE_VALUE = "\x1f"
BEFORE_ROW = "\x1e"


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
    there = [(kind, 1 << bit) for bit, kind in enumerate(kinds) if kind in rows and rows[kind].height]
    if not there:
        return pl.DataFrame(schema={"seq": pl.Int64, "kinds": pl.Int16, "content_hash": pl.Binary})
    # Text is put together on one core; the record types share the cores.
    with ThreadPoolExecutor(max_workers=len(there)) as threads:
        texts = threads.map(lambda each: _as_text(rows[each[0]], *each), there)
    ordered = pl.concat(texts).sort("seq", "text")
    students = ordered.group_by("seq", maintain_order=True).agg(
        pl.col("kind").bitwise_or().alias("kinds"), pl.col("text").str.len_bytes().sum().alias("bytes")
    )
    hashes = _digests(ordered["text"], students["bytes"], versions)
    return students.select("seq", "kinds", pl.Series("content_hash", hashes, dtype=pl.Binary))


def _as_text(rows: pl.DataFrame, kind: str, bit: int) -> pl.DataFrame:
    """`seq`, `text` and `kind` of each row: which elements have a value, by their signs, and then the values; an element
    added later changes no old hash.
    """
    names = [
        name
        for name in sorted(rows.columns)
        if name not in NOT_CONTENT and rows[name].null_count() < rows.height
    ]
    values = rows.select(
        pl.repeat(None, pl.len(), dtype=pl.String).alias(""),  # so that there are rows where nothing was sent
        *(_as_digits(pl.col(name), rows.schema[name]) for name in names),
    )
    text = pl.concat_str(_given(values, kind), *names, separator=BEFORE_VALUE, ignore_nulls=True)
    return rows.select(
        pl.col("seq").cast(pl.Int64),
        values.select(text.alias("text"))["text"],
        pl.lit(bit, dtype=pl.Int16).alias("kind"),
    )


def _given(values: pl.DataFrame, kind: str) -> pl.Series:
    """Before each row: its kind and the signs of the elements that have a value. Few ways of that are found in many rows."""
    names = values.columns
    there = values.select(
        pl.sum_horizontal(
            pl.col(name).is_not_null() * pl.lit(1 << place, dtype=pl.UInt64)
            for place, name in enumerate(names)
        )
    ).to_series()
    ways = {
        way: BEFORE_ROW
        + kind
        + "".join(element_sign(name) for place, name in enumerate(names) if way >> place & 1)
        for way in there.unique()
    }
    return there.replace_strict(ways, return_dtype=pl.String)


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
    start = hashlib.sha256(versions.encode())
    digests, begin = [], 0
    for size in sizes:
        state = start.copy()
        state.update(content[begin : begin + size])
        digests.append(state.digest())
        begin += size
    return digests
