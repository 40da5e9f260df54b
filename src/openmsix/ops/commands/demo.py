"""`openmsix demo`: a made-up nation, submitted, linked and served."""

import os
import shutil
import time
from pathlib import Path

import typer

from openmsix.deadlines import clock
from openmsix.ops.commands.synth import MOST_CHILDREN
from openmsix.ops.ready import django_ready
from openmsix.ops.screen import console, errors, progress, type_of_report

NAME = "demo"
PASSWORD = "harvest-moon-2026"  # noqa: S105  the demo's people are made up, and so is all they can see


def command(
    children: int = typer.Option(20_000, min=100, max=MOST_CHILDREN, help="How many made-up children."),
    states: int = typer.Option(8, min=2, max=46, help="How many States."),
    seed: int = typer.Option(1, min=0, help="The same seed makes the same nation."),
    port: int = typer.Option(8000, min=1, max=65_535, help="The port of the pages."),
    host: str = typer.Option("127.0.0.1", help="The address to listen on."),
    serve: bool = typer.Option(True, help="Serve the pages at the end."),
) -> None:
    """Make up a nation, take it in as State files, link it, and serve the pages. A second run goes on with what is there."""
    os.environ["OPENMSIX_DEMO"] = "1"
    started = time.monotonic()
    from openmsix.ops.commands.serve import keep_running
    from openmsix.ops.household import check_port_is_free

    if serve:
        check_port_is_free(host, port)
    with progress() as report:
        _make_ready(report)
        people = _fill(report, children=children, states=states, seed=seed)
    errors.print(f"Ready in {time.monotonic() - started:.0f} seconds.")
    if serve:
        keep_running(host=host, port=port, welcome=lambda address: _welcome(address, people))


def _make_ready(report: type_of_report) -> None:
    report("Starting the database", 0, 1)
    django_ready()
    from openmsix.config import database
    from openmsix.ops import fit
    from openmsix.ops.setup import prepare_database

    fit.check()

    owner = database.owner()
    prepare_database(owner, database.application(owner), say=lambda words: report(words, 0, 0))


def _fill(report: type_of_report, *, children: int, states: int, seed: int) -> list[tuple[str, str]]:
    """Submit a made-up nation, unless one was submitted before; one sign-in for each role."""
    from openmsix.accounts import demo as demo_people
    from openmsix.audit import sealer
    from openmsix.intake.models import Submission
    from openmsix.ops.setup import OPERATOR

    folder = _nation_folder()
    if not (folder / "done").exists():
        if not Submission.objects.exists():
            shutil.rmtree(folder, ignore_errors=True)
        _submit_nation(report, folder, children=children, states=states, seed=seed)
    report("Making one sign-in for each role", 0, 1)
    people = demo_people.make_demo_people(password=PASSWORD, by=OPERATOR, elsewhere=_sharing_most())
    sealer.seal_once()
    return people


def _sharing_most() -> str:
    """The State, besides the one where the people are, that shares most near matches with it: there somebody has to answer too. Empty if none does."""
    from openmsix.accounts.models import Holding
    from openmsix.reports.queries import shared_near_matches

    held = Holding.objects.filter(user__email="other-state@demo.example").select_related("place").first()
    if held:
        return held.place.state_code
    here = Holding.objects.get(user__email="state@demo.example").place.state_code
    shared = shared_near_matches(here)
    return max(sorted(shared), key=lambda code: shared[code], default="")


def _nation_folder() -> Path:
    from openmsix.config.home import home

    return home() / "demo-nation"


def _submit_nation(report: type_of_report, folder: Path, *, children: int, states: int, seed: int) -> None:
    from openmsix import flow
    from openmsix.accounts import demo as demo_people
    from openmsix.ops import stages
    from openmsix.ops.setup import OPERATOR
    from openmsix.places import actions as places
    from openmsix.reports import actions as reports
    from openmsix.synth import nation, write

    if not (folder / "written").exists():
        shutil.rmtree(folder, ignore_errors=True)
        made = nation.make(
            children=children, states=states, seed=seed, noise=1.0, today=clock.today(), progress=report
        )
        write.write(made, folder, progress=report)
        (folder / "written").touch()
    report("Loading districts and schools", 0, 0)
    places.load(folder=folder / "places", by=OPERATOR)
    # Before the files, so that what people are asked lies where they are.
    demo_people.make_demo_people(password=PASSWORD, by=OPERATOR, elsewhere=None)
    files = sorted(folder.glob("*.zip"))
    for number, path in enumerate(files):
        step = "Taking in State files"
        report(step, number, len(files))
        submission = flow.receive(path=path, file_name=path.name, by=OPERATOR, queue=False)
        if submission.is_complete:
            stages.take_in(submission.pk)
        report(step, number + 1, len(files))
    report("Reckoning the quality of identity", 0, 0)
    reports.reckon()
    (folder / "done").touch()


def _welcome(address: str, people: list[tuple[str, str]]) -> None:
    from rich.table import Table

    table = Table("Role", "Sign in as", box=None, pad_edge=False)
    for role, email in people:
        table.add_row(role, email)
    console.print(
        f"\nopenmsix is at [bold]{address}[/bold]. Every password is [bold]{PASSWORD}[/bold]. All children are made up.\n",
        markup=True,
    )
    console.print(table)
    console.print("\nCtrl-C stops it.")
