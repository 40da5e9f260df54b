"""From the text of one CSV file to a frame of text, with the line at which each row begins. Pure.

The quick way reads the columns at once and then proves, by counting commas and line ends, that no row was short. Only a file that fails the proof goes
the careful way, row by row, which can say what is wrong where.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from .checks import nesting, reading
from .problems import Problems
from .text import Survey, count, survey

MOST_BYTES = 250_000_000
MOST_CELLS = 25_000_000
MOST_COLUMNS = 2_000
"""So much of one file is read: twice and more what a full part of 40,000 students has."""

MOST_OF_NAMES = 1_000_000
"""Bytes that the row of column names may take."""

MOST_IN_LINE = 100_000
"""Commas of one line. Each cell takes far more room than its comma once a line is taken apart."""

MOST_IN_CELL = 50_000_000
"""Characters of one cell that are read row by row."""

csv.field_size_limit(MOST_IN_CELL)  # a large cell is a finding, not an error of the reader

SWALLOWED_LINES = 50
"""A cell that runs over so many lines has lost its closing quote."""


@dataclass(frozen=True)
class Table:
    """The rows of a file as text under the names of its columns. `line`: where each row begins. `broken`: lines of ragged rows.

    `trimmed`: no value has blanks around it. `control`: control characters may stand in them.
    """

    names: list[str]
    rows: pl.DataFrame
    broken: frozenset[int] = field(default_factory=frozenset)
    trimmed: bool = False
    control: bool = True


def too_much(*, rows: int, columns: int) -> str:
    """Why so many rows and columns are not read, in words; empty if they are."""
    if columns > MOST_COLUMNS:
        return f"it has {columns:,} columns, and at most {MOST_COLUMNS:,} are read"
    if rows * columns > MOST_CELLS:
        return f"it has {rows:,} rows of {columns:,} columns, and at most {MOST_CELLS:,} cells are read"
    return ""


class _TooLarge(Exception):
    """The file is not read on; the text says why."""


class _Unclosed(Exception):
    """A quote does not close. The text: the row that it makes."""

    def __init__(self, line: int, row: str) -> None:
        super().__init__(row)
        self.line = line


def _column_names(data: bytes) -> tuple[list[str], int, int] | None:
    """The cells of the header row, where the rows begin, and on which line; None if there is no header row.

    Raises:
        _TooLarge, _Unclosed: it is no row of names.
    """
    lines = io.BytesIO(data[:MOST_OF_NAMES])
    reader = csv.reader(line.decode(errors="ignore") for line in lines)
    try:
        names = next(reader)
    except (StopIteration, csv.Error):
        return None
    if reader.line_num > SWALLOWED_LINES:
        raise _Unclosed(1, ",".join(names))
    if lines.tell() == MOST_OF_NAMES < len(data):
        raise _TooLarge(f"its column names take more than {MOST_OF_NAMES:,} bytes")
    return ([name.strip() for name in names], lines.tell(), reader.line_num) if any(names) else None


def _quickly(data: bytes, header_lines: int, columns: list[str]) -> pl.DataFrame | None:
    """The rows as text, or None if they cannot be read so."""
    schema = dict.fromkeys(columns, pl.String)
    try:
        return pl.read_csv(data, has_header=False, schema=schema, skip_lines=header_lines)
    except pl.exceptions.NoDataError:
        return pl.DataFrame(schema=schema)
    except pl.exceptions.PolarsError:
        return None


def _count(rows: pl.DataFrame, sign: str) -> int:
    counts = rows.select(pl.all().str.count_matches(sign, literal=True).sum())
    return sum(value or 0 for value in counts.row(0))


def _cells_agree(seen: Survey, rows: pl.DataFrame, quoted: bool) -> bool:
    """Whether every comma that stands in the file is one between cells or one within a cell."""
    within = _count(rows, ",") if quoted else 0
    return seen.commas == rows.height * (rows.width - 1) + within


def _line_ends(data: bytes, begin: int, seen: Survey) -> int:
    return seen.line_ends.size + (1 if len(data) > begin and not data.endswith(b"\n") else 0)


def _lines(ends: int, rows: pl.DataFrame, first: int, quoted: bool) -> pl.Series | None:
    """The line at which each row begins; None if there are lines that belong to no row. `ends`: how many lines end."""
    plain = pl.int_range(first, first + rows.height, dtype=pl.Int32, eager=True).alias("line")
    if ends == rows.height:
        return plain
    if not quoted:
        return None
    inside = rows.select(
        pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))
    ).to_series()
    if ends != rows.height + inside.sum() or (inside >= SWALLOWED_LINES).any():
        return None
    return (plain + inside.cum_sum().shift(1, fill_value=0)).cast(pl.Int32).alias("line")


def read_table(record: str, data: bytes, problems: Problems) -> Table | None:
    """Read one file.

    Args:
        record: the record type, for findings.
        data: UTF-8 without mark, lines ending in LF or CR LF; no CR elsewhere.
        problems: told of ragged rows and open quotes.

    Returns:
        Every row, those with too few or too many cells filled up or cut; None if the file has no header row or cannot be read.
    """
    try:
        return _read(record, data, problems)
    except _TooLarge as reason:
        problems.add(nesting.TOO_LARGE, record, reason=str(reason))
    except _Unclosed as found:
        problems.add(reading.QUOTE_NOT_CLOSED, record, line=found.line, value=str(found))
    return None


def _read(record: str, data: bytes, problems: Problems) -> Table | None:
    head = _column_names(data)
    if head is None:
        if data.strip():
            problems.add(reading.COLUMN_NAMES_NOT_FOUND, record, line=1, value="", reason="it is blank")
        else:
            problems.add(reading.EMPTY_FILE, record, line=1)
        return None
    names, begin, header_lines = head
    if data.endswith(b","):
        data += b"\n"  # Polars passes over an empty cell at the very end, also over one too many.
    columns = [str(number) for number in range(len(names))]
    # Counted first: where each of too many lines ends would take many times the file's room.
    if reason := too_much(rows=count(data, b"\n", begin), columns=len(names)):
        raise _TooLarge(reason)
    seen = survey(data, begin)
    _check_lines(data, begin, seen, header_lines)
    quoted = data.find(b'"', begin) >= 0
    rows = _quickly(data, header_lines, columns)
    if rows is not None and _cells_agree(seen, rows, quoted):
        ends = _line_ends(data, begin, seen)
        lines = _lines(ends, rows, header_lines + 1, quoted)
        if lines is not None:
            # A line end within a cell may be white space around its value.
            trimmed = ends == rows.height and not seen.blanks_at_edges
            return Table(names, rows.with_columns(lines), trimmed=trimmed, control=seen.control)
    return _carefully(record, names, data[begin:], header_lines, problems)


def _check_lines(data: bytes, begin: int, seen: Survey, header_lines: int) -> None:
    """Refuse lines that would take the memory once they are taken apart.

    Raises:
        _TooLarge: there is such a line.
    """
    ends = np.concatenate(([-1], seen.line_ends, [len(data) - begin])) + begin
    for number in np.flatnonzero(np.diff(ends) > MOST_IN_LINE):
        if data.count(b",", ends[number] + 1, ends[number + 1]) > MOST_IN_LINE:
            raise _TooLarge(f"line {header_lines + number + 1} holds more than {MOST_IN_LINE:,} commas")


def _carefully(
    record: str, names: list[str], body: bytes, header_lines: int, problems: Problems
) -> Table | None:
    width = len(names)
    rows = _Block(width)
    broken: set[int] = set()
    for line, last, cells in _rows(body, header_lines):
        if last - line >= SWALLOWED_LINES or (last > line and len(cells) != width):
            raise _Unclosed(line, ",".join(cells))
        if len(cells) != width:
            problems.add(reading.RAGGED_ROW, record, line=line, cells=len(cells), columns=width)
            broken.add(line)
            if problems.is_full:
                return None
        rows.add(line, [*cells[:width], *[None] * (width - len(cells))])
    return Table(names, rows.frame(), frozenset(broken))


class _Block:
    """Rows that come one at a time, put into columns a block at a time, so that no object for each cell is kept."""

    CELLS = 500_000

    def __init__(self, width: int) -> None:
        self._schema = {"line": pl.Int32} | {str(number): pl.String for number in range(width)}
        self._most = max(1, self.CELLS // width)
        self._open: list[list[Any]] = []
        self._done: list[pl.DataFrame] = []

    def add(self, line: int, cells: list[str | None]) -> None:
        self._open.append([line, *cells])
        if len(self._open) == self._most:
            self._close()

    def _close(self) -> None:
        self._done.append(pl.DataFrame(self._open, schema=self._schema, orient="row"))
        self._open = []

    def frame(self) -> pl.DataFrame:
        """All rows, `line` behind the cells."""
        self._close()
        return pl.concat(self._done).select(pl.exclude("line"), "line")


def _lines_of(body: bytes) -> Iterator[str]:
    for line in io.BytesIO(body):
        yield line.decode()


def _rows(body: bytes, header_lines: int) -> Iterator[tuple[int, int, list[str]]]:
    """First line, last line and cells of each row that is not blank."""
    reader = csv.reader(_lines_of(body))
    last = 0
    try:
        for cells in reader:
            if cells:
                yield header_lines + last + 1, header_lines + reader.line_num, cells
            last = reader.line_num
    except csv.Error as fault:
        line = header_lines + last + 1
        if reader.line_num - last >= SWALLOWED_LINES:
            raise _Unclosed(line, "") from fault
        raise _TooLarge(f"a cell on line {line} has more than {MOST_IN_CELL:,} characters") from fault
