"""`openmsix submit`: send in a State's file and wait for its receipt."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from openmsix.ops import words
from openmsix.ops.exits import Exit
from openmsix.ops.ready import django_ready
from openmsix.ops.screen import errors
from openmsix.ops.taking_in import take_in, telling_of_waits

if TYPE_CHECKING:
    from openmsix.intake.models import Submission

NAME = "submit"


def command(
    files: list[Path] = typer.Argument(
        help="One or more zip files, the parts of one or more submissions.", exists=True, dir_okay=False
    ),
    state: str = typer.Option(
        "",
        callback=words.state,
        help="The State that sends (two letters). A file of another State is refused.",
    ),
    queue: bool = typer.Option(
        False, "--queue", help="Leave the taking in to the worker and return at once."
    ),
    receipt: Path | None = typer.Option(
        None, callback=words.receipt, help="Write the receipt here, as .json or .csv by its ending."
    ),
) -> None:
    """Submit State files: receive, check, store, link and publish; print what became of them.

    Exit codes: 0 all accepted, 1 some students or rows were not taken in, 3 a file was rejected, 4 waits for further parts or for a person.
    """
    django_ready()
    from openmsix import flow
    from openmsix.accounts.hats import Hat
    from openmsix.intake.arrival import NotReceived

    worst = Exit.DONE
    submissions = {}
    for path in files:
        try:
            with telling_of_waits(errors.print):
                submission = flow.receive(
                    path=path,
                    file_name=path.name,
                    by=Hat.system("operator", state_code=state),
                    queue=queue,
                )
        except NotReceived as why:
            errors.print(f"{path.name}: {why}")
            worst = max(worst, Exit.REJECTED)
            continue
        submissions[submission.pk] = submission
        errors.print(f"{path.name}: received as {submission.ref}.")
    if queue:
        raise typer.Exit(worst)
    for submission in submissions.values():
        where = _receipt_of(submission, receipt, alone=len(submissions) == 1)
        worst = max(worst, take_in(submission, receipt=where))
    raise typer.Exit(worst)


def _receipt_of(submission: "Submission", receipt: Path | None, *, alone: bool) -> Path | None:
    """Where to write a submission's receipt: under the name given, with its reference where there are several."""
    return receipt if alone or not receipt else receipt.with_stem(f"{receipt.stem}-{submission.ref}")
