"""The pieces of the journal as bytes. Pure.

A piece is a gzip file of JSON lines and tells one act:

    {"act": ..., "after": ..., "scope": ..., "number": ..., "at": ..., "written": ..., "transaction": ..., "entries": 1, "frames": {"linked": 2}}
    {"what": "linking", "submission": ..., ...}
    {"state_code": ..., "state_student_id": ..., "msix_id": ..., ...}
    {"state_code": ..., "state_student_id": ..., "msix_id": ..., ...}

First its heading, then so many entries as the heading counts, then the rows of each frame that it names, in their order.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from typing import Any, Self

import polars as pl

Entry = Mapping[str, Any]
FAST = 1


class NoPiece(ValueError):
    """The bytes are no piece of a journal."""


@dataclass(frozen=True)
class Heading:
    """Where an act stands in the journal.

    `act`: its name, drawn by chance. `after`: the act of the same scope before it, as the database knew it; empty for the first. `number`: counts the acts of
    a scope. `at`: the moment by the clock of the exchange; `written`: by the true clock. `transaction`: the database's number of the transaction
    that wrote it. `entries`, `frames`: how many lines follow.
    """

    act: str
    after: str
    scope: str
    number: int
    at: datetime
    written: datetime
    transaction: str
    entries: int = 0
    frames: Mapping[str, int] = field(default_factory=dict)

    def as_line(self) -> str:
        """The heading as JSON."""
        return json.dumps(vars(self), default=datetime.isoformat, separators=(",", ":"))

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """A heading from JSON.

        Raises:
            NoPiece: it is none.
        """
        try:
            told = json.loads(line)
            moments = {name: datetime.fromisoformat(told[name]) for name in ("at", "written")}
            return cls(**{**told, **moments})
        except (ValueError, TypeError, KeyError) as fault:
            raise NoPiece("no heading") from fault


@dataclass(frozen=True)
class Piece:
    """What a piece tells: its heading, its entries, and the lines of its frames."""

    heading: Heading
    entries: tuple[dict[str, Any], ...]
    lines: Sequence[bytes]

    def frame(self, name: str, schema: Mapping[str, "pl.DataType | type[pl.DataType]"]) -> pl.DataFrame:
        """The rows of one frame; none if it is not there."""
        lines = self._lines_of(name) if name in self.heading.frames else []
        if not lines:
            return pl.DataFrame(schema=dict(schema))
        return pl.read_ndjson(BytesIO(b"\n".join(lines)), schema=dict(schema))

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every row of every frame, with the name of its frame."""
        for name in self.heading.frames:
            for line in self._lines_of(name):
                yield name, json.loads(line)

    def _lines_of(self, name: str) -> Sequence[bytes]:
        counts = self.heading.frames
        before = sum(counts[other] for other in list(counts)[: list(counts).index(name)])
        return self.lines[before : before + counts[name]]


def written(heading: Heading, entries: Iterable[Entry], frames: Mapping[str, pl.DataFrame]) -> bytes:
    """A piece as bytes; the heading counts what follows it already."""
    lines = [heading.as_line(), *(json.dumps(entry, separators=(",", ":")) for entry in entries)]
    text = BytesIO()
    with gzip.GzipFile(fileobj=text, mode="wb", compresslevel=FAST, mtime=0) as packed:
        packed.write("".join(f"{line}\n" for line in lines).encode())
        for frame in frames.values():
            rows = BytesIO()
            frame.write_ndjson(rows)
            packed.write(rows.getvalue())
    return text.getvalue()


def rewritten(piece: Piece, judge: Callable[[str, dict[str, Any]], dict[str, Any] | None]) -> bytes | None:
    """The piece with other rows, as bytes; None if nothing is other.

    `judge`: given the name of a frame and one of its rows, the row as it shall be, or None if it shall not be there.
    """
    lines: dict[str, list[bytes]] = {name: [] for name in piece.heading.frames}
    changed = False
    for name, row in piece.rows():
        judged = judge(name, dict(row))
        changed |= judged != row
        if judged is not None:
            lines[name].append(json.dumps(judged, separators=(",", ":")).encode())
    if not changed:
        return None
    heading = replace(piece.heading, frames={name: len(rows) for name, rows in lines.items() if rows})
    return _packed(heading, piece.entries, (row for rows in lines.values() for row in rows))


def voided(piece: Piece, entry: Entry) -> bytes:
    """The piece with its place in the journal, and nothing else told than one entry."""
    return _packed(replace(piece.heading, entries=1, frames={}), [entry], ())


def _packed(heading: Heading, entries: Iterable[Entry], rows: Iterable[bytes]) -> bytes:
    told = [heading.as_line(), *(json.dumps(entry, separators=(",", ":")) for entry in entries)]
    return gzip.compress(
        b"".join(line + b"\n" for line in [*map(str.encode, told), *rows]), compresslevel=FAST, mtime=0
    )


def read(data: bytes) -> Piece:
    """A piece from its bytes.

    Raises:
        NoPiece: it is none, or not whole.
    """
    try:
        lines = gzip.decompress(data).split(b"\n")[:-1]
    except (OSError, EOFError) as fault:
        raise NoPiece("not packed") from fault
    heading = Heading.from_line(lines[0] if lines else b"")
    follow = lines[1:]
    if len(follow) != heading.entries + sum(heading.frames.values()):
        raise NoPiece("not whole")
    entries = tuple(json.loads(line) for line in follow[: heading.entries])
    return Piece(heading, entries, follow[heading.entries :])
