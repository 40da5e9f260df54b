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
    from openmsix.accounts.hats import Hat
    from openmsix.intake.models import Submission

NAME = "submit"


def command(
    files: list[Path] = typer.Argument(
        help="One or more files, the parts of one or more submissions: zips of CSV or Parquet files, or XML or JSON files.",
        exists=True,
        dir_okay=False,
        callback=words.plain_files,
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

    Exit codes: 0 all accepted, 1 some students or rows were not taken in, 3 a file was rejected, 4 waits for further parts, or for a State Data Administrator of the
    State to confirm it on its page (`openmsix people add` gives the role).
    """
    words.apart(files, [receipt])
    django_ready()
    from openmsix.ops import fit

    fit.check()
    from openmsix.accounts.hats import Hat

    by = Hat.system("operator", state_code=state)
    received = [_receive(path, by=by, queue=queue) for path in files]
    submissions = {one.pk: one for one in received if one}
    ends = [Exit.DONE if one else Exit.REJECTED for one in received]
    if not queue:
        for submission in submissions.values():
            where = _receipt_of(submission, receipt, alone=len(submissions) == 1)
            ends.append(take_in(submission, receipt=where))
    raise typer.Exit(max(ends))


def _receive(path: Path, *, by: "Hat", queue: bool) -> "Submission | None":
    """Hand in one file and say what became of it; None if it was not received."""
    from openmsix import flow
    from openmsix.intake.arrival import HeaderNotRead, NotReceived
    from openmsix.intake.words import as_name

    name = as_name(path.name)

    try:
        with telling_of_waits(errors.print):
            submission = flow.receive(path=path, file_name=path.name, by=by, queue=queue)
    except NotReceived as why:
        errors.print(f"{name}: {why}")
        if isinstance(why, HeaderNotRead):
            errors.print(f"What is wrong with it says: openmsix validate {name}")
        return None
    if day := submission.received_before:
        errors.print(
            f"{name}: This file was received already on {day:%Y-%m-%d} as {submission.ref}; nothing changed.",
            soft_wrap=True,
        )
    else:
        errors.print(f"{name}: received as {submission.ref}.")
    return submission


def _receipt_of(submission: "Submission", receipt: Path | None, *, alone: bool) -> Path | None:
    """Where to write a submission's receipt: under the name given, with its reference where there are several."""
    return receipt if alone or not receipt else receipt.with_stem(f"{receipt.stem}-{submission.ref}")
