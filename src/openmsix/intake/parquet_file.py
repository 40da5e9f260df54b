"""From a Parquet file of one record type to a table of text. Pure.

What the file says of itself is not believed until it was looked at: no more rows and bytes are read than a part can hold, and texts stay coded as the file
has them, so that a small file cannot fill the memory.
"""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import types

from openmsix.dictionary.columns import resolve_column
from openmsix.dictionary.declare import Element, RecordType, Type

from .checks import nesting
from .parquet_pages import DELTA_BYTE_ARRAY, MOST_PAGES, pages
from .problems import Problems
from .table import MOST_BYTES, Table, too_much

YES_OR_NO = {True: "Yes", False: "No"}

_DAYS = (pl.date(1000, 1, 1), pl.date(9999, 12, 31))
_OF_DAY = {Type.DATE: "%Y%m%d", Type.MONTH: "%m%Y", Type.YEAR: "%Y", Type.MOMENT: "%Y%m%d000000000"}
_MOMENT = "%Y%m%d%H%M%S%3f"


Convert = Callable[[pa.ChunkedArray, Element], pl.Series | None]


class _Unusable(Exception):
    """The file cannot be used; the text says why."""


def read_table(record: RecordType, data: bytes, version: str, problems: Problems) -> Table | None:
    """The rows of a file as text, its columns under their numbers; of columns that are no element of the record type the names only.

    `line` is the number of the row, from 1. None if the file cannot be read; `problems` then says why.
    """
    try:
        return _read(record, data, version, problems)
    except _Unusable as reason:
        problems.add(nesting.TOO_LARGE, record.key, reason=str(reason))
    except (
        pl.exceptions.PolarsError,
        pa.ArrowException,
        OSError,
        ValueError,
        KeyError,
        MemoryError,
        OverflowError,
    ) as fault:
        # Whatever the library says of a file that is none: its own words, without what it read.
        problems.add(nesting.PARQUET_BROKEN, record.key, reason=_first_line(fault))
    return None


def _first_line(fault: BaseException) -> str:
    return (str(fault).splitlines() or [""])[0][:120] or type(fault).__name__


def _read(record: RecordType, data: bytes, version: str, problems: Problems) -> Table | None:
    source = pa.BufferReader(data)
    schema = pq.ParquetFile(source).schema_arrow
    names = list(schema.names)
    wanted = {name for name in names if name and resolve_column(name, record.key, version)}
    coded = [name for name in wanted if _is_text(schema.field(schema.get_all_field_indices(name)[0]).type)]
    file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=coded)
    _hold_to_limits(file.metadata, len(wanted))
    _look_at_pages(data, file.metadata, wanted)
    found = {}
    for number, name in enumerate(names):
        if name not in wanted or names.count(name) > 1:
            continue
        element = record.element(resolve_column(name, record.key, version) or "")
        kind = schema.field(number).type
        # What is of no use is not read: a value of fixed width is written out for every row.
        told = _as_text(file.read(columns=[name]).column(0), element) if _converter(kind) else None
        if told is not None and told.len() != file.metadata.num_rows:
            raise ValueError("its columns do not have the rows that it names")
        if told is None:
            problems.add(nesting.COLUMN_TYPE, record.key, element=element.key, value=str(kind))
            return None
        found[str(number)] = told
    rows = pl.DataFrame({key: column.alias(key) for key, column in found.items()})
    numbers = pl.int_range(1, rows.height + 1, dtype=pl.Int32, eager=True).alias("line")
    return Table([name.strip() for name in names], rows.with_columns(numbers))


def _hold_to_limits(facts: pq.FileMetaData, columns: int) -> None:
    if reason := too_much(rows=0, columns=facts.num_columns) or too_much(
        rows=facts.num_rows, columns=max(columns, 1)
    ):
        raise _Unusable(reason)
    groups = (facts.row_group(number) for number in range(facts.num_row_groups))
    sizes = [group.total_byte_size for group in groups]
    if min([facts.num_rows, *sizes]) < 0:
        raise ValueError("it tells of less than nothing")
    size = sum(sizes)
    if size > MOST_BYTES:
        raise _Unusable(f"unpacked it has {size:,} bytes, and at most {MOST_BYTES:,} are read")


def _look_at_pages(data: bytes, facts: pq.FileMetaData, wanted: set[str]) -> None:
    """Hold what the pages say of themselves to the same limits: a reader believes them, not the footer."""
    size = count = 0
    for group in range(facts.num_row_groups):
        for number in range(facts.num_columns):
            chunk = facts.row_group(group).column(number)
            if chunk.path_in_schema.partition(".")[0] not in wanted:
                continue
            for page in pages(data, chunk):
                size, count = size + page.size, count + 1
                if page.encoding == DELTA_BYTE_ARRAY:
                    raise _Unusable(
                        f"{chunk.path_in_schema} is encoded as DELTA_BYTE_ARRAY, which may stand for any size; write it PLAIN or with a dictionary"
                    )
                if size > MOST_BYTES:
                    raise _Unusable(
                        f"its pages say that unpacked they have more than {MOST_BYTES:,} bytes, and no more are read"
                    )
                if count > MOST_PAGES:
                    raise _Unusable(f"it has more than {MOST_PAGES:,} pages")  # fmt: skip


def _is_text(kind: pa.DataType) -> bool:
    return any(
        test(kind)
        for test in (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    )


def _as_text(column: pa.ChunkedArray, element: Element) -> pl.Series | None:
    """A column in the written form of its element; None if its type holds no such values."""
    convert = _converter(column.type)
    told = convert(column, element) if convert else None
    return None if told is None else told.to_frame("").select(pl.col("").cast(pl.String)).to_series()


def _converter(kind: pa.DataType) -> Convert | None:
    """What makes text of a column of this type; None if it holds no values of elements."""
    if types.is_dictionary(kind):
        kind = kind.value_type
    return next((convert for test, convert in _BY_KIND.items() if test(kind)), None)


def _text(column: pa.ChunkedArray, element: Element) -> pl.Series:
    """Text that stays coded: each different one is there once."""
    if not types.is_dictionary(column.type):
        column = column.cast(pa.large_string())
    else:
        column = pa.chunked_array(
            [pa.DictionaryArray.from_arrays(chunk.indices, chunk.dictionary.cast(pa.large_string())) for chunk in column.chunks],
            pa.dictionary(column.type.index_type, pa.large_string()),
        )  # fmt: skip
        return pl.concat([_decoded(chunk) for chunk in column.chunks] or [pl.Series("", [], pl.String)])
    return pl.Series("", column, dtype=pl.String)


def _decoded(chunk: pa.DictionaryArray) -> pl.Series:
    words = pl.Series("", chunk.dictionary, dtype=pl.String)
    which = pl.Series("", chunk.indices).cast(pl.UInt32)
    size = words.str.len_bytes().gather(which).cast(pl.UInt64).sum()
    if size > MOST_BYTES:
        raise _Unusable(f"written out one column has {size:,} bytes, and at most {MOST_BYTES:,} are read")
    return words.gather(which)


def _number(column: pa.ChunkedArray, element: Element) -> pl.Series:
    return pl.Series("", column).cast(pl.String)


def _fraction(column: pa.ChunkedArray, element: Element) -> pl.Series:
    """A whole number without its point: what tables of programs make of whole numbers with gaps."""
    values = pl.Series("", column).cast(pl.Float64).fill_nan(None)
    return values.cast(pl.String).str.replace(r"\.0$", "")


def _flag(column: pa.ChunkedArray, element: Element) -> pl.Series | None:
    if element.type is not Type.FLAG:
        return None
    return pl.Series("", column).replace_strict(YES_OR_NO, return_dtype=pl.String)


def _day(column: pa.ChunkedArray, element: Element) -> pl.Series | None:
    form = _OF_DAY.get(element.type)
    return None if form is None else _written(pl.Series("", column.cast(pa.date32())), form)


def _moment(column: pa.ChunkedArray, element: Element) -> pl.Series | None:
    """A moment in UTC; for an element that is a day, only what is one."""
    if element.type not in _OF_DAY:
        return None
    zoned = column.cast(pa.timestamp("us"), safe=False)
    values = pl.Series("", zoned)
    if element.type is Type.MOMENT:
        return _written(values, _MOMENT)
    midnight = values.dt.date().cast(pl.Datetime("us")) == values
    days = _written(values, _OF_DAY[element.type])
    return days.zip_with(midnight.fill_null(True), _written(values, _MOMENT))


def _written(values: pl.Series, form: str) -> pl.Series:
    """Days or moments in a written form; such as no calendar has, as the number that the file holds."""
    known = pl.col("").is_between(*_DAYS)
    number = pl.col("").to_physical().cast(pl.String)
    written = pl.when(known).then(pl.col("")).dt.strftime(form)
    return values.to_frame("").select(pl.coalesce(written, number)).to_series()


def _nothing(column: pa.ChunkedArray, element: Element) -> pl.Series:
    return pl.Series("", [None], pl.String).new_from_index(0, len(column))


_BY_KIND: Mapping[Callable[[Any], bool], Convert] = {
    _is_text: _text,
    types.is_integer: _number,
    types.is_decimal: _number,
    types.is_floating: _fraction,
    types.is_boolean: _flag,
    types.is_date: _day,
    types.is_timestamp: _moment,
    types.is_null: _nothing,
}
