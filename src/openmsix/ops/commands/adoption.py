"""`openmsix adopt-ids`: take over MSIX IDs that exist already."""

from pathlib import Path

import typer

from openmsix.ops.exits import Exit
from openmsix.ops.ready import django_ready
from openmsix.ops.screen import console, errors

NAME = "adopt-ids"


def command(
    file: Path = typer.Argument(
        help="CSV with the columns msix_id and, to link records at once, reporting_state, state_student_id_type, state_student_id.",
        exists=True,
        dir_okay=False,
    ),
) -> None:
    """Take over existing MSIX IDs, so that minting avoids them and the States' records are linked to them. Safe to repeat."""
    django_ready()
    from openmsix.identity import adoption
    from openmsix.ops import fit
    from openmsix.ops.setup import OPERATOR

    fit.check()

    try:
        outcome = adoption.adopt_file(path=file, by=OPERATOR)
    except adoption.NotAdopted as why:
        errors.print(str(why), soft_wrap=True)
        raise typer.Exit(Exit.REJECTED) from why
    for problem in outcome.problems:
        errors.print(problem, soft_wrap=True)
    console.print(outcome.in_words())
    raise typer.Exit(Exit.MEND if outcome.problems else Exit.DONE)
