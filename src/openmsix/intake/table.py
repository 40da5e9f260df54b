"""From the text of one CSV file to a frame of text, with the line at which each row begins. Pure.

The quick way reads the columns at once and then proves, by counting commas and line ends, that no row was short. Only a file that fails the proof goes
the careful way, row by row, which can say what is wrong where.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from .checks import nesting, reading
from .problems import Problems
from .text import count, may_have_blanks_at_edges

csv.field_size_limit(2**31 - 1)  # a huge cell is a finding, not an error of the reader

MOST_BYTES = 250_000_000
MOST_CELLS = 25_000_000
MOST_COLUMNS = 2_000
"""So much of one file is read: twice and more what a full part of 40,000 students has."""

SWALLOWED_LINES = 50
"""A cell that runs over so many lines has lost its closing quote."""


@dataclass(frozen=True)
class Table:
    """The rows of a file as text under the names of its columns. `line`: where each row begins. `broken`: lines of ragged rows.

    `trimmed`: no value has blanks around it.
    """

    names: list[str]
    rows: pl.DataFrame
    broken: frozenset[int] = field(default_factory=frozenset)
    trimmed: bool = False


def too_much(*, rows: int, columns: int) -> str:
    """Why so many rows and columns are not read, in words; empty if they are."""
    if columns > MOST_COLUMNS:
        return f"it has {columns:,} columns, and at most {MOST_COLUMNS:,} are read"
    if rows * columns > MOST_CELLS:
        return f"it has {rows:,} rows of {columns:,} columns, and at most {MOST_CELLS:,} cells are read"
    return ""


def _column_names(data: bytes) -> tuple[list[str], int, int] | None:
    """The cells of the header row, where the rows begin, and on which line; None if there is no header row."""
    lines = io.BytesIO(data)
    reader = csv.reader(line.decode() for line in lines)
    try:
        names = next(reader)
    except (StopIteration, csv.Error):
        return None
    return ([name.strip() for name in names], lines.tell(), reader.line_num) if any(names) else None


def _quickly(body: bytes, columns: list[str]) -> pl.DataFrame | None:
    """The rows as text, or None if they cannot be read so."""
    if not body:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    try:
        return pl.read_csv(body, has_header=False, schema=dict.fromkeys(columns, pl.String))
    except pl.exceptions.PolarsError:
        return None


def _count(rows: pl.DataFrame, sign: str) -> int:
    counts = rows.select(pl.all().str.count_matches(sign, literal=True).sum())
    return sum(value or 0 for value in counts.row(0))


def _cells_agree(body: bytes, rows: pl.DataFrame, quoted: bool) -> bool:
    """Whether every comma that stands in the file is one between cells or one within a cell."""
    within = _count(rows, ",") if quoted else 0
    return count(body, b",") == rows.height * (rows.width - 1) + within


def _line_ends(body: bytes) -> int:
    return count(body, b"\n") + (1 if body and not body.endswith(b"\n") else 0)


def _is_trimmed(body: bytes, rows: pl.DataFrame) -> bool:
    """Whether surely no cell has white space around its value; a line end within a cell may be such."""
    return _line_ends(body) == rows.height and not may_have_blanks_at_edges(body)


def _lines(body: bytes, rows: pl.DataFrame, first: int, quoted: bool) -> pl.Series | None:
    """The line at which each row begins; None if there are lines that belong to no row."""
    ends = _line_ends(body)
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
    head = _column_names(data)
    if head is None:
        problems.add(reading.EMPTY_FILE, record, line=1)
        return None
    names, begin, header_lines = head
    columns = [str(number) for number in range(len(names))]
    body = data[begin:]
    if reason := too_much(rows=count(body, b"\n"), columns=len(names)):
        problems.add(nesting.TOO_LARGE, record, reason=reason)
        return None
    quoted = b'"' in body
    rows = _quickly(body, columns)
    if rows is not None and _cells_agree(body, rows, quoted):
        lines = _lines(body, rows, header_lines + 1, quoted)
        if lines is not None:
            return Table(names, rows.with_columns(lines), trimmed=_is_trimmed(body, rows))
    return _carefully(record, names, body, header_lines, problems)


def _carefully(
    record: str, names: list[str], body: bytes, header_lines: int, problems: Problems
) -> Table | None:
    width = len(names)
    columns = [str(number) for number in range(width)]
    kept: list[list[str | None]] = []
    lines: list[int] = []
    broken: set[int] = set()
    for line, last, cells in _rows(body, header_lines):
        if last - line >= SWALLOWED_LINES or (last > line and len(cells) != width):
            problems.add(reading.QUOTE_NOT_CLOSED, record, line=line, value=",".join(cells))
            return None
        if len(cells) != width:
            problems.add(reading.RAGGED_ROW, record, line=line, cells=len(cells), columns=width)
            broken.add(line)
            if problems.is_full:
                return None
        lines.append(line)
        kept.append([*cells[:width], *[None] * (width - len(cells))])
    rows = pl.DataFrame(kept, schema=dict.fromkeys(columns, pl.String), orient="row")
    return Table(names, rows.with_columns(pl.Series("line", lines, dtype=pl.Int32)), frozenset(broken))


def _rows(body: bytes, header_lines: int) -> Iterator[tuple[int, int, list[str]]]:
    """First line, last line and cells of each row that is not blank."""
    reader = csv.reader(io.StringIO(body.decode(), newline="\n"))
    last = 0
    for cells in reader:
        if cells:
            yield header_lines + last + 1, header_lines + reader.line_num, cells
        last = reader.line_num
