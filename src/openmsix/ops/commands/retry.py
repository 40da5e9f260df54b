"""`openmsix retry`: try a submission again that a fault of the exchange stopped."""

import typer

from openmsix.ops.exits import Exit
from openmsix.ops.ready import django_ready
from openmsix.ops.screen import errors
from openmsix.ops.taking_in import take_in

NAME = "retry"


def command(
    ref: str = typer.Argument(help="The submission, by its reference, such as TX-20261123-7K3F."),
    queue: bool = typer.Option(
        False, "--queue", help="Leave the taking in to the worker and return at once."
    ),
) -> None:
    """Take up a failed submission where it stopped, once what made it fail is mended; the State need not send it again.

    `openmsix status` names the failed ones, and why each failed. Exit codes as those of `openmsix submit`; 2 if there is no such failed submission.
    """
    django_ready()
    from openmsix import flow
    from openmsix.intake.models import Submission
    from openmsix.intake.states import NotPossible
    from openmsix.ops.setup import OPERATOR

    submission = Submission.objects.filter(ref=ref.strip().upper()).first()
    if submission is None:
        raise typer.BadParameter(f"There is no submission {ref}.")
    try:
        flow.retry(submission=submission, by=OPERATOR, queue=queue)
    except NotPossible as why:
        raise typer.BadParameter(str(why)) from why
    if queue:
        errors.print(f"{submission.ref} waits for the worker.")
        raise typer.Exit(Exit.DONE)
    raise typer.Exit(take_in(submission))
