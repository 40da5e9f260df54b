"""Reading a file of rows: CSV or Parquet as text, each row with the place where it stands in the file."""

import csv
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import polars as pl

if TYPE_CHECKING:
    import _csv

PLACE = "place in the file"
"""The column of the line (CSV) or row (Parquet) in which a row begins; no column of a file has its blanks (see `as_key`)."""

_NULLS = ("", "NA", "N/A", "null", "NULL", "None")
_SEPARATORS = ",;\t|"
_LONGEST = 131_072
"""So many signs a value may have; what is longer is a quotation mark that is not closed. The limit of Python's own reader is one for all who read in a process."""
_AT_ONCE = 50_000
_LOOKED_AT = 4_096
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class FileNotUsable(ValueError):
    """A file that cannot be matched; the message names the file and, where there is one, the line, column and value, and the way to mend it."""


def place(path: Path, rows: pl.DataFrame) -> str:
    """Where the first of these rows stands: `records.csv, line 3`."""
    return f"{path.name}, {'row' if _is_parquet(path) else 'line'} {rows[PLACE][0]}"


def read(path: Path, columns: Mapping[str, str] | None = None) -> pl.DataFrame:
    """The rows of a file and their `PLACE`. Headers are in lower case with `_` for blanks, renamed by `columns` (the file's own name to ours; "" leaves a column out).

    A CSV is in UTF-8; its values, all text, are divided by comma, semicolon, tab or bar, whichever its header has most of.

    Raises:
        FileNotUsable: the file cannot be read, has no rows, a line with too few or too many values, or a column twice.
    """
    rows = _parquet(path) if _is_parquet(path) else _text(path)
    if rows.is_empty():
        raise FileNotUsable(f"{path.name}: there is no line after the header.")
    return rows.select(pl.col(key).alias(name) for key, name in _named(path, rows.columns, columns or {}))


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() == ".parquet"


def _named(path: Path, names: list[str], columns: Mapping[str, str]) -> list[tuple[str, str]]:
    """The file's columns that are kept, with our names for them."""
    told = {as_key(name): key for name, key in columns.items()}
    if unknown := [name for name in told if name not in names]:
        raise FileNotUsable(
            f"{path.name}: there is no column {unknown[0]}, which the settings name in [columns]. Its columns are "
            f"{', '.join(name for name in names if name != PLACE)}."
        )
    kept = [(name, told.get(name, name)) for name in names if told.get(name, name)]
    _each_once(path, [name for _, name in kept])
    return kept


def _each_once(path: Path, names: list[str]) -> None:
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise FileNotUsable(
            f"{path.name}: the column {twice[0]} is there twice. Leave one out, or name it otherwise."
        )


def as_key(name: str) -> str:
    """The name of a column as it is known here: in lower case, with `_` for blanks and hyphens."""
    return "_".join(name.strip().lower().replace("-", " ").split())


def _parquet(path: Path) -> pl.DataFrame:
    try:
        rows = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as fault:
        raise FileNotUsable(f"{path.name}: this is no Parquet file.") from fault
    if odd := [(name, kind) for name, kind in rows.schema.items() if kind.is_nested() or kind == pl.Binary]:
        raise FileNotUsable(
            f"{path.name}: the column {odd[0][0]} holds {odd[0][1]}, which cannot be compared. Write it as text, or leave it out."
        )
    keys = [as_key(name) for name in rows.columns]
    _each_once(path, keys)
    named = rows.select(pl.col(name).alias(key) for name, key in zip(rows.columns, keys, strict=True) if key)
    return named.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(PLACE))


def _text(path: Path) -> pl.DataFrame:
    try:
        with path.open("rb") as start:
            begins = start.read(_LOOKED_AT)
        if begins[:2] in _UTF_16:
            raise FileNotUsable(f"{path.name}: the file is in UTF-16. Save it as CSV in UTF-8.")
        if b"\0" in begins:
            raise FileNotUsable(
                f"{path.name}, line {begins[: begins.index(0)].count(10) + 1}: this is not UTF-8: there are NUL bytes, as in UTF-16. Save the file as CSV in "
                "UTF-8; if it is Parquet, let its name end in .parquet."
            )
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header = lines.readline()
            lines.seek(0)
            return _rows(path, lines, max(_SEPARATORS, key=header.count))
    except OSError as fault:
        raise FileNotUsable(f"{path.name}: the file cannot be read.") from fault
    except UnicodeDecodeError as fault:
        raise FileNotUsable(
            f"{path.name}, line {_not_utf_8(path)}: this is not UTF-8. Save the file as CSV in UTF-8; if it is Parquet, let its name end in .parquet."
        ) from fault


def _not_utf_8(path: Path) -> int:
    """The first line that is not UTF-8."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1


def _rows(path: Path, lines: TextIO, separator: str) -> pl.DataFrame:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        header = next(reader, [])
    except csv.Error as fault:
        raise _torn(path, 1, fault) from fault
    if not any(header):
        raise FileNotUsable(f"{path.name}: there is no header line that names the columns.")
    keys = [as_key(name) for name in header]
    _each_once(path, keys)
    # An empty header says nothing of its column, which is left out; two of them are no column twice.
    names = [key or f"unnamed {number}" for number, key in enumerate(keys)]
    schema = {PLACE: pl.Int64, **dict.fromkeys(names, pl.String)}
    counted = _counted(path, reader, len(header))
    parts = [pl.DataFrame(schema=schema)]
    while some := list(islice(counted, _AT_ONCE)):
        parts.append(pl.DataFrame(some, schema=schema, orient="row"))
    unnamed = [name for name in names if name not in keys]
    return pl.concat(parts).drop(unnamed).with_columns(pl.col(pl.String).replace(dict.fromkeys(_NULLS)))


def _torn(path: Path, line: int, fault: csv.Error) -> FileNotUsable:
    """What is wrong where the values cannot be told apart; `line`: in which the row begins."""
    if "field limit" in str(fault):
        return _too_long(path, line)
    return FileNotUsable(
        f"{path.name}, line {line}: a quotation mark is not closed, or stands within a value. Double one that belongs to a value."
    )


def _too_long(path: Path, line: int) -> FileNotUsable:
    return FileNotUsable(
        f"{path.name}, line {line}: a value is longer than {_LONGEST:,} signs. Shorten it; if there is none so long, a quotation mark is not closed."
    )


def _counted(path: Path, reader: "_csv.Reader", values: int) -> Iterator[tuple[int | str, ...]]:
    """The rows, each led by the line in which it begins; blank lines are passed over."""
    begins = reader.line_num + 1
    try:
        for row in reader:
            if row and max(map(len, row)) > _LONGEST:
                raise _too_long(path, begins)
            if row and len(row) != values:
                raise FileNotUsable(
                    f"{path.name}, line {begins}: the header names {values} columns, and this line has {len(row)} values. Leave a value that is not known "
                    "empty, and put one that holds a separator in quotation marks."
                )
            if row:
                yield (begins, *row)
            begins = reader.line_num + 1
    except csv.Error as fault:
        raise _torn(path, begins, fault) from fault
