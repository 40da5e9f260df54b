"""The directories of places as they stand, carried into another database."""

from django.db import connection, transaction
from psycopg import sql

from .models import Place


def _columns() -> sql.Composed:
    return sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in Place._meta.concrete_fields])


def _table() -> sql.Identifier:
    return sql.Identifier(Place._meta.db_table)


def directories() -> bytes:
    """All places but those that only a submission has named, for `put`."""
    asked = sql.SQL("COPY (SELECT {} FROM {} WHERE NOT provisional) TO STDOUT (FORMAT binary)")
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(asked.format(_columns(), _table())) as copy,
    ):
        return b"".join(bytes(piece) for piece in copy)


@transaction.atomic
def put(taken: bytes) -> None:
    """Put what `directories` gave in the place of all places. Only for a database in which nothing refers to a place."""
    given = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(_table(), _columns())
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DELETE FROM {}").format(_table()))
        with connection.wrap_database_errors, cursor.copy(given) as copy:
            copy.write(taken)
        cursor.execute(
            sql.SQL("SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM {}))").format(
                _table()
            ),
            [Place._meta.db_table],
        )
