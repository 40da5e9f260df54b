"""Reading a part: one zip of CSV files, one a record type, as columns of text. Pure.

`read` reads one part, `join` puts the parts of a submission together, `peek` looks at the header only. Nothing is judged here but whether the files
can be read; what they say is for the checks.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import polars as pl

from openmsix.dictionary import VERSIONS, dictionary
from openmsix.dictionary.columns import resolve_column
from openmsix.dictionary.declare import Dictionary, Element, Mark, RecordType, Required

from .checks import reading
from .frames import Parsed
from .problems import Problems
from .table import Table, read_table
from .text import as_utf8, has_control_characters
from .unpack import contents, open_zip

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

READERS = 2
"""So many files of a part are read at once."""

_NO_COMMAS: Mapping[str, str] = {";": "semicolons", "\t": "tabs", "|": "upright strokes"}
_ROW_BEGINS = r"[0-9]{1,7},[0-9]{1,3},"

Source = Path | str | bytes | BinaryIO


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, Path | str):
        with Path(source).open("rb") as file:
            yield file
    else:
        yield source


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
    again = pl.all_horizontal(
        pl.col(str(number)).str.strip_chars().fill_null("") == name for number, name in enumerate(table.names)
    )
    # Every row is looked at in its first cell only.
    doubtful = table.rows.filter(pl.col("0").str.contains(table.names[0], literal=True))
    lines = doubtful.filter(again)["line"]
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


def _frame(record: RecordType, table: Table, columns: Mapping[str, int], part: int) -> pl.DataFrame:
    rows = table.rows.select(
        pl.lit(part, dtype=pl.Int16).alias("part"),
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
    """What was read from one file. `columns`: the elements that it has; `rows` is None if nothing could be read."""

    record: RecordType
    problems: Problems
    rows: pl.DataFrame | None = None
    columns: Mapping[str, int] = field(default_factory=dict)
    encoding: str = ""
    broken: frozenset[int] = frozenset()
    control: bool = False


def _read_file(record: RecordType, data: bytes, part: int, book: Dictionary) -> _File:
    """Read one file into a frame of text."""
    unread = _File(record, problems := Problems(part))
    decoded = as_utf8(record.key, data, problems)
    if decoded is None:
        return unread
    text, encoding = decoded
    table = read_table(record.key, text, problems)
    if table is None:
        return unread
    columns = _columns(record, book.version, table, problems)
    if not columns:
        return unread
    table = _without_names(record, table, problems)
    if b'"' in text:
        _note_line_ends(record, table, columns, problems)
    rows = _with_zeros(record, _frame(record, table, columns, part), book, problems)
    if record.key == "header" and rows.height != 1:
        problems.add(reading.HEADER_NOT_ONE_ROW, record.key, rows=rows.height)
    return _File(record, problems, rows, columns, encoding, table.broken, has_control_characters(text))


def _parsed(files: Sequence[_File], part: int, book: Dictionary, problems: Problems) -> Parsed:
    """All that was read of a part. `problems`: of the zip itself."""
    readable = [(file.record.key, file.rows, file) for file in files if file.rows is not None]
    records = {key: rows for key, rows, _ in readable}
    headers = records["header"].drop("part", "line").to_dicts() if "header" in records else []
    return Parsed(
        version=book.version,
        headers=tuple(headers[:1]),
        records={key: records.get(key, empty(record)) for key, record in book.records.items()},
        problems=pl.concat([problems.frame(), *(file.problems.frame() for file in files)]),
        encodings=frozenset(file.encoding for _, _, file in readable),
        broken=frozenset((key, part, line) for key, _, file in readable for line in file.broken),
        missing=frozenset(
            (key, name)
            for key, _, file in readable
            for name in file.record.columns
            if name not in file.columns
        ),
        control=frozenset(key for key, _, file in readable if file.control),
    )


def _part_of(header: Mapping[str, str | None]) -> int:
    number = header.get("part_number") or ""
    return int(number) if number.isascii() and number.isdigit() and 0 < int(number) < 10_000 else 1


def _version_of(header: Mapping[str, str | None]) -> str:
    named = header.get("dictionary_version") or NEWEST
    return named if named in VERSIONS else NEWEST


def peek(source: Source) -> Mapping[str, str | None]:
    """The header as text, without reading anything else; empty if there is none that can be read."""
    book, problems = dictionary(NEWEST), Problems(1)
    with _opened(source) as file:
        archive = open_zip(file, problems)
        if archive is None:
            return {}
        found = [
            _read_file(record, data, 1, book)
            for record, data in contents(archive, book, problems, only="header")
        ]
    rows = _parsed(found, 1, book, problems).headers
    return {key: rows[0].get(key) or DEFAULTS.get(key) for key in rows[0]} if rows else {}


def read(source: Source, *, version: str | None = None) -> Parsed:
    """Read one part.

    Args:
        source: the zip as a path, bytes or an open file that can seek.
        version: the dictionary version to read it by; without it, the one that the header names.

    Returns:
        Frames of text, and as `problems` whatever kept them from being read. Never raises for what is in the file.
    """
    header = peek(source)
    part, book = _part_of(header), dictionary(version or _version_of(header))
    problems = Problems(part)
    reading_files = []
    # One file is unpacked while the one before is read; both leave the interpreter free.
    with _opened(source) as file, ThreadPoolExecutor(max_workers=READERS) as readers:
        file.seek(0)
        archive = open_zip(file, problems)
        if archive is not None:
            reading_files = [
                readers.submit(_read_file, record, data, part, book)
                for record, data in contents(archive, book, problems)
            ]
    return _parsed([each.result() for each in reading_files], part, book, problems)


def join(parts: Sequence[Parsed]) -> Parsed:
    """The parts of one submission as one, in the order of their numbers.

    Raises:
        ValueError: there is no part.
    """
    if not parts:
        raise ValueError("A submission has at least one part.")
    if len(parts) == 1:
        return parts[0]
    ordered = sorted(parts, key=lambda parsed: _part_of(parsed.header))
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
    )
