"""The journal: an append-only list of what the received files cannot tell (what arrived and was stored when, links, decisions), kept beside them.

Together with the received files it brings everything back; see docs/adr/0014-replay.md. Each call of `append` tells one act in one encrypted piece
(`intake.pieces`), on disk before it returns; nothing is ever written over.

Call it last within the transaction of the act. What the journal then holds of an act that was rolled back does no harm, and an act that it did not hold would be
lost. Acts are told apart from those that were rolled back by their order: each names the one before it that the database held
(`JournalHead`). Acts of a State form one line, and those about the nation (who is who) another, since they take turns anyway.
"""

import io
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import polars as pl

from openmsix import staging
from openmsix.deadlines import clock

from . import kept, pieces
from .models import JournalHead
from .pieces import Heading
from .rebuilding import BeingRebuilt

T = TypeVar("T")

FOLDER = "journal"
NATION = "US"
PIECES_IN_FOLDER = 1_000
_replaying: ContextVar[bool] = ContextVar("replaying", default=False)


def append(
    entries: Iterable[Mapping[str, Any]],
    frames: Mapping[str, pl.DataFrame] | None = None,
    *,
    scope: str = NATION,
) -> int:
    """Tell one act; how many entries it has. While acts are put back from the journal, nothing is written.

    Args:
        entries: what was done, each with `what`, and writable as JSON. The first names the act.
        frames: rows that belong to it, by what they tell.
        scope: the State whose affair it is, or the nation.

    Raises:
        BeingRebuilt: the database is not whole yet.
    """
    told = list(entries)
    if not told or _replaying.get():
        return len(told)
    filled = {name: frame for name, frame in (frames or {}).items() if frame.height}
    heading = replace(
        _next(scope), entries=len(told), frames={name: frame.height for name, frame in filled.items()}
    )
    kept.store(io.BytesIO(pieces.written(heading, told, filled)), _name(heading))
    reached(heading)
    return len(told)


def check_is_whole() -> None:
    """Refuse to go on in a database that is being made from the journal.

    Raises:
        BeingRebuilt: it is.
    """
    if JournalHead.objects.filter(rebuilding=True).exists():
        raise BeingRebuilt(
            "The exchange is being rebuilt from its journal, and nothing new can be done in it yet. Wait for `openmsix rebuild`, or run it again if it broke off."
        )


def _next(scope: str) -> Heading:
    """The heading of the act that comes now. Whoever has asked is alone in the scope to the end of the transaction."""
    if JournalHead.objects.filter(rebuilding=True).exists():
        raise BeingRebuilt(
            "The exchange is being rebuilt from its journal. Wait until `openmsix rebuild` is done."
        )
    staging.run(
        "INSERT INTO intake_journalhead (scope, number, act, rebuilding) VALUES (%s, 0, '', false) ON CONFLICT DO NOTHING",
        [scope],
    )
    [(number, after, transaction)] = staging.rows(
        "SELECT number, act, pg_current_xact_id()::text FROM intake_journalhead WHERE scope = %s FOR UPDATE",
        [scope],
    )
    return Heading(
        act=secrets.token_hex(8),
        after=after,
        scope=scope,
        number=number + 1,
        at=clock.now(),
        written=datetime.now(UTC),
        transaction=transaction,
    )


def reached(heading: Heading) -> None:
    """Write down that the database holds this act, in the transaction of the act."""
    JournalHead.objects.update_or_create(
        scope=heading.scope, defaults={"number": heading.number, "act": heading.act}
    )


def as_of(scope: str, ask: Callable[[], T]) -> tuple[T, int]:
    """What the database answers, and the last act of a scope that it held then."""
    while True:
        before, answer = _number(scope), ask()
        if before == _number(scope):
            return answer, before


def _number(scope: str) -> int:
    return JournalHead.objects.filter(scope=scope).values_list("number", flat=True).first() or 0


def _name(heading: Heading) -> str:
    """Names sort in the order of the acts of a scope."""
    folder = f"{FOLDER}/{heading.scope}/{heading.number // PIECES_IN_FOLDER:06d}"
    return f"{folder}/{heading.number:09d}-{heading.act}.jsonl.gz"


def place_of(name: str) -> tuple[str, int] | None:
    """The scope and the number of the act that a kept file tells; None if it is no piece of the journal."""
    folder, _, rest = name.partition("/")
    if folder != FOLDER:
        return None
    scope, *_, last = rest.split("/")
    return scope, int(last.split("-")[0])


@contextmanager
def replaying() -> Iterator[None]:
    """Within the block acts are put back from the journal: they are not told to it again."""
    token = _replaying.set(True)
    try:
        yield
    finally:
        _replaying.reset(token)


def is_replaying() -> bool:
    """Whether acts are being put back from the journal."""
    return _replaying.get()


def read() -> Iterator[dict[str, Any]]:
    """All entries, those of acts that were rolled back too, scope by scope in their order; rows of frames are entries named after their frame.

    Raises:
        kept.CannotOpen: a piece was changed, or its key is missing.
    """
    for name in kept.names(FOLDER):
        piece = pieces.read(kept.read(name))
        at = {"at": piece.heading.at.isoformat()}
        for entry in piece.entries:
            yield at | entry
        for frame, row in piece.rows():
            yield at | {"what": frame} | row
