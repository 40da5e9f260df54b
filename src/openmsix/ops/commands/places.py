"""`openmsix places`: the places of the exchange."""

from pathlib import Path

import typer

from openmsix.ops.exits import Exit
from openmsix.ops.ready import django_ready
from openmsix.ops.screen import console, errors, progress

app = typer.Typer(
    help="Load States' regions, districts, schools, projects and contacts.", no_args_is_help=True
)


@app.callback()
def group() -> None:
    """Load States' regions, districts, schools, projects and contacts."""


@app.command()
def load(
    folder: Path = typer.Argument(
        help="A folder of CSV files: NCES Common Core of Data directories and openmsix's own.",
        exists=True,
        file_okay=False,
    ),
) -> None:
    """Load places from the NCES Common Core of Data layout and a State's own regions, operators and contacts. Safe to repeat.

    Exit code 1 if some rows could not be loaded (each is named), or if the folder holds no places.
    """
    django_ready()
    from openmsix.ops.setup import OPERATOR
    from openmsix.places import actions

    with progress() as report:
        loaded = actions.load(folder=folder, by=OPERATOR, progress=report)
    for problem in loaded.problems:
        errors.print(str(problem), soft_wrap=True)
    console.print(loaded.in_words())
    raise typer.Exit(Exit.DONE if loaded.found and not loaded.faults else Exit.MEND)
