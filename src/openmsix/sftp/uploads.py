"""Files that are being written into an inbox, and who writes them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openmsix.intake.limits import LARGEST_FILE

from .area import MOST_UNFINISHED, NEVER_FOLLOWED, Area
from .refusals import Refused

MOST_BYTES = 4 * LARGEST_FILE
"""Of all unfinished uploads of a State together."""

LOOK_EVERY = 16_000_000
"""Bytes that an upload grows until it is looked how much the others have meanwhile."""


class Upload:
    """One file open for writing. `written`: whether anything was. `is_lost`: whether another session writes the file now."""

    def __init__(self, area: Area, name: str, *, flags: int, appends: bool) -> None:
        self.area, self.name, self.appends = area, name, appends
        self.written = self.is_lost = False
        self._handle = os.open(area.unfinished / name, flags | os.O_WRONLY | NEVER_FOLLOWED, 0o600)
        self._look_at = 0
        self._others = 0

    def write(self, offset: int, data: bytes) -> int:
        """Write at a place, or at the end if it was opened to append.

        Raises:
            Refused: another session took the file over, or it grows too large.
            OSError: the disk cannot take it.
        """
        self._check_ours()
        begin = os.fstat(self._handle).st_size if self.appends else offset
        self._check_size(begin + len(data))
        self.written = True
        done = 0
        while done < len(data):
            done += os.pwrite(self._handle, data[done:], begin + done)
        return done

    def cut_to(self, size: int) -> None:
        """Make the file this long."""
        self._check_ours()
        self._check_size(size)
        os.ftruncate(self._handle, size)

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing."""
        return os.fstat(self._handle).st_size == 0

    def sync(self) -> None:
        """Wait until what was written is on the disk."""
        os.fsync(self._handle)

    def about(self) -> os.stat_result:
        """Its size and times."""
        return os.fstat(self._handle)

    def close(self) -> None:
        """Write no more."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _check_ours(self) -> None:
        if self.is_lost:
            raise Refused(f"Another session writes {self.name} now.")

    def _check_size(self, size: int) -> None:
        if size > LARGEST_FILE:
            raise Refused(f"{self.name} is larger than 2 GB. Split it into parts.", is_quota=True)
        if size >= self._look_at:
            self._others = sum(about.st_size for other, about in self.area.uploads() if other != self.name)
            self._look_at = size + LOOK_EVERY
        if self._others + size > MOST_BYTES:
            raise Refused(
                "The inbox holds too much that is unfinished. Remove what is not needed.", is_quota=True
            )


class Uploads:
    """All uploads that are open in this process. Whoever opens a file takes it over: a session that was cut off may not have noticed yet."""

    def __init__(self) -> None:
        self._open: dict[Path, Upload] = {}
        self._handed_over: set[Path] = set()

    def open(
        self, area: Area, name: str, *, create: bool, only_new: bool, empty: bool, appends: bool
    ) -> Upload:
        """Open a file for writing.

        Raises:
            Refused: there is no room for another unfinished file, or it is being handed over just now.
            FileNotFoundError, FileExistsError: it is not there, or may not be.
        """
        if area.unfinished / name in self._handed_over:
            raise Refused(f"{name} is being received just now. Wait a moment, then send it again.")
        there = {found for found, _ in area.uploads()}
        if name not in there and create and len(there) >= MOST_UNFINISHED:
            raise Refused(
                f"The inbox holds {MOST_UNFINISHED} unfinished files. Finish or remove some.", is_quota=True
            )
        flags = create * os.O_CREAT | only_new * os.O_EXCL
        upload = Upload(area, name, flags=flags, appends=appends)
        self.take_over(area, name)
        if empty:
            upload.cut_to(0)
        self._open[area.unfinished / name] = upload
        return upload

    @contextmanager
    def handing_over(self, area: Area, name: str) -> Iterator[None]:
        """While the block runs nobody can open the file."""
        path = area.unfinished / name
        self._handed_over.add(path)
        try:
            yield
        finally:
            self._handed_over.discard(path)

    def take_over(self, area: Area, name: str) -> None:
        """Let whoever has the file open write no more."""
        before = self._open.pop(area.unfinished / name, None)
        if before:
            before.is_lost = True

    def close(self, upload: Upload) -> None:
        """Write no more to it."""
        upload.close()
        path = upload.area.unfinished / upload.name
        if self._open.get(path) is upload:
            del self._open[path]

    def by_whom(self, area: Area, name: str) -> Upload | None:
        """The upload that writes this file now."""
        return self._open.get(area.unfinished / name)
