"""From the nested records of one file to the sheets of a part: what XML and JSON have in common. Pure.

What nests says whose a record is. So numbers of students and records may be left out, and are then given by position; and a header that leaves out the
totals counts as one that gives them, since a document that ends properly is whole.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from openmsix.dictionary.declare import Dictionary, RecordType
from openmsix.dictionary.identifiers import STUDENTS_PER_PART

from . import frames
from .checks import nesting
from .frames import MOVED
from .problems import Problems
from .sheet import Sheet
from .table import too_much

OWNER = "_owner"
"""Column of records: the number of the student they stand in, from 1."""

MOST_DEEP = 16
"""No layout nests so deep; what does is not read on."""

MOST_STRANGE = 5_000_000
"""So many unknown names are passed over; each takes its time."""

MOST_NAMES = 100
"""So many names that are unknown are told."""

_MARK = re.compile(r"expunged(?: ([0-9]{1,7}))?")

FREE_TEXT = ("enrollment_comment",)
"""Elements whose values people may write on several lines."""

_LINE_ENDS = r"[ \t]*[\r\n]+\s*"


PLACES = pl.Schema(
    {"part": pl.Int16, "record": pl.String, "line": pl.Int32, "position": pl.Int64, "at": pl.String}
)
"""Where records stand that are not where their number says. `line`, `position`: the student's, and the record's among all of its type; `at`: the place within the student."""


@dataclass
class Nested:
    """What stands in a document.

    `headers`: each header by element key. `records`: record type -> rows with `line`, of records also `OWNER`, and any of the elements as text. `version`:
    the dictionary version that the document names besides the header; empty if it names none. `places`: of JSON, see PLACES. `is_clean`: whether the
    values are as `cleaned` leaves them. `left_out`: numbers of students, from 1, in whose place only a mark stands; they have a row here, so that the others keep their numbers.
    """

    headers: list[dict[str, str | None]]
    records: dict[str, pl.DataFrame]
    header_line: int | None = None
    version: str = ""
    encoding: str = "utf-8"
    control: bool = True
    places: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PLACES))
    is_clean: bool = False
    left_out: frozenset[int] = frozenset()


def sheets(
    nested: Nested, book: Dictionary, defaults: Mapping[str, str], problems: Problems
) -> Iterator[Sheet]:
    """The sheets of a part; of the header only the first, `defaults` and totals filled in.

    Raises:
        TooMany: there are more rows than are read.
    """
    for key, rows in nested.records.items():
        check_count(key, rows.height, len(book.records[key].columns))
    columns = {
        key: _columns(record, nested.records.get(key), are_clean=nested.is_clean)
        for key, record in book.records.items()
        if key != "header"
    }
    students = _numbered(columns["students"])
    found = {"students": students}
    for key, rows in columns.items():
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


def cleaned(values: pl.Series) -> pl.Series:
    """The values of one element without blanks around them, null where nothing is left; a line end within is a blank, but in free text."""
    values = values.str.strip_chars()
    if values.name not in FREE_TEXT and values.str.contains(r"[\r\n]").any():
        values = values.str.replace_all(_LINE_ENDS, " ")
    if not (values == "").any():
        return values
    return pl.select(pl.when(values != "").then(values).alias(values.name)).to_series()


def _columns(record: RecordType, rows: pl.DataFrame | None, *, are_clean: bool = False) -> pl.DataFrame:
    """Every element of the record type as text, cleaned."""
    if rows is None:
        rows = pl.DataFrame(schema={"line": pl.Int32, OWNER: pl.Int32})
    if not are_clean:
        rows = rows.with_columns(cleaned(rows[key]) for key in record.columns if key in rows.columns)
    owner = [] if record.key in ("header", "students") else [pl.col(OWNER)]
    return rows.select(
        pl.col("line").cast(pl.Int32),
        *owner,
        *(
            pl.col(key) if key in rows.columns else pl.lit(None, pl.String).alias(key)
            for key in record.columns
        ),
    )


def _filled(rows: pl.DataFrame, key: str, digits: int, among: str) -> pl.DataFrame:
    """Rows in which those without a number have one: their position, or where others have numbers the first that nobody has.

    Args:
        rows: as they stand in the file.
        key: the column of the numbers.
        digits: how many a number has.
        among: the column that says among which rows a number is a row's own.
    """
    position = pl.int_range(1, pl.len() + 1).over(among)
    given = pl.col(key).is_not_null()
    some = given.any().over(among) & ~given.all().over(among)
    at = rows.select(among, key, position.alias("_number"), some.alias("_some"))
    if at["_some"].any():
        at = _around_given(at, key, among)
    number = at["_number"].cast(pl.String).str.zfill(digits)
    return rows.with_columns(pl.coalesce(pl.col(key), number).alias(key))


def _around_given(at: pl.DataFrame, key: str, among: str) -> pl.DataFrame:
    """Numbers that nobody has for those that have none, in place of `_number`, where some have one (`_some`)."""
    within = at.filter("_some")
    taken = within.select(among, pl.col(key).cast(pl.Int64, strict=False).alias("_number")).drop_nulls()
    rank = pl.int_range(1, pl.len() + 1).over(among).alias("_rank")
    free = within.select(among, "_number").join(
        taken, on=(among, "_number"), how="anti", maintain_order="left"
    )
    wanting = at.with_row_index("_row").filter(pl.col("_some") & pl.col(key).is_null())
    found = (
        wanting.select("_row", among, rank)
        .join(free.select(among, "_number", rank), on=(among, "_rank"))
        .select("_row", pl.col("_number").alias("_free"))
    )
    told = at.with_row_index("_row").join(found, on="_row", how="left", maintain_order="left")
    return told.with_columns(pl.coalesce("_free", "_number").alias("_number"))


def _numbered(students: pl.DataFrame) -> pl.DataFrame:
    of_part = students.with_columns(pl.lit(1).alias(OWNER))
    return _filled(of_part, "student_record_id", 7, OWNER).drop(OWNER)


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
    rows = rows.with_columns(owner.alias("student_record_id"))
    if rows["record_id"].null_count():
        rows = _filled(rows, "record_id", 3, OWNER)
    rows.drop_in_place(OWNER)
    return rows


def moved(nested: Nested, found: Mapping[str, Sheet]) -> pl.DataFrame:
    """The places of records that do not follow from their numbers, under the numbers that they got; see `frames.MOVED`."""
    told = [pl.DataFrame(schema=MOVED)]
    for (record,), places in nested.places.partition_by("record", as_dict=True).items():
        position = pl.int_range(1, pl.len() + 1).over("line")
        numbers = found[record].rows.select("line", "record_id", position.alias("position"))
        told.append(places.join(numbers, on=("line", "position")).select(*MOVED))
    return pl.concat(told)


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
    header = _columns(record, given.with_columns(pl.lit(nested.header_line, pl.Int32).alias("line")))
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


def mark(number: str | None) -> str:
    """What stands in a document in the place of a student who was taken out of a kept file (`leaving_out`). It keeps the student's number, so that the others keep theirs."""
    return f"expunged {number}" if number and _MARK.fullmatch(f"expunged {number}") else "expunged"


def marked(text: object, line: int) -> dict[str, Any] | None:
    """The row of a student in whose place a mark stands; None if it is no mark."""
    found = _MARK.fullmatch(text) if isinstance(text, str) else None
    return {"line": line, "student_record_id": found[1]} if found else None


class Strange:
    """Names that are unknown where they stand: told once each, with how often and where first."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[int]] = {}
        self._at: dict[tuple[str, str], tuple[int | None, str]] = {}
        self._left = MOST_STRANGE

    def note(self, record: str, name: str, line: int | None, at: str) -> None:
        """One place with an unknown name. `at`: the place in words.

        Raises:
            TooMany: there are more than are passed over.
        """
        self._left -= 1
        if self._left < 0:
            raise TooMany(f"more than {MOST_STRANGE:,} names in it are unknown")
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


MOST_STUDENTS = 5 * STUDENTS_PER_PART
"""So many students of a document are read, so that the finding about too many can count them."""


def check_count(record: str, rows: int, columns: int) -> None:
    """Hold the rows of a record type to what is read.

    Raises:
        TooMany: there are more.
    """
    if record == "students" and rows > MOST_STUDENTS:
        raise TooMany(
            f"it holds more than {MOST_STUDENTS:,} students, and a part has at most {STUDENTS_PER_PART:,}"
        )
    if reason := too_much(rows=rows, columns=columns):
        raise TooMany(f"of {record} {reason}")


class TooMany(Exception):
    """A document holds more than a part can have; the text says of what."""


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
        """One row: `line`, `OWNER` of records in students, and its elements.

        Raises:
            TooMany: there are more than are read.
        """
        rows = self._open[record]
        rows.append(row)
        if len(rows) == self.BLOCK:
            self._close(record)
            check_count(record, len(self._done[record]) * self.BLOCK, len(self._schema[record]))

    def _close(self, record: str) -> None:
        self._done[record].append(pl.DataFrame(self._open[record], schema=self._schema[record]))
        self._open[record] = []

    def frames(self) -> dict[str, pl.DataFrame]:
        """All rows of each record type that has any."""
        for record, rows in self._open.items():
            if rows:
                self._close(record)
        return {record: pl.concat(blocks) for record, blocks in self._done.items() if blocks}
