"""A CSV file without some of its rows: their lines stay, empty. Pure."""

import csv
import io
from collections.abc import Collection

import polars as pl

from openmsix.dictionary.columns import resolve_column

from .totals import Totals


def without(content: bytes, gone: Collection[int], begins: pl.Series) -> bytes:
    """The file with the lines of the rows that begin on these lines empty. `begins`: where each of its rows begins."""
    lines = content.splitlines(keepends=True)
    starts = sorted(begins)
    ends = dict(zip(starts, [*starts[1:], len(lines) + 1], strict=True))
    for first in gone:
        for number in range(first, ends[first]):
            line = lines[number - 1]
            lines[number - 1] = line[len(line.rstrip(b"\r\n")) :]
    return b"".join(lines)


def emptied(content: bytes, record: str, version: str) -> bytes:
    """The file without all of its rows; its first line stays if it names columns."""
    first = content.splitlines(keepends=True)[:1]
    names = b"".join(first).decode("latin-1").removeprefix("ï»¿").split(",")
    is_heading = any(resolve_column(name.strip(' \r\n"'), record, version) for name in names if name.strip())
    return b"".join(first) if is_heading else b""


def with_totals(content: bytes, totals: Totals, version: str) -> bytes:
    """The header file with lower totals."""
    text = content.decode("latin-1")  # bytes as they are, whatever they mean
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if len(rows) < 2:
        return content
    keys = [resolve_column(name.removeprefix("ï»¿").strip(), "header", version) for name in rows[0]]
    for number, (key, value) in enumerate(zip(keys, rows[1], strict=False)):
        rows[1][number] = totals.lowered(key, value) or value
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n" if "\r\n" in text else "\n").writerows(rows)
    return out.getvalue().encode("latin-1")
