"""Opening the zip of one part, warily. Pure.

A zip comes from outside: nothing is written to disk, and no more is unpacked than a part can reasonably hold.
"""

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from openmsix.dictionary.declare import Dictionary, RecordType
from openmsix.dictionary.formats import LOOKED_AT, no_text

from .checks import nesting, reading
from .formats import DOCUMENTS, PARQUET_BEGINS, ZIP_BEGINS, format_of
from .problems import Problems
from .text import PIECE

MOST_FILES = 64
MOST_DIRECTORY = 1_000_000
"""Bytes of the directory of a zip, which has an object for each entry once it is read."""
MOST_BYTES = 600_000_000
"""Unpacked, all files together: some 12 times what a full part of 40,000 students takes."""
MOST_RATIO = 200
RATIO_MATTERS_FROM = 10_000_000
"""Small files of many equal rows may be packed tightly; only large ones are suspect."""

_LEFT_BY_SYSTEMS = ("__macosx", ".ds_store", "thumbs.db", "desktop.ini")
_ENDINGS = (".csv", ".parquet")
"""Of the names of files that hold one record type; which format one is in its content tells."""

_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)


class _DirectoryTooLarge(Exception):
    """The directory of a zip is not read."""


class _Wary:
    """A file that gives no more at once than a directory may have, until the directory was read. `most`: None from then on."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.most: int | None = MOST_DIRECTORY

    def read(self, size: int = -1) -> bytes:
        """So many bytes, as any file.

        Raises:
            _DirectoryTooLarge: more than `most`.
        """
        if self.most is None:
            return self._source.read(size)
        data = self._source.read(self.most + 1 if size < 0 else min(size, self.most + 1))
        if len(data) > self.most:
            raise _DirectoryTooLarge
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


def _fault_of(entry: zipfile.ZipInfo) -> str | None:
    """What makes an entry unsafe, in words, or None."""
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if not path.name and not entry.filename.endswith("/"):
        return "it has no name"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is packed in a way that few programs can read"
    if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
        return "its name leads out of the zip"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "it is a link"
    if entry.flag_bits & 0x1:
        return "it is locked with a password"
    if path.suffix.lower() == ".zip":
        return "it is a zip itself"
    if entry.file_size > RATIO_MATTERS_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
        return "it is packed more tightly than any such file can be"
    return None


def _safe(archive: zipfile.ZipFile, problems: Problems) -> bool:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        problems.add(
            reading.UNSAFE_ZIP, value=f"{len(entries)} files", reason=f"at most {MOST_FILES} are allowed"
        )
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        problems.add(
            reading.UNSAFE_ZIP, value=f"{total:,} bytes", reason=f"at most {MOST_BYTES:,} bytes are allowed"
        )
    for entry in entries[:MOST_FILES]:
        if reason := _fault_of(entry):
            problems.add(reading.UNSAFE_ZIP, value=entry.filename, reason=reason)
    return not problems.found(reading.UNSAFE_ZIP)


def _entries(archive: zipfile.ZipFile) -> Iterator[tuple[PurePosixPath, zipfile.ZipInfo]]:
    """The files that somebody put into the zip, without what systems leave there."""
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        left_by_system = path.parts[0].lower() in _LEFT_BY_SYSTEMS or path.name.lower() in _LEFT_BY_SYSTEMS
        if not entry.is_dir() and not left_by_system:
            yield path, entry


def entries_by_record(
    archive: zipfile.ZipFile, dictionary: Dictionary, problems: Problems
) -> tuple[dict[str, zipfile.ZipInfo], list[zipfile.ZipInfo]]:
    """The file of each record type, and the others."""
    records = {PurePosixPath(record.file).stem: record for record in dictionary.records.values()}
    found: dict[str, zipfile.ZipInfo] = {}
    others = []
    for path, entry in _entries(archive):
        record = records.get(path.stem.lower()) if path.suffix.lower() in _ENDINGS else None
        if record is None:
            others.append(entry)
        elif record.key in found:
            problems.add(reading.FILE_TWICE, record.key, value=record.file)
        else:
            found[record.key] = entry
    return found, others


def _is_always_there(record: RecordType) -> bool:
    return record.least > 0 or record.key == "students"


def _note_missing(found: Mapping[str, object], dictionary: Dictionary, problems: Problems) -> None:
    for record in dictionary.records.values():
        if record.key not in found:
            check = reading.FILE_MISSING if _is_always_there(record) else reading.FILE_ABSENT
            problems.add(check, record.key, value=record.file)


def _instead_of_zip(source: BinaryIO) -> str:
    """What the file seems to be, in words."""
    source.seek(0)
    begin = source.read(LOOKED_AT)
    if begin.startswith(ZIP_BEGINS):
        return "it begins as a zip and does not end as one; it may have been cut off on its way"
    if begin.startswith(PARQUET_BEGINS):
        return "it is one Parquet file; put one for each record type into a zip"
    return f"it is {no_text(begin) or 'no zip but text, such as a CSV file'}"


def why_no_zip(source: BinaryIO) -> str:
    """Why this is no zip at all, in words; empty if it is one, whatever may speak against unpacking it."""
    problems = Problems(1)
    archive = open_zip(source, problems)
    if archive is not None:
        archive.close()
    return _instead_of_zip(source) if problems.found(reading.NOT_A_ZIP) else ""


def open_zip(source: BinaryIO, problems: Problems) -> zipfile.ZipFile | None:
    """The zip, if it is one that may be unpacked; what speaks against it is noted in `problems`."""
    wary = _Wary(source)
    try:
        archive = zipfile.ZipFile(cast(BinaryIO, wary))
    except _DirectoryTooLarge:
        reason = f"it takes more than {MOST_DIRECTORY:,} bytes, and at most {MOST_FILES} files are allowed"
        problems.add(reading.UNSAFE_ZIP, value="the list of files in the zip", reason=reason)
        return None
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, struct.error):
        problems.add(reading.NOT_A_ZIP, reason=_instead_of_zip(source))
        return None
    wary.most = None
    return archive if _safe(archive, problems) else None


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes | None:
    """The first so many bytes of a file; None if it cannot be unpacked."""
    unpacked = io.BytesIO()
    try:
        with archive.open(entry) as file:
            # Piece by piece: at once it would be held twice.
            while piece := file.read(min(PIECE, most - unpacked.tell())):
                unpacked.write(piece)
    except _DAMAGED:
        return None
    return unpacked.getvalue()


def document_of(
    archive: zipfile.ZipFile, others: Sequence[zipfile.ZipInfo], problems: Problems
) -> zipfile.ZipInfo | None:
    """The one file of a zip that holds the whole part; None if there is none."""
    found = [entry for entry in others if format_of(_unpacked(archive, entry, LOOKED_AT) or b"") in DOCUMENTS]
    if len(found) > 1:
        names = ", ".join(PurePosixPath(entry.filename).name for entry in found)
        problems.add(nesting.SEVERAL_DOCUMENTS, value=names)
    return found[0] if found else None


def contents(
    archive: zipfile.ZipFile,
    dictionary: Dictionary,
    problems: Problems,
    only: str | None = None,
    most: int | None = None,
) -> Iterator[tuple[RecordType | None, bytes]]:
    """The bytes of each file of the layout, in the layout's order; of the record type `only`, if one is named.

    Of each file only the first so many, if `most` says how many. None stands for all record types: the one XML or JSON file of a zip that has no file of a record type.
    """
    found, others = entries_by_record(archive, dictionary, problems)
    document = None if found else document_of(archive, others, problems)
    for entry in others:
        if entry is not document:
            problems.add(reading.FILE_UNKNOWN, value=PurePosixPath(entry.filename).name)
    if document is not None:
        yield from _read(archive, [(None, document)], problems, most)
        return
    if only is None:
        _note_missing(found, dictionary, problems)
    wanted = [(record, found[key]) for key, record in dictionary.records.items() if key in found]
    yield from _read(archive, [each for each in wanted if only in (None, each[0].key)], problems, most)


def _read(
    archive: zipfile.ZipFile,
    wanted: Iterable[tuple[RecordType | None, zipfile.ZipInfo]],
    problems: Problems,
    most: int | None,
) -> Iterator[tuple[RecordType | None, bytes]]:
    left = MOST_BYTES
    for record, entry in wanted:
        key = record.key if record else ""
        name = PurePosixPath(entry.filename).name
        data = _unpacked(archive, entry, min(left + 1, most or left + 1))
        if data is None:
            problems.add(reading.NOT_A_ZIP, key, reason=f"{name} cannot be unpacked")
            continue
        left -= len(data)
        if left < 0:
            # What an entry says of its own size is not to be believed.
            reason = f"at most {MOST_BYTES:,} bytes are allowed"
            problems.add(reading.UNSAFE_ZIP, key, value=name, reason=reason)
            return
        if data.startswith(ZIP_BEGINS):
            problems.add(reading.UNSAFE_ZIP, key, value=name, reason="it is a zip itself")
            continue
        yield record, data
