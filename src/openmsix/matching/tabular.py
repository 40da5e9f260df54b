"""Files of records from anywhere: CSV or Parquet with elements as columns, and what is wrong with them in words."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from openmsix.matching.prepare import INPUTS
from openmsix.matching.reading import PLACE, FileNotUsable, place, read
from openmsix.matching.settings import Settings

RECORD_ID, PERSON_ID, FAMILY_ID = "record_id", "person_id", "family_id"
OWN_ID = "own record id"
"""The column that keeps the file's own record ids; no header has its blanks (see `reading.read`)."""
BIRTH_DATE = "birth_date"
ELEMENTS = (*INPUTS, BIRTH_DATE)
"""The columns that are compared, by the keys of the dictionary."""

_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d")
_EARLIEST = date(1800, 1, 1)
_SHOWN = 20
_NUMBERS = (RECORD_ID, PERSON_ID, FAMILY_ID)


def records(path: Path, settings: Settings | None = None, truth: str = "") -> pl.DataFrame:
    """Records to be matched: `OWN_ID` (the file's own record id), `record_id` (the number of its row), `PLACE`, the elements that the file has, and its other columns.

    Args:
        path: the file.
        settings: what a settings file says of it.
        truth: the column that says who is who, if there is one.

    Raises:
        FileNotUsable: as from `read`; or there is no record id, a record id is empty or there twice, nothing can be compared, a birth date is none, or the
            settings or `truth` name a column that is not there, or what is none.
    """
    settings = settings or Settings()
    rows = read(path, settings.columns)
    blocks = {name for block in settings.blocks for name in block}
    _targets(path, settings.columns, {*ELEMENTS, *_NUMBERS, *settings.extra, *blocks, truth})
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
        pl.col(OWN_ID).cast(pl.String).str.strip_chars().replace("", None),
        record_id=pl.int_range(pl.len(), dtype=pl.Int64),
    )
    _each_its_own(path, named)
    if truth and truth not in named.columns:
        raise FileNotUsable(f"{path.name}: there is no column {truth} that says who is who.")
    return _with_dates(path, named)


def _each_its_own(path: Path, rows: pl.DataFrame) -> None:
    """Raises `FileNotUsable` where a record has no id, or that of another one."""
    empty, twice = (rows.filter(pl.col(OWN_ID).is_null()), rows.filter(pl.col(OWN_ID).is_duplicated()))
    if empty.height:
        raise FileNotUsable(
            f"{place(path, empty)}: the {RECORD_ID} is empty. Each record needs one of its own."
        )
    if twice.height:
        value = twice[OWN_ID][0]
        again = twice.filter(pl.col(OWN_ID) == value)[1:]
        raise FileNotUsable(
            f"{place(path, twice)}: the {RECORD_ID} {value[:_SHOWN]!r} is there twice, again in {place(path, again).split(', ')[-1]}. Each record needs one of its own."
        )


def _targets(path: Path, columns: Mapping[str, str], known: Collection[str]) -> None:
    """Raises `FileNotUsable` where the settings name a column what is no element and nothing else that is used."""
    if odd := [(name, key) for name, key in columns.items() if key and key not in known]:
        raise FileNotUsable(
            f"{path.name}: the settings name its column {odd[0][0]} {odd[0][1]} in [columns], which is no element and nothing else that is compared. "
            f"Elements: {', '.join(ELEMENTS)}."
        )


def _all_there(path: Path, rows: pl.DataFrame, settings: Settings) -> None:
    """Raises `FileNotUsable` where the settings name a column that the file has not."""
    for part, names in (
        ("[extra]", settings.extra),
        ("blocks", [name for block in settings.blocks for name in block]),
    ):
        if missing := [name for name in names if name not in rows.columns]:
            raise FileNotUsable(
                f"{path.name}: there is no column {missing[0]}, which the settings name in {part}. Its columns are, by the names they have there: "
                f"{', '.join(name for name in rows.columns if name != PLACE)}."
            )
    if known := sorted({*ELEMENTS, RECORD_ID} & set(settings.extra)):
        raise FileNotUsable(
            f"{path.name}: the settings name {known[0]} in [extra]; it is compared as an element already. Take it out there."
        )


def compared(rows: pl.DataFrame, settings: Settings) -> tuple[list[str], list[str], list[str]]:
    """The columns of `records` that are compared as elements, those that the settings compare besides, and those that are left alone."""
    elements = [name for name in ELEMENTS if name in rows.columns]
    own = {OWN_ID, PLACE, *_NUMBERS, *elements, *settings.extra}
    blocks = {name for block in settings.blocks for name in block}
    return elements, list(settings.extra), [name for name in rows.columns if name not in own | blocks]


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


def _with_dates(path: Path, rows: pl.DataFrame, called: str = BIRTH_DATE) -> pl.DataFrame:
    """The rows with birth dates as dates. `called`: the file's own name of their column."""
    if BIRTH_DATE not in rows.columns:
        return rows
    text = pl.col(BIRTH_DATE).cast(pl.String).str.strip_chars().replace("", None)
    read = pl.coalesce(text.str.to_date(form, strict=False) for form in _DATES)
    is_told_as_date = isinstance(rows.schema[BIRTH_DATE], pl.Date | pl.Datetime)
    born = pl.col(BIRTH_DATE).cast(pl.Date) if is_told_as_date else read
    possible = born.is_between(_EARLIEST, datetime.now(tz=UTC).date()).fill_null(value=False)
    wrong = rows.filter(text.is_not_null() & ~possible)
    if wrong.height:
        value = str(wrong[BIRTH_DATE][0]).strip()[:_SHOWN]
        raise FileNotUsable(
            f"{place(path, wrong)}: {called} {value!r} is no date on which anybody living was born ({wrong.height:,} in all). Write dates as "
            "YYYY-MM-DD, MM/DD/YYYY or YYYYMMDD, and leave out those that are not known."
        )
    return rows.with_columns(born.alias(BIRTH_DATE))


def pairs(
    path: Path, columns: Mapping[str, str] | None = None, truth: str = ""
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Pairs of records, two a row: the elements of the one with `_1` after their names, those of the other with `_2`.

    Returns:
        The rows as they are, with `PLACE`; the records, with `record_id`; the pairs, `record_id_l` and `record_id_r`, in the order of the rows.

    Raises:
        FileNotUsable: as from `read`, or no element is there for both records, or a birth date is none.
    """
    rows = read(path, columns)
    _targets(path, columns or {}, (*(f"{element}_{side}" for element in ELEMENTS for side in (1, 2)), truth))
    both = told_of_both(rows.columns)
    if not both:
        raise FileNotUsable(
            f"{path.name}: no element is there for both records of a pair. Name the columns as first_name_1 and first_name_2. Elements: {', '.join(ELEMENTS)}."
        )
    ones, twos = (
        _with_dates(
            path,
            rows.select(
                PLACE,
                *(pl.col(f"{element}_{side}").alias(element) for element in both),
                record_id=pl.int_range(pl.len(), dtype=pl.Int64),
            ),
            f"{BIRTH_DATE}_{side}",
        )
        for side in (1, 2)
    )
    twos = twos.with_columns(pl.col("record_id") + rows.height)
    numbered = ones.select(record_id_l="record_id", record_id_r=pl.col("record_id") + rows.height)
    return rows, pl.concat([ones, twos]), numbered


def told_of_both(columns: Collection[str]) -> list[str]:
    """The elements that a file of pairs tells of both records."""
    return [element for element in ELEMENTS if {f"{element}_1", f"{element}_2"} <= set(columns)]


_YES, _NO = ("1", "true", "yes", "y", "same", "match"), ("0", "false", "no", "n", "different", "")


def truth_of_pairs(path: Path, rows: pl.DataFrame, column: str) -> pl.Series:
    """Whether each pair is of one person, as a column of the file says.

    Raises:
        FileNotUsable: there is no such column, or a value says neither yes nor no.
    """
    if column not in rows.columns:
        raise FileNotUsable(f"{path.name}: there is no column {column} that says what is true.")
    said = rows[column].cast(pl.String).fill_null("").str.strip_chars().str.to_lowercase()
    wrong = rows.with_columns(said=said).filter(~pl.col("said").is_in((*_YES, *_NO)))
    if wrong.height:
        raise FileNotUsable(
            f"{place(path, wrong)}: {column} {wrong['said'][0][:_SHOWN]!r} says neither yes nor no. Write 1 for one person, 0 for two."
        )
    return said.is_in(_YES).alias("true")
