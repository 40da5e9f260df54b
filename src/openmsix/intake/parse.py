"""Reading a part: one zip of CSV files, one a record type, as columns of text. Pure.

`read` reads one part, `join` puts the parts of a submission together, `peek` looks at the header only. Nothing is judged here but whether the files
can be read; what they say is for the checks.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
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
    lines = table.rows.filter(pl.col("0").str.strip_chars() == table.names[0]).filter(again)["line"]
    if lines.is_empty():
        return table
    for line in lines:
        problems.add(reading.COLUMN_NAMES_TWICE, record.key, line=line)
    return replace(table, rows=table.rows.filter(~again))


def _cell(number: int | None, key: str) -> pl.Expr:
    """A column without the blanks around its values."""
    text = pl.lit(None, dtype=pl.String) if number is None else pl.col(str(number)).str.strip_chars()
    return text.alias(key)


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
        *(_cell(columns.get(element.key), element.key) for element in record.elements),
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


class _Reader:
    """Reads one part and remembers what it met on the way."""

    def __init__(self, part: int, book: Dictionary) -> None:
        self.part = part
        self.book = book
        self.problems = Problems(part)
        self.records: dict[str, pl.DataFrame] = {}
        self.encodings: set[str] = set()
        self.broken: set[tuple[str, int, int]] = set()
        self.missing: set[tuple[str, str]] = set()
        self.control: set[str] = set()

    def read(self, record: RecordType, data: bytes) -> None:
        """Read one file into a frame."""
        decoded = as_utf8(record.key, data, self.problems)
        if decoded is None:
            return
        text, encoding = decoded
        table = read_table(record.key, text, self.problems)
        if table is None:
            return
        columns = _columns(record, self.book.version, table, self.problems)
        if not columns:
            return
        table = _without_names(record, table, self.problems)
        if b'"' in text:
            _note_line_ends(record, table, columns, self.problems)
        rows_of_text = _frame(record, table, columns, self.part)
        self.records[record.key] = _with_zeros(record, rows_of_text, self.book, self.problems)
        rows = self.records[record.key].height
        if record.key == "header" and rows != 1:
            self.problems.add(reading.HEADER_NOT_ONE_ROW, record.key, rows=rows)
        self.encodings.add(encoding)
        self.broken |= {(record.key, self.part, line) for line in table.broken}
        self.missing |= {(record.key, key) for key in record.columns if key not in columns}
        if has_control_characters(text):
            self.control.add(record.key)

    def parsed(self) -> Parsed:
        """All that was read."""
        header = self.records.get("header")
        rows = header.drop("part", "line").to_dicts() if header is not None else []
        return Parsed(
            version=self.book.version,
            headers=tuple(rows[:1]),
            records={key: self.records.get(key, empty(record)) for key, record in self.book.records.items()},
            problems=self.problems.frame(),
            encodings=frozenset(self.encodings),
            broken=frozenset(self.broken),
            missing=frozenset(self.missing),
            control=frozenset(self.control),
        )


def _part_of(header: Mapping[str, str | None]) -> int:
    number = header.get("part_number") or ""
    return int(number) if number.isascii() and number.isdigit() and 0 < int(number) < 10_000 else 1


def _version_of(header: Mapping[str, str | None]) -> str:
    named = header.get("dictionary_version") or NEWEST
    return named if named in VERSIONS else NEWEST


def peek(source: Source) -> Mapping[str, str | None]:
    """The header as text, without reading anything else; empty if there is none that can be read."""
    with _opened(source) as file:
        reader = _Reader(1, dictionary(NEWEST))
        archive = open_zip(file, reader.problems)
        if archive is None:
            return {}
        for record, data in contents(archive, reader.book, reader.problems, only="header"):
            reader.read(record, data)
    rows = reader.parsed().headers
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
    reader = _Reader(_part_of(header), dictionary(version or _version_of(header)))
    with _opened(source) as file:
        file.seek(0)
        archive = open_zip(file, reader.problems)
        if archive is not None:
            for record, text in contents(archive, reader.book, reader.problems):
                reader.read(record, text)
    return reader.parsed()


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
