"""The SSH server in front of the drop boxes: who is let in, how many, and for how long."""

import asyncio
import contextlib
import errno
import fcntl
import logging
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
from asyncssh.channel import SSHServerChannel
from asyncssh.constants import (
    DISC_NO_MORE_AUTH_METHODS_AVAILABLE,
    DISC_SERVICE_NOT_AVAILABLE,
    DISC_TOO_MANY_CONNECTIONS,
)
from django.db import DatabaseError, InterfaceError, close_old_connections

from openmsix.accounts import sftp_keys
from openmsix.accounts.models import SftpKey
from openmsix.logs import tell

from .answers import AWAY
from .box import Box, House
from .outbox import Outbox
from .receiving import Desk
from .session import Session

THREADS = 8
"""In which the database is asked; each may hold a connection to it."""

MOST_CONNECTIONS = 100
MOST_AT_THE_DOOR = 20
"""Connections that have not signed in yet."""

MOST_OF_A_STATE = 10
MOST_SESSIONS = 4
"""Of one connection."""

MOST_KEYS_OFFERED = 10
LOGIN_GRACE = 30  # seconds
KEEPALIVE = 15  # seconds; a client that does not answer three of them is gone
TRY_AGAIN = 15.0  # seconds until what waits is tried again
STOP_LIMIT = 20.0  # seconds for what is at hand
SWEEP_EVERY = 240  # tries: an hour
SIGNATURES = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256")  # fmt: skip


class CannotListen(Exception):
    """The drop box cannot be opened. The text says why and what to do."""


@dataclass
class Door:
    """What all connections share."""

    house: House
    inside: Counter[str] = field(default_factory=Counter)
    connections: set["Visitor"] = field(default_factory=set)

    @property
    def at_the_door(self) -> int:
        """How many have not signed in yet."""
        return len(self.connections) - self.inside.total()


class Visitor(asyncssh.SSHServer):
    """One connection: signs in with a key of the State that it names, and opens SFTP sessions only."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._keys: list[SftpKey] = []
        self._key: SftpKey | None = None
        self._offered = self._sessions = 0
        self._is_inside = False

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Let in no more than there is room for."""
        self._connection = conn
        door = self._door
        is_full = len(door.connections) >= MOST_CONNECTIONS or door.at_the_door >= MOST_AT_THE_DOOR
        door.connections.add(self)
        if is_full:
            tell("drop_box.full")
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._door.connections.discard(self)
        if self._is_inside and self._key:
            self._door.inside[self._key.place.code] -= 1

    def leave(self) -> None:
        """End the connection because the server stops."""
        self._connection.disconnect(
            DISC_SERVICE_NOT_AVAILABLE, "The drop box is being stopped. Try again later."
        )

    async def begin_auth(self, username: str) -> bool:
        """Find the keys of the State that is named. Without a key nobody gets in."""
        self._key = None
        try:
            self._keys = await self._in_thread(lambda: sftp_keys.live(username.strip().upper()))
        except (DatabaseError, InterfaceError):
            self._keys = []
            self._connection.send_auth_banner(AWAY + "\n")
            self._connection.disconnect(DISC_SERVICE_NOT_AVAILABLE, AWAY)
        return True

    def public_key_auth_supported(self) -> bool:
        """By key."""
        return True

    def password_auth_supported(self) -> bool:
        """And no other way."""
        return False

    def kbdint_auth_supported(self) -> bool:
        """And no other way."""
        return False

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether the key opens the drop box; AsyncSSH then asks for the proof that the client has the other half."""
        self._offered += 1
        if self._offered > 2 * MOST_KEYS_OFFERED:  # each is offered first, then proven
            self._connection.disconnect(DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "Too many keys were offered.")
            return False
        line = " ".join(key.export_public_key().decode().split()[:2])
        self._key = next((known for known in self._keys if known.public_key == line), None)
        return self._key is not None

    async def auth_completed(self) -> None:
        """Write down who came, unless too many of the State are here already."""
        assert self._key is not None
        key, state = self._key, self._key.place
        if self._door.inside[state.code] >= MOST_OF_A_STATE:
            words = f"{state.name} has {MOST_OF_A_STATE} connections open already. Close one first."
            self._connection.disconnect(DISC_TOO_MANY_CONNECTIONS, words)
            return
        self._is_inside = True
        self._door.inside[state.code] += 1
        try:
            await self._in_thread(lambda: sftp_keys.note_sign_in(key=key))
        except (DatabaseError, InterfaceError):
            self._connection.disconnect(DISC_SERVICE_NOT_AVAILABLE, AWAY)

    def session_requested(self) -> "tuple[SSHServerChannel[bytes], Session] | bool":
        """A session, for SFTP only."""
        self._sessions += 1
        if self._key is None or not self._is_inside or self._sessions > MOST_SESSIONS:
            return False
        state, key = self._key.place.code, self._key.pk
        channel = self._connection.create_server_channel(encoding=None)
        return channel, Session(lambda chan: Box(chan, self._door.house, state, key))

    async def _in_thread(self, ask: Callable[[], "list[SftpKey] | None"]) -> "list[SftpKey]":
        def asked() -> "list[SftpKey]":
            close_old_connections()
            try:
                return ask() or []
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self._door.house.threads, asked)


def run(*, host: str, port: int, folder: Path, host_key: str, welcome: Callable[[int, str], None]) -> None:
    """Serve the drop boxes until SIGINT or SIGTERM.

    Args:
        host: the address to listen on.
        port: the port; 0 for any that is free.
        folder: where the inboxes are.
        host_key: the server's private key, as text.
        welcome: told the port and the fingerprint of the host key once the server listens.

    Raises:
        CannotListen: the port is taken, or another drop box uses the folder.
    """
    asyncssh.set_log_level(logging.WARNING)  # at INFO it tells addresses, at DEBUG names of files
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as why:
            raise CannotListen(f"Another drop box uses {folder} already. Stop it first.") from why
        with ThreadPoolExecutor(THREADS, "sftp") as threads:
            asyncio.run(_serve(host, port, Desk(folder), threads, host_key, welcome))


async def _serve(
    host: str,
    port: int,
    desk: Desk,
    threads: ThreadPoolExecutor,
    host_key: str,
    welcome: Callable[[int, str], None],
) -> None:
    door = Door(House(desk, Outbox(desk), threads))
    key = asyncssh.import_private_key(host_key)
    listener = await _listen(door, host, port, key)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    welcome(listener.get_port(), key.get_fingerprint())
    trying = asyncio.create_task(_try_again(desk, threads))
    await stopped.wait()
    listener.close()
    trying.cancel()
    for visitor in list(door.connections):
        visitor.leave()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_LIMIT):
            while door.connections or desk.at_hand:
                await asyncio.sleep(0.05)


async def _listen(door: Door, host: str, port: int, key: asyncssh.SSHKey) -> asyncssh.SSHAcceptor:
    try:
        return await asyncssh.listen(
            host,
            port,
            server_factory=lambda: Visitor(door),
            server_host_keys=[key],
            server_version="openmsix",
            signature_algs=SIGNATURES,
            compression_algs=None,
            x509_trusted_certs=None,
            gss_host=None,
            allow_pty=False,
            agent_forwarding=False,
            x11_forwarding=False,
            login_timeout=LOGIN_GRACE,
            keepalive_interval=KEEPALIVE,
        )
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            why = f"Port {port} of {host} is taken by another program. Stop it, or choose another port with --port."
        else:
            why = f"The drop box cannot listen at port {port} of {host} ({fault.strerror}). Choose others with --host and --port."
        raise CannotListen(why) from fault


async def _try_again(desk: Desk, threads: ThreadPoolExecutor) -> None:
    """Receive what a crash or a fault left, at the start and whenever some time has passed."""
    loop, turns = asyncio.get_running_loop(), 0
    while True:
        try:
            await loop.run_in_executor(threads, desk.receive_all)
            if turns % SWEEP_EVERY == 0:
                for area in desk.areas():
                    await loop.run_in_executor(threads, area.sweep)
        except OSError as fault:
            tell("drop_box.no_inboxes", exc=fault)
        turns += 1
        await asyncio.sleep(TRY_AGAIN)
