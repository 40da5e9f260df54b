"""Frames into the database: COPY into a temporary table that ends with the transaction."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.db import connection
from psycopg import sql

ROWS_AT_ONCE = 50_000


def stage(table: str, columns: Mapping[str, str], frame: pl.DataFrame) -> None:
    """Make a temporary table with these columns (name to PostgreSQL type) and fill it from the frame's."""
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


def rows(statement: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """The rows a statement gives back."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def run(statement: str, parameters: Mapping[str, Any] | None = None) -> int:
    """How many rows a statement wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)
