"""Is a backup whole? Every digest is reckoned again, and every chunk opened."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from openmsix.intake import sealed
from openmsix.intake.sealed import CannotOpen, Keys
from openmsix.ops.backup.layout import DATABASE, Summary, manifest_of, pooled
from openmsix.ops.backup.streams import Hashing, pieces

Report = Callable[[str, int, int], None]
MEGABYTE = 1_000_000
_A_DUMP_BEGINS = b"PGDMP"
CHANGED = "was changed since the backup was made"


def lacking(summary: Summary, keys: Keys) -> list[str]:
    """The ids of the file keys that a backup needs and that are not at hand."""
    return [each for each in summary.keys if each not in keys.by_id]


def faults(backup: Path, keys: Keys, report: Report) -> list[str]:
    """What is wrong with a backup, a sentence each; nothing if all of it can be brought back.

    Raises:
        NotDone: it is no backup.
        CannotOpen: its manifest cannot be opened.
    """
    summary, files = manifest_of(backup, keys)
    found = [f"The file key {each!r} is needed and not at hand." for each in lacking(summary, keys)]
    found += [f"{each} was missing when the backup was made." for each in summary.missing]
    if why := _fault(backup / DATABASE, summary.digest, keys, begins=_A_DUMP_BEGINS, report=report):
        found.append(f"The copy of the database {why}.")
    for number, file in enumerate(files):
        report("Checking kept files", number, len(files))
        if why := _fault(pooled(backup.parent, file.digest), file.digest, keys):
            found.append(f"{file.name} {why}.")
    report("Checking kept files", len(files), len(files))
    return found


def _fault(
    path: Path, digest: str, keys: Keys, *, begins: bytes = b"", report: Report = lambda *_: None
) -> str:
    """Read a sealed file to its end: what is wrong with it, as a part of a sentence; empty if nothing is."""
    try:
        with path.open("rb") as file:
            stream = Hashing(file)
            try:
                with sealed.unseal(stream, keys) as opened:  # type: ignore[arg-type]
                    well_begun = opened.peek(len(begins)).startswith(begins)
                    for done in _counted(opened):
                        report("Checking the database (MB)", done // MEGABYTE, 0)
            except CannotOpen as fault:
                return f"cannot be opened: {str(fault).rstrip('.')}"
    except FileNotFoundError:
        return "is not there"
    if stream.digest() != digest:
        return CHANGED
    return "" if well_begun else "is none that PostgreSQL could read"


def _counted(stream: IO[bytes]) -> Iterator[int]:
    done = 0
    for piece in pieces(stream):
        done += len(piece)
        yield done
