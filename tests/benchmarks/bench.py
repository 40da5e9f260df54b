"""The benchmarks themselves."""

import contextlib
import itertools
import statistics
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from openmsix.deadlines import clock
from openmsix.ops.ready import django_ready
from tests.benchmarks.report import Line, write

HOT_TABLES = (
    "records_demographics",
    "records_qualifyingmove",
    "records_enrollment",
    "records_coursehistory",
    "records_assessment",
    "records_alternateid",
)
PASSWORD = "benchmark-of-the-house-26"
PAGE_CALLS = 150


@contextlib.contextmanager
def timed(into: dict[str, float], name: str) -> Iterator[None]:
    """Add the seconds of the block to an entry."""
    started = time.perf_counter()
    yield
    into[name] = into.get(name, 0.0) + time.perf_counter() - started


def run(folder: Path, *, children: int, states: int, seed: int, write: bool) -> None:
    """Make the nation, load it, measure each hot path, print the lines."""
    django_ready()
    from django.db import connection

    from openmsix.config import database
    from openmsix.ops.setup import prepare_database

    owner = database.owner()
    prepare_database(owner, database.application(owner))
    say(f"Making up {children:,} children in {states} States")
    nation = folder / "nation"
    _make(nation, children=children, states=states, seed=seed)
    first = sorted(nation.glob("*.zip"))
    lines = [intake(first), *again(folder, first)]
    connection.close()
    lines += pages()
    for line in lines:
        print("\n" + line.as_text())
    if write:
        with connection.cursor() as cursor:
            cursor.execute("show server_version")
            path = _write(
                lines,
                f"{children:,} made-up children in {states} States",
                f"PostgreSQL {cursor.fetchone()[0].split()[0]}",
            )
        print(f"\nWritten: {path.name}")


_write = write


def say(words: str) -> None:
    """A line about what is going on."""
    print(f"[{time.strftime('%H:%M:%S')}] {words}", flush=True)


def _make(folder: Path, *, children: int, states: int, seed: int) -> None:
    from openmsix.ops.setup import OPERATOR
    from openmsix.places import actions as places
    from openmsix.synth import nation
    from openmsix.synth.write import write as write_files

    if not (folder / "written").exists():
        made = nation.make(children=children, states=states, seed=seed, noise=1.0, today=clock.today())
        write_files(made, folder)
        (folder / "written").touch()
    places.load(folder=folder / "places", by=OPERATOR)


def _take_in(paths: list[Path], into: dict[str, float]) -> None:
    """Send the files through the front door; sum up the seconds of each step as the conductor reports it."""
    from openmsix import flow
    from openmsix.ops.setup import OPERATOR

    for path in paths:
        with timed(into, "Receiving"):
            submission = flow.receive(path=path, file_name=path.name, by=OPERATOR, queue=False)
        if not submission.is_complete:
            continue
        marks: list[tuple[str, float]] = []

        def report(step: str, done: int, total: int, marks: list[tuple[str, float]] = marks) -> None:
            if not marks or marks[-1][0] != step:
                marks.append((step, time.perf_counter()))

        submission = flow.take_in(submission.pk, report=report)
        marks.append(("", time.perf_counter()))
        for (step, start), (_, end) in itertools.pairwise(marks):
            into[step] = into.get(step, 0.0) + end - start
        say(
            f"{path.name}: {submission.status}, "
            + ", ".join(f"{step} {into[step]:.1f}s" for step, _ in marks[:-1])
            + " so far"
        )


def intake(paths: list[Path]) -> Line:
    """Parse, check and store a first load, against raw COPY of the same rows into the same tables with the same indexes."""
    spent: dict[str, float] = {}
    _take_in(paths, spent)
    rows, raw = _raw_copy()
    ours = spent["Checking"] + spent["Storing"]
    return Line(
        "First load: parse, check, store",
        f"{rows:,} child rows in {ours:.1f} s, {rows / ours:,.0f} rows/s (receiving {spent['Receiving']:.1f} s, linking {spent['Linking']:.1f} s, publishing {spent['Publishing']:.1f} s besides)",
        f"raw COPY of the same rows: {raw:.1f} s, {rows / raw:,.0f} rows/s",
        raw / ours,
        "speed at least 0.60 of raw COPY",
    )


def _raw_copy() -> tuple[int, float]:
    """Copy the stored child rows out, and time copying them into empty tables of the same shape and indexes."""
    from django.db import connections

    rows, seconds = 0, 0.0
    with connections["owner"].cursor() as cursor:
        for table in HOT_TABLES:
            copy = f"bench_{table}"
            cursor.execute(f"drop table if exists {copy}")
            cursor.execute(f"create table {copy} (like {table} including all)")
            with cursor.copy(f"copy {table} to stdout (format csv)") as source:
                content = b"".join(source)
            started = time.perf_counter()
            with cursor.copy(f"copy {copy} from stdin (format csv)") as target:
                target.write(content)
            seconds += time.perf_counter() - started
            rows += content.count(b"\n")
            cursor.execute(f"drop table {copy}")
    connections["owner"].close()
    return rows, seconds


def again(folder: Path, paths: list[Path]) -> list[Line]:
    """The same students in a new full submission, against a bare read of its files."""
    later = folder / "again"
    later.mkdir(exist_ok=True)
    for path in paths:
        _with_later_window(path, later / path.name)
    before = _versions()
    spent: dict[str, float] = {}
    files = sorted(later.glob("*.zip"))
    _take_in(files, spent)
    bare = _bare_read(files)
    ours = sum(spent.values())
    written = _versions() - before
    return [
        Line(
            "The same students again in a new full submission",
            f"{ours:.1f} s in all, {written} rows written in records",
            f"bare read of the files: {bare:.1f} s",
            ours / bare,
            "at most 5 times",
        )
    ]


def _versions() -> int:
    from openmsix.records.models import RecordVersion

    return RecordVersion.objects.count()


def _with_later_window(source: Path, target: Path) -> None:
    """The same file with header moments a day later, as a State's next full submission."""
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "header.csv":
                header = pl.read_csv(content, infer_schema=False)
                moments = ("submission_date", "beginning_effective_date", "ending_effective_date")
                header = header.with_columns(
                    (pl.col(column).cast(pl.Int64) + 10**9).cast(pl.String) for column in moments
                )
                content = header.write_csv().encode()
            new.writestr(name, content)


def _bare_read(paths: list[Path]) -> float:
    started = time.perf_counter()
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                pl.read_csv(archive.read(name), infer_schema=False)
    return time.perf_counter() - started


def pages() -> list[Line]:
    """Search and record pages against an empty signed-in page, each called in turn so that the machine's mood is shared."""
    import httpx

    from openmsix.accounts import demo
    from openmsix.ops.setup import OPERATOR
    from openmsix.students.models import Child

    people = dict(demo.make_demo_people(password=PASSWORD, by=OPERATOR))
    children = list(Child.objects.filter(live=True).order_by("ref")[:PAGE_CALLS])
    with _site() as address, httpx.Client(base_url=address, follow_redirects=True, timeout=30) as client:
        _sign_in(client, next(email for role, email in people.items() if "Primary" in role))
        _choose_purpose(client)
        calls: dict[str, Callable[[Any], None]] = {
            "empty": lambda child: _get(client, "/account/"),
            "search": lambda child: _search(client, child),
            "record": lambda child: _get(client, f"/children/{child.ref}/"),
            "print": lambda child: _get(client, f"/children/{child.ref}/print/?kind=summary&language=en"),
        }
        spent: dict[str, list[float]] = {name: [] for name in calls}
        for child in children:
            for name, call in calls.items():
                started = time.perf_counter()
                call(child)
                spent[name].append(time.perf_counter() - started)
    empty = _p95(spent["empty"])
    return [
        Line(
            what,
            f"p95 {_p95(spent[name]) * 1000:.0f} ms, median {statistics.median(spent[name]) * 1000:.0f} ms",
            f"empty signed-in page: p95 {empty * 1000:.0f} ms",
            _p95(spent[name]) / empty,
            "at most 3 times",
        )
        for name, what in (
            ("search", "Search, one name and birth date"),
            ("record", "Consolidated record page"),
            ("print", "Summary PDF"),
        )
    ]


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


@contextlib.contextmanager
def _site() -> Iterator[str]:
    from openmsix.ops.household import Household

    household = Household("127.0.0.1", 8123)
    command = (
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        household.host,
        "--port",
        str(household.port),
    )
    household.start(
        "pages",
        *command,
        "--workers",
        "1",
        "--blocking-threads",
        "4",
        "--no-access-log",
        "openmsix.config.wsgi:application",
    )
    try:
        household.wait_until_ready()
        yield f"http://127.0.0.1:{household.port}"
    finally:
        household.stop()


def _token(text: str) -> str:
    return text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


def _sign_in(client: Any, email: str) -> None:
    page = client.get("/sign-in/")
    answer = client.post(
        "/sign-in/", data={"csrfmiddlewaretoken": _token(page.text), "login": email, "password": PASSWORD}
    )
    assert answer.status_code == 200, answer.status_code
    assert "/sign-in/" not in str(answer.url), "not signed in"


def _choose_purpose(client: Any) -> None:
    """Say once why records are opened, as everybody is asked to."""
    page = client.get("/children/purpose/?next=/")
    answer = client.post(
        "/children/purpose/?next=/",
        data={"csrfmiddlewaretoken": _token(page.text), "purpose": "enrollment", "next": "/"},
    )
    assert answer.status_code == 200, answer.status_code


def _get(client: Any, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer


def _search(client: Any, child: Any) -> None:
    token = client.cookies["csrftoken"]
    words = f"{child.first_name} {child.last_name_1} {child.birth_date:%m/%d/%Y}"
    answer = client.post("/children/search/", data={"csrfmiddlewaretoken": token, "q": words})
    assert answer.status_code == 200, answer.status_code
