"""Making a backup: the database as of one moment, and every kept file that is there after it.

Kept files are only added to, so those that the database names at its moment are all there later. What else is copied belongs to acts
after that moment; it does no harm.
"""

import fcntl
import importlib.metadata
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg

from openmsix.config import database, grants
from openmsix.intake import journal, kept
from openmsix.intake.models import JournalHead, SubmissionPart
from openmsix.intake.sealed import CannotOpen
from openmsix.ops.backup import facts, postgres
from openmsix.ops.backup.layout import (
    DATABASE,
    MANIFEST,
    POOL,
    KeptFile,
    NotDone,
    Summary,
    backups_in,
    key_needed,
    lines,
    manifest_of,
    pooled,
    sign_of,
)
from openmsix.ops.backup.streams import make_durable, pieces, write, write_sealed

Report = Callable[[str, int, int], None]
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Made:
    """A backup that was made: where, of what, how many kept files were not in the folder before, and which older backups were removed."""

    path: Path
    summary: Summary
    copied: int
    removed: list[str]
    why_none_removed: str = ""


def make(folder: Path, *, secret_key: str, keep: int | None, report: Report) -> Made:
    """Make a backup in a folder; nothing in it looks like a backup before it is whole.

    Args:
        folder: where backups lie; made if it is not there.
        secret_key: of the installation; only a sign of it is written.
        keep: how many backups shall be left in the folder, this one included; None for all.
        report: told of each step, how much of it is done, and of how much.

    Raises:
        NotDone: it cannot be made; the message says why.
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder):
        for left in (folder / POOL).glob(".*-unfinished"):
            left.unlink()
        for left in folder.glob(".*-unfinished"):
            shutil.rmtree(left, ignore_errors=True)
        draft = folder / f".{secrets.token_hex(8)}-unfinished"
        draft.mkdir(mode=0o700)
        try:
            made = _fill(draft, folder, secret_key, report)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        removed, why = _remove_older(folder, keep, made.path)
    return Made(made.path, made.summary, made.copied, removed, why)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One backup at a time in a folder."""
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise NotDone(f"Another backup into {folder} is under way. Try again when it is done.") from fault
        yield


def _fill(draft: Path, folder: Path, secret_key: str, report: Report) -> Made:
    owner = database.owner()
    earlier = _known_files(folder)
    with grants.connect(owner) as connection, connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        program = postgres.clients(facts.version(connection))
        found = _facts(connection, report)
        named = connection.execute(f"select stored_as from {SubmissionPart._meta.db_table}")  # noqa: S608
        wanted = {name for (name,) in named if name}
        heads: dict[str, int] = dict(
            connection.execute(
                f"select scope, number from {JournalHead._meta.db_table}"  # noqa: S608
            ).fetchall()
        )
        snapshot = str(connection.execute("select pg_export_snapshot()").fetchone()[0])  # type: ignore[index]
        with postgres.dumping(owner, program, snapshot) as dump:
            digest, size = write_sealed(_reported(dump, report), draft / DATABASE, kept.keys())
    names = [name for name in kept.names() if not _is_later(name, heads)]
    files, copied = _copy_kept(folder, names, earlier, report)
    summary = Summary(
        openmsix=importlib.metadata.version("openmsix"),
        client=program.major,
        digest=digest,
        size=size,
        keys=sorted({each.key for each in files if each.key} | {key_needed(draft / DATABASE)}),
        sign=sign_of(secret_key),
        files=len(files),
        missing=sorted(wanted - {each.name for each in files}),
        **found,
    )
    write_sealed(lines(files, summary), draft / MANIFEST, kept.keys())
    make_durable(draft)
    path = _free(folder, datetime.fromisoformat(summary.made_at))
    draft.rename(path)
    make_durable(folder)
    return Made(path, summary, copied, [])


def _free(folder: Path, moment: datetime) -> Path:
    """A name for a backup that no other has, and that sorts by time."""
    name = f"openmsix-{moment:%Y%m%d-%H%M%S}"
    taken = [each.name for each in backups_in(folder) if each.name.startswith(name)]
    return folder / (f"{name}-{len(taken) + 1}" if taken else name)


def _facts(connection: "psycopg.Connection[Any]", report: Report) -> dict[str, Any]:
    """What the database holds at the moment of its snapshot."""
    if "audit_seal" not in facts.tables(connection):
        raise NotDone("There is no exchange in this database yet; there is nothing to back up.")
    (moment,) = connection.execute("select now()").fetchone()  # type: ignore[misc]
    return {
        "made_at": moment.isoformat(),
        "postgresql": facts.version(connection),
        "rows": facts.rows(connection, report),
        "audit_head": facts.audit_head(connection),
    }


def _reported(stream: IO[bytes], report: Report) -> Iterator[bytes]:
    done = 0
    for piece in pieces(stream):
        done += len(piece)
        report("Copying the database (MB)", done // MEGABYTE, 0)
        yield piece


def _known_files(folder: Path) -> dict[str, KeptFile]:
    """What the newest backup of the folder says of kept files: one that was not written since need not be read again."""
    try:
        newest = backups_in(folder)[-1]
        return {each.name: each for each in manifest_of(newest, kept.keys())[1]}
    except (IndexError, CannotOpen, NotDone):
        return {}


def _is_later(name: str, heads: dict[str, int]) -> bool:
    """Whether a kept file tells of an act that the database did not hold at its moment: an installation that is brought back goes on
    with other acts, and two lines of them cannot be told apart (`intake.line`).
    """
    scope, number = journal.place_of(name) or ("", 0)
    return number > heads.get(scope, 0)


def _copy_kept(
    folder: Path, names: list[str], earlier: dict[str, KeptFile], report: Report
) -> tuple[list[KeptFile], int]:
    """Copy those of these kept files that the folder has not; all that are there, and how many of them were copied."""
    files, copied = [], 0
    for number, name in enumerate(names):
        report("Copying kept files", number, len(names))
        before = earlier.get(name)
        try:
            size, written = kept.size_and_moment(name)
            if before and (before.size, before.written) == (size, written) and _is_whole(folder, before):
                files.append(before)
                continue
            digest, size, new = _into_pool(folder, name)
        except CannotOpen:
            continue  # Taken away meanwhile. What the database names and is not copied is told.
        files.append(KeptFile(name, digest, size, written, _key_needed(pooled(folder, digest))))
        copied += new
    report("Copying kept files", len(names), len(names))
    return files, copied


def _key_needed(path: Path) -> str:
    try:
        return key_needed(path)
    except CannotOpen:
        return ""


def _is_whole(folder: Path, file: KeptFile) -> bool:
    path = pooled(folder, file.digest)
    return path.exists() and path.stat().st_size == file.size


def _into_pool(folder: Path, name: str) -> tuple[str, int, bool]:
    """Copy a kept file as it lies; its digest and size, and whether it was not there before."""
    pool = folder / POOL
    pool.mkdir(exist_ok=True, mode=0o700)
    draft = pool / f".{secrets.token_hex(8)}-unfinished"
    try:
        with kept.as_it_lies(name) as stream:
            digest, size = write(stream, draft)
        path = pooled(folder, digest)
        if path.exists() and path.stat().st_size == size:
            return digest, size, False
        path.parent.mkdir(exist_ok=True, mode=0o700)
        draft.rename(path)
        make_durable(path.parent)
        return digest, size, True
    finally:
        draft.unlink(missing_ok=True)


def _remove_older(folder: Path, keep: int | None, made: Path) -> tuple[list[str], str]:
    """Remove the oldest backups, and the kept files that no backup needs any more; what was removed, or why nothing was."""
    old = backups_in(folder)[:-keep] if keep else []
    if not old:
        return [], ""
    staying = [each for each in backups_in(folder) if each not in old]
    try:
        needed = {file.digest for each in staying for file in manifest_of(each, kept.keys())[1]}
    except (CannotOpen, NotDone) as fault:
        return [], f"No older backup was removed, since what the others need cannot be read: {fault}"
    for each in old:
        doomed = each.with_name(f".{each.name}-unfinished")
        each.rename(doomed)
        shutil.rmtree(doomed)
    for path in (folder / POOL).rglob("*"):
        if path.is_file() and path.name not in needed:
            path.unlink()
    return [each.name for each in old], ""
