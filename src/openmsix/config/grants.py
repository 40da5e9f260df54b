"""What the application role may do: read and write all rows, change no table, and only add to the audit.

The owner runs `prepare` before the migrations and `grant` after them; both may be repeated. Which tables are
only added to is said by their models (`append_only`). Tables that come later get the ordinary rights by
default and the exact ones at the next `grant`.
"""

import psycopg
from psycopg import sql

from .database import Address

MIGRATIONS = "django_migrations"


def prepare(owner: Address, application: Address) -> None:
    """Make the application role, or bring its password up to date, and let it into the database.

    Raises:
        SystemExit: the role is missing and the owner may not make roles; the message says what to do.
    """
    role = sql.Identifier(application.user)
    with connect(owner) as connection:
        _make_role(connection, owner, application)
        for right in (
            sql.SQL("grant connect, temporary on database {} to {}").format(sql.Identifier(owner.name), role),
            sql.SQL("revoke create on schema public from public"),
            sql.SQL("grant usage on schema public to {}").format(role),
        ):
            connection.execute(right)


def grant(owner: Address, application: Address) -> None:
    """Give the application role its rights on all tables and sequences, also on those that come later."""
    role = sql.Identifier(application.user)
    rights = [
        "grant select, insert, update, delete on all tables in schema public to {}",
        "grant usage, select, update on all sequences in schema public to {}",
        "grant execute on all functions in schema public to {}",
        "alter default privileges in schema public grant select, insert, update, delete on tables to {}",
        "alter default privileges in schema public grant usage, select, update on sequences to {}",
    ]
    with connect(owner) as connection, connection.transaction():
        for right in rights:
            connection.execute(sql.SQL(right).format(role))
        for table in (*append_only_tables(), MIGRATIONS):
            _take_back(connection, sql.Identifier(table), role, keep_insert=table != MIGRATIONS)


def append_only_tables() -> list[str]:
    """The tables whose rows are never changed or removed, as their models say."""
    from django.apps import apps

    return sorted(model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False))


def _take_back(
    connection: psycopg.Connection, table: sql.Identifier, role: sql.Identifier, *, keep_insert: bool
) -> None:
    """Leave only reading and, if wanted, adding."""
    connection.execute(sql.SQL("revoke all on {} from {}").format(table, role))
    connection.execute(
        sql.SQL("grant {} on {} to {}").format(
            sql.SQL("select, insert" if keep_insert else "select"), table, role
        )
    )


def _make_role(connection: psycopg.Connection, owner: Address, application: Address) -> None:
    if application.user == owner.user:
        raise SystemExit(
            f"The application must not sign in to the database as the owner of its tables ({owner.user}). "
            "Name another role in OPENMSIX_APP_DATABASE_URL, or leave it out: openmsix then makes one."
        )
    role, password = sql.Identifier(application.user), sql.Literal(application.password)
    found = connection.execute(
        "select rolsuper or rolcreatedb or rolcreaterole or rolbypassrls from pg_roles where rolname = %s",
        [application.user],
    ).fetchone()
    if found and found[0]:
        raise SystemExit(
            f"The database role {application.user} has rights that the application must not have. "
            "Take them away: "
            f'alter role "{application.user}" nosuperuser nocreatedb nocreaterole nobypassrls;'
        )
    if found and _signs_in(application):
        return
    word = "alter" if found else "create"
    try:
        connection.execute(sql.SQL(word + " role {} login password {}").format(role, password))
    except psycopg.errors.InsufficientPrivilege as fault:
        raise SystemExit(
            f"The database owner {owner.user} may not make or change the role {application.user}. Either "
            f'allow it (as superuser: alter role "{owner.user}" createrole;), or make the role yourself '
            f"(create role \"{application.user}\" login password '...';) "
            "and name it in OPENMSIX_APP_DATABASE_URL."
        ) from fault


def _signs_in(application: Address) -> bool:
    """Whether the role can already be used as it is:

    then nothing about it needs the right to change roles.
    """
    try:
        connect(application).close()
    except psycopg.OperationalError:
        return False
    return True


def connect(address: Address) -> psycopg.Connection:
    """A connection at an address, each statement committed by itself."""
    return psycopg.connect(
        host=address.host,
        port=address.port or None,
        dbname=address.name,
        user=address.user,
        password=address.password,
        autocommit=True,
        **dict(address.options),  # type: ignore[arg-type]
    )
