"""The journal as the line of acts that count, in the order in which they are to be put back. Whatever is missing is told before anything is done.

An act counts if the line that leads back from the last act of its scope, each naming the one before it, passes through it: what was rolled back is on no such line,
since the database never held it and no later act names it. Only of the very last act nobody can tell whether it was committed; it counts.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from . import journal, kept, pieces
from .pieces import Heading, NoPiece, Piece
from .void import Void, void

Report = Callable[[str, int, int], None]
MOST_TOLD = 20
AT_ONCE = 1 << 20
READING, LOOKING = "Reading the journal", "Looking at the kept files"


class CannotRebuild(Exception):
    """What a rebuild needs is not there. The text says what and what to do, in plain words; nothing was done."""


@dataclass(frozen=True)
class Act:
    """One act of the journal. `name`: of its piece; the rows are read when they are asked for."""

    name: str
    heading: Heading
    entries: Sequence[Mapping[str, Any]]

    @property
    def entry(self) -> Mapping[str, Any]:
        """What names the act and tells it."""
        return self.entries[0]

    @property
    def what(self) -> str:
        """The name of the kind of act."""
        return str(self.entry["what"])

    def frame(self, name: str, schema: Mapping[str, "pl.DataType | type[pl.DataType]"]) -> pl.DataFrame:
        """The rows of one of its frames."""
        if name not in self.heading.frames:
            return pl.DataFrame(schema=dict(schema))
        return _opened(self.name).frame(name, schema)


@dataclass(frozen=True)
class Line:
    """`acts`: those that count, in order; `of`: the same by scope, each at the place of its number, counted from 1. `rolled_back`: how many were told and did not come to pass. `void`: what was expunged since."""

    acts: Sequence[Act]
    of: Mapping[str, Sequence[Act]]
    rolled_back: int
    void: Void


def _opened(name: str) -> Piece:
    try:
        return pieces.read(kept.read(name))
    except NoPiece as fault:
        raise kept.CannotOpen(
            "It is no piece of this openmsix's journal. An earlier openmsix kept a journal from which nothing can be rebuilt; bring the database back from its backup."
        ) from fault


def read(heads: Mapping[str, str] | None, report: Report, *, newest: bool = False) -> Line:
    """Read the journal, and see that every kept file that it names is there and whole.

    Args:
        heads: the last act of each scope that a database holds; None for all there are.
        report: told of each step.
        newest: where the journal splits, since a database began anew or was brought back from a backup, take what was written last.

    Raises:
        CannotRebuild: something is missing, changed, or cannot be opened.
    """
    acts = _acts(report)
    scopes: dict[str, list[Act]] = {}
    for act in acts:
        scopes.setdefault(act.heading.scope, []).append(act)
    wanted = dict.fromkeys(scopes) if heads is None else heads
    lines = {scope: _line(scope, scopes.get(scope, []), head, newest) for scope, head in wanted.items()}
    in_order = _merged(lines)
    line = Line(in_order, lines, len(acts) - len(in_order), void(in_order))
    _look_at_files(line, report)
    return line


def _acts(report: Report) -> list[Act]:
    acts, faults = [], []
    names = kept.names(journal.FOLDER)
    for number, name in enumerate(names):
        report(READING, number, len(names))
        try:
            piece = _opened(name)
        except kept.CannotOpen as fault:
            faults.append(f"{name}: {fault}")
        else:
            acts.append(Act(name, piece.heading, piece.entries))
    report(READING, len(names), len(names))
    _refuse(faults, "Pieces of the journal cannot be read.")
    return acts


def _refuse(faults: Sequence[str], words: str) -> None:
    if faults:
        more = [f"... and {len(faults) - MOST_TOLD:,} more."] if len(faults) > MOST_TOLD else []
        raise CannotRebuild("\n".join([f"{words} Nothing was done.", *faults[:MOST_TOLD], *more]))


def _line(scope: str, acts: Sequence[Act], head: str | None, newest: bool) -> list[Act]:
    """The acts of a scope that lead to its last one, the first of them first."""
    known = {act.heading.act: act for act in acts}
    last = max(acts, key=lambda act: act.heading.written).heading.act if head is None else head
    line: list[Act] = []
    number = 0
    while last:
        if last not in known:
            which = (
                f"act {number - 1:,} of {scope}"
                if number
                else f"the last act of {scope} that the database holds"
            )
            raise CannotRebuild(
                f"A piece of the journal is missing: {which}. Bring the folder {journal.FOLDER} of the kept files back from a backup. Nothing was done."
            )
        line.append(known[last])
        number, last = line[-1].heading.number, line[-1].heading.after
    line.reverse()
    if head is None and not newest:
        _check_it_is_one(scope, line, acts)
    return line


def _check_it_is_one(scope: str, line: Sequence[Act], acts: Sequence[Act]) -> None:
    """Refuse a journal in which two databases went on from one act: which of them is meant, nobody can tell.

    What is told in one transaction and named by no other may have been rolled back, and usually was.
    """
    on_line = {act.heading.act for act in line}
    aside = {act.heading.act: act.heading for act in acts if act.heading.act not in on_line}
    for heading in aside.values():
        before = aside.get(heading.after)
        if before and before.transaction != heading.transaction:
            raise CannotRebuild(
                f"The journal of {scope} splits after act {before.number - 1:,}: a database began anew or was brought back from a backup, and another one had gone on. "
                f"The last act that leads elsewhere is of {heading.written:%Y-%m-%d %H:%M} UTC, that of the newest line of {line[-1].heading.written:%Y-%m-%d %H:%M} UTC. "
                "Nothing was done. To rebuild what was written last, say --newest."
            )


def _merged(lines: Mapping[str, Sequence[Act]]) -> list[Act]:
    """The lines as one. Acts of a scope keep their order; who is who is decided after what it is decided of was stored; else the clock decides."""
    moments: list[tuple[datetime, bool, int, Act]] = []
    stored: dict[str, datetime] = {}
    for scope in sorted(lines, key=lambda scope: scope == journal.NATION):
        reached: datetime | None = None
        for act in lines[scope]:
            after = [act.heading.written, stored.get(str(act.entry.get("submission")))]
            reached = max(moment for moment in [*after, reached] if moment)
            if act.what == "stored":
                stored[act.entry["submission"]] = reached
            moments.append((reached, scope == journal.NATION, act.heading.number, act))
    return [act for *_, act in sorted(moments, key=lambda each: each[:3])]


def _look_at_files(line: Line, report: Report) -> None:
    parts = [act for act in line.acts if act.what == "received"]
    faults = []
    for number, act in enumerate(parts):
        report(LOOKING, number, len(parts))
        part = act.entry["part"]
        try:
            digest = _digest(part["stored_as"])
        except kept.CannotOpen as fault:
            faults.append(f"{part['stored_as']}: {fault}")
        else:
            if digest != line.void.files.get(part["stored_as"], part["digest"]):
                faults.append(
                    f"{part['stored_as']}: It is another file than was received. Bring it back from a backup."
                )
    report(LOOKING, len(parts), len(parts))
    _refuse(faults, "Kept files that the journal names cannot be used.")


def _digest(name: str) -> str:
    found = hashlib.sha256()
    with kept.open(name) as file:
        while data := file.read(AT_ONCE):
            found.update(data)
    return found.hexdigest()


def last_words(acts: Iterable[Act]) -> frozenset[str]:
    """Of the checkings of each submission, the last: names of acts. Whatever an earlier one wrote was written over."""
    last = {act.entry["submission"]: act.name for act in acts if act.what in ("stored", "held", "rejected")}
    return frozenset(last.values())
