"""Block keys: two records are compared when they share one of these keys. Both engines use the same keys.

A key is a 64-bit number made from its name and its parts. Each text is reduced to 8 bytes by BLAKE2b (RFC
7693); the numbers of the parts are then mixed in order by a fixed multiplication. Nothing in it depends on a
machine, a process or a library version, since keys are stored. There is no key where a part is missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from hashlib import blake2b

import polars as pl

from openmsix.matching.distinct import keyed

BUCKET_CAP = 400
"""A key shared by more records than this says too little about a child to be worth its comparisons."""


@dataclass(frozen=True)
class BlockKey:
    """One composite key.

    Attributes:
        name: its column.
        words: what two records have in common when they share it.
        parts: features, or the derived parts `low`, `high`, `year`, `month`, `day_and_month`, `two_surnames`,
            `given_initial`, `given_ends` and `surname_initial`.
    """

    name: str
    words: str
    parts: tuple[str, ...]


_PREFIX = "k_"
_KEYS = (
    ("state_id", "the State and its Student Identifier", "state_code state_student_id"),
    ("born_given", "birth date and given name", "birth_date given_key"),
    ("born_low", "birth date and the alphabetically first surname", "birth_date low"),
    ("born_high", "birth date and the alphabetically last surname", "birth_date high"),
    ("born_mother", "birth date and mother's given name", "birth_date mother_first"),
    ("born_father", "birth date and father's given name", "birth_date father_first"),
    ("born_given_initial", "birth date, sex, initial of the given name", "birth_date sex given_initial"),
    ("born_surname_initial", "birth date, sex, initial of the first surname", "birth_date sex surname_initial"),
    ("swapped_given", "given name, year, day and month in either order", "given_key year day_and_month"),
    ("given_day", "given name, initial of the first surname, day and month in either order",
     "given_key day_and_month surname_initial"),
    ("given_month", "given name, initial of the first surname, birth year and month",
     "given_key year month surname_initial"),
    ("given_surnames", "given name and both surnames in any order", "given_key two_surnames low high"),
    ("given_mother", "given name and mother's names", "given_key mother_first mother_last"),
    ("given_father", "given name and father's names", "given_key father_first father_last"),
    ("low_ends_year", "alphabetically first surname, first and last sound of the given name, birth year", "low given_ends year"),
    ("high_ends_year", "alphabetically last surname, first and last sound of the given name, birth year", "high given_ends year"),
    ("surnames_month", "surnames in any order, birth year and month", "low high year month"),
    ("surnames_mother", "both surnames in any order and mother's given name",
     "two_surnames low high mother_first"),
    ("parents_year", "both parents' given names and birth year", "mother_first father_first year"),
)  # fmt: skip

KEYS: tuple[BlockKey, ...] = tuple(
    BlockKey(f"{_PREFIX}{name}", words, tuple(parts.split())) for name, words, parts in _KEYS
)
"""The composite keys.

Most survive two errors at once: `born_mother`, `born_father` and the initials a misspelled given name and surname, `surnames_mother` and
`parents_year` a wrong given name and birth date, `given_mother` and `given_father` wrong surnames and birth date, `given_month` and `given_day` a
misspelled surname and a wrong day or year, `low_ends_year` and `high_ends_year` a misspelled given name and a wrong day and month.
"""

_PARTS = tuple(dict.fromkeys(part for key in KEYS for part in key.parts))
_MULTIPLIER = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio, odd: spreads neighbouring numbers apart


def block_keys(prepared: pl.DataFrame) -> pl.DataFrame:
    """The block keys of prepared records: `record_id` and one signed 64-bit column for each of `KEYS`.

    Null where a part is missing. Rows are in the order of `prepared`.
    """
    texts = prepared.select("record_id", *_parts())
    if texts.height <= _FEW:
        return _one_by_one(texts)
    numbers = texts.select("record_id", *(_numbers(texts[part]) for part in _PARTS))
    return numbers.select("record_id", *(_mixed(key) for key in KEYS))


def _one_by_one(texts: pl.DataFrame) -> pl.DataFrame:
    """The keys of few records, made one by one in less time than as columns; the same numbers."""

    def key_of(parts: Mapping[str, int | None], key: BlockKey) -> int | None:
        mixed = _number(key.name)
        for name in key.parts:
            part = parts[name]
            if part is None:
                return None
            product = (mixed ^ part) * _MULTIPLIER % 2**64
            mixed = product ^ (product >> 29)
        return mixed - 2**64 if mixed >= 2**63 else mixed

    rows = []
    for row in texts.iter_rows(named=True):
        parts = {name: None if row[name] is None else _number(row[name]) for name in _PARTS}
        rows.append((row["record_id"], *(key_of(parts, key) for key in KEYS)))
    columns = {"record_id": pl.Int64, **dict.fromkeys((key.name for key in KEYS), pl.Int64)}
    return pl.DataFrame(rows, schema=columns, orient="row")


_FEW = 64


@cache
def _parts() -> tuple[pl.Expr, ...]:
    """The parts of all keys as text, of prepared records."""
    derived = {part.meta.output_name(): part for part in _derived_parts()}
    return tuple(derived.get(name, pl.col(name)).cast(pl.String) for name in _PARTS)


def _derived_parts() -> tuple[pl.Expr, ...]:
    first, second, born = pl.col("surname_key_1"), pl.col("surname_key_2"), pl.col("birth_date").dt
    month, day = born.month(), born.day()
    return (
        pl.min_horizontal(first, second).alias("low"),
        pl.max_horizontal(first, second).alias("high"),
        pl.when(second.is_not_null()).then(pl.lit("two")).alias("two_surnames"),
        pl.col("given_key").str.head(1).alias("given_initial"),
        (pl.col("given_key").str.head(1) + pl.col("given_key").str.tail(1)).alias("given_ends"),
        first.str.head(1).alias("surname_initial"),
        born.year().alias("year"),
        month.alias("month"),
        (100 * pl.min_horizontal(month, day).cast(pl.Int32) + pl.max_horizontal(month, day)).alias(
            "day_and_month"
        ),
    )


def _numbers(texts: pl.Series) -> pl.Series:
    return keyed(texts, lambda text: (_number(text),), {texts.name: pl.UInt64}).to_series()


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _mixed(key: BlockKey) -> pl.Expr:
    def mix(so_far: pl.Expr, part: str) -> pl.Expr:
        product = (so_far ^ pl.col(part)) * pl.lit(_MULTIPLIER, dtype=pl.UInt64)  # wraps at 64 bits
        return product ^ (product // pl.lit(2**29, dtype=pl.UInt64))

    start = pl.lit(_number(key.name), dtype=pl.UInt64)
    return reduce(mix, key.parts, start).reinterpret(signed=True).alias(key.name)


def sharing(keys: pl.DataFrame, cap: int = BUCKET_CAP) -> Iterator[tuple[str, pl.DataFrame, pl.DataFrame]]:
    """For each key the records that share it with another one.

    Args:
        keys: as from `block_keys`, with any other columns; those whose names begin with `k_` are keys too.
        cap: a value that more records share is left out.

    Yields:
        The key's name; those records, with the other columns of `keys` and their `value`; `value` and `records` of what was left out.
    """
    names = [name for name in keys.columns if name.startswith(_PREFIX)]
    others = [name for name in keys.columns if name not in names]
    for name in names:
        shared = (
            keys.select(*others, pl.col(name).alias("value"))
            .drop_nulls("value")
            .with_columns(pl.len().over("value").cast(pl.Int64).alias("records"))
            .filter(pl.col("records") > 1)
        )
        oversized = shared.filter(pl.col("records") > cap).select("value", "records").unique()
        yield name, shared.filter(pl.col("records") <= cap).drop("records"), oversized.sort("value")
