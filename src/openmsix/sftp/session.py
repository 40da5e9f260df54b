"""One SFTP session of AsyncSSH, and nothing else of SSH: no shell, no command, no other subsystem.

AsyncSSH closes the files of a session that is cut off as if its client had closed them. Here that difference is all: a file that its client closed is
whole, a file that was cut off is not. So the handler says beforehand that the session was cut off. (AsyncSSH has no public place for that; the two
methods that are replaced are held by tests with the real OpenSSH client.)
"""

from collections.abc import Callable
from typing import Any, cast

from asyncssh import SFTPServer
from asyncssh.channel import SSHServerChannel
from asyncssh.sftp import SFTPServerHandler
from asyncssh.stream import SSHReader, SSHServerStreamSession, SSHWriter

VERSION = 3  # of the protocol: what OpenSSH and nearly all others speak


class Cuttable(SFTPServer):
    """An SFTP server that is told when its session ends without the client having closed its files."""

    def cut(self) -> None:
        """What is open now was not closed by the client."""
        raise NotImplementedError


class Handler(SFTPServerHandler):
    """Takes the packets of one session."""

    _extensions = [  # noqa: RUF012 (AsyncSSH's own form)
        (b"posix-rename@openssh.com", b"1"),
        (b"fsync@openssh.com", b"1"),
        (b"limits@openssh.com", b"1"),
    ]

    async def _cleanup(self, exc: Exception | None) -> None:
        cast(Cuttable, self._server).cut()
        await super()._cleanup(exc)


class Session(SSHServerStreamSession[bytes]):
    """A session that may become an SFTP session only."""

    def __init__(self, make: Callable[[Any], Cuttable]) -> None:
        super().__init__(None, make, VERSION)
        self._make = make

    def session_started(self) -> None:
        """Begin, once the client has asked for SFTP."""
        channel = cast(SSHServerChannel[bytes], self._chan)
        channel.set_encoding(None)
        self._encoding = None
        reader, writer = SSHReader[bytes](self, channel), SSHWriter[bytes](self, channel)
        handler = Handler(self._make(channel), reader, writer, VERSION)
        assert self._conn is not None
        self._conn.create_task(handler.run(), reader.logger)
