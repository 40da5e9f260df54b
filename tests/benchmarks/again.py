"""The same students again in a new full submission: what has not changed costs a look and no write."""

import zipfile
from pathlib import Path

import polars as pl

from tests.benchmarks import intake
from tests.benchmarks.report import Line
from tests.benchmarks.timing import timed

MOMENTS = ("submission_date", "beginning_effective_date", "ending_effective_date")
A_DAY = 10**9
"""In a moment written as digits."""


def measure(folder: Path, paths: list[Path]) -> list[Line]:
    """Against a bare read of the files."""
    folder.mkdir(exist_ok=True)
    for path in paths:
        with_later_window(path, folder / path.name)
    before = _versions()
    files = sorted(folder.glob("*.zip"))
    spent: dict[str, float] = {}
    with timed(spent, "receiving"):
        submissions = intake.receive(files)
    with timed(spent, "taking in"):
        intake.take_in(submissions)
    bare: dict[str, float] = {}
    with timed(bare, "read"):
        _bare_read(files)
    ours = sum(spent.values())
    return [
        Line(
            "The same students again in a new full submission",
            f"{ours:.1f} s in all, {_versions() - before} rows written in records",
            f"bare read of the files: {bare['read']:.1f} s",
            ours / bare["read"],
            "at most 5 times",
        )
    ]


def _versions() -> int:
    from openmsix.records.models import RecordVersion

    return RecordVersion.objects.count()


def with_later_window(source: Path, target: Path) -> None:
    """The same file with header moments a day later, as a State's next full submission."""
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "header.csv":
                header = pl.read_csv(content, infer_schema=False)
                later = ((pl.col(column).cast(pl.Int64) + A_DAY).cast(pl.String) for column in MOMENTS)
                content = header.with_columns(later).write_csv().encode()
            new.writestr(name, content)


def _bare_read(paths: list[Path]) -> None:
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                pl.read_csv(archive.read(name), infer_schema=False)
