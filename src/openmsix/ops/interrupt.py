"""Ctrl-C at a command: end at once, without waiting for a statement that the database is busy with.

A rollback would go through the connection that is busy, and so would hang with it. Closing the connection is
enough: the database rolls back what was begun, as after any crash, and the next run resumes there.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any, NoReturn

from openmsix.ops.exits import Exit

LET_GO_LIMIT = 20.0  # seconds for the embedded database server to stop
WORDS = "\nStopped. What was begun and not finished is undone; the same command takes it up again.\n"


@contextlib.contextmanager
def ending_at_once() -> Iterator[None]:
    """Within the block Ctrl-C ends the process with 130; a second one without any more ado."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    end_now()


def end_now() -> NoReturn:
    """End the process with 130; what it did in the database and did not commit is undone there."""
    from openmsix.ops.screen import errors

    with contextlib.suppress(Exception):
        errors.show_cursor(True)
        sys.stderr.write(WORDS)
    for connection in _connections():
        with contextlib.suppress(Exception):
            connection.close()
    leaving = threading.Thread(target=_leave_embedded_server, daemon=True)
    leaving.start()
    leaving.join(LET_GO_LIMIT)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(Exit.INTERRUPTED)


def _connections() -> list[Any]:
    """The database connections of this thread, below Django, whose own closing may roll back first."""
    if "django.db" not in sys.modules:
        return []
    known = sys.modules["django.db"].connections.all(initialized_only=True)
    return [each.connection for each in known if each.connection is not None]


def _leave_embedded_server() -> None:
    embedded = sys.modules.get("openmsix.config.embedded")
    if embedded and embedded.running_server.cache_info().currsize:
        embedded.running_server().leave()
