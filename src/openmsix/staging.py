"""Columns in and out of PostgreSQL: frames go into staging tables and answers come back as frames, by COPY both ways.

What is joined or may be there already goes into a temporary table first, which ends with the transaction, and INSERT ... SELECT
moves its rows. Rows that are new and belong together are copied straight into their table; its constraints hold for COPY as well.
This room knows the connection and nothing of what the columns mean.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from typing import Any, Literal

import polars as pl
from django.db import connection, transaction
from psycopg import Cursor, IsolationLevel, sql

ROWS_AT_ONCE = 10_000
Parameters = Mapping[str, Any] | Sequence[Any] | None
_MOMENT = "%Y-%m-%dT%H:%M:%S%.f%:z"


def stage(table: str, columns: Mapping[str, str], frame: pl.DataFrame, *, joined: bool = True) -> None:
    """Make a staging table and fill it.

    Args:
        table: its name; one that this transaction staged before is replaced.
        columns: name to PostgreSQL type. Those that the frame has not stay null.
        frame: its columns that are not named are left out.
        joined: whether statistics shall be gathered of it. Rows that are only moved on need none.
    """
    parts = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns.items()]
    _make(table, sql.SQL(", ").join(parts))
    _fill(table, frame.select(name for name in columns if name in frame.columns))
    if joined:
        # PostgreSQL plans badly for a temporary table of unknown size.
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def stage_like(table: str, model_table: str, frame: pl.DataFrame) -> None:
    """Make a staging table with the columns of a table of record, and fill those that the frame has.

    For rows that are moved on as they are: no statistics are gathered of them.
    """
    _make(table, sql.SQL("LIKE {}").format(sql.Identifier(model_table)))
    _fill(table, frame)


def add(model_table: str, frame: pl.DataFrame) -> int:
    """Add rows to a table of record, none of which may be there yet; how many they are. Columns that the frame has not stay null.

    Raises:
        IntegrityError: a constraint of the table does not allow one of them; none is added then.
    """
    if frame.height:
        _fill(model_table, frame)
    return frame.height


def _make(table: str, content: sql.Composable) -> None:
    name = sql.Identifier(table)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(name))
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(name, content))


def _fill(table: str, frame: pl.DataFrame) -> None:
    """Copy a frame into a table, column by column name."""
    coded = _coded(frame)
    columns = sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    copying = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(sql.Identifier(table), columns)
    # Django gives its own errors for what `execute` meets, but leaves those of COPY as they are.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(copying) as copy:
        pieces = _written(coded)
        for written in pieces if coded.height <= ROWS_AT_ONCE else _ahead(pieces):
            copy.write(written)


def _coded(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame as it travels: bytes as hexadecimal digits, and each of the days that many rows share written once."""
    days = (_day_by_day(frame[name]) for name, kind in frame.schema.items() if kind == pl.Date)
    return frame.with_columns(
        *(
            (pl.lit("\\x") + pl.col(name).bin.encode("hex")).alias(name)
            for name, kind in frame.schema.items()
            if kind == pl.Binary
        ),
        *days,
    )


def _day_by_day(column: pl.Series) -> pl.Series:
    first, last = column.min(), column.max()
    if not isinstance(first, date) or not isinstance(last, date) or (last - first).days >= column.len():
        return column
    days = pl.date_range(first, last, eager=True)
    return days.dt.to_string("iso").gather(column.to_physical() - days.to_physical()[0]).alias(column.name)


def _written(frame: pl.DataFrame) -> Iterator[bytes]:
    """The frame as CSV, some rows at a time."""
    # An empty text is written in quotes and so stays apart from null. Alone on its line, the text `\.` would end
    # the copy if it stood there bare.
    quotes: Literal["non_numeric", "necessary"] = "non_numeric" if frame.width == 1 else "necessary"
    for part in frame.iter_slices(ROWS_AT_ONCE):
        written = BytesIO()
        part.write_csv(written, include_header=False, quote_style=quotes, datetime_format=_MOMENT)
        yield written.getvalue()


def _ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, each made while the database takes the one before."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(next, pieces, None)
        while (piece := coming.result()) is not None:
            coming = thread.submit(next, pieces, None)
            yield piece


@contextmanager
def one_view() -> Iterator[None]:
    """Within the block all that is read is of one moment, whatever others commit meanwhile. Within a transaction that has begun already it changes nothing."""
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()
    own = connection.connection
    before, own.isolation_level = own.isolation_level, IsolationLevel.REPEATABLE_READ
    try:
        with transaction.atomic():
            yield
    finally:
        if not own.closed:
            own.isolation_level = before


def run(statement: str, parameters: Parameters = None) -> int:
    """Run one statement; the number of rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def refresh_statistics(written: Mapping[str, int]) -> None:
    """Let the planner know what tables of record hold now, if they grew by more than a quarter.

    To be called where many rows were written that the same stage or the next one reads: PostgreSQL's own ANALYZE comes minutes
    later, and until then it takes a table that has just got its first rows for empty and joins row by row.

    `written`: how many rows each table got.
    """
    rows("SELECT refresh_statistics(%s)", [json.dumps(dict(written))])


def rows(query: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
    """The rows of a query, or those that a statement gives back, where they are few."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def read(
    query: str, schema: Mapping[str, "pl.DataType | type[pl.DataType]"], parameters: Parameters = None
) -> pl.DataFrame:
    """The rows of a query as a frame, however many they are.

    `schema`: one of text, integer, float, date or boolean for each column, in the query's order.
    """
    received = BytesIO()
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", parameters) as copy,
    ):
        for part in copy:
            received.write(part)
    if not received.tell():
        return pl.DataFrame(schema=dict(schema))
    received.seek(0)
    # PostgreSQL writes t and f where polars reads true and false.
    as_text = {name: pl.String if kind == pl.Boolean else kind for name, kind in schema.items()}
    frame = pl.read_csv(received, has_header=False, schema=as_text)
    return frame.with_columns(pl.col(name) == "t" for name, kind in schema.items() if kind == pl.Boolean)


def read_few(
    query: str, schema: Mapping[str, "pl.DataType | type[pl.DataType]"], parameters: Parameters = None
) -> pl.DataFrame:
    """As `read`, where the rows are few and somebody waits for them: without a COPY and its parsing."""
    return pl.DataFrame(rows(query, parameters), schema=dict(schema), orient="row")


def array(numbers: Iterable[int | None]) -> str:
    """An array of numbers as PostgreSQL reads it, for `read_planned`: as text, for the type of a list would depend on its numbers, and with it the plan."""
    return f"{{{','.join('NULL' if number is None else str(number) for number in numbers)}}}"


def read_planned(
    query: str, schema: Mapping[str, "pl.DataType | type[pl.DataType]"], parameters: Parameters = None
) -> pl.DataFrame:
    """As `read_few`, of a query that takes longer to plan than to run: each connection plans it once and keeps the plan.

    `parameters`: bound by the server, so the query says their types where they do not follow.
    """
    connection.ensure_connection()
    # Django's own cursors write parameters into the text of a query, and no plan of such a text is of use again.
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(query, parameters, prepare=True)
        found = cursor.fetchall()
    # transposed first: Polars takes columns far faster than rows
    columns = zip(*found, strict=True) if found else ((),) * len(schema)
    return pl.DataFrame(
        [pl.Series(name, each, dtype=schema[name]) for name, each in zip(schema, columns, strict=True)]
    )
