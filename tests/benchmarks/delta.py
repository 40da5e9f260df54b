"""A small delta amid a large load and a flood of another State's deltas: from the end of its upload to the consolidated record on the screen."""

import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import polars as pl

from tests.benchmarks.again import A_DAY, MOMENTS
from tests.benchmarks.report import Line
from tests.benchmarks.timing import say

STUDENTS = 1_000
DELTAS = 3
FLOOD = 8
"""So many deltas another State sends just before each of them: all wait when it comes."""
LIMIT = 5.0
"""Seconds that a person is willing to wait."""
PAUSE = 8.0
"""Seconds between two deltas, so that they meet the load at different stages."""
MOST_LOOKS = 3_000
ENDED = ("published", "rejected", "failed")


def measure(folder: Path, paths: list[Path]) -> list[Line]:
    """Send deltas of one State while the worker takes in another nation, and look at a changed child's page until it shows the change."""
    from openmsix.intake.models import Submission
    from tests.benchmarks import pages

    folder.mkdir(exist_ok=True)
    source, other = _largest_of_two_states(paths)
    state = source.name[:2]
    deltas = [_delta(source, folder / f"{state}-delta-{number}.zip", number) for number in range(DELTAS)]
    load = list(_load(folder / "load", len(paths)))
    flood = [_delta(other, folder / f"flood-{number}.zip", number)[0] for number in range(DELTAS * FLOOD)]
    with pages.site(with_worker=True) as address, pages.signed_in(address) as client:
        for path in load:
            _send(path)
        _wait_for_the_first()
        waited = []
        for number, (path, (msix_id, name)) in enumerate(deltas):
            time.sleep(PAUSE)
            for one in flood[number * FLOOD :][:FLOOD]:
                _send(one)
            left = Submission.objects.exclude(status__in=ENDED).count()
            waited.append(_until_shown(client, path, msix_id, name))
            say(f"seen after {waited[-1]:.1f} s, beside {left} submissions that wait or are taken in")
    return [
        Line(
            f"A delta of {STUDENTS:,} students amid a load, to the page that shows it",
            f"{max(waited):.1f} s at most, of {DELTAS} sent while the worker took in a nation ({len(load)} submissions), each just after {FLOOD} deltas of another State",
            f"a person's patience: {LIMIT:.0f} s",
            max(waited) / LIMIT,
            "at most 1",
        )
    ]


def _wait_for_the_first() -> None:
    """Until a worker that has just begun has read its code, and the database what it is asked again and again."""
    from openmsix.intake.models import Submission

    before = Submission.objects.filter(status="published").count()
    for _ in range(MOST_LOOKS):
        if Submission.objects.filter(status="published").count() > before:
            return
        time.sleep(0.1)
    raise TimeoutError("nothing of the load was taken in")


def _largest_of_two_states(paths: list[Path]) -> list[Path]:
    by_size = sorted(paths, key=lambda path: path.stat().st_size, reverse=True)
    return list({path.name[:2]: path for path in reversed(by_size)}.values())[::-1][:2]


def _send(path: Path) -> None:
    from openmsix import flow
    from openmsix.ops.setup import OPERATOR

    flow.receive(path=path, file_name=path.name, by=OPERATOR)


def _until_shown(client: httpx.Client, path: Path, msix_id: str, name: str) -> float:
    from openmsix.students.models import Child

    ref = Child.objects.get(pk=msix_id).ref
    started = time.perf_counter()
    _send(path)
    for _ in range(MOST_LOOKS):
        if name in client.get(f"/children/{ref}/").text:
            return time.perf_counter() - started
        time.sleep(0.01)
    raise TimeoutError("the change was not seen within minutes")


def _load(folder: Path, files: int) -> Iterator[Path]:
    """Another nation, of so few States that each sends thousands of students: none goes the way of small changes."""
    from openmsix.deadlines import clock
    from openmsix.synth import nation
    from openmsix.synth.write import write

    if not (folder / "written").exists():
        made = nation.make(children=40_000, states=min(files, 8), seed=4711, noise=1.0, today=clock.today())
        write(made, folder)
        (folder / "written").touch()
    for path in sorted(folder.glob("*.zip")):
        yield _with_moments(path, folder.parent / f"load-{path.name}", days=1)


def _with_moments(source: Path, target: Path, days: int) -> Path:
    """The same file as changes of a later window: nobody is closed for being absent."""
    of_state = tables(source)
    of_state["header"] = of_state["header"].with_columns(
        *((pl.col(column).cast(pl.Int64) + days * A_DAY).cast(pl.String) for column in MOMENTS),
        submission_kind=pl.lit("delta"),
    )
    return written(of_state, target)


def tables(source: Path) -> dict[str, pl.DataFrame]:
    """What a State's file holds, by record type."""
    with zipfile.ZipFile(source) as archive:
        return {
            name.removesuffix(".csv"): pl.read_csv(archive.read(name), infer_schema=False)
            for name in archive.namelist()
        }


def written(of_state: dict[str, pl.DataFrame], target: Path) -> Path:
    """Write record types as a State's file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, rows in of_state.items():
            archive.writestr(f"{name}.csv", rows.write_csv())
    return target


def _delta(source: Path, target: Path, number: int) -> tuple[Path, tuple[str, str]]:
    """Some students of a file with another middle name; the file, and the MSIX ID of one of them with the name."""
    name = "Marcador" + "abcdefghijklmnopqrstuvwxyz"[number]
    of_state = tables(source)
    begin = number * STUDENTS % max(of_state["students"].height - STUDENTS, 1)
    students = of_state["students"].slice(begin, STUDENTS).with_columns(action_code=pl.lit("U"))
    mine = {
        record: rows.filter(pl.col("student_record_id").is_in(students["student_record_id"].implode()))
        for record, rows in of_state.items()
        if record not in ("header", "students")
    }
    mine["demographics"] = mine["demographics"].with_columns(middle_name=pl.lit(name))
    records = students.height + sum(rows.height for rows in mine.values())
    header = of_state["header"].with_columns(
        *((pl.col(column).cast(pl.Int64) + A_DAY).cast(pl.String) for column in MOMENTS),
        submission_kind=pl.lit("delta"),
        part_number=pl.lit("1"),
        total_parts=pl.lit("1"),
        total_students=pl.lit(str(students.height)),
        total_records=pl.lit(str(records)),
    )
    path = written({"header": header, "students": students, **mine}, target)
    return path, (_somebody(source.name[:2], students), name)


def _somebody(state: str, students: pl.DataFrame) -> str:
    """The MSIX ID of a student in the midst of the file whom the exchange knows already."""
    from openmsix.identity.models import Link

    known = Link.objects.live().filter(state_code=state)
    of = dict(known.values_list("state_record__state_student_id", "msix_id").iterator())
    midst = students["state_student_id"].slice(students.height // 2)
    return str(next(of[ssid] for ssid in midst if ssid in of))
