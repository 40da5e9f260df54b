"""The journal: an append-only list of what the received files cannot tell (minted MSIX IDs, decisions, confirmations), kept beside them.

Together with the received files it brings everything back. Each call of `append` keeps one encrypted piece of lines, on disk before it returns; nothing
is ever written over. Call it last within the transaction of the act: what the journal then holds of an act that was rolled back
does no harm (an ID that is never given out, a confirmation of a submission that still waits), while an act it did not hold would be lost.
"""

import io
import json
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from openmsix.deadlines import clock

from . import kept

FOLDER = "journal"


def append(entries: Iterable[Mapping[str, Any]]) -> int:
    """Add entries, in this order; how many there were. Each gets the moment (`at`), and must be writable as JSON."""
    moment = clock.now().isoformat()
    lines = [json.dumps({"at": moment, **entry}, separators=(",", ":")) for entry in entries]
    if lines:
        kept.store(io.BytesIO("".join(f"{line}\n" for line in lines).encode()), _name())
    return len(lines)


def _name() -> str:
    """Names sort in the order of appending. The true time counts here, whatever day the clock of the exchange is set to."""
    now = time.time_ns()
    return f"{FOLDER}/{now // 10**14:07d}/{now:020d}-{secrets.token_hex(4)}.jsonl"


def read() -> Iterator[dict[str, Any]]:
    """All entries in the order in which they were added.

    Raises:
        kept.CannotOpen: a piece was changed, or its key is missing.
    """
    for name in kept.names(FOLDER):
        for line in kept.read(name).splitlines():
            yield json.loads(line)
