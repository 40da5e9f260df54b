"""Kept files: what was received, encrypted, in the storage named `kept`.

The keys come from the setting FILE_KEYS, `id:base64 id:base64 ...`, the newest first: it seals, all of them open. See docs/adr/0006-kept-files.md.
"""

import base64
import binascii
import os
from pathlib import Path
from typing import IO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from .sealed import KEY, CannotOpen, Keys, seal, unseal

__all__ = ["CannotOpen", "keys", "names", "open", "read", "remove", "store"]


def keys() -> Keys:
    """The keys of this installation.

    Raises:
        CannotOpen: the setting cannot be read as keys.
    """
    by_id: dict[str, bytes] = {}
    for entry in str(settings.FILE_KEYS).split():
        name, _, coded = entry.partition(":")
        try:
            key = base64.urlsafe_b64decode(coded)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY or not name.isascii():
            raise CannotOpen(
                f"The key {name!r} in OPENMSIX_FILE_KEYS cannot be used: a key is written id:base64 and has {KEY} bytes."
            )
        by_id[name] = key
    if not by_id:
        raise CannotOpen("There are no keys for kept files. Set OPENMSIX_FILE_KEYS.")
    return Keys(next(iter(by_id)), by_id)


def _storage() -> Storage:
    return storages["kept"]


def store(stream: IO[bytes], name: str) -> str:
    """Keep a stream under a name, encrypted and safe on disk, and close it; the name under which it can be opened again."""
    storage = _storage()
    with seal(stream, keys()) as sealed:
        stored_as = storage.save(name, File(sealed))
    _make_durable(storage, stored_as)
    return stored_as


def _make_durable(storage: Storage, name: str) -> None:
    """On a disk of our own, wait until the file and its entry in the folder are written. Other storages see to it themselves."""
    try:
        path = Path(storage.path(name))
    except NotImplementedError:
        return
    for place in (path, path.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def open(name: str) -> IO[bytes]:
    """A kept file, to be read as it was received.

    Raises:
        CannotOpen: it is not there, was changed, or its key is missing.
    """
    try:
        stored = _storage().open(name, "rb")
    except OSError as fault:
        raise CannotOpen("A kept file is not there any more. Bring it back from a backup.") from fault
    try:
        return cast(IO[bytes], unseal(cast(IO[bytes], stored), keys()))
    except CannotOpen:
        stored.close()
        raise


def read(name: str) -> bytes:
    """All of a kept file.

    Raises:
        CannotOpen: as `open`.
    """
    with open(name) as file:
        return file.read()


def remove(name: str) -> None:
    """Take away a file that was kept for an act that then did not happen."""
    _storage().delete(name)


def names(folder: str) -> list[str]:
    """The names of all files kept in a folder and those within it, in order."""
    storage = _storage()
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return []
    found = [f"{folder}/{name}" for name in files]
    for inner in folders:
        found += names(f"{folder}/{inner}")
    return sorted(found)
