"""Where a path of the drop box leads. Pure: it reads no disk, and no path means anything but one of two folders and a name within it."""

import posixpath
from dataclasses import dataclass
from enum import StrEnum

LONGEST_NAME = 200
"""Bytes; a notice's name is longer by its ending, and a disk takes 255."""

TEMPORARY_ENDINGS = (
    *(".part", ".partial", ".filepart", ".tmp", ".temp", ".upload", ".uploading"),
    *(".inprogress", ".incomplete", ".writing", ".crdownload", "~"),
)
TEMPORARY_BEGINNINGS = (".", "~")


class Folder(StrEnum):
    """The folders of a drop box."""

    TOP = ""
    INBOX = "inbox"
    OUTBOX = "outbox"


@dataclass(frozen=True)
class Spot:
    """A folder, or with a name a file in it."""

    folder: Folder
    name: str = ""

    @property
    def is_temporary(self) -> bool:
        """Whether the name says that the file is still on its way."""
        name = self.name.lower()
        return name.startswith(TEMPORARY_BEGINNINGS) or name.endswith(TEMPORARY_ENDINGS)


class LeadsNowhere(Exception):
    """There is no such place in a drop box."""


class Unfit(Exception):
    """A file cannot be called so. The text says why."""


def whole(path: bytes) -> bytes:
    """A path from the top, without `.`, `..` and double strokes; whatever is before the top is the top."""
    return b"/" + posixpath.normpath(b"/" + path).lstrip(b"/")


def spot(path: bytes) -> Spot:
    """Where a path leads.

    Raises:
        LeadsNowhere: there is no such place.
        Unfit: the name has signs that are not allowed, or is too long.
    """
    first, *rest = whole(path)[1:].split(b"/")
    try:
        folder = Folder(first.decode("ascii"))
    except ValueError as why:
        raise LeadsNowhere from why
    if len(rest) > 1:
        raise LeadsNowhere
    return Spot(folder, _fit(rest[0])) if rest else Spot(folder)


def _fit(name: bytes) -> str:
    if len(name) > LONGEST_NAME:
        raise Unfit(f"The name is longer than {LONGEST_NAME} bytes.")
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError as why:
        raise Unfit("The name is not written in UTF-8.") from why
    if not text.isprintable() or "\\" in text:
        raise Unfit("The name has signs that are not allowed, such as a line end or a backslash.")
    return text
