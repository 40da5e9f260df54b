"""Whether the exchange can do its work just now: the database, its tables, the kept files, the keys. Each fault is one plain name, without details."""

import io
import secrets
import threading
import time
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from openmsix.intake import kept
from openmsix.intake.sealed import seal, unseal

from .facts import DATABASE, KEPT, KEYS, TABLES

KEPT_SECONDS = 1.0


def _check_database() -> None:
    # A fault within a transaction that is open already shall not spoil it.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")


_known: frozenset[tuple[str, str]] = frozenset()


def _check_tables() -> None:
    """Every migration of this version was run."""
    global _known
    _known = _known or frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        missing = _known - set(cursor.fetchall())
    if missing:
        raise LookupError


def _check_kept() -> None:
    storage = storages["kept"]
    name = storage.save(f"probes/{secrets.token_hex(8)}", ContentFile(b""))
    storage.delete(name)


def _check_keys() -> None:
    with seal(io.BytesIO(b"a probe"), kept.keys()) as sealed, unseal(sealed, kept.keys()) as opened:
        if opened.read() != b"a probe":
            raise ValueError


_CHECKS: tuple[tuple[str, Callable[[], None]], ...] = (
    (DATABASE, _check_database),
    (TABLES, _check_tables),
    (KEPT, _check_kept),
    (KEYS, _check_keys),
)


def faults() -> tuple[str, ...]:
    """The names of what fails now; empty if all is ready."""
    found: list[str] = []
    for name, check in _CHECKS:
        if name == TABLES and DATABASE in found:
            continue
        try:
            check()
        except Exception:  # whatever it is: the name is told, and nothing that would help an attacker
            found.append(name)
    return tuple(found)


class Kept:
    """The last answer, for a second: however often it is asked, little is done."""

    def __init__(self, ask: Callable[[], tuple[str, ...]] = faults) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._until = 0.0
        self._answer: tuple[str, ...] = ()

    def faults(self) -> tuple[str, ...]:
        """The names of what fails, as of the last second."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._answer = self._ask()
                self._until = time.monotonic() + KEPT_SECONDS
            return self._answer
