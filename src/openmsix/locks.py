"""Every lock by which one piece of work waits for another, in the order in which they are taken. Nobody waits for one while holding a later one, so nobody waits in a circle.

| | lock | of | held | by |
|---|---|---|---|---|
| 1 | `SUBMISSION` | a submission | by the connection | whoever has it at hand; tried, never waited for |
| 2 | `LARGE_LINKING` | the nation | by the connection | whoever links a large submission |
| 3 | `ARRIVAL_OF_STATE` | a State | to the end of the transaction | whoever receives a file of it |
| 4 | `RECORDS_OF_STATE` | a State | to the end of the transaction | whoever writes its records |
| | rows of submissions, the lower number first; then the State's row of `JournalHead` | | | |
| 5 | `WHO_IS_WHO` | the nation | to the end of the transaction | whoever decides who is who |
| | the nation's row of `JournalHead` | | | |
| 6 | `REWRITING` | the kept files | by the connection, or to the end of the transaction | whoever rewrites kept files: what one read, no other may replace before it is written |
| 7 | `DERIVING` | the nation | to the end of the transaction | whoever derives what is shown |
| 8 | `SEALING` | the audit | to the end of the transaction | whoever seals; holds no other |

Whoever brings the database up to date (`ops.setup`) holds a lock of another connection, and waits for none of these. A change of a table waits for whoever uses it and may
be the one whom PostgreSQL breaks off when two wait for each other; so may the other, and either is tried again.

The numbers are part of how old and new processes stand beside each other during a change of versions: they never change.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from openmsix import staging


@dataclass(frozen=True)
class Lock:
    """A lock. `is_keyed`: there is one for each submission or State."""

    name: str
    number: int
    is_keyed: bool = False


SUBMISSION = Lock("submission", 0x1A7F, is_keyed=True)
LARGE_LINKING = Lock("large linking", 0x1DE7718)
ARRIVAL_OF_STATE = Lock("arrival of a State's file", 0x1A7E, is_keyed=True)
RECORDS_OF_STATE = Lock("records of a State", 0x5EC02D, is_keyed=True)
WHO_IS_WHO = Lock("who is who", 0x1DE7717)
REWRITING = Lock("rewriting of kept files", 0x1A80)
DERIVING = Lock("deriving", 0x64657276)
SEALING = Lock("sealing", 7_302_019)
ORDER = (
    SUBMISSION,
    LARGE_LINKING,
    ARRIVAL_OF_STATE,
    RECORDS_OF_STATE,
    WHO_IS_WHO,
    REWRITING,
    DERIVING,
    SEALING,
)

checking = False
"""Whether each taking is held against the order; tests of work at once let it be."""


class OutOfOrder(AssertionError):
    """A lock is taken while a later one is held."""


def of_state(code: str) -> int:
    """The key of a State's locks."""
    return int.from_bytes(code.encode())


def take(lock: Lock, key: int | None = None) -> None:
    """Wait for a lock, and hold it to the end of the transaction."""
    _ask("pg_advisory_xact_lock", lock, key)


@contextmanager
def holding(lock: Lock, key: int | None = None) -> Iterator[None]:
    """Wait for a lock and hold it while the block runs. It ends with the connection, so that a crash leaves nothing behind."""
    _ask("pg_advisory_lock", lock, key)
    try:
        yield
    finally:
        let_go(lock, key)


def try_to_take(lock: Lock, key: int | None = None) -> bool:
    """Take a lock until it is let go, unless somebody holds it; whether it was taken."""
    return _ask("pg_try_advisory_lock", lock, key) == [(True,)]


def try_to_take_until_commit(lock: Lock, key: int | None = None) -> bool:
    """Take a lock to the end of the transaction, unless somebody holds it; whether it was taken. Who never waits may ask in any order."""
    return _ask("pg_try_advisory_xact_lock", lock, key, checked=False) == [(True,)]


def let_go(lock: Lock, key: int | None = None) -> None:
    """Let go what the connection holds; one that broke holds nothing."""
    if connection.connection is not None and connection.is_usable():
        _ask("pg_advisory_unlock", lock, key, checked=False)


def _ask(function: str, lock: Lock, key: int | None, *, checked: bool = True) -> list[tuple[object, ...]]:
    assert lock.is_keyed == (key is not None)
    if checking and checked:
        _check_order(lock)
    numbers = [lock.number] if key is None else [lock.number, key]
    return staging.rows(f"SELECT {function}({', '.join(['%s'] * len(numbers))})", numbers)


_HELD = """
    SELECT DISTINCT CASE objsubid WHEN 1 THEN objid ELSE classid END::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()
"""


def _check_order(lock: Lock) -> None:
    numbers = {number for (number,) in staging.rows(_HELD)}
    later = [held.name for held in ORDER[ORDER.index(lock) + 1 :] if held.number in numbers]
    if later:
        raise OutOfOrder(f"{lock.name} is taken while {', '.join(later)} is held; see openmsix.locks.")
