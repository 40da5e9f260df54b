"""From the nested records of one file to the sheets of a part: what XML and JSON have in common. Pure.

What nests says whose a record is. So numbers of students and records may be left out, and are then given by position; and a header that leaves out the
totals counts as one that gives them, since a document that ends properly is whole.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from openmsix.dictionary.declare import Dictionary, RecordType

from . import frames
from .checks import nesting
from .frames import MOVED
from .problems import Problems
from .sheet import Sheet

OWNER = "_owner"
"""Column of records: the number of the student they stand in, from 1."""

MOST_DEEP = 16
"""No layout nests so deep; what does is not read on."""

MOST_NAMES = 100
"""So many names that are unknown are told."""

FREE_TEXT = ("enrollment_comment",)
"""Elements whose values people may write on several lines."""

_LINE_ENDS = r"[ \t]*[\r\n]+\s*"


@dataclass
class Nested:
    """What stands in a document.

    `headers`: each header by element key. `records`: record type -> rows with `line`, of records also `OWNER`, and any of the elements as text. `version`:
    the dictionary version that the document names besides the header; empty if it names none. `moved`: see `frames.MOVED`. `left_out`: numbers of students,
    from 1, in whose place only a mark stands; they have a row here, so that the others keep their numbers.
    """

    headers: list[dict[str, str | None]]
    records: dict[str, pl.DataFrame]
    header_line: int | None = None
    version: str = ""
    encoding: str = "utf-8"
    control: bool = True
    moved: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MOVED))
    left_out: frozenset[int] = frozenset()


def sheets(
    nested: Nested, book: Dictionary, defaults: Mapping[str, str], problems: Problems
) -> Iterator[Sheet]:
    """The sheets of a part; of the header only the first, `defaults` and totals filled in."""
    cleaned = {
        key: _cleaned(record, nested.records.get(key))
        for key, record in book.records.items()
        if key != "header"
    }
    students = _numbered(cleaned["students"])
    found = {"students": students}
    for key, rows in cleaned.items():
        if key != "students":
            found[key] = _of_students(key, rows, students["student_record_id"], problems)
    found["students"] = _without(students, nested.left_out)
    problems.close_ranks(nested.left_out)
    header = _header(nested, book.records["header"], defaults, found, problems)
    for key, rows in {"header": header, **found}.items():
        yield Sheet(key, rows, control=nested.control, encoding=nested.encoding)


def _without(students: pl.DataFrame, left_out: Collection[int]) -> pl.DataFrame:
    """The students that are there."""
    if not left_out:
        return students
    return students.filter(~pl.int_range(1, pl.len() + 1).is_in(sorted(left_out)))


def _cleaned(record: RecordType, rows: pl.DataFrame | None) -> pl.DataFrame:
    """Every element of the record type as text without blanks around it; a line end within a value is a blank."""
    if rows is None:
        rows = pl.DataFrame(schema={"line": pl.Int32, OWNER: pl.Int32})
    owner = [] if record.key in ("header", "students") else [pl.col(OWNER)]
    rows = rows.select(
        pl.col("line").cast(pl.Int32),
        *owner,
        *(
            pl.col(key).str.strip_chars() if key in rows.columns else pl.lit(None, pl.String).alias(key)
            for key in record.columns
        ),
    )
    texts = pl.col(pl.String)
    signs = rows.select(texts.str.contains(r"[\r\n]").any()).row(0, named=True)
    on_lines = [key for key, some in signs.items() if some and key not in FREE_TEXT]
    rows = rows.with_columns(pl.col(on_lines).str.replace_all(_LINE_ENDS, " ")) if on_lines else rows
    blank = rows.select((texts == "").any()).row(0, named=True)
    return rows.with_columns(
        pl.when(pl.col(key) != "").then(pl.col(key)).alias(key) for key in blank if blank[key]
    )


def _whole(key: str, digits: int, number: pl.Expr) -> pl.Expr:
    """A number within the file with its zeros, or the position where none was given."""
    return pl.coalesce(pl.col(key), number.cast(pl.String).str.zfill(digits)).alias(key)


def _numbered(students: pl.DataFrame) -> pl.DataFrame:
    return students.with_columns(_whole("student_record_id", 7, pl.int_range(1, pl.len() + 1)))


def _with_zeros(ids: pl.Series) -> pl.Series:
    """The numbers as the students have them once the zeros that were lost are put back."""
    short = ids.str.contains("^[0-9]{1,7}$")
    return ids.zip_with(~short, ids.str.zfill(7))


def _of_students(record: str, rows: pl.DataFrame, ids: pl.Series, problems: Problems) -> pl.DataFrame:
    """The records of a type with the numbers of their students and their own."""
    owner = _with_zeros(ids).gather(rows[OWNER] - 1)
    others = pl.col("student_record_id").str.zfill(7) != owner
    for line, number, said in rows.filter(others).select("line", OWNER, "student_record_id").iter_rows():
        problems.add(
            nesting.OWNER_DIFFERS, record, line=line, element="student_record_id", value=said, student=number
        )
    position = pl.int_range(1, pl.len() + 1).over(OWNER)
    return rows.with_columns(owner.alias("student_record_id"), _whole("record_id", 3, position)).drop(OWNER)


def _header(
    nested: Nested,
    record: RecordType,
    defaults: Mapping[str, str],
    found: Mapping[str, pl.DataFrame],
    problems: Problems,
) -> pl.DataFrame:
    """The header, with what may be left out of it filled in."""
    given = pl.DataFrame(
        [dict.fromkeys(record.columns) | header for header in nested.headers],
        schema=dict.fromkeys(record.columns, pl.String),
    )
    header = _cleaned(record, given.with_columns(pl.lit(nested.header_line, pl.Int32).alias("line")))
    said = header["dictionary_version"].first() if header.height else None
    if nested.version and said and said != nested.version:
        problems.add(
            nesting.VERSIONS_DIFFER, "header", line=nested.header_line, value=str(said), named=nested.version
        )
    totals = {
        "total_students": str(found["students"].height),
        "total_records": str(sum(rows.height for rows in found.values())),
    }
    named = {"dictionary_version": nested.version} if nested.version else {}
    filled = dict(defaults) | named | totals
    return header.with_columns(pl.col(key).fill_null(pl.lit(text)) for key, text in filled.items())


class Strange:
    """Names that are unknown where they stand: told once each, with how often and where first."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[int]] = {}
        self._at: dict[tuple[str, str], tuple[int | None, str]] = {}

    def note(self, record: str, name: str, line: int | None, at: str) -> None:
        """One place with an unknown name. `at`: the place in words."""
        key = (record, name[: frames.VALUE_SHOWN])
        if key in self._found:
            self._found[key][0] += 1
        elif len(self._found) < MOST_NAMES:
            self._found[key] = [1]
            self._at[key] = (line, at)

    def tell(self, problems: Problems) -> None:
        """Note a finding for each name."""
        for (record, name), [times] in self._found.items():
            line, at = self._at[(record, name)]
            problems.add(nesting.MEMBER_UNKNOWN, record, line=line, value=name, times=times, at=at)


class Rows:
    """Rows that come one at a time, put into columns a block at a time, so that no object for each of them is kept."""

    BLOCK = 20_000

    def __init__(self, book: Dictionary) -> None:
        self._schema = {
            key: {"line": pl.Int32, OWNER: pl.Int32} | dict.fromkeys(record.columns, pl.String)
            for key, record in book.records.items()
        }
        self._open: dict[str, list[dict[str, Any]]] = {key: [] for key in book.records}
        self._done: dict[str, list[pl.DataFrame]] = {key: [] for key in book.records}

    def add(self, record: str, row: dict[str, Any]) -> None:
        """One row: `line`, `OWNER` of records in students, and its elements."""
        rows = self._open[record]
        rows.append(row)
        if len(rows) == self.BLOCK:
            self._close(record)

    def _close(self, record: str) -> None:
        self._done[record].append(pl.DataFrame(self._open[record], schema=self._schema[record]))
        self._open[record] = []

    def frames(self) -> dict[str, pl.DataFrame]:
        """All rows of each record type that has any."""
        for record, rows in self._open.items():
            if rows:
                self._close(record)
        return {record: pl.concat(blocks) for record, blocks in self._done.items() if blocks}
