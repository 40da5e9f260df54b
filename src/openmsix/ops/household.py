"""The processes of a running exchange: the database server if it is the embedded one, the pages, the worker. One parent starts and stops them all."""

import contextlib
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from openmsix import logs
from openmsix.config import database, embedded
from openmsix.config.home import served_at
from openmsix.logs import configure

START_LIMIT = 60.0  # seconds until the pages must answer
STOP_LIMIT = 15.0  # seconds until a process that was asked to stop is made to
# Requests at hand at once. One whose sender is slow holds its place until all of it is here, so that far more fit than work at a time;
# each may hold a database connection, of which PostgreSQL gives 100.
REQUESTS_AT_ONCE = 48
GATE = (
    Path(logs.__file__).parent / "granian.json"
)  # what the server itself says passes the gate of the logs too


LOOK_EVERY = 0.5  # seconds
TRY_EVERY = 10.0  # seconds between attempts to start a database server that does not start
DATABASE_ENDED = "The embedded database server ended by itself or was killed. Starting it again; what was committed is kept."
DATABASE_IS_BACK = "The embedded database server is back, and all goes on."
DATABASE_STAYS_AWAY = f"It does not start; that is tried again every {TRY_EVERY:.0f} seconds."


class CannotServe(Exception):
    """The exchange cannot be served; the message says why and what to do."""


def check_port_is_free(host: str, port: int, what: str = "pages", option: str = "--port") -> None:
    """Raise CannotServe if another program answers there. `what` is to be served, and `option` chooses another port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            if fault.errno != errno.EADDRINUSE:
                raise CannotServe(
                    f"The {what} cannot be served at port {port} of {host} ({fault.strerror}). Choose others with --host and {option}."
                ) from fault
            raise CannotServe(
                f"Port {port} of {host} is taken by another program, perhaps another openmsix. Stop it, or choose another port with {option}"
                + (f" (`make demo PORT={port + 10}`)." if option == "--port" else ".")
            ) from fault


def _dies_with_parent() -> None:
    """On Linux, ask that this process be ended when its parent is, even by kill -9."""
    with contextlib.suppress(OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@dataclass
class Household:
    """The running processes."""

    host: str
    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)
    database_goes_on: bool = False  # at the end: another openmsix uses the embedded server
    _database_is_away: bool = False
    _next_look: float = 0.0

    @property
    def address(self) -> str:
        """Where a browser finds the pages. `localhost`, so that passkeys work."""
        return f"http://{'localhost' if self.host == '127.0.0.1' else self.host}:{self.port}"

    @property
    def members(self) -> str:
        """What runs here and is stopped with it, in words. A database server that is not the embedded one is not ours to stop."""
        parts = [f"the {name}" for name in self.processes]
        if not os.environ.get("DATABASE_URL") and not self.database_goes_on:
            parts.append("the embedded database server")
        return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)

    def start(self, name: str, *command: str) -> None:
        """Start one process of this installation, in a session of its own so that Ctrl-C reaches the parent only."""
        environment = os.environ | {"DATABASE_URL": database.owner().url()}
        self.processes[name] = subprocess.Popen(
            [sys.executable, *command], env=environment, start_new_session=True, preexec_fn=_dies_with_parent
        )

    def wait_until_ready(self) -> None:
        """Wait until the pages say that all is ready; raise CannotServe if they do not in time."""
        end = time.monotonic() + START_LIMIT
        said = ""
        while time.monotonic() < end and not self.stopped.is_set():
            if self.ended():
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, said = self._ask("/readyz")
                if status == http.HTTPStatus.OK:
                    served_at().write_text(self.address, encoding="utf-8")
                    return
            time.sleep(0.1)
        if not self.stopped.is_set():
            why = f" They are {said}." if said else " Their messages stand above."
            raise CannotServe(f"The pages did not begin to answer at {self.address}.{why}")

    def _ask(self, path: str) -> tuple[int, str]:
        """The status and the words of an answer."""
        asking = http.client.HTTPConnection(self.host, self.port, timeout=5)
        try:
            asking.request("GET", path)
            answer = asking.getresponse()
            return answer.status, answer.read(500).decode("utf-8", "replace").strip().replace("\n", ", ")
        finally:
            asking.close()

    def ended(self) -> str | None:
        """The name of a process that ended by itself, if any."""
        return next((name for name, process in self.processes.items() if process.poll() is not None), None)

    def wait(self, say: Callable[[str], None] = lambda words: None) -> str | None:
        """Wait until told to stop, or until one process ends; its name then. Meanwhile a killed embedded database server is started again.

        `say`: told of that, in words.
        """
        while not self.stopped.wait(LOOK_EVERY):
            if name := self.ended():
                return name
            if not os.environ.get("DATABASE_URL"):
                self._see_to_database(say)
        return None

    def _see_to_database(self, say: Callable[[str], None]) -> None:
        if time.monotonic() < self._next_look or embedded.running_server().running():
            return
        if not self._database_is_away:
            say(DATABASE_ENDED)
        self._database_is_away = True
        try:
            embedded.running_server().bring_back()
        except embedded.NotStarted:
            say(f"{DATABASE_STAYS_AWAY} Its log: {embedded.folder() / 'log'}")
            self._next_look = time.monotonic() + TRY_EVERY
        else:
            self._database_is_away = False
            say(DATABASE_IS_BACK)

    def stop(self) -> None:
        """Stop every process, the last started first, and wait for each."""
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in reversed(self.processes.values()):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_LIMIT)
            # The whole session: a server that was killed alone, by us or by others, leaves its own workers behind.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def running(
    *, host: str, port: int, with_worker: bool = True, sftp_port: int | None = None
) -> Iterator[Household]:
    """The exchange, served while the block runs; everything is stopped at its end, the embedded database server too if nobody else uses it.

    `sftp_port`: where the drop box listens; None for no drop box.
    """
    check_port_is_free(host, port)
    configure.runs_long()
    if sftp_port:
        check_port_is_free(host, sftp_port, "drop box", "--sftp-port")
    household = Household(host, port)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: household.stopped.set())
    try:
        household.start(
            "pages",
            *("-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "1"),
            *(
                "--blocking-threads",
                str(REQUESTS_AT_ONCE),
                "--no-access-log",
                "--log-config",
                str(GATE),
                "--log-level",
                "error",  # it warns of more places than cores, which are meant here
                "openmsix.config.wsgi:application",
            ),
        )
        if with_worker:
            household.start("worker", "-m", "openmsix.ops.cli", "worker")
        if sftp_port:
            household.start(
                "drop box", *("-m", "openmsix.ops.cli", "sftp", "--host", host, "--port", str(sftp_port))
            )
        household.wait_until_ready()
        yield household
    finally:
        household.stop()
        if not os.environ.get("DATABASE_URL"):
            household.database_goes_on = not embedded.running_server().leave()
