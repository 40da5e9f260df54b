"""Deciding who is who beside a second session: no MSIX ID is minted twice, and nobody decides at the same time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from openmsix import locks
from openmsix.identity import actions, minting


@contextmanager
def another_connection() -> Iterator[Any]:
    """A second session of the application role beside the test's own."""
    given = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password")
    with psycopg.connect(**{name: given[name] for name in names if name in given}, autocommit=True) as other:
        yield other.cursor()


def test_an_id_taken_by_another_transaction_is_drawn_again(
    monkeypatch: pytest.MonkeyPatch, committed_db: None
) -> None:
    draws = iter([["100000000001", "100000000002"], ["100000000003"]])
    monkeypatch.setattr(minting, "random_ids", lambda count: next(draws)[:count])
    minted: list[str] = []
    with another_connection() as other:
        other.execute("BEGIN")
        other.execute(
            "INSERT INTO identity_msixid (msix_id, minted_at, origin) VALUES ('100000000001', now(), 'minted')"
        )

        def mint() -> None:
            with transaction.atomic():
                minted.extend(minting.mint(2))
            connection.close()

        waiting = threading.Thread(target=mint)
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()  # it waits for the other transaction's ID rather than mint it twice
        other.execute("COMMIT")
        waiting.join(20)
    assert minted == ["100000000002", "100000000003"]


def test_only_one_transaction_decides_who_is_who(committed_db: None) -> None:
    with transaction.atomic():
        actions.take_turn()
        with another_connection() as other:
            other.execute("SELECT pg_try_advisory_xact_lock(%s)", [locks.WHO_IS_WHO.number])
            assert other.fetchone() == (False,)
