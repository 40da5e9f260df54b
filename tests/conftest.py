"""What every test may use: a database migrated by its owner and used by the application role, as in an installation."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import django
import pytest
from hypothesis import settings as hypothesis_settings

# How long an example takes says nothing about the code: machines are slow at times. The same code meets the same examples, so that a change is
# judged by what it changes; who searches for new ones asks with OPENMSIX_SEARCH=1.
hypothesis_settings.register_profile("house", deadline=None, derandomize="OPENMSIX_SEARCH" not in os.environ)
hypothesis_settings.load_profile("house")

# The embedded server of the tests lives outside the checkout's own `var`, so that a running demo is never touched.
if "OPENMSIX_HOME" not in os.environ:
    os.environ["OPENMSIX_HOME"] = str(Path(tempfile.gettempdir()) / f"openmsix-tests-{os.getuid()}")
Path(os.environ["OPENMSIX_HOME"]).mkdir(parents=True, exist_ok=True)
os.environ.setdefault("OPENMSIX_TODAY", "2026-11-23")
# Set up here and not by pyproject.toml: there the settings would be read before the lines above.
os.environ["DJANGO_SETTINGS_MODULE"] = "openmsix.config.settings"
django.setup()


def _test_name(main: str) -> str:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    return "_".join(part for part in (os.environ.get("OPENMSIX_TEST_DB") or f"test_{main}", worker) if part)


def _drop(name: str) -> None:
    """Drop a database. A vacuum worker is waited out; sessions that a killed process left behind are ended, by each role its own."""
    from django.db import OperationalError, connections
    from psycopg import sql

    leave = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and usename = current_user and pid <> pg_backend_pid()"
    for attempt in range(10):
        try:
            with connections["owner"].cursor() as cursor:
                cursor.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
        except OperationalError:
            if attempt == 9:
                raise
            time.sleep(1)
            for alias in ("owner", "default"):
                with connections[alias].cursor() as cursor:
                    cursor.execute(leave, [name])
        else:
            return


@pytest.fixture(autouse=True)
def _language_of_its_own() -> Iterator[None]:
    """A page asked for in Spanish leaves its language behind in this thread; no other test shall meet it."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """One fresh database a run: made and migrated by the owner, then used as the application role."""
    from django.conf import settings
    from django.db import connections
    from psycopg import sql

    from openmsix.config import database
    from openmsix.ops.setup import prepare_database

    name = _test_name(settings.DATABASES["owner"]["NAME"])
    with django_db_blocker.unblock():
        main = connections["owner"].settings_dict["NAME"]
        _drop(name)
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                sql.SQL("create database {} template template0 encoding 'utf8'").format(sql.Identifier(name))
            )
        for alias in ("owner", "default"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
            settings.DATABASES[alias]["NAME"] = name
        main_owner = database.owner()
        prepare_database(replace(main_owner, name=name), replace(database.application(main_owner), name=name))
    yield
    with django_db_blocker.unblock():
        for alias in ("owner", "default"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = main
        _drop(name)
        connections.close_all()


@contextmanager
def _really_committing(django_db_blocker: Any) -> Iterator[None]:
    """Let commits be real; afterwards the owner empties the database (the application role may not empty the audit)."""
    from django.db import connections

    from openmsix import locks
    from openmsix.ops.setup import OPERATOR
    from openmsix.places import actions as places

    with django_db_blocker.unblock():
        # Transactions end here as they do in an exchange, so that the order of locks can be seen.
        locks.checking = True
        yield
        locks.checking = False
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "select string_agg(format('%I', tablename), ', ') from pg_tables where schemaname = 'public' and tablename <> 'django_migrations'"
            )
            cursor.execute(f"truncate {cursor.fetchone()[0]} restart identity cascade")
        connections["owner"].close()
        places.ensure_states(by=OPERATOR)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database in which commits are real; emptied after the test."""
    with _really_committing(django_db_blocker):
        yield


@pytest.fixture(scope="module")
def committed_db_of_module(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The same for tests that share what one of their fixtures committed; emptied after the last test of the module."""
    with _really_committing(django_db_blocker):
        yield
