"""Files that a command writes, whole or not at all, and the words about files that cannot be used."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import typer

from openmsix.ops.exits import Exit
from openmsix.ops.screen import errors


def write(path: Path, text: str) -> None:
    """Write a file aside and put it in its place once it is whole, so that what stood there before is there until then.

    Raises:
        SystemExit: it could not be written; the message says why.
    """
    place, is_aside = path.resolve(), _has_room_beside(path)
    try:
        if is_aside:
            _replace(place, text)
        else:
            path.write_text(text, encoding="utf-8")
    except OSError as fault:
        left = "What stood there before is as it was" if is_aside else "What was written there is not whole"
        raise SystemExit(
            f"{path} could not be written ({fault.strerror}). {left}; files that are named above are whole. Make room or name another file, and try again."
        ) from fault


def _has_room_beside(path: Path) -> bool:
    """Whether a draft may be made beside it and take its place. Nothing takes the place of a device or a pipe, such as /dev/stdout; what that stands for is not ours."""
    place = path.resolve()
    if path.absolute().parts[1:2] == ("dev",) or (place.exists() and not place.is_file()):
        return False
    return os.access(place.parent, os.W_OK)


def _replace(place: Path, text: str) -> None:
    draft = place.with_name(f".openmsix.{secrets.token_hex(8)}")
    try:
        with draft.open("x", encoding="utf-8") as file:
            if place.exists():
                shutil.copymode(place, draft)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


@contextmanager
def usable() -> Iterator[None]:
    """Within the block, a file of records that cannot be used ends the command: what is wrong with it is told.

    Raises:
        typer.Exit: with the code of a refused file.
    """
    from openmsix.matching.reading import FileNotUsable

    try:
        yield
    except FileNotUsable as fault:
        errors.print(str(fault), soft_wrap=True)
        raise typer.Exit(Exit.REJECTED) from fault
