"""Frames into staging tables and answers back out of the database, as columns (COPY both ways).

Loads never go straight into a table of record: COPY fills a temporary table, INSERT ... SELECT moves its
rows, so that every constraint and rule of the table is met. Staging tables end with the transaction.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import polars as pl
from django.db import connection
from psycopg import sql

ROWS_AT_ONCE = 50_000
_MOMENT = "%Y-%m-%dT%H:%M:%S%.f%:z"


def make(table: str, columns: Mapping[str, str]) -> None:
    """Make an empty staging table. `columns`: name to PostgreSQL type."""
    parts = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns.items()]
    _make(table, sql.SQL(", ").join(parts))


def make_like(table: str, model_table: str) -> None:
    """Make an empty staging table with the columns of a table of record."""
    _make(table, sql.SQL("LIKE {}").format(sql.Identifier(model_table)))


def _make(table: str, content: sql.Composable) -> None:
    with connection.cursor() as cursor:
        # The same transaction may stage twice.
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(sql.Identifier(table)))
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(sql.Identifier(table), content)
        )


def fill(table: str, frame: pl.DataFrame) -> None:
    """Append a frame to a staging table, column by column name; bytes travel as hexadecimal digits.

    Statistics are gathered afterwards: PostgreSQL plans badly for a temporary table of unknown size.
    """
    bytes_columns = [name for name, kind in frame.schema.items() if kind == pl.Binary]
    coded = frame.with_columns(
        (pl.lit("\\x") + pl.col(name).bin.encode("hex")).alias(name) for name in bytes_columns
    )
    names = sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    name = sql.Identifier(table)
    with connection.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(name, names)) as copy:
            for part in coded.iter_slices(ROWS_AT_ONCE):
                copy.write(part.write_csv(include_header=False, datetime_format=_MOMENT))
        cursor.execute(sql.SQL("ANALYZE {}").format(name))


def run(statement: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> int:
    """Run one statement; the number of rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def read(
    query: str,
    schema: Mapping[str, "pl.DataType | type[pl.DataType]"],
    parameters: Mapping[str, Any] | None = None,
) -> pl.DataFrame:
    """The rows of a query as a frame.

    `schema`: one of text, integer, float, date or boolean for each column, in the query's order.
    """
    received = BytesIO()
    with (
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
