"""Moving kept files from older keys to the newest one. Each file is replaced whole, so that breaking off leaves every file readable."""

import base64
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from openmsix import locks

from . import kept
from .kept import MARKS
from .sealed import KEY, CannotOpen

Report = Callable[[str, int, int], None]


@contextmanager
def rewriting() -> Iterator[None]:
    """Rewrite kept files alone while the block runs; waits for others."""
    with locks.holding(locks.REWRITING):
        yield


def take_turn() -> None:
    """The same to the end of the present transaction."""
    locks.take(locks.REWRITING)


def with_new_key() -> tuple[str, str]:
    """The id of a new key, and the list of keys with it as the newest."""
    known = kept.keys()
    taken = {*known.by_id, *(kept.key_id(name) for name in kept.names(MARKS))}
    name = next(name for number in range(1, len(taken) + 2) if (name := f"k{number}") not in taken)
    keys = {name: secrets.token_bytes(KEY), **known.by_id}
    return name, " ".join(f"{each}:{base64.urlsafe_b64encode(key).decode()}" for each, key in keys.items())


def left() -> list[str]:
    """The kept files that are not under the newest key."""
    newest = kept.keys().newest
    return [name for name in _files() if kept.key_id(name) != newest]


def _files() -> list[str]:
    return [name for name in kept.names() if not name.startswith(f"{MARKS}/")]


def reseal(names: list[str], *, report: Report) -> None:
    """Encrypt kept files anew with the newest key; the older keys' marks go where no file needs them.

    Raises:
        CannotOpen: a file cannot be opened; those before it are done, and all stay readable.
    """
    for number, name in enumerate(names):
        report("Encrypting kept files anew", number, len(names))
        with rewriting():
            _reseal(name)
    report("Encrypting kept files anew", len(names), len(names))
    kept.leave_mark(kept.keys().newest)
    needed = set(in_use()[0])
    for mark in kept.names(MARKS):
        if kept.key_id(mark) not in needed:
            kept.remove(mark)


def _reseal(name: str) -> None:
    if not kept.is_there(name):
        return  # It was expunged meanwhile.
    try:
        kept.replace(name, lambda: kept.open(name))
    except CannotOpen as fault:
        raise CannotOpen(f"{name}: {fault}") from fault


def in_use() -> tuple[list[str], list[str]]:
    """The ids of the keys that kept files need, and of those in the list that none needs; the newest is always needed."""
    known = kept.keys()
    needed = {known.newest, *(kept.key_id(name) for name in _files())}
    return sorted(needed), [each for each in known.by_id if each not in needed]
