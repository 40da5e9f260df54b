"""Reading a part in any of its formats, as columns of text. Pure.

A zip of CSV or Parquet files, one a record type; or one XML or JSON file, bare or in a zip. The content tells which one it is, never the name.

`read` reads one part, `join` puts the parts of a submission together, `peek` looks at the header only. Nothing is judged here but whether the files
can be read; what they say is for the checks.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock
from typing import BinaryIO

import polars as pl

from openmsix.dictionary import VERSIONS, dictionary
from openmsix.dictionary.columns import resolve_column
from openmsix.dictionary.declare import Dictionary, Element, Mark, RecordType, Required
from openmsix.dictionary.formats import LOOKED_AT, Format

from . import document, json_file, parquet_file, xml_file
from .checks import nesting, reading
from .formats import PARQUET_BEGINS, format_of
from .frames import MOVED, Parsed
from .problems import Problems
from .sheet import Sheet
from .source import Source, files_of, opened
from .table import MOST_BYTES as MOST_BYTES_OF_TABLE
from .table import Table, read_table
from .text import as_utf8

NEWEST = "current"

DEFAULTS: Mapping[str, str] = {
    "dictionary_version": NEWEST,
    "submission_kind": "delta",
    "part_number": "1",
    "total_parts": "1",
}
"""What a header without the fields that openmsix adds is taken to say. A delta closes nobody who is not named."""

NUMBERS = ("student_record_id", "record_id")
"""What ties the rows of a part together."""

FREE_TEXT = ("enrollment_comment",)
"""Elements whose values people may write on several lines."""

PEEKED = 1_000_000
"""Bytes in which the header of a file is looked for first. The pages look, many at once."""

_PEEKING_FAR = Lock()
"""One at a time looks further, which takes many times the room of the file."""

READERS = 2
"""So many files of a part are read at once."""

_NO_COMMAS: Mapping[str, str] = {";": "semicolons", "\t": "tabs", "|": "upright strokes"}
_ROW_BEGINS = r"[0-9]{1,7},[0-9]{1,3},"


def _is_indispensable(element: Element) -> bool:
    return element.required is Required.MUST and element.mark is not Mark.OURS


def _why_no_names(names: Sequence[str]) -> str:
    """Why a first row holds no column name, in words."""
    for sign, words in _NO_COMMAS.items():
        if len(names) == 1 and sign in names[0]:
            return f"its cells are divided by {words}"
    return "it looks like a row of values, or names columns of something else"


def _columns(record: RecordType, version: str, table: Table, problems: Problems) -> dict[str, int]:
    """Element key -> number of its column; none if the first row is no row of column names."""
    found: dict[str, int] = {}
    if not any(name and resolve_column(name, record.key, version) for name in table.names):
        first = ",".join(table.names)
        reason = _why_no_names(table.names)
        problems.add(reading.COLUMN_NAMES_NOT_FOUND, record.key, line=1, value=first, reason=reason)
        return found
    for number, name in enumerate(table.names):
        key = resolve_column(name, record.key, version) if name else None
        if key is None:
            problems.add(
                reading.COLUMN_UNKNOWN, record.key, line=1, value=name or f"(column {number + 1}, no name)"
            )
        elif key in found:
            problems.add(reading.COLUMN_TWICE, record.key, line=1, element=key, value=name)
        else:
            found[key] = number
    for element in record.elements:
        if element.key not in found:
            check = reading.REQUIRED_COLUMN_MISSING if _is_indispensable(element) else reading.COLUMN_MISSING
            problems.add(check, record.key, line=1, element=element.key)
    return found


def _without_names(record: RecordType, table: Table, problems: Problems) -> Table:
    """The table without rows that are the column names again, as files put together one after the other have them."""
    # Every row is looked at in its first cell only, and that only where it is long enough.
    first, name = table.rows["0"], table.names[0]
    if not first.filter(first.str.len_bytes() >= len(name.encode())).str.contains(name, literal=True).any():
        return table
    again = pl.all_horizontal(
        pl.col(str(number)).str.strip_chars().fill_null("") == name for number, name in enumerate(table.names)
    )
    lines = table.rows.filter(again)["line"]
    if lines.is_empty():
        return table
    for line in lines:
        problems.add(reading.COLUMN_NAMES_TWICE, record.key, line=line)
    return replace(table, rows=table.rows.filter(~again))


def _cell(number: int | None, key: str, *, trimmed: bool) -> pl.Expr:
    """A column without the blanks around its values."""
    if number is None:
        return pl.lit(None, dtype=pl.String).alias(key)
    text = pl.col(str(number))
    return (text if trimmed else text.str.strip_chars()).alias(key)


def _blank_as_null(rows: pl.DataFrame) -> pl.DataFrame:
    cells = pl.col(pl.String)
    blank = rows.select((cells == "").any()).row(0, named=True)
    return rows.with_columns(
        pl.when(pl.col(key) != "").then(pl.col(key)).alias(key) for key in blank if blank[key]
    )


def _sheet(record: RecordType, table: Table, columns: Mapping[str, int]) -> Sheet:
    """The rows of a table under the keys of its elements."""
    absent = frozenset(key for key in record.columns if key not in columns)
    return Sheet(record.key, _frame(record, table, columns), table.broken, absent)


def _frame(record: RecordType, table: Table, columns: Mapping[str, int]) -> pl.DataFrame:
    rows = table.rows.select(
        pl.col("line"),
        *(_cell(columns.get(element.key), element.key, trimmed=table.trimmed) for element in record.elements),
    )
    rows = _blank_as_null(rows)
    first = record.elements[0].key
    if not rows[first].null_count():
        return rows
    # Spreadsheets leave rows of nothing but commas.
    return rows.filter(pl.any_horizontal(pl.col(record.columns).is_not_null()))


def _note_line_ends(record: RecordType, table: Table, columns: Mapping[str, int], problems: Problems) -> None:
    """Note cells that go over several lines where that can only be a quote gone astray."""
    keys = {number: key for key, number in columns.items()}
    for number, name in enumerate(table.names):
        key = keys.get(number, "")
        within = rf"\n{_ROW_BEGINS}" if key in FREE_TEXT else r"\n"
        cells = table.rows[str(number)]
        for line, value in (
            table.rows.filter(cells.str.contains(within)).select("line", str(number)).iter_rows()
        ):
            problems.add(reading.LINE_END_IN_CELL, record.key, line=line, element=key or name, value=value)


def _with_zeros(record: RecordType, rows: pl.DataFrame, book: Dictionary, problems: Problems) -> pl.DataFrame:
    """The rows with the zeros that a spreadsheet took from record ids and codes; told once for each column."""
    for element in record.elements:
        whole = _whole(element, rows[element.key], book)
        if not whole:
            continue
        at = rows.filter(pl.col(element.key).is_in(list(whole)))
        problems.add(
            reading.LEADING_ZEROS_LOST,
            record.key,
            line=at["line"][0],
            element=element.key,
            value=at[element.key][0],
            rows=at.height,
        )
        rows = rows.with_columns(pl.col(element.key).replace(whole))
    return rows


def _whole(element: Element, cells: pl.Series, book: Dictionary) -> dict[str, str]:
    """Of the values in a column, those that want zeros before them, each with what it is when it has them."""
    if element.key in NUMBERS:
        short = cells.filter(
            cells.str.contains(rf"^[0-9]{{1,{element.length - 1}}}$").fill_null(False)
        ).unique()
        return {text: text.zfill(element.length) for text in short}
    if element.code_set is None:
        return {}
    wanting = book.code_set(element.code_set).without_zeros
    return (
        {text: wanting[text] for text in cells.filter(cells.is_in(list(wanting))).unique()} if wanting else {}
    )


def empty(record: RecordType) -> pl.DataFrame:
    """A record type's frame without rows."""
    schema = {"part": pl.Int16, "line": pl.Int32} | dict.fromkeys(record.columns, pl.String)
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True)
class _File:
    """What was read from one file: the sheets that stand in it, one but for documents. `moved`: see `frames.MOVED`."""

    form: Format
    problems: Problems
    sheets: tuple[Sheet, ...] = ()
    moved: pl.DataFrame | None = None


def _read_file(record: RecordType | None, data: bytes, part: int, book: Dictionary) -> _File:
    """Read one file: of one record type, or without one the document that has all of them."""
    if record is None:
        return _read_document(data, part, book)
    problems = Problems(part)
    is_parquet = data.startswith(PARQUET_BEGINS)
    read_one = _read_parquet if is_parquet else _read_csv
    sheet = read_one(record, data, book, problems)
    form = Format.PARQUET if is_parquet else Format.CSV
    return _File(form, problems, (_taken(record, sheet, part, book, problems),) if sheet else ())


def _read_document(data: bytes, part: int, book: Dictionary) -> _File:
    problems, form = Problems(part), format_of(data[:LOOKED_AT])
    try:
        return _document(form, data, book, problems)
    except document.TooMany as reason:
        problems.add(nesting.TOO_LARGE, reason=str(reason))
        return _File(form, problems)


def _document(form: Format, data: bytes, book: Dictionary, problems: Problems) -> _File:
    nested = (xml_file if form is Format.XML else json_file).read(data, book, problems)
    if nested is None:
        return _File(form, problems)
    sheets = tuple(
        _taken(book.records[sheet.record], sheet, problems.part, book, problems)
        for sheet in document.sheets(nested, book, DEFAULTS, problems)
    )
    moved = document.moved(nested, {sheet.record: sheet for sheet in sheets})
    return _File(form, problems, sheets, moved)


def _read_parquet(record: RecordType, data: bytes, book: Dictionary, problems: Problems) -> Sheet | None:
    table = parquet_file.read_table(record, data, book.version, problems)
    if table is not None and (columns := _columns(record, book.version, table, problems)):
        return _sheet(record, table, columns)
    return None


def _read_csv(record: RecordType, data: bytes, book: Dictionary, problems: Problems) -> Sheet | None:
    if len(data) > MOST_BYTES_OF_TABLE:
        problems.add(nesting.TOO_LARGE, record.key, reason=f"at most {MOST_BYTES_OF_TABLE:,} bytes are read")
        return None
    decoded = as_utf8(record.key, data, problems)
    if decoded is None:
        return None
    text, encoding = decoded
    table = read_table(record.key, text, problems)
    if table is None:
        return None
    columns = _columns(record, book.version, table, problems)
    if not columns:
        return None
    table = _without_names(record, table, problems)
    if b'"' in text:
        _note_line_ends(record, table, columns, problems)
    sheet = _sheet(record, table, columns)
    return replace(sheet, encoding=encoding, control=table.control)


def _taken(record: RecordType, sheet: Sheet, part: int, book: Dictionary, problems: Problems) -> Sheet:
    """What was read of one record type, whichever format it came in, as the checks take it."""
    rows = sheet.rows.select(pl.lit(part, dtype=pl.Int16).alias("part"), pl.all())
    if record.key == "header" and rows.height != 1:
        problems.add(reading.HEADER_NOT_ONE_ROW, record.key, rows=rows.height)
    return replace(sheet, rows=_with_zeros(record, rows, book, problems))


def _parsed(files: Sequence[_File], part: int, book: Dictionary, problems: Problems) -> Parsed:
    """All that was read of a part. `problems`: of the zip itself."""
    sheets = [sheet for file in files for sheet in file.sheets]
    records = {sheet.record: sheet.rows for sheet in sheets}
    headers = records["header"].drop("part", "line").to_dicts() if "header" in records else []
    moved = [file.moved for file in files if file.moved is not None]
    return Parsed(
        version=book.version,
        headers=tuple(headers[:1]),
        records={key: records.get(key, empty(record)) for key, record in book.records.items()},
        problems=pl.concat([problems.frame(), *(file.problems.frame() for file in files)]),
        encodings=frozenset(sheet.encoding for sheet in sheets),
        broken=frozenset((sheet.record, part, line) for sheet in sheets for line in sheet.broken),
        missing=frozenset((sheet.record, key) for sheet in sheets for key in sheet.missing),
        control=frozenset(sheet.record for sheet in sheets if sheet.control),
        formats={part: files[0].form if files else Format.CSV},
        moved=pl.concat(moved) if moved else pl.DataFrame(schema=MOVED),
    )


def _part_of(header: Mapping[str, str | None]) -> int:
    number = header.get("part_number") or ""
    return int(number) if number.isascii() and number.isdigit() and 0 < int(number) < 10_000 else 1


def _version_of(header: Mapping[str, str | None]) -> str:
    named = header.get("dictionary_version") or NEWEST
    return named if named in VERSIONS else NEWEST


def peek(source: Source) -> Mapping[str, str | None]:
    """The header as text, from the beginning of the file that has it; empty if there is none that can be read."""
    with opened(source) as file:
        header, may_come_later = _peeked(file, PEEKED)
        if may_come_later:
            with _PEEKING_FAR:
                header, _ = _peeked(file, None)
    return header


def _peeked(file: BinaryIO, most: int | None) -> tuple[Mapping[str, str | None], bool]:
    """The header in so many bytes (without a number, in all), and whether it may stand behind them, as in JSON it may."""
    book, problems = dictionary(NEWEST), Problems(1)
    header: Mapping[str, str | None] = {}
    may_come_later = False
    for record, data in files_of(file, book, problems, only="header", most=most):
        if record is None:
            form = format_of(data[:LOOKED_AT])
            header = (xml_file if form is Format.XML else json_file).header(data, book)
            may_come_later = not header and form is Format.JSON and len(data) == most
        else:
            found = _read_file(record, data, 1, book)
            header = next(iter(_parsed([found], 1, book, problems).headers), {})
    return {key: header[key] or DEFAULTS.get(key) for key in header}, may_come_later


def read(source: Source, *, version: str | None = None) -> Parsed:
    """Read one part.

    Args:
        source: a zip, or one XML or JSON file, as a path, bytes or an open file that can seek.
        version: the dictionary version to read it by; without it, the one that the file names.

    Returns:
        Frames of text, and as `problems` whatever kept them from being read. Never raises for what is in the file.
    """
    header = peek(source)
    part, book = _part_of(header), dictionary(version or _version_of(header))
    problems = Problems(part)
    # One file is unpacked while the one before is read; both leave the interpreter free.
    with opened(source) as file, ThreadPoolExecutor(max_workers=READERS) as readers:
        files = [
            readers.submit(_read_file, record, data, part, book)
            for record, data in files_of(file, book, problems)
        ]
    return _parsed([each.result() for each in files], part, book, problems)


def join(parts: Sequence[Parsed]) -> Parsed:
    """The parts of one submission as one, in the order of their numbers.

    Raises:
        ValueError: there is no part.
    """
    if not parts:
        raise ValueError("A submission has at least one part.")
    if len(parts) == 1:
        return parts[0]
    ordered = [
        replace(parsed, problems=parsed.problems.with_columns(pl.col("seq") + before))
        for parsed, before in _with_students_before(sorted(parts, key=lambda each: _part_of(each.header)))
    ]
    first = ordered[0]
    return replace(
        first,
        headers=tuple(header for parsed in ordered for header in parsed.headers),
        records={
            key: pl.concat([parsed.records[key] for parsed in ordered], how="diagonal")
            for key in first.records
        },
        problems=pl.concat([parsed.problems for parsed in ordered]),
        encodings=frozenset().union(*(parsed.encodings for parsed in ordered)),
        broken=frozenset().union(*(parsed.broken for parsed in ordered)),
        missing=frozenset().union(*(parsed.missing for parsed in ordered)),
        control=frozenset().union(*(parsed.control for parsed in ordered)),
        formats={part: form for parsed in ordered for part, form in parsed.formats.items()},
        moved=pl.concat([parsed.moved for parsed in ordered]),
    )


def _with_students_before(parts: Iterable[Parsed]) -> Iterator[tuple[Parsed, int]]:
    """Each part with the number of students in those before it."""
    before = 0
    for parsed in parts:
        yield parsed, before
        before += parsed.records["students"].height
