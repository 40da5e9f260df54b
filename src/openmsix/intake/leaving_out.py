"""A part without some of its students, as if they had never been in it. Pure.

Lines keep their numbers, since receipts name them: a row that is left out leaves its lines empty. The header's totals are lowered by what was left out, so that they are as
right or as wrong as they were. What else lies in the zip was never read, and nobody can tell whom it names: only its name is left.
"""

import csv
import io
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

import polars as pl

from openmsix.dictionary import dictionary
from openmsix.dictionary.columns import resolve_column
from openmsix.dictionary.declare import Dictionary

from . import parse
from .frames import Parsed
from .problems import Problems
from .unpack import open_zip

Students = Collection[tuple[str, str]]
"""State student identifiers, each with its type before it."""

TOTALS = {"total_students": ("students",), "total_records": ()}
"""Totals of the header, and of which record types; of all if none is named."""


class CannotLeaveOut(Exception):
    """One of the students is in the file, and the file is of a form from which they cannot be taken out."""


@dataclass(frozen=True)
class LeftOut:
    """The part as it is now, and how many students and rows it lost."""

    data: bytes
    students: int
    rows: int


def without(data: bytes, students: Students) -> LeftOut | None:
    """The part without these students; None if none of them is in it, as far as it can be read.

    Raises:
        CannotLeaveOut: one of them is in it, and it is no zip of CSV files.
    """
    parsed = parse.read(data)
    numbers = _numbers(parsed, students)
    if numbers.is_empty():
        return None
    archive = open_zip(io.BytesIO(data), Problems(1))
    if archive is None:
        raise CannotLeaveOut
    gone = {record: _lines(frame, numbers) for record, frame in parsed.records.items() if record != "header"}
    lost = {record: len(lines) for record, lines in gone.items()}
    book = dictionary(parsed.version)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        records = _records(archive, book)
        for entry in archive.infolist():
            record = records.get(entry.filename, "")
            content = b"" if not record else archive.read(entry)
            if record == "header":
                content = _with_totals(content, lost, book)
            elif record:
                content = _blanked(content, gone[record], parsed.records[record]["line"])
            written.writestr(entry.filename, content)
    return LeftOut(out.getvalue(), lost["students"], sum(lost.values()))


def _records(archive: zipfile.ZipFile, book: Dictionary) -> dict[str, str]:
    """The record type of each file in the zip that is read as one; of two with the same name in different folders only the first is.

    Raises:
        CannotLeaveOut: it holds its students in another way.
    """
    files = {record.file.lower(): record.key for record in book.records.values()}
    found: dict[str, str] = {}
    for entry in archive.infolist():
        record = files.get(PurePosixPath(entry.filename.replace("\\", "/")).name.lower())
        if record and record not in found.values():
            found[entry.filename] = record
    if "students" not in found.values():
        raise CannotLeaveOut
    return found


def _numbers(parsed: Parsed, students: Students) -> pl.Series:
    """The numbers by which the part ties the rows of these students together."""
    named = pl.DataFrame(
        list(students),
        schema=dict.fromkeys(("state_student_id_type", "state_student_id"), pl.String),
        orient="row",
    )
    found = parsed.records["students"].join(named, on=named.columns, how="semi")
    return found["student_record_id"].drop_nulls().unique()


def _lines(frame: pl.DataFrame, numbers: pl.Series) -> set[int]:
    return set(frame.filter(pl.col("student_record_id").is_in(numbers.implode()))["line"])


def _blanked(content: bytes, gone: set[int], begins: pl.Series) -> bytes:
    """The file with the lines of these rows empty. `begins`: where each of its rows begins."""
    lines = content.splitlines(keepends=True)
    starts = sorted(begins)
    ends = dict(zip(starts, [*starts[1:], len(lines) + 1], strict=True))
    for first in gone:
        for number in range(first, ends[first]):
            line = lines[number - 1]
            lines[number - 1] = line[len(line.rstrip(b"\r\n")) :]
    return b"".join(lines)


def _with_totals(content: bytes, lost: dict[str, int], book: Dictionary) -> bytes:
    """The header file with lower totals; what is no number stays as it is."""
    text = content.decode("latin-1")  # bytes as they are, whatever they mean
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if len(rows) < 2:
        return content
    keys = [resolve_column(name.removeprefix("ï»¿").strip(), "header", book.version) for name in rows[0]]
    for number, key in enumerate(keys):
        if key in TOTALS and number < len(rows[1]) and (value := rows[1][number].strip()).isdigit():
            of = TOTALS[key] or tuple(lost)
            rows[1][number] = str(max(int(value) - sum(lost[record] for record in of), 0))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n" if "\r\n" in text else "\n").writerows(rows)
    return out.getvalue().encode("latin-1")
