"""A part as it lies there, bare or in a zip, and the files in it. Pure."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from openmsix.dictionary.declare import Dictionary, RecordType
from openmsix.dictionary.formats import LOOKED_AT

from .checks import nesting
from .formats import DOCUMENTS, format_of
from .problems import Problems
from .unpack import MOST_BYTES, contents, open_zip

Source = Path | str | bytes | BinaryIO


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """It, as a file that can be read."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, Path | str):
        with Path(source).open("rb") as file:
            yield file
    else:
        yield source


def files_of(
    file: BinaryIO, book: Dictionary, problems: Problems, only: str | None = None, most: int | None = None
) -> Iterator[tuple[RecordType | None, bytes]]:
    """The files of a part, each with its record type; without one the document that has all of them. `most`: of each only so many bytes."""
    file.seek(0)
    begin = file.read(LOOKED_AT)
    file.seek(0)
    if format_of(begin) not in DOCUMENTS:
        archive = open_zip(file, problems)
        if archive is not None:
            yield from contents(archive, book, problems, only, most)
        return
    data = file.read(most or MOST_BYTES + 1)
    if len(data) <= MOST_BYTES:
        yield None, data
    else:
        problems.add(nesting.TOO_LARGE, reason=f"at most {MOST_BYTES:,} bytes are read")
