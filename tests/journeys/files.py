"""State files for journeys: made by `synth`, then spoiled and mended cell by cell."""

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from openmsix.deadlines import clock
from openmsix.dictionary import dictionary
from openmsix.synth import nation, write

Rows = list[dict[str, str]]
DAYS_AGO = 10


@dataclass(frozen=True)
class Cell:
    """One cell to overwrite: in which file, of which student (by place in the students file), which column."""

    record: str
    student: int
    column: str
    value: str


def state_files(folder: Path, *, states: list[str], children: int) -> dict[str, Path]:
    """The files of a small nation without mistakes, by State."""
    made = nation.make(
        children=children, states=states, seed=1, noise=0.0, today=clock.today(), progress=None
    )
    return {path.name[:2]: path for path in write.write(made, folder)}


def changed(
    path: Path,
    to: Path,
    cells: Iterable[Cell] = (),
    *,
    days_later: int = 0,
    only_first: int | None = None,
) -> Path:
    """A copy of a State file with some cells overwritten, sent some days later, perhaps of its first students only."""
    tables = _read(path)
    students = [row["student_record_id"] for row in tables["students"]]
    if only_first is not None:
        _keep(tables, set(students[:only_first]))
    for cell in cells:
        row = next(r for r in tables[cell.record] if r["student_record_id"] == students[cell.student])
        row[cell.column] = cell.value
    head = tables["header"][0]
    for column in ("submission_date", "ending_effective_date"):
        head[column] = _later(head[column], days_later)
    head["total_students"] = str(len(tables["students"]))
    head["total_records"] = str(sum(len(rows) for name, rows in tables.items() if name != "header"))
    _write(tables, to)
    return to


def _keep(tables: dict[str, Rows], students: set[str]) -> None:
    for name, rows in tables.items():
        if name != "header":
            tables[name] = [row for row in rows if row["student_record_id"] in students]


def _later(moment: str, days: int) -> str:
    day = clock.start_of(clock.today()).strptime(moment[:8], "%Y%m%d") + timedelta(days=days)
    return f"{day:%Y%m%d}{moment[8:]}"


def _read(path: Path) -> dict[str, Rows]:
    tables = {}
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            text = packed.read(name).decode("utf-8-sig")
            tables[name.removesuffix(".csv")] = list(csv.DictReader(io.StringIO(text)))
    return tables


def _write(tables: dict[str, Rows], to: Path) -> None:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, rows in tables.items():
            text = io.StringIO()
            writer = csv.DictWriter(text, dictionary().records[name].columns)
            writer.writeheader()
            writer.writerows(rows)
            packed.writestr(f"{name}.csv", text.getvalue())


def rows_of(text: str) -> Rows:
    """The rows of a CSV file that was downloaded."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
