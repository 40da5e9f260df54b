"""What a backup notes of a database, and what is compared when it is back."""

from collections.abc import Callable
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from openmsix.ops.backup.postgres import LEFT_OUT

Report = Callable[[str, int, int], None]
Connection = psycopg.Connection[Any]


def number(connection: Connection, query: LiteralString) -> int:
    """The one number that a query gives."""
    (found,) = connection.execute(query).fetchone()  # type: ignore[misc]
    return int(found)


def version(connection: Connection) -> int:
    """The server's major version."""
    return number(connection, "select current_setting('server_version_num')::int / 10000")


def tables(connection: Connection) -> list[str]:
    """The names of all tables."""
    found = connection.execute("select tablename::text from pg_tables where schemaname = 'public' order by 1")
    return [name for (name,) in found]


def rows(connection: Connection, report: Report) -> dict[str, int]:
    """How many rows each table has that backups hold."""
    names = [name for name in tables(connection) if name not in LEFT_OUT]
    counted = {}
    for done, name in enumerate(names):
        report("Counting rows", done, len(names))
        query = sql.SQL("select count(*) from {}").format(sql.Identifier("public", name))
        (counted[name],) = connection.execute(query).fetchone()  # type: ignore[misc]
    report("Counting rows", len(names), len(names))
    return counted


def audit_head(connection: Connection) -> str:
    """The last seal of the audit, as `audit.verify.Report.head` names it."""
    found = connection.execute("select number || ':' || digest from audit_seal order by number desc limit 1")
    return next((str(head) for (head,) in found), "")
