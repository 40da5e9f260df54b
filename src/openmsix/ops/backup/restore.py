"""Bringing an installation back from a backup, into an empty database and an empty folder only.

In this order, so that breaking off anywhere leaves something from which the same command goes on: the kept files, each compared with
its digest as it is written; the database in one transaction, with a table that says that restoring is not done; the count of rows; the count of transactions, which the
audit's seals go by; roles, grants, and what a newer openmsix brings; last that table goes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from psycopg import sql

from openmsix.config import database, grants
from openmsix.intake import kept, sealed
from openmsix.intake.sealed import Keys
from openmsix.ops.backup import check, facts, postgres
from openmsix.ops.backup.layout import DATABASE, KeptFile, NotDone, Summary, manifest_of, pooled, sign_of
from openmsix.ops.backup.streams import Hashing

Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Restored:
    """What was brought back, and what is not as it was: sentences, none if all is well. `expunged`: what was expunged again."""

    summary: Summary
    files: int
    faults: list[str] = field(default_factory=list)
    expunged: list[str] = field(default_factory=list)


def check_first(
    backup: Path, *, keys: Keys, secret_key: str, new_secret_key: bool
) -> tuple[Summary, list[KeptFile]]:
    """Whether a backup can be brought back with these keys, before anything is made or touched; its manifest.

    Raises:
        NotDone: it cannot; the message says why and what to do.
        CannotOpen: its manifest cannot be opened.
    """
    summary, files = manifest_of(backup, keys)
    if lacking := check.lacking(summary, keys):
        raise NotDone(
            f"The backup needs the file keys {', '.join(summary.keys)}; {', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not at hand. "
            "Add what is missing to OPENMSIX_FILE_KEYS, or to secrets/file-keys in the installation's folder."
        )
    if summary.sign != sign_of(secret_key) and not new_secret_key:
        raise NotDone(
            "The secret key is another one than that of the backup. Bring back the right one (OPENMSIX_SECRET_KEY, or secrets/secret-key in the installation's "
            "folder). If it is lost, --new-secret-key goes on with this one: the addresses of children's pages change, and whoever has a second step of "
            "sign-in sets it up again."
        )
    absent = [each for each in files if not _is_there(backup, each)]
    if absent or not (backup / DATABASE).is_file():
        raise NotDone(
            f"The backup is not whole: {len(absent) or 'its'} {'kept files are' if absent else 'copy of the database is'} not there. Bring the folder {backup.parent} with all that is in it."
        )
    return summary, files


def _is_there(backup: Path, file: KeptFile) -> bool:
    path = pooled(backup.parent, file.digest)
    return path.is_file() and path.stat().st_size == file.size


def bring_back(
    backup: Path, summary: Summary, files: list[KeptFile], *, prepare: Callable[[], None], report: Report
) -> Restored:
    """Bring a backup back; see the top of this file. `prepare` makes roles, grants and newer tables.

    Raises:
        NotDone: the database or the folder is not empty, or something of the backup cannot be brought back.
        OSError: there is no room, or the folder cannot be written to.
    """
    owner = database.owner()
    with grants.connect(owner) as connection:
        there, server = facts.tables(connection), facts.version(connection)
        begun = _begun(connection) if postgres.RESTORING in there else ""
    if there and begun != backup.name:
        raise NotDone(
            f"The database {owner.name} is not empty. A backup is brought back into an empty one only: make another database, or name another folder in OPENMSIX_HOME."
        )
    if server < summary.postgresql:
        raise NotDone(
            f"The backup is of PostgreSQL {summary.postgresql}, and this is {server}. Bring it back into {summary.postgresql} or a newer one."
        )
    program = postgres.clients(max(summary.client, summary.postgresql))
    _bring_back_files(backup, files, report)
    if not begun:
        _bring_back_rows(backup, summary, program, report)
    faults = _compare(summary, report, exactly=not begun)
    with grants.connect(owner) as connection:
        _catch_up(connection, report)
    prepare()
    return Restored(summary, len(files), faults)


def finish() -> None:
    """Everything is back: let the installation be used."""
    with grants.connect(database.owner()) as connection:
        connection.execute(f"drop table public.{postgres.RESTORING}")


def unfinished(connection: facts.Connection) -> str:
    """The backup that this installation was being brought back from and is not yet; empty if there is none."""
    found = connection.execute("select to_regclass(%s)", [f"public.{postgres.RESTORING}"]).fetchone()
    return _begun(connection) if found and found[0] else ""


def _begun(connection: facts.Connection) -> str:
    found = connection.execute(f"select backup from public.{postgres.RESTORING}").fetchone()  # noqa: S608
    return str(found[0]) if found else ""


def _bring_back_files(backup: Path, files: list[KeptFile], report: Report) -> None:
    """Put kept files where they were. Those that are there as they were stay: an earlier run was broken off."""
    wanted = {each.name for each in files}
    if others := [name for name in kept.names() if name not in wanted]:
        raise NotDone(
            f"There are kept files here already that the backup has not ({len(others):,}). A backup is brought back into an empty folder only: name another one in OPENMSIX_HOME."
        )
    there = set(kept.names())
    for number, file in enumerate(files):
        report("Bringing back kept files", number, len(files))
        if file.name in there:
            kept.remove(file.name)
        with pooled(backup.parent, file.digest).open("rb") as raw:
            stream = Hashing(raw)
            kept.place(stream, file.name)  # type: ignore[arg-type]
        if stream.digest() != file.digest:
            kept.remove(file.name)
            raise NotDone(
                f"The backup's copy of {file.name} {check.CHANGED}. Bring back another backup. `openmsix backup --check` says whether one is whole."
            )
    report("Bringing back kept files", len(files), len(files))


def _bring_back_rows(backup: Path, summary: Summary, program: postgres.Clients, report: Report) -> None:
    report("Bringing back the database", 0, 0)
    with (backup / DATABASE).open("rb") as raw:
        stream = Hashing(raw)
        with sealed.unseal(stream, kept.keys()) as dump:  # type: ignore[arg-type]
            postgres.bring_back(dump, database.owner(), program, name=backup.name)
    with grants.connect(database.owner()) as connection:
        connection.execute("analyze")


def _compare(summary: Summary, report: Report, *, exactly: bool) -> list[str]:
    """Tables that have not as many rows as they had, a sentence each; more are right where an earlier run went on to write."""
    with grants.connect(database.owner()) as connection:
        found = facts.rows(connection, report)
    return [
        f"{name} had {rows:,} rows and has {found.get(name, 0):,}."
        for name, rows in summary.rows.items()
        if found.get(name, 0) < rows or (exactly and found[name] > rows)
    ]


_BY = 1_000_000
_LAST_SAID = """
    select greatest(
      (select max(txid::text::bigint) from audit_event), (select max(txid::text::bigint) from audit_disclosure),
      (select pg_snapshot_xmax(snapshot::pg_snapshot)::text::bigint from audit_seal order by number desc limit 1), 0)
"""
_SPEND = "do $$ begin for i in 1..{} loop perform pg_current_xact_id(); commit; end loop; end $$"


def _catch_up(connection: facts.Connection, report: Report) -> None:
    """Let the server count its transactions on from where the old one was.

    The audit's seals say by transactions' numbers what they cover (`audit.chain`). A new server counts from the beginning, so that new rows would
    seem to lie under old seals.
    """
    target = facts.number(connection, _LAST_SAID)
    connection.execute("set synchronous_commit = off")
    now = start = _now(connection)
    while now <= target:
        report("Counting transactions on", now - start, target - start)
        connection.execute(sql.SQL(_SPEND).format(sql.Literal(min(_BY, target - now + 1))))
        now = _now(connection)
    connection.execute("set synchronous_commit = on")
    _now(connection)


def _now(connection: facts.Connection) -> int:
    return facts.number(connection, "select pg_current_xact_id()::text")
