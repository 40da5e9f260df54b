"""A Parquet file without some of its rows: they stay, and hold nothing, so that the numbers of the others stay right. Pure.

The file is written anew, since its pages, dictionaries and statistics hold values of the rows that go. Of columns that are not read only the name stays.
"""

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import types

from openmsix.dictionary.columns import resolve_column

from .totals import Totals


def without(content: bytes, record: str, gone: Collection[int], version: str) -> bytes:
    """The file with nothing in the rows of these numbers, counted from 1."""
    file = pq.ParquetFile(pa.BufferReader(content))
    height = file.metadata.num_rows
    rows = pa.array([None if number in gone else number - 1 for number in range(1, height + 1)], pa.int64())
    names = list(file.schema_arrow.names)
    columns = [
        _decoded(file.read(columns=[name]).column(0)).take(rows)
        if names.count(name) == 1 and name and resolve_column(name, record, version)
        else pa.nulls(height)
        for name in names
    ]
    return _written(names, columns)


def emptied(content: bytes, record: str, version: str) -> bytes:
    """The file with nothing in any row; no file at all if it cannot be read."""
    try:
        height = pq.ParquetFile(pa.BufferReader(content)).metadata.num_rows
        return without(content, record, range(1, height + 1), version)
    except (pa.ArrowException, OSError, ValueError, KeyError):
        return b""


def with_totals(content: bytes, totals: Totals, version: str) -> bytes:
    """The header file with lower totals, each in the type of its column."""
    table = pq.ParquetFile(pa.BufferReader(content)).read()
    columns = [_decoded(column) for column in table.columns]
    for number, name in enumerate(table.column_names):
        column = columns[number]
        said = column.to_pylist()[:1]
        text = _as_text(said[0]) if said and said[0] is not None else ""
        new = totals.lowered(resolve_column(name, "header", version) if name else None, text)
        if new is not None:
            columns[number] = pa.chunked_array(
                [pa.array([new], pa.string()).cast(column.type), *column.slice(1).chunks], column.type
            )
    return _written(table.column_names, columns)


def _as_text(value: object) -> str:
    """A number without the point that tables of programs give it."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text.removesuffix(".0")


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column without a dictionary, which may hold what no row has any more."""
    return pc.dictionary_decode(column) if types.is_dictionary(column.type) else column


def _written(names: list[str], columns: list[pa.ChunkedArray]) -> bytes:
    out = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(columns, names=names), out, compression="zstd")
    return bytes(out.getvalue())
