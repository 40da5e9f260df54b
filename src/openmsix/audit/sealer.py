"""Chains committed rows into seals.

A row is sealed after its transaction committed, so that no act waits for another's audit. Rows do not commit
in the order of their numbers: what a seal covers is therefore said by two database snapshots
(`chain.rows_between`), which skip no transaction that ends late and wait for none that runs long.
"""

from django.db import connection, transaction

from openmsix import locks
from openmsix.deadlines import clock

from .chain import BEFORE_ALL, NO_DIGEST, Snapshot, digest
from .models import Seal


def seal_once() -> int:
    """Seal every committed row that no seal covers yet; how many there were.

    Must not be called within a transaction.
    """
    with transaction.atomic(durable=True):
        locks.take(locks.SEALING)
        with connection.cursor() as cursor:
            cursor.execute("select pg_current_snapshot()::text")
            now = Snapshot(cursor.fetchone()[0])
        last = Seal.objects.order_by("number").last()
        number = last.number + 1 if last else 1
        previous = last.digest if last else NO_DIGEST
        earlier = Snapshot(last.snapshot if last else BEFORE_ALL)
        made, rows = digest(number=number, previous=previous, earlier=earlier, later=now)
        if rows:
            Seal.objects.create(
                number=number,
                sealed_at=clock.now(),
                snapshot=now.text,
                rows=rows,
                previous=previous,
                digest=made,
            )
        return rows
