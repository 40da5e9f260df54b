"""`openmsix synth`: write a made-up nation as State files."""

import os
from pathlib import Path

import typer

from openmsix.deadlines import clock
from openmsix.dictionary.formats import Format
from openmsix.ops.exits import Exit
from openmsix.ops.screen import console, errors, progress

NAME = "synth"
MOST_CHILDREN = 10_000_000  # far more than any nation has, and what a large machine can hold


def command(
    folder: Path = typer.Argument(help="The folder to write into; made if it is not there.", file_okay=False),
    children: int = typer.Option(20_000, min=1, max=MOST_CHILDREN, help="How many children."),
    states: int = typer.Option(8, min=1, max=46, help="How many States, the largest first."),
    seed: int = typer.Option(1, min=0, help="The same seed makes the same nation."),
    noise: float = typer.Option(
        1.0, min=0.0, max=3.0, help="How faulty the States' records are: 0 not at all, 1 as in life."
    ),
    format: Format = typer.Option(Format.CSV, help="What the files are written in; the nation is the same."),
) -> None:
    """Make up families and their moves, and write them as State files, with the places and the truth beside them."""
    from openmsix.synth import nation, write

    if folder.exists() and any(folder.iterdir()):
        errors.print(f"{folder} is not empty. Name a new folder, so that nothing is overwritten.")
        raise typer.Exit(Exit.USAGE)
    _make(folder)
    with progress() as report:
        made = nation.make(
            children=children, states=states, seed=seed, noise=noise, today=clock.today(), progress=report
        )
        written = write.write(made, folder, progress=report, form=format)
    console.print(f"{children:,} made-up children in {states} States: {len(written)} files in {folder}.")


def _make(folder: Path) -> None:
    """Make the folder, before the nation is made up for it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise typer.BadParameter(f"{folder} cannot be made ({fault.strerror}).") from fault
    if not os.access(folder, os.W_OK):
        raise typer.BadParameter(f"Nothing may be written into {folder}.")
