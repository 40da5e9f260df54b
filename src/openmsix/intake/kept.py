"""Kept files: what was received, encrypted, in the storage named `kept`.

The keys come from the setting FILE_KEYS, `id:base64 id:base64 ...`, the newest first: it seals, all of them open. See docs/adr/0006-kept-files.md.
"""

import base64
import binascii
import contextlib
import os
import secrets
import time
from pathlib import Path
from typing import IO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from .sealed import KEY, CannotOpen, Keys, seal, unseal

__all__ = ["CannotOpen", "forget_drafts", "keys", "names", "open", "read", "remove", "store"]


DRAFT = ".draft-"
DRAFTS_KEPT = 86_400.0  # seconds; nobody writes for so long


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
    """Keep a stream under a name, encrypted and safe on disk, and close it; the name under which it can be opened again.

    Nothing has the name before all of it is there: on a disk of our own it is written as a draft first. Other storages see to that themselves.
    """
    storage = _storage()
    with seal(stream, keys()) as sealed:
        if not _is_disk(storage):
            return storage.save(name, File(sealed))
        draft = f"{name}{DRAFT}{secrets.token_hex(4)}"
        try:
            written = Path(storage.path(storage.save(draft, File(sealed))))
            _write_through(written)
            stored_as = storage.get_available_name(name)
            written.rename(storage.path(stored_as))
        except BaseException:
            with contextlib.suppress(OSError):
                storage.delete(draft)
            raise
    for folder in written.relative_to(storage.path("")).parents:
        _write_through(Path(storage.path(str(folder))))
    return stored_as


def _is_disk(storage: Storage) -> bool:
    try:
        storage.path("")
    except NotImplementedError:
        return False
    return True


def _write_through(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def forget_drafts() -> int:
    """Take away what processes left that were killed while they wrote; how many."""
    storage = _storage()
    old = time.time() - DRAFTS_KEPT
    left = [name for name in _files(storage, "") if DRAFT in name] if _is_disk(storage) else []
    left = [name for name in left if Path(storage.path(name)).stat().st_mtime < old]
    for name in left:
        storage.delete(name)
    return len(left)


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
    """The names of all files kept in a folder and those within it, in order. A draft is no kept file."""
    return sorted(name for name in _files(_storage(), folder) if DRAFT not in name)


def _files(storage: Storage, folder: str) -> list[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return []
    inside = f"{folder}/" if folder else ""
    found = [f"{inside}{name}" for name in files]
    for inner in folders:
        found += _files(storage, f"{inside}{inner}")
    return found
