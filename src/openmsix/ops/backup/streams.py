"""Streams of bytes that are counted, sealed and made safe on disk."""

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from openmsix.intake.sealed import Keys, seal

AT_ONCE = 1 << 20


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """A file's bytes, some at a time."""
    while piece := file.read(AT_ONCE):
        yield piece


class Pieces(io.RawIOBase):
    """Pieces of bytes, read as a stream."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts, self._left = iter(parts), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        while not self._left and (part := next(self._parts, None)) is not None:
            self._left = part
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


class Hashing(io.RawIOBase):
    """A stream that reckons the digest of what is read from it; closing it closes the stream behind."""

    def __init__(self, behind: IO[bytes]) -> None:
        self._behind, self._digest = behind, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        piece = self._behind.read(len(buffer))
        buffer[: len(piece)] = piece
        self._digest.update(piece)
        return len(piece)

    def close(self) -> None:
        self._behind.close()
        super().close()

    def digest(self) -> str:
        """The digest of all that was read."""
        return self._digest.hexdigest()


def write_sealed(parts: Iterable[bytes], path: Path, keys: Keys) -> tuple[str, int]:
    """Seal pieces of bytes into a new file, safe on disk; the digest and the number of the sealed bytes."""
    with seal(io.BufferedReader(Pieces(parts), AT_ONCE), keys) as closed:
        return write(closed, path)


def write(stream: IO[bytes], path: Path) -> tuple[str, int]:
    """Write a stream into a new file, safe on disk; its digest and size."""
    digest, size = hashlib.sha256(), 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for piece in pieces(stream):
            file.write(piece)
            digest.update(piece)
            size += len(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size


def make_durable(folder: Path) -> None:
    """Wait until the entries of a folder are written."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
