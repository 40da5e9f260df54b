"""A part without some of its students, as if they had never been in it. Pure.

Places keep their numbers, since receipts name them: what is left out leaves empty lines (CSV), line ends and a mark (XML), a mark (JSON) or rows that hold nothing (Parquet). The
header's totals are lowered by what was left out, so that they are as right or as wrong as they were. What was never read, such as other files in the zip, may name anybody: only its
name is left. What was made is read again before it is given out.
"""

import io
import warnings
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from openmsix.dictionary import dictionary
from openmsix.dictionary.declare import Dictionary
from openmsix.dictionary.formats import LOOKED_AT, Format
from openmsix.intake import parse, unpack
from openmsix.intake.formats import DOCUMENTS, PARQUET_BEGINS, format_of
from openmsix.intake.frames import Parsed
from openmsix.intake.problems import Problems

from . import of_csv, of_json, of_parquet, of_xml
from .totals import Totals

Students = Collection[tuple[str, str]]
"""State student identifiers, each with its type before it."""


class CannotLeaveOut(Exception):
    """One of the students is in the file, and cannot be taken out of it so that all else stays as it is."""


@dataclass(frozen=True)
class LeftOut:
    """The part as it is now, and how many students and rows it lost."""

    data: bytes
    students: int
    rows: int


@dataclass(frozen=True)
class _Gone:
    """What goes. `rows`: the students' places among those of the part, from 0, each with its number; `numbers`: those by which the part ties their rows together."""

    rows: Mapping[int, str | None]
    numbers: pl.Series


def without(data: bytes, students: Students) -> LeftOut | None:
    """The part without these students; None if none of them is in it, as far as it can be read.

    Raises:
        CannotLeaveOut: one of them is in it, and what would be left is not read as the others were.
    """
    before = parse.read(data)
    gone = _gone(before, students)
    if not gone.rows:
        return None
    try:
        made = _rewritten(data, before, gone)
        after = parse.read(made)
    except (ValueError, KeyError, IndexError, OSError) as fault:
        raise CannotLeaveOut from fault
    if not _is_the_rest(before, after, gone):
        raise CannotLeaveOut
    lost = _lost(before, after)
    return LeftOut(made, lost["students"], sum(lost.values()))


def standing(data: bytes) -> dict[str, frozenset[int]]:
    """Record type -> the lines at which rows stand in a part."""
    return {record: frozenset(rows["line"]) for record, rows in parse.read(data).records.items()}


def _gone(parsed: Parsed, students: Students) -> _Gone:
    named = pl.DataFrame(
        list(students),
        schema=dict.fromkeys(("state_student_id_type", "state_student_id"), pl.String),
        orient="row",
    )
    found = parsed.records["students"].with_row_index("_row").join(named, on=named.columns, how="semi")
    rows = dict(found.select("_row", "student_record_id").iter_rows())
    return _Gone(rows, found["student_record_id"].drop_nulls().unique())


def _lost(before: Parsed, after: Parsed) -> dict[str, int]:
    """Record type -> how many rows fewer there are."""
    return {
        record: rows.height - after.records[record].height
        for record, rows in before.records.items()
        if record != "header"
    }


def _is_the_rest(before: Parsed, after: Parsed, gone: _Gone) -> bool:
    """Whether the others read as they did, each in its place."""
    others = before.records["students"].with_row_index("_row").filter(~pl.col("_row").is_in(list(gone.rows)))
    if not after.records["students"].equals(others.drop("_row")):
        return False
    theirs = (
        ~pl.col("student_record_id").is_in(gone.numbers.implode()) | pl.col("student_record_id").is_null()
    )
    return all(
        after.records[record].filter(theirs).equals(rows.filter(theirs))
        for record, rows in before.records.items()
        if record not in ("header", "students")
    )


def _rewritten(data: bytes, parsed: Parsed, gone: _Gone) -> bytes:
    if format_of(data[:LOOKED_AT]) in DOCUMENTS:
        return _document(data, parsed, gone)
    archive = unpack.open_zip(io.BytesIO(data), Problems(1))
    if archive is None:
        raise CannotLeaveOut
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Of two entries of one name both stay.
        for entry, content in _entries(archive, parsed, gone):
            written.writestr(entry.filename, content)
    return out.getvalue()


def _entries(
    archive: zipfile.ZipFile, parsed: Parsed, gone: _Gone
) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    """Each file of a zip as it is now; one that was never read is empty."""
    book = dictionary(parsed.version)
    by_record, others = unpack.entries_by_record(archive, book, Problems(1))
    document = None if by_record else unpack.document_of(archive, others, Problems(1))
    records = {entry.header_offset: record for record, entry in by_record.items()}
    lines = {record: _lines(rows, gone) for record, rows in parsed.records.items() if record != "header"}
    totals = Totals({record: len(found) for record, found in lines.items()})
    for entry in archive.infolist():
        content = b""
        if entry is document:
            content = _document(archive.read(entry), parsed, gone)
        elif (record := records.get(entry.header_offset)) is not None:
            content = archive.read(entry)
            content = (
                _with_totals(content, totals, book)
                if record == "header"
                else _without(content, record, lines[record], parsed)
            )
        yield entry, content


def _lines(rows: pl.DataFrame, gone: _Gone) -> set[int]:
    return set(rows.filter(pl.col("student_record_id").is_in(gone.numbers.implode()))["line"])


def _without(content: bytes, record: str, lines: Collection[int], parsed: Parsed) -> bytes:
    """A file of rows as it is now. One of which no row was read may name anybody, and keeps none."""
    is_parquet = content.startswith(PARQUET_BEGINS)
    if parsed.records[record].is_empty():
        emptied = of_parquet.emptied if is_parquet else of_csv.emptied
        return emptied(content, record, parsed.version)
    if is_parquet:
        return of_parquet.without(content, record, lines, parsed.version) if lines else content
    return of_csv.without(content, lines, parsed.records[record]["line"])


def _with_totals(content: bytes, totals: Totals, book: Dictionary) -> bytes:
    if content.startswith(PARQUET_BEGINS):
        return of_parquet.with_totals(content, totals, book.version)
    return of_csv.with_totals(content, totals, book.version)


def _document(data: bytes, parsed: Parsed, gone: _Gone) -> bytes:
    """An XML or JSON document. How many rows went is known once what is left was read."""
    if format_of(data[:LOOKED_AT]) is Format.XML:
        left = of_xml.without(data, gone.rows, parsed.version)
        return of_xml.with_totals(left, Totals(_lost(parsed, parse.read(left))), parsed.version)
    left = of_json.without(data, gone.rows)
    return of_json.with_totals(left, Totals(_lost(parsed, parse.read(left))), parsed.version)
