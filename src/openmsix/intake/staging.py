"""Frames into the database: COPY into a temporary table, then one statement that uses it."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.db import connection
from psycopg import sql

ROWS_AT_ONCE = 50_000


def speak_for(state_code: str) -> None:
    """Name the State whose rows this transaction is about, for the rules that stand in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('openmsix.state', %s, true)", [state_code])


def stage(table: str, columns: Mapping[str, str], frame: pl.DataFrame) -> None:
    """Make a temporary table with these columns (name -> PostgreSQL type) and fill it; it ends with the transaction."""
    name = sql.Identifier(table)
    parts = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in columns.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(name))
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(name, parts))
        with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(name)) as copy:
            for piece in frame.select(*columns).iter_slices(ROWS_AT_ONCE):
                copy.write(piece.write_csv(include_header=False))
        cursor.execute(sql.SQL("ANALYZE {}").format(name))


def run(statement: str, parameters: Mapping[str, Any]) -> int:
    """Run one statement; how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def read(query: str, schema: pl.Schema, parameters: Mapping[str, Any]) -> pl.DataFrame:
    """The rows of a query as a frame with these columns."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")
