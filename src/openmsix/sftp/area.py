"""What a State's drop box has on the disk: unfinished uploads, whole files that wait to be received, and notices.

    STATE/unfinished/NAME            being written, or cut off and to be resumed
    STATE/whole/MOMENT-KEY/NAME      handed over by its sender with the key of this number; removed once it was received or refused
    STATE/notices/NAME.received.txt  what became of a file

A file goes from unfinished to whole in one step, safe on the disk before its sender is told anything; so what a crash leaves there is whole.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

KEPT_UNFINISHED = timedelta(days=7)
KEPT_NOTICES = timedelta(days=30)
MOST_UNFINISHED = 50
MOST_NOTICES = 1_000
"""The newest; whoever sends so many files reads the answers of his client."""
NEVER_FOLLOWED = os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class Whole:
    """A file that its sender has handed over. `key`: the number of the sender's key."""

    path: Path
    key: int

    @property
    def name(self) -> str:
        """What the sender calls it."""
        return self.path.name


@dataclass(frozen=True)
class Area:
    """One State's."""

    folder: Path

    @property
    def unfinished(self) -> Path:
        """The folder of uploads that are not whole yet."""
        return self.folder / "unfinished"

    @property
    def notices(self) -> Path:
        """The folder of notices."""
        return self.folder / "notices"

    @property
    def _whole(self) -> Path:
        return self.folder / "whole"

    def make(self) -> None:
        """Make the folders, for nobody else to read."""
        for path in (self.folder, self.unfinished, self._whole, self.notices):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def uploads(self) -> list[tuple[str, os.stat_result]]:
        """The unfinished uploads by name."""
        return sorted(_files(self.unfinished))

    def told(self) -> list[tuple[str, os.stat_result]]:
        """The notices by name."""
        return sorted(found for found in _files(self.notices) if not found[0].startswith("."))

    def hand_over(self, name: str, final: str, key: int) -> Whole:
        """Take an unfinished upload for whole, under its final name; safe on the disk when this returns."""
        source = self.unfinished / name
        _write_through(source)
        folder = self._whole / f"{time.time_ns():020d}-{key}"
        folder.mkdir(mode=0o700)
        source.rename(folder / final)
        for changed in (folder, self._whole, self.unfinished):
            _write_through(changed)
        return Whole(folder / final, key)

    def whole(self) -> list[Whole]:
        """What was handed over and is neither received nor refused yet, the first handed over first."""
        found = []
        for folder in sorted(self._whole.iterdir()):
            key = folder.name.rpartition("-")[2]
            found += [Whole(path, int(key)) for path in folder.iterdir()]
        return found

    def done(self, one: Whole) -> None:
        """Forget a file that was received or refused."""
        one.path.unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            one.path.parent.rmdir()

    def notify(self, name: str, ending: str, text: str) -> None:
        """Leave a notice about a file, in place of earlier ones."""
        draft = self.notices / f".{time.time_ns()}"
        try:
            draft.write_text(text, encoding="utf-8")
            _write_through(draft)
            draft.rename(self.notices / f"{name}{ending}")
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        for other in {".received.txt", ".refused.txt"} - {ending}:
            (self.notices / f"{name}{other}").unlink(missing_ok=True)
        self._forget_oldest()
        _write_through(self.notices)

    def _forget_oldest(self) -> None:
        told = self.told()
        if len(told) > MOST_NOTICES:
            told.sort(key=lambda found: found[1].st_mtime_ns)
            for name, _ in told[:-MOST_NOTICES]:
                (self.notices / name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Take away uploads and notices that nobody came back for, and what a crash left of them."""
        now = time.time()  # a disk knows no rehearsed day
        for folder, kept in ((self.unfinished, KEPT_UNFINISHED), (self.notices, KEPT_NOTICES)):
            for name, about in _files(folder):
                draft = folder == self.notices and name.startswith(".")
                if now - about.st_mtime > (3600 if draft else kept.total_seconds()):
                    (folder / name).unlink(missing_ok=True)
        for left in self._whole.iterdir():
            with contextlib.suppress(OSError):
                left.rmdir()  # only if a crash left it empty


def _files(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as found:
        for entry in found:
            with contextlib.suppress(FileNotFoundError):
                if entry.is_file(follow_symlinks=False):
                    yield entry.name, entry.stat(follow_symlinks=False)


def _write_through(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY | NEVER_FOLLOWED)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
