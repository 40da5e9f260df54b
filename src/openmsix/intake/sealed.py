"""Streams of bytes under authenticated encryption. Pure.

The framing is the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizard, 2015) over AES-256-GCM:

    "openmsix sealed 1" LF   key id LF   salt (32 bytes)   chunk   chunk ...   last chunk

Every stream has a key of its own: HKDF-SHA-256 of the named key with the salt, and with everything before the salt as its info, so that
the key id is authenticated too. A chunk is 1 MiB of plain text, the last one less or equal (empty only if the stream is), followed by
its tag of 16 bytes. The nonce of a chunk is its number (11 bytes, big-endian) and a byte that is 1 for the last chunk, else 0. So no chunk can be
changed, moved, repeated or left out, and no stream can be cut short, without the reading noticing.
"""

import io
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"openmsix sealed 1\n"
CHUNK = 1 << 20
TAG = 16
SALT = 32
KEY = 32
MOST_KEY_ID = 64
NO_SEALED_FILE = "This is no kept file, or its beginning is lost. Bring it back from a backup."


class CannotOpen(Exception):
    """A sealed stream cannot be read. The text says why and what to do, in plain words."""


@dataclass(frozen=True)
class Keys:
    """The keys of an installation by id. `newest` seals; all of them open."""

    newest: str
    by_id: Mapping[str, bytes]


class _Chunks(io.RawIOBase):
    """Pieces of bytes, read as one stream. Closing it closes the stream behind."""

    def __init__(self, pieces: Iterator[bytes], behind: IO[bytes]) -> None:
        self._pieces = pieces
        self._behind = behind
        self._left = memoryview(b"")

    def close(self) -> None:
        if not self.closed:
            self._behind.close()
        super().close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


def _cipher(key: bytes, salt: bytes, heading: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY, salt, heading).derive(key))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def read_fully(stream: IO[bytes], size: int) -> bytes:
    """So many bytes of a stream that may give them in pieces; fewer only at its end."""
    parts = []
    while size and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _pieces(stream: IO[bytes], size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Number, bytes and whether it is the last, of each piece of this size; at least one."""
    number, piece = 0, read_fully(stream, size)
    while True:
        following = read_fully(stream, size) if len(piece) == size else b""
        yield number, piece, not following
        if not following:
            return
        number, piece = number + 1, following


def seal(stream: IO[bytes], keys: Keys) -> io.BufferedReader:
    """The sealed form of a stream, to be read while the stream is; closing it closes the stream."""

    def pieces() -> Iterator[bytes]:
        heading = MAGIC + keys.newest.encode() + b"\n"
        salt = secrets.token_bytes(SALT)
        cipher = _cipher(keys.by_id[keys.newest], salt, heading)
        yield heading + salt
        for number, piece, last in _pieces(stream, CHUNK):
            yield cipher.encrypt(_nonce(number, last), piece, None)

    return io.BufferedReader(_Chunks(pieces(), stream), CHUNK)


def unseal(stream: IO[bytes], keys: Keys) -> io.BufferedReader:
    """The plain form of a sealed stream, to be read while the stream is; closing it closes the stream.

    Raises:
        CannotOpen: now, if it is no sealed stream or its key is not there; while reading, if it was changed or cut short.
    """
    cipher = _opened(stream, keys)

    def pieces() -> Iterator[bytes]:
        for number, piece, last in _pieces(stream, CHUNK + TAG):
            try:
                yield cipher.decrypt(_nonce(number, last), piece, None)
            except InvalidTag:
                raise CannotOpen(
                    "A kept file cannot be opened: it was changed or cut short since it was kept, or the key under its "
                    "key id is another one than then. Bring back the right key from where you keep it (backups hold none), or the file from a backup."
                ) from None

    return io.BufferedReader(_Chunks(pieces(), stream), CHUNK)


def key_id_of(stream: IO[bytes]) -> str:
    """The id of the key that a sealed stream needs; reads the stream up to its salt. Nothing vouches for it before the stream is opened.

    Raises:
        CannotOpen: it is no sealed stream.
    """
    magic = read_fully(stream, len(MAGIC))
    name = bytearray()
    while magic == MAGIC and len(name) <= MOST_KEY_ID and (byte := stream.read(1)) not in (b"", b"\n"):
        name += byte
    if magic != MAGIC or not name or len(name) > MOST_KEY_ID:
        raise CannotOpen(NO_SEALED_FILE)
    return name.decode("ascii", "replace")


def _opened(stream: IO[bytes], keys: Keys) -> AESGCM:
    key_id = key_id_of(stream)
    salt = read_fully(stream, SALT)
    if len(salt) != SALT:
        raise CannotOpen(NO_SEALED_FILE)
    if key_id not in keys.by_id:
        raise CannotOpen(
            f"The file was kept under the key {key_id!r}, which is not among the keys of this installation "
            f"({', '.join(keys.by_id)}). Add it to OPENMSIX_FILE_KEYS."
        )
    return _cipher(keys.by_id[key_id], salt, MAGIC + key_id.encode() + b"\n")
