"""The exchange as it runs for journeys: granian serves the pages, a worker takes in submissions."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.db import connections

from openmsix.accounts.models import User
from openmsix.config import database
from openmsix.ops.household import Household
from openmsix.ops.setup import OPERATOR
from openmsix.places import actions as places
from tests.people import person

PAGES = (
    *("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--workers", "1"),
    *("--blocking-threads", "4", "--no-access-log", "--log-level", "warning"),
)


@dataclass
class Site:
    """The running exchange and the people of its tests."""

    address: str
    _people: dict[tuple[str, str], User] = field(default_factory=dict)

    def person(self, role: str, state_code: str = "TX") -> User:
        """Somebody with this role in this State, made when first asked for."""
        if (role, state_code) not in self._people:
            self._people[role, state_code] = person(role, state_code)
        return self._people[role, state_code]


@contextmanager
def at_work(port: int) -> Iterator[Site]:
    """Serve the pages and run the worker on the test database while the block runs."""
    household = Household("127.0.0.1", port)
    name = settings.DATABASES["default"]["NAME"]
    owner = database.owner()
    addresses = {
        "DATABASE_URL": replace(owner, name=name).url(),
        "OPENMSIX_APP_DATABASE_URL": replace(database.application(owner), name=name).url(),
    }
    try:
        with _environment(addresses):
            household.start("pages", *PAGES, "--port", str(port), "openmsix.config.wsgi:application")
            household.start("worker", "-m", "openmsix.ops.cli", "worker")
        household.wait_until_ready()
        yield Site(household.address)
    finally:
        household.stop()
        _empty()


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """The processes that are started within the block see these values."""
    before = {name: os.environ.get(name) for name in values}
    os.environ |= values
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _empty() -> None:
    """Leave the database as it was found: the application role may not empty the audit, so its owner does."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select string_agg(format('%I', tablename), ', ') from pg_tables "
            "where schemaname = 'public' and tablename <> 'django_migrations'"
        )
        cursor.execute(f"truncate {cursor.fetchone()[0]} restart identity cascade")
    places.ensure_states(by=OPERATOR)
    connections.close_all()
