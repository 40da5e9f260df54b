"""What a client may do in a drop box: put files into the inbox, fetch files from the outbox."""

import asyncio
import os
import stat
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncssh
from asyncssh import SFTPAttrs, SFTPName
from asyncssh.constants import FXF_APPEND, FXF_CREAT, FXF_EXCL, FXF_READ, FXF_TRUNC

from openmsix.accounts.hats import Hat

from . import paths
from .answers import in_words
from .outbox import Entry, NotThere, Outbox
from .paths import Folder, Spot
from .receiving import REFUSED, Desk, Outcome, has_hat
from .refusals import Refused
from .session import Cuttable
from .uploads import Upload, Uploads

MOST_OPEN = 32
"""Files that a session may have open at once."""

MOST_READ = 4 << 20
"""Bytes that one answer brings, as clients are told; they ask again for what is left."""

LAST_PLACE = 2**62
"""Behind it no file has anything, and no disk can look."""

READ_ONLY = "The outbox is for reading. Put files into /inbox."
WRITE_ONLY = "The inbox is for sending; what was sent is not read back. Receipts are in /outbox."
NO_OTHERS = "A drop box has the folders /inbox and /outbox, and no others."
ENDED = "The key of this session opens the drop box no more."
Answer = TypeVar("Answer")


@dataclass
class House:
    """What all sessions of a server share. `threads`: where the database and the exchange are asked."""

    desk: Desk
    outbox: Outbox
    threads: Executor
    uploads: Uploads = field(default_factory=Uploads)


class Box(Cuttable):
    """One session in one State's drop box.

    `_taken`: what it has handed over, for clients that look at a file once more after they have sent it.
    """

    def __init__(self, channel: Any, house: House, state_code: str, key: int) -> None:
        super().__init__(channel)
        self._house, self._state, self._key = house, state_code, key
        self._area = house.desk.area(state_code)
        self._taken: dict[str, SFTPAttrs] = {}
        self._open: set[object] = set()
        self._is_cut = False

    def cut(self) -> None:
        """See `Cuttable`."""
        self._is_cut = True

    async def _asking(self, question: Callable[[Hat], Answer]) -> Answer:
        """Ask the exchange in a thread, by the hat of the session's key as it is now."""

        def asked() -> Answer:
            hat = has_hat(self._key)
            if hat is None:
                raise asyncssh.SFTPPermissionDenied(ENDED)
            return question(hat)

        with in_words():
            return await asyncio.get_running_loop().run_in_executor(self._house.threads, asked)

    def _spot(self, path: bytes) -> Spot:
        with in_words():
            return paths.spot(path)

    def _in_inbox(self, path: bytes) -> Spot:
        """Where a file of the inbox is.

        Raises: SFTPPermissionDenied if the path leads elsewhere.
        """
        spot = self._spot(path)
        if spot.folder is not Folder.INBOX or not spot.name:
            raise asyncssh.SFTPPermissionDenied(READ_ONLY if spot.folder is Folder.OUTBOX else NO_OTHERS)
        return spot

    # Opening, writing, reading, closing

    async def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> object:
        """Open a file of the inbox for writing, or one of the outbox for reading."""
        spot = self._spot(path)
        if len(self._open) >= MOST_OPEN:
            raise asyncssh.SFTPFailure(f"At most {MOST_OPEN} files may be open at once.")
        if spot.folder is Folder.OUTBOX and spot.name and not pflags & ~FXF_READ:
            opened: object = await self._asking(
                lambda hat: self._house.outbox.open(self._area, hat, spot.name)
            )
        elif pflags & ~FXF_READ:
            opened = self._opened(self._in_inbox(path).name, pflags)
        else:
            raise asyncssh.SFTPPermissionDenied(WRITE_ONLY)
        self._open.add(opened)
        return opened

    def _opened(self, name: str, pflags: int) -> Upload:
        with in_words():
            return self._house.uploads.open(
                self._area,
                name,
                create=bool(pflags & FXF_CREAT),
                only_new=bool(pflags & FXF_EXCL),
                empty=bool(pflags & FXF_TRUNC),
                appends=bool(pflags & FXF_APPEND),
            )

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Write into an upload."""
        with in_words():
            return _upload(file_obj).write(offset, data)

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Read from a file of the outbox."""
        if isinstance(file_obj, Upload):
            raise asyncssh.SFTPPermissionDenied(WRITE_ONLY)
        return _read(file_obj, offset, size)

    async def close(self, file_obj: object) -> None:
        """Close a file. An upload under its final name is whole then, if its client closed it and wrote anything (or sent an empty file)."""
        self._open.discard(file_obj)
        if not isinstance(file_obj, Upload):
            file_obj.close()  # type: ignore[attr-defined]
            return
        is_said_whole = file_obj.written or file_obj.is_empty
        self._house.uploads.close(file_obj)
        if self._is_cut:
            return
        if file_obj.is_lost:
            raise asyncssh.SFTPFailure(f"Another session writes {file_obj.name} now.")
        if is_said_whole and not Spot(Folder.INBOX, file_obj.name).is_temporary:
            await self._hand_over(file_obj.name, file_obj.name)

    async def _hand_over(self, name: str, final: str) -> None:
        """Hand a whole file to the exchange.

        Raises: SFTPFailure if it is refused. If it must wait, it is safe here and tried again, which the outbox tells.
        """
        size = (self._area.unfinished / name).stat().st_size

        def receive() -> Outcome:
            whole = self._area.hand_over(name, final, self._key)
            return self._house.desk.receive(self._area, whole)

        with in_words(), self._house.uploads.handing_over(self._area, name):
            outcome = await asyncio.get_running_loop().run_in_executor(self._house.threads, receive)
        if outcome.ending == REFUSED:
            raise asyncssh.SFTPFailure(" ".join(outcome.text.split()))
        self._taken[final] = _attrs(stat.S_IFREG | 0o600, size, time.time())

    # Names

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give an upload another name, if there is none of that name; with a final name it is whole."""
        new = self._in_inbox(newpath)
        if new.name in dict(self._area.uploads()):
            raise asyncssh.SFTPFileAlreadyExists(f"There is an unfinished {new.name} already.")
        await self.posix_rename(oldpath, newpath)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """The same in place of what has that name."""
        old, new = self._in_inbox(oldpath), self._in_inbox(newpath)
        there = dict(self._area.uploads())
        if old.name not in there and old.name in self._taken:
            self._taken[new.name] = self._taken[
                old.name
            ]  # received already; its sender had one more name for it
            return
        with in_words():
            if old.name not in there:
                raise NotThere
            self._check_closed(old.name)
            self._house.uploads.take_over(self._area, old.name)
            self._house.uploads.take_over(self._area, new.name)
        if new.is_temporary:
            (self._area.unfinished / old.name).rename(self._area.unfinished / new.name)
            return
        await self._hand_over(old.name, new.name)
        if old.name != new.name:
            (self._area.unfinished / new.name).unlink(missing_ok=True)

    def _check_closed(self, name: str) -> None:
        upload = self._house.uploads.by_whom(self._area, name)
        if upload in self._open:
            raise Refused(f"{name} is still being written. Close it first.")

    async def remove(self, path: bytes) -> None:
        """Take away an unfinished upload."""
        name = self._in_inbox(path).name
        self._house.uploads.take_over(self._area, name)
        (self._area.unfinished / name).unlink()

    def realpath(self, path: bytes) -> bytes:
        """The path from the top."""
        return paths.whole(path)

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        """What a folder holds."""
        spot = self._spot(path)
        if spot.name:
            raise asyncssh.SFTPNotADirectory("This is no folder.")
        folders = [Folder.INBOX, Folder.OUTBOX] if spot.folder is Folder.TOP else []
        for folder in (".", "..", *folders):
            yield SFTPName(folder.encode(), attrs=_FOLDER)
        for name, attrs in (await self._listed(spot.folder)).items():
            yield SFTPName(name.encode(), attrs=attrs)

    async def _listed(self, folder: Folder) -> dict[str, SFTPAttrs]:
        if folder is Folder.INBOX:
            uploads = self._area.uploads()
            return {name: _attrs(stat.S_IFREG | 0o600, its.st_size, its.st_mtime) for name, its in uploads}
        if folder is Folder.OUTBOX:
            entries = await self._asking(lambda hat: self._house.outbox.list(self._area, hat))
            return {entry.name: _attrs(stat.S_IFREG | 0o400, entry.size, entry.changed) for entry in entries}
        return {}

    # Sizes and times

    async def stat(self, path: bytes) -> SFTPAttrs:
        """Size and times of a file or folder."""
        spot = self._spot(path)
        if not spot.name:
            return _FOLDER
        with in_words():
            if spot.folder is Folder.INBOX:
                return self._about_upload(spot.name)
        return await self._asking(
            lambda hat: _about_entry(self._house.outbox.find(self._area, hat, spot.name))
        )

    async def lstat(self, path: bytes) -> SFTPAttrs:
        """The same: there are no links."""
        return await self.stat(path)

    def _about_upload(self, name: str) -> SFTPAttrs:
        try:
            its = os.lstat(self._area.unfinished / name)
        except FileNotFoundError:
            if name in self._taken:
                return self._taken[name]
            raise NotThere from None
        return _attrs(stat.S_IFREG | 0o600, its.st_size, its.st_mtime)

    def fstat(self, file_obj: object) -> SFTPAttrs:
        """Size and times of an open file."""
        if isinstance(file_obj, Upload):
            its = file_obj.about()
            return _attrs(stat.S_IFREG | 0o600, its.st_size, its.st_mtime)
        return _attrs(stat.S_IFREG | 0o400, _size(file_obj), time.time())

    async def setstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Owners, modes and times mean nothing here, and clients that set them are not told off; a size cuts an upload."""
        name = self._in_inbox(path).name
        with in_words():
            self._about_upload(name)
            if attrs.size is not None and name not in self._taken:
                upload = self._opened(name, 0)
                try:
                    upload.cut_to(attrs.size)
                finally:
                    self._house.uploads.close(upload)

    async def lsetstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """The same: there are no links."""
        await self.setstat(path, attrs)

    def fsetstat(self, file_obj: object, attrs: SFTPAttrs) -> None:
        """See `setstat`."""
        with in_words():
            if attrs.size is not None:
                _upload(file_obj).cut_to(attrs.size)

    def fsync(self, file_obj: object) -> None:
        """Wait until an upload is on the disk."""
        if isinstance(file_obj, Upload):
            file_obj.sync()

    # What there is not

    def mkdir(self, path: bytes, attrs: SFTPAttrs) -> None:
        """There are two folders."""
        raise asyncssh.SFTPPermissionDenied(NO_OTHERS)

    def rmdir(self, path: bytes) -> None:
        """There are two folders."""
        raise asyncssh.SFTPPermissionDenied(NO_OTHERS)

    def readlink(self, path: bytes) -> bytes:
        """There are no links."""
        raise asyncssh.SFTPOpUnsupported("There are no links in a drop box.")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """There are no links."""
        raise asyncssh.SFTPOpUnsupported("There are no links in a drop box.")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        """There are no links."""
        raise asyncssh.SFTPOpUnsupported("There are no links in a drop box.")

    def statvfs(self, path: bytes) -> Any:
        """The disk is nobody's business."""
        raise asyncssh.SFTPOpUnsupported("How large the disk is is not told.")

    def fstatvfs(self, file_obj: object) -> Any:
        """The disk is nobody's business."""
        raise asyncssh.SFTPOpUnsupported("How large the disk is is not told.")

    def exit(self) -> None:
        """End well, which `scp` asks for."""
        self.channel.exit(0)

    def format_user(self, uid: int | None) -> str:
        """All files are the State's."""
        return self._state.lower()

    def format_group(self, gid: int | None) -> str:
        """All files are the State's."""
        return self._state.lower()


def _attrs(mode: int, size: int, changed: float) -> SFTPAttrs:
    return SFTPAttrs(
        size=size, permissions=mode, atime=int(changed), mtime=int(changed), uid=0, gid=0, nlink=1
    )


_FOLDER = SFTPAttrs(permissions=stat.S_IFDIR | 0o700, uid=0, gid=0, nlink=2)


def _upload(file_obj: object) -> Upload:
    if isinstance(file_obj, Upload):
        return file_obj
    raise asyncssh.SFTPPermissionDenied(READ_ONLY)


def _read(file: Any, offset: int, size: int) -> bytes:
    if offset > LAST_PLACE:
        raise asyncssh.SFTPEOFError
    file.seek(offset)
    data: bytes = file.read(min(size, MOST_READ))
    if not data:
        raise asyncssh.SFTPEOFError
    return data


def _size(file: Any) -> int:
    size: int = file.seek(0, os.SEEK_END)
    return size


def _about_entry(entry: Entry) -> SFTPAttrs:
    return _attrs(stat.S_IFREG | 0o400, entry.size, entry.changed)
