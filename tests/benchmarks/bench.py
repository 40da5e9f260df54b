"""The benchmarks in their order: a nation is made up, loaded, loaded again, changed a little, linked by Splink alone, and looked at."""

from pathlib import Path

from openmsix.deadlines import clock
from openmsix.ops.ready import django_ready
from tests.benchmarks import report
from tests.benchmarks.report import Line
from tests.benchmarks.timing import say

PARTS = ("formats", "intake", "again", "linking", "arrivals", "api", "delta", "pages")


def run(
    folder: Path, *, children: int, states: int, seed: int, write: bool, parts: tuple[str, ...] = PARTS
) -> None:
    """Make the nation, load it, measure each hot path, print the lines."""
    django_ready()
    from django.db import connection

    from openmsix.config import database
    from openmsix.ops.setup import prepare_database
    from tests.benchmarks import again, api, arrivals, delta, formats, intake, linking, pages

    owner = database.owner()
    prepare_database(owner, database.application(owner))
    say(f"Making up {children:,} children in {states} States")
    nation = _make(folder / "nation", children=children, states=states, seed=seed)
    measures = {
        "formats": lambda: formats.measure(folder / "formats"),
        "intake": lambda: intake.measure(nation),
        "again": lambda: again.measure(folder / "again", nation),
        "linking": linking.measure,
        "arrivals": lambda: arrivals.measure(folder / "arrivals", nation),
        "api": api.measure,
        "delta": lambda: delta.measure(folder / "delta", nation),
        "pages": pages.measure,
    }
    lines: list[Line] = []
    for part in parts:
        say(f"Measuring: {part}")
        for line in measures[part]():
            lines.append(line)
            print("\n" + line.as_text() + "\n", flush=True)
        connection.close()
    if write:
        with connection.cursor() as cursor:
            cursor.execute("show server_version")
            version = cursor.fetchone()[0].split()[0]
        path = report.write(
            lines, f"{children:,} made-up children in {states} States", f"PostgreSQL {version}"
        )
        print(f"\nWritten: {path.name}")
    connection.close()


def _make(folder: Path, *, children: int, states: int, seed: int) -> list[Path]:
    """The files of a made-up nation, its places loaded."""
    from openmsix.ops.setup import OPERATOR
    from openmsix.places import actions as places
    from openmsix.synth import nation
    from openmsix.synth.write import write as write_files

    if not (folder / "written").exists():
        made = nation.make(children=children, states=states, seed=seed, noise=1.0, today=clock.today())
        write_files(made, folder)
        (folder / "written").touch()
    places.load(folder=folder / "places", by=OPERATOR)
    return sorted(folder.glob("*.zip"))
