"""Files of records from anywhere: CSV or Parquet with elements as columns, and what is wrong with them in words."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from openmsix.matching.prepare import INPUTS
from openmsix.matching.settings import Settings

RECORD_ID, PERSON_ID, FAMILY_ID = "record_id", "person_id", "family_id"
OWN_ID = "own record id"
"""The column that keeps the file's own record ids; no header has its blanks (see `read`)."""
BIRTH_DATE = "birth_date"
ELEMENTS = (*INPUTS, BIRTH_DATE)
"""The columns that are compared, by the keys of the dictionary."""

_NULLS = ("", "NA", "N/A", "null", "NULL", "None")
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d")
_SHOWN = 20


class FileNotUsable(ValueError):
    """A file that cannot be matched; the message names the file and, where there is one, the line, column and value, and the way to mend it."""


def read(path: Path, columns: Mapping[str, str] | None = None) -> pl.DataFrame:
    """The rows of a file as text, headers in lower case with `_` for blanks, renamed by `columns` (the file's own name to ours; "" leaves a column out).

    Raises:
        FileNotUsable: the file cannot be read, has no rows, or has a column twice.
    """
    try:
        if path.suffix.lower() == ".parquet":
            rows = pl.read_parquet(path)
        else:
            rows = pl.read_csv(path, infer_schema=False, null_values=list(_NULLS))
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as fault:
        raise FileNotUsable(
            f"{path.name}: this is no CSV file with a header line and as many values in each line, in UTF-8, nor a Parquet file."
        ) from fault
    renamed = {name: _as_key(name) for name in rows.columns}
    told = {_as_key(name): key for name, key in (columns or {}).items()}
    if unknown := [name for name in told if name not in renamed.values()]:
        raise FileNotUsable(
            f"{path.name}: there is no column {unknown[0]}, which the settings name in [columns]. Its columns are {', '.join(renamed.values())}."
        )
    renamed |= {name: told.get(key, key) for name, key in renamed.items()}
    kept = [(name, key) for name, key in renamed.items() if key]
    keys = [key for _, key in kept]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise FileNotUsable(
            f"{path.name}: the column {twice[0]} is there twice. Leave one out, or name it otherwise."
        )
    if odd := [(name, kind) for name, kind in rows.schema.items() if kind.is_nested() or kind == pl.Binary]:
        raise FileNotUsable(
            f"{path.name}: the column {odd[0][0]} holds {odd[0][1]}, which cannot be compared. Write it as text, or leave it out."
        )
    if rows.is_empty():
        raise FileNotUsable(f"{path.name}: there is no line after the header.")
    return rows.select(pl.col(name).alias(key) for name, key in kept)


def _as_key(name: str) -> str:
    return "_".join(name.strip().lower().replace("-", " ").split())


def records(path: Path, settings: Settings | None = None) -> pl.DataFrame:
    """Records to be matched: `OWN_ID` (the file's own record id), `record_id` (the number of its row), the elements that the file has, and its other columns.

    Raises:
        FileNotUsable: as from `read`; or there is no record id, a record id is empty or there twice, nothing can be compared, a birth date is none, or the
            settings name a column that is not there.
    """
    settings = settings or Settings()
    rows = read(path, settings.columns)
    if RECORD_ID not in rows.columns:
        raise FileNotUsable(
            f"{path.name}: there is no column {RECORD_ID}. Give each record an identifier, or name the column that has it in the settings file: [columns] "
            f'its_name = "{RECORD_ID}".'
        )
    _all_there(path, rows, settings)
    if not {*ELEMENTS, *settings.extra} & set(rows.columns):
        raise FileNotUsable(
            f"{path.name}: no column is an element that can be compared. These are: {', '.join(ELEMENTS)}."
        )
    named = rows.rename({RECORD_ID: OWN_ID}).with_columns(
        pl.col(OWN_ID).cast(pl.String), record_id=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    for problem, where in (
        ("is empty", pl.col(OWN_ID).is_null()),
        ("is there twice", pl.col(OWN_ID).is_duplicated()),
    ):
        wrong = named.filter(where)
        if wrong.height:
            raise FileNotUsable(
                f"{path.name}, line {_line(wrong)}: the {RECORD_ID} {problem}. Each record needs one of its own."
            )
    return _with_dates(path, named)


def _all_there(path: Path, rows: pl.DataFrame, settings: Settings) -> None:
    """Raises `FileNotUsable` where the settings name a column that the file has not."""
    for place, names in (
        ("[extra]", settings.extra),
        ("blocks", [name for block in settings.blocks for name in block]),
    ):
        if missing := [name for name in names if name not in rows.columns]:
            raise FileNotUsable(
                f"{path.name}: there is no column {missing[0]}, which the settings name in {place}. Its columns are, by the names they have there: "
                f"{', '.join(rows.columns)}."
            )
    if known := sorted({*ELEMENTS, RECORD_ID} & set(settings.extra)):
        raise FileNotUsable(
            f"{path.name}: the settings name {known[0]} in [extra]; it is compared as an element already. Take it out there."
        )


def labelled(path: Path) -> pl.DataFrame:
    """Records as from `records`, with `person_id`; an empty one is a person of its own.

    Raises:
        FileNotUsable: as from `records`, or there is no column `person_id`.
    """
    rows = records(path)
    if PERSON_ID not in rows.columns:
        raise FileNotUsable(
            f"{path.name}: there is no column {PERSON_ID}, which is the same for all records of one person and says what is true."
        )
    return with_numbers(rows, PERSON_ID)


def with_numbers(rows: pl.DataFrame, truth: str) -> pl.DataFrame:
    """The rows with the column `truth` as numbers in `person_id`, and `family_id` as numbers where there is one."""
    alone = pl.concat_str(pl.lit("alone "), pl.col(RECORD_ID).cast(pl.String))
    person = pl.coalesce(pl.col(truth).cast(pl.String), alone).rank("dense").cast(pl.Int64)
    rows = rows.with_columns(person_id=person)
    if FAMILY_ID in rows.columns:
        rows = rows.with_columns(
            family_id=pl.coalesce(pl.col(FAMILY_ID).cast(pl.String), alone).rank("dense").cast(pl.Int64)
        )
    return rows


def _with_dates(path: Path, rows: pl.DataFrame) -> pl.DataFrame:
    if BIRTH_DATE not in rows.columns or rows.schema[BIRTH_DATE] == pl.Date:
        return rows
    text = pl.col(BIRTH_DATE).cast(pl.String).str.strip_chars().replace("", None)
    read = rows.with_columns(
        born=pl.coalesce(text.str.to_date(form, strict=False) for form in _DATES), said=text
    )
    wrong = read.filter(pl.col("said").is_not_null() & pl.col("born").is_null())
    if wrong.height:
        value = wrong["said"][0][:_SHOWN]
        raise FileNotUsable(
            f"{path.name}, line {_line(wrong)}: {BIRTH_DATE} {value!r} is no date ({wrong.height:,} in all). Write dates as YYYY-MM-DD, MM/DD/YYYY or "
            "YYYYMMDD, and leave out those that are not known."
        )
    return read.with_columns(pl.col("born").alias(BIRTH_DATE)).drop("born", "said")


def _line(rows: pl.DataFrame) -> int:
    """The line of the first of these rows in its file."""
    return int(rows[RECORD_ID][0]) + 2


def pairs(
    path: Path, columns: Mapping[str, str] | None = None
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Pairs of records, two a row: the elements of the one with `_1` after their names, those of the other with `_2`.

    Returns:
        The rows as they are; the records, with `record_id`; the pairs, `record_id_l` and `record_id_r`, in the order of the rows.

    Raises:
        FileNotUsable: as from `read`, or no element is there for both records, or a birth date is none.
    """
    rows = read(path, columns)
    both = [element for element in ELEMENTS if {f"{element}_1", f"{element}_2"} <= set(rows.columns)]
    if not both:
        raise FileNotUsable(
            f"{path.name}: no element is there for both records of a pair. Name the columns as first_name_1 and first_name_2. Elements: {', '.join(ELEMENTS)}."
        )
    ones, twos = (
        _with_dates(
            path,
            rows.select(
                *(pl.col(f"{element}_{side}").alias(element) for element in both),
                record_id=pl.int_range(pl.len(), dtype=pl.Int64),
            ),
        )
        for side in (1, 2)
    )
    twos = twos.with_columns(pl.col("record_id") + rows.height)
    numbered = ones.select(record_id_l="record_id", record_id_r=pl.col("record_id") + rows.height)
    return rows, pl.concat([ones, twos]), numbered


_YES, _NO = ("1", "true", "yes", "y", "same", "match"), ("0", "false", "no", "n", "different", "")


def truth_of_pairs(path: Path, rows: pl.DataFrame, column: str) -> pl.Series:
    """Whether each pair is of one person, as a column of the file says.

    Raises:
        FileNotUsable: there is no such column, or a value says neither yes nor no.
    """
    if column not in rows.columns:
        raise FileNotUsable(f"{path.name}: there is no column {column} that says what is true.")
    said = rows[column].cast(pl.String).fill_null("").str.strip_chars().str.to_lowercase()
    wrong = rows.with_columns(said=said, record_id=pl.int_range(pl.len())).filter(
        ~pl.col("said").is_in((*_YES, *_NO))
    )
    if wrong.height:
        raise FileNotUsable(
            f"{path.name}, line {_line(wrong)}: {column} {wrong['said'][0][:_SHOWN]!r} says neither yes nor no. Write 1 for one person, 0 for two."
        )
    return said.is_in(_YES).alias("true")
