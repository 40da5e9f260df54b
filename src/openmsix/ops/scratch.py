"""A second database beside the live one, made by the owner for a block of code and dropped after it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
from django.db import connections
from psycopg import sql

from openmsix.config import database, grants
from openmsix.ops.setup import prepare_database

ONE_AT_A_TIME = (
    0x6F6D7373  # the advisory lock of whoever has the scratch database; released with its connection
)
ALIASES = ("owner", "default")
TRIES = 20


class NoScratch(Exception):
    """A scratch database cannot be made. The text says why and what to do, in plain words."""


@contextmanager
def scratch_database(say: Callable[[str], None]) -> Iterator[None]:
    """Within the block all work is done in a database of its own, empty and brought up to date; it is dropped afterwards, and the live one is never written to.

    One that a broken-off run left behind is dropped first.

    Raises:
        NoScratch: the owner may not make databases, or another run has the scratch database.
    """
    live = str(connections["default"].settings_dict["NAME"])
    owner = replace(database.owner(), name=live)
    scratch = replace(owner, name=f"{live}_rebuild")
    with grants.connect(owner) as beside:
        _alone(beside, scratch.name)
        _make(beside, owner, scratch.name)
        try:
            with _working_in(scratch.name):
                prepare_database(
                    scratch, replace(database.application(database.owner()), name=scratch.name), say=say
                )
                yield
        finally:
            _drop(beside, scratch.name)


def _alone(connection: psycopg.Connection, name: str) -> None:
    if connection.execute("select pg_try_advisory_lock(%s)", [ONE_AT_A_TIME]).fetchone() != (True,):
        raise NoScratch(f"Another run has the database {name} just now. Wait until it is done.")


def _make(connection: psycopg.Connection, owner: database.Address, name: str) -> None:
    _drop(connection, name)
    try:
        connection.execute(
            sql.SQL("create database {} template template0 encoding 'utf8'").format(sql.Identifier(name))
        )
    except psycopg.errors.InsufficientPrivilege as fault:
        raise NoScratch(
            f"The database owner {owner.user} may not make the database {name} beside the live one. Allow it for the while "
            f'(as superuser: alter role "{owner.user}" createdb;), or rebuild on another server from a copy of the kept files.'
        ) from fault


def _drop(connection: psycopg.Connection, name: str) -> None:
    """Drop the scratch database. A vacuum worker in it, and what a run that was killed left behind, ends by itself within seconds."""
    for attempt in range(TRIES):
        try:
            connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
        except psycopg.errors.ObjectInUse as fault:
            if attempt == TRIES - 1:
                raise NoScratch(
                    f"Somebody works in the database {name}. Leave it, or drop it, then try again."
                ) from fault
            time.sleep(1)
        else:
            return


@contextmanager
def _working_in(name: str) -> Iterator[None]:
    """Both roles' connections lead to this database while the block runs."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    try:
        _lead_to(dict.fromkeys(ALIASES, name))
        yield
    finally:
        _lead_to(before)


def _lead_to(names: dict[str, str]) -> None:
    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
