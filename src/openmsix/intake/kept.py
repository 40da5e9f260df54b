"""Kept files: what was received, encrypted, in the storage named `kept`.

The keys come from the setting FILE_KEYS, `id:base64 id:base64 ...`, the newest first: it seals, all of them open. See docs/adr/0006-kept-files.md.

On a disk of our own a file is written under a hidden name, made safe, and only then given its own: whatever has a name is whole. What a
process that died left half written is named by nobody.
"""

import base64
import binascii
import io
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast
from urllib.parse import quote

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from . import sealed
from .sealed import KEY, CannotOpen, Keys, seal, unseal

__all__ = [
    "CannotOpen", "as_it_lies", "faults_of", "forget_unfinished", "is_there", "key_id", "keys", "names", "open", "place", "read", "remove", "replace", "size_and_moment", "store",
]  # fmt: skip

UNFINISHED = ".unfinished-"
"""How the names of files begin that are being written."""

UNFINISHED_KEPT = 86_400.0
"""Seconds; nobody writes for so long."""

MARKS = "keys"
MARK = b"Kept under this key."
NOT_THERE = "A kept file is not there any more. Bring it back from a backup."
AT_ONCE = 1 << 20
_CHECKED: set[tuple[str, str]] = set()
"""Keys that fit, each with where the files lie. A process that began before a key was changed goes on with its own."""


def keys() -> Keys:
    """The keys of this installation.

    Raises:
        CannotOpen: the setting cannot be read as keys.
    """
    return as_keys(str(settings.FILE_KEYS))


def as_keys(text: str) -> Keys:
    """Keys from a text such as `id:base64 id:base64 ...`.

    Raises:
        CannotOpen: it cannot be read as keys.
    """
    by_id: dict[str, bytes] = {}
    for entry in text.split():
        name, _, coded = entry.partition(":")
        try:
            key = base64.urlsafe_b64decode(coded)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY or not name.isascii() or not 0 < len(name) <= sealed.MOST_KEY_ID:
            raise CannotOpen(
                f"The key {name!r} in OPENMSIX_FILE_KEYS cannot be used: a key is written id:base64 and has {KEY} bytes."
            )
        by_id[name] = key
    if not by_id:
        raise CannotOpen("There are no keys for kept files. Set OPENMSIX_FILE_KEYS.")
    return Keys(next(iter(by_id)), by_id)


def _storage() -> Storage:
    return storages["kept"]


def _path(storage: Storage, name: str) -> Path | None:
    """Where a file lies on a disk of our own; None in other storages, which write whole files or none by themselves."""
    try:
        return Path(storage.path(name))
    except NotImplementedError:
        return None


def store(stream: IO[bytes], name: str) -> str:
    """Keep a stream under a name, encrypted and safe on disk, and close it; the name under which it can be opened again.

    Raises:
        CannotOpen: the keys are not those of this installation; nothing was kept.
    """
    _check_keys()
    with seal(stream, keys()) as closed:
        leave_mark(keys().newest)
        return place(closed, name)


def _check_keys() -> None:
    """Look once whether the keys open what was kept before: what is kept under a stray key is lost when it goes.

    Raises:
        CannotOpen: they do not.
    """
    mine = (str(settings.FILE_KEYS), str(_path(_storage(), "")))
    if mine in _CHECKED:
        return
    if found := faults_of(names(MARKS)):
        raise CannotOpen(" ".join(found))
    _CHECKED.add(mine)


def faults_of(which: Iterable[str]) -> list[str]:
    """Why the keys of this installation do not open some of these kept files, and what to do, in words; nothing if they open all.

    Raises:
        CannotOpen: the keys cannot be read at all.
    """
    known = keys()
    return [fault for name in which if (fault := _fault_of(name, known))]


def _fault_of(name: str, known: Keys) -> str:
    needed = key_id(name)
    if needed not in known.by_id:
        return (
            f"Kept files need the key {needed!r}, which is not among the keys of this installation ({', '.join(known.by_id)}). "
            "Bring it back: OPENMSIX_FILE_KEYS, or secrets/file-keys in the installation's folder."
        )
    try:
        read(name)
    except CannotOpen:
        return (
            f"The key {needed!r} is another one than that under which files were kept: it opens none of them. Bring back the right one: "
            "OPENMSIX_FILE_KEYS, or secrets/file-keys in the installation's folder."
        )
    return ""


def leave_mark(key: str) -> None:
    """Keep one small file under a key, so that `key_marks` can tell a lost or wrong key without a look at every file."""
    known = keys()
    name = f"{MARKS}/{quote(key, safe='')}"
    if not _storage().exists(name):
        with seal(io.BytesIO(MARK), Keys(key, known.by_id)) as closed:
            place(closed, name)


def place(closed: IO[bytes], name: str) -> str:
    """Keep a stream that is sealed already, as it is; the name under which it can be opened again: another one if this one is taken."""
    storage = _storage()
    free = storage.get_available_name(name)
    path = _path(storage, free)
    if path is None:
        return storage.save(free, File(closed))
    with _beside(path) as draft:
        _copy(closed, draft)
        while True:
            with suppress(FileExistsError):
                os.link(draft, path)
                break
            # Somebody took the name meanwhile.
            free = storage.get_available_name(name)
            path = Path(storage.path(free))
    _make_durable(path.parent)
    return free


def replace(name: str, content: Callable[[], IO[bytes]]) -> None:
    """Put other content, encrypted anew, in the place of a kept file: after it there is either the old file or the new one, whole.

    The new file is read back and compared before the old one is given up.

    Args:
        name: the kept file.
        content: opens the new content; called twice.

    Raises:
        CannotOpen: what was written does not come back, or the keys are not those of this installation.
    """
    _check_keys()
    path = _path(_storage(), name)
    if path is None:
        raise CannotOpen("Kept files can be rewritten on a disk of our own only, not in this storage.")
    with seal(content(), keys()) as closed, _beside(path) as draft:
        _copy(closed, draft)
        with content() as meant, draft.open("rb") as again, unseal(again, keys()) as written:
            if not _same(meant, written):
                raise CannotOpen("What was written did not come back as it was. The old file is untouched.")
        draft.replace(path)
    _make_durable(path.parent)


def _same(one: IO[bytes], other: IO[bytes]) -> bool:
    while piece := one.read(AT_ONCE):
        if sealed.read_fully(other, len(piece)) != piece:
            return False
    return not other.read(1)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A hidden file in the same folder; gone at the end, unless it was given another name."""
    for folder in (*reversed(path.parents[:-1]), path.parent):
        folder.mkdir(exist_ok=True, mode=0o700)
    draft = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _copy(closed: IO[bytes], draft: Path) -> None:
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        while piece := closed.read(AT_ONCE):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _make_durable(folder: Path) -> None:
    """Wait until the entries of a folder are written."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def as_it_lies(name: str) -> IO[bytes]:
    """A kept file as it lies in the storage, sealed.

    Raises:
        CannotOpen: it is not there.
    """
    try:
        return cast(IO[bytes], _storage().open(name, "rb"))
    except OSError as fault:
        raise CannotOpen(NOT_THERE) from fault


def key_id(name: str) -> str:
    """The id of the key under which a file is kept.

    Raises:
        CannotOpen: it is not there, or is no kept file.
    """
    with as_it_lies(name) as stored:
        return sealed.key_id_of(stored)


def forget_unfinished() -> int:
    """Take away what processes left that were killed while they wrote; how many."""
    storage = _storage()
    root = _path(storage, "")
    if root is None:
        return 0
    old = time.time() - UNFINISHED_KEPT
    left = [path for path in root.rglob(f"{UNFINISHED}*") if path.stat().st_mtime < old]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def open(name: str) -> IO[bytes]:
    """A kept file, to be read as it was received.

    Raises:
        CannotOpen: it is not there, was changed, or its key is missing.
    """
    stored = as_it_lies(name)
    try:
        return cast(IO[bytes], unseal(stored, keys()))
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
    """Take away a file that was kept for an act that then did not happen, or that is to be forgotten."""
    _storage().delete(name)


def is_there(name: str) -> bool:
    """Whether there is a file of this name."""
    return _storage().exists(name)


def names(folder: str = "") -> list[str]:
    """The names of all files kept in a folder and those within it, in order; without what is being written."""
    storage = _storage()
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return []
    before = f"{folder}/" if folder else ""
    found = [f"{before}{name}" for name in files if not name.startswith(UNFINISHED)]
    for inner in folders:
        found += names(f"{before}{inner}")
    return sorted(found)


def size_and_moment(name: str) -> tuple[int, int]:
    """How many bytes a kept file has as it lies, and when it was written (nanoseconds): another one under its name has another moment.

    Raises:
        CannotOpen: it is not there.
    """
    storage = _storage()
    path = _path(storage, name)
    try:
        if path is None:
            return storage.size(name), int(storage.get_modified_time(name).timestamp() * 1e9)
        found = path.stat()
    except OSError as fault:
        raise CannotOpen(NOT_THERE) from fault
    return found.st_size, found.st_mtime_ns
