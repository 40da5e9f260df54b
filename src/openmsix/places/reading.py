"""Files of places into frames: recognised by their columns, checked column by column. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from openmsix.dictionary.formats import LOOKED_AT, no_text

from .layout import CLOSED_STATUSES, LAYOUTS, NO_GRADE, Column, Layout, recognise
from .problems import Problem, Severity
from .states import states

KIND_LETTERS = {"region": "R", "project": "P", "facility": "F"}
SHOWN = 60  # characters of a value that a problem repeats
MOST_PROBLEMS_OF_A_KIND = 100  # per file and column, so that a wrong file does not drown the rest


@dataclass
class Places:
    """What was read: one frame a layout (all text, `file` and `line` beside), and what was wrong."""

    frames: dict[str, pl.DataFrame]
    problems: list[Problem] = field(default_factory=list)

    def codes(self) -> pl.Series:
        """The ids of all districts and schools, as text."""
        ids = (self.frames["districts"]["leaid"], self.frames["schools"]["ncessch"])
        return pl.concat([column.cast(pl.String) for column in ids])


def csv_files(folder: Path) -> list[Path]:
    """The CSV files of a folder, in the order of their names."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")


def read(paths: Iterable[Path]) -> Places:
    """Read files in any order. Never raises for what is in a file."""
    problems: list[Problem] = []
    parts: dict[str, list[pl.DataFrame]] = {layout.key: [_empty(layout)] for layout in LAYOUTS}
    for path in paths:
        found = _read_one(path, problems)
        if found:
            layout, rows = found
            parts[layout.key].append(rows)
    frames = {layout.key: _unique(layout, pl.concat(parts[layout.key]), problems) for layout in LAYOUTS}
    return Places(frames, problems)


def _empty(layout: Layout) -> pl.DataFrame:
    columns = dict.fromkeys([column.key for column in layout.columns], pl.String)
    return pl.DataFrame(schema=columns | {"file": pl.String, "line": pl.Int64})


def _read_one(path: Path, problems: list[Problem]) -> tuple[Layout, pl.DataFrame] | None:
    def refuse(line: int, column: str, message: str, mend: str) -> None:
        problems.append(Problem(path.name, line, column, "", Severity.FILE, message, mend))

    try:
        data = path.read_bytes()
        if kind := no_text(data[:LOOKED_AT]):
            refuse(0, "", f"It is {kind}, not a CSV file.", "Save it as CSV, with commas between cells.")
            return None
        rows = pl.read_csv(_as_utf8(data), infer_schema=False, truncate_ragged_lines=True)
    except (pl.exceptions.PolarsError, OSError) as fault:
        why = str(fault).splitlines()[0][:SHOWN]
        refuse(0, "", f"It cannot be read as CSV: {why}.", "Save it as CSV, with commas between cells.")
        return None
    rows = rows.rename({column: column.strip().strip('"') for column in rows.columns})
    layout = recognise(rows.columns)
    if layout is None:
        known = "; ".join(f"{layout.words}: {', '.join(layout.required)}" for layout in LAYOUTS)
        refuse(0, "", "Its columns are those of no file of places.", f"Known are {known}.")
        return None
    _note_unknown_columns(path.name, layout, rows.columns, problems)
    if missing := [column for column in layout.required if column not in rows.columns]:
        refuse(1, ", ".join(missing), f"The column is missing; this looks like {layout.words}.", "Add it.")
        return None
    return layout, _checked(path.name, layout, rows, problems)


def _as_utf8(data: bytes) -> bytes:
    """UTF-8 without byte-order mark. Older national files are Windows-1252."""
    try:
        return data.decode("utf-8-sig").encode()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace").encode()


def _note_unknown_columns(file: str, layout: Layout, header: list[str], problems: list[Problem]) -> None:
    used = {column.name for column in layout.columns}
    for name in header:
        if name not in used and name not in layout.unused:
            problems.append(
                Problem(
                    file,
                    1,
                    name,
                    "",
                    Severity.NOTE,
                    "The column is not known and was not used.",
                    "Look whether its name is right.",
                )
            )


def _checked(file: str, layout: Layout, rows: pl.DataFrame, problems: list[Problem]) -> pl.DataFrame:
    """The rows with known columns under their keys: faulty values null, rows that lack what they need left out."""
    text = rows.select(
        (pl.col(column.name) if column.name in rows.columns else pl.lit(None, pl.String))
        .str.strip_chars().replace("", None).alias(column.key)
        for column in layout.columns
    ).with_columns(file=pl.lit(file), line=pl.int_range(2, rows.height + 2, dtype=pl.Int64))  # fmt: skip
    for column in layout.columns:
        text = _check_column(file, column, text, problems)
    if any(column.key == "state" for column in layout.columns):
        text = _check_state(file, text, problems)
    return _told_alike(text)


def _check_column(file: str, column: Column, rows: pl.DataFrame, problems: list[Problem]) -> pl.DataFrame:
    value = pl.col(column.key)
    if column.pattern:
        wrong = value.is_not_null() & ~value.str.contains(f"^(?:{column.pattern})$")
        severity = Severity.ROW if column.required else Severity.VALUE
        problems += _said(
            file,
            column,
            rows.filter(wrong),
            severity,
            f"It must be {column.words}.",
            "Correct it in the file.",
        )
        rows = (
            rows.filter(~wrong.fill_null(False))
            if column.required
            else rows.with_columns(pl.when(~wrong).then(value).alias(column.key))
        )
    if column.required:
        problems += _said(
            file, column, rows.filter(value.is_null()), Severity.ROW, "The value is missing.", "Fill it in."
        )
        rows = rows.filter(value.is_not_null())
    return rows


def _check_state(file: str, rows: pl.DataFrame, problems: list[Problem]) -> pl.DataFrame:
    """Rows of known States, whose national ids begin with the State's number, and a school's with its district's."""
    fips = {code: state.fips for code, state in states().items()}
    number = pl.col("state").replace_strict(fips, default="")
    another = "It begins with the number of another State than the one in the row."
    rules = [
        ("state", "ST", ~pl.col("state").is_in(list(fips)), "No State or territory has this postal code."),
        ("leaid", "LEAID", pl.col("leaid").str.slice(0, 2) != number, another),
        ("ncessch", "NCESSCH", pl.col("ncessch").str.slice(0, 7) != pl.col("leaid"), "It does not begin with its district's id."),
    ]  # fmt: skip
    for key, name, wrong, message in rules:
        if key in rows.columns:
            problems += _said(
                file, Column(name, key), rows.filter(wrong), Severity.ROW, message, "Correct it in the file."
            )
            rows = rows.filter(~wrong)
    return rows


def _said(
    file: str, column: Column, rows: pl.DataFrame, severity: Severity, message: str, mend: str
) -> Iterator[Problem]:
    for line, value in rows.head(MOST_PROBLEMS_OF_A_KIND).select("line", column.key).iter_rows():
        yield Problem(file, line, column.name, (value or "")[:SHOWN], severity, message, mend)
    if rows.height > MOST_PROBLEMS_OF_A_KIND:
        more = f"The same in {rows.height - MOST_PROBLEMS_OF_A_KIND} more rows."
        yield Problem(file, 0, column.name, "", severity, more, mend)


def _told_alike(rows: pl.DataFrame) -> pl.DataFrame:
    """Telephones as ten digits, postal codes with their hyphen, grades that say nothing as null."""
    changes = {
        "phone": pl.col("phone").str.replace_all(r"\D", ""),
        "zip": pl.col("zip").str.replace(r"^(\d{5})-?(\d{4})$", "$1-$2"),
        "grades_low": pl.when(~pl.col("grades_low").is_in(list(NO_GRADE))).then("grades_low"),
        "grades_high": pl.when(~pl.col("grades_high").is_in(list(NO_GRADE))).then("grades_high"),
    }
    return rows.with_columns(**{key: change for key, change in changes.items() if key in rows.columns})


def _unique(layout: Layout, rows: pl.DataFrame, problems: list[Problem]) -> pl.DataFrame:
    """One row a natural key: the first one."""
    key = list(layout.natural_key)
    first = rows.select(pl.struct(key).is_first_distinct()).to_series()
    again = rows.filter(~first)
    column = next(column for column in layout.columns if column.key == key[-1])
    for file in again["file"].unique(maintain_order=True):
        mine = again.filter(pl.col("file") == file)
        problems += _said(
            file, column, mine, Severity.ROW, "There is a row for it already.", "Keep one of them."
        )
    return rows.filter(first)


def own_code(kind: str, code: str) -> pl.Expr:
    """The code of a region, project or facility: the State's own (in the column `code`) behind postal code and kind."""
    return pl.col("state") + f"-{KIND_LETTERS[kind]}-" + pl.col(code)


def closed_on(status: pl.Expr, effective: pl.Expr, otherwise: date) -> pl.Expr:
    """The day on which the directory says a place closed, `otherwise` if it does not say when; null while it is open."""
    day = effective.str.to_date("%m/%d/%Y", strict=False).fill_null(otherwise)
    return pl.when(status.is_in(CLOSED_STATUSES)).then(day)
