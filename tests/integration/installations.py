"""A second installation beside that of the tests: a database of its own in the same server, and a folder of its own for kept files."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from psycopg import sql

from openmsix.config import database, grants
from tests import parts


def here(patch: pytest.MonkeyPatch) -> None:
    """Let commands that ask for the owner find the database of the tests."""
    meant = replace(database.owner(), name=connections["owner"].settings_dict["NAME"])
    patch.setattr(database, "owner", lambda: meant)


@contextmanager
def elsewhere(patch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
    """An empty database and an empty folder for kept files while the block runs; the database is dropped afterwards."""
    before = database.owner()
    main = tuple(connections["default"].settings_dict[each] for each in ("USER", "PASSWORD"))
    owner = replace(before, name=f"test_elsewhere_{secrets.token_hex(4)}")
    with grants.connect(before) as connection:
        connection.execute(
            sql.SQL("create database {} template template0 encoding 'utf8'").format(
                sql.Identifier(owner.name)
            )
        )
    try:
        with patch.context() as meanwhile, parts.kept_in(folder):
            meanwhile.setattr(database, "owner", lambda: owner)
            role = database.application(owner)
            _connect_to(owner.name, role.user, role.password)
            yield
    finally:
        _connect_to(before.name, *main)
        with grants.connect(before) as connection:
            _drop(connection, owner.name)
            connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(f"{owner.name}_app")))


def _drop(connection: psycopg.Connection, name: str) -> None:
    """Drop a database with the sessions in it. A vacuum worker, which its owner may not end, is waited out."""
    for attempt in range(10):
        try:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            if attempt == 9:
                raise
            time.sleep(1)
        else:
            return


def _connect_to(name: str, user: str, password: str) -> None:
    """Both connections, the application's as this role."""
    for alias in ("owner", "default"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        settings.DATABASES[alias]["NAME"] = name
    connections["default"].settings_dict.update(USER=user, PASSWORD=password)
