"""`openmsix retry`: try a submission again that a fault of the exchange stopped."""

import typer

from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import errors
from openmsix.ops.taking_in import take_in

NAME = "retry"


def command(
    ref: str = typer.Argument(help="The submission, by its reference, such as TX-20261123-7K3F."),
    queue: bool = typer.Option(
        False, "--queue", help="Leave the taking in to the worker and return at once."
    ),
) -> None:
    """Take up a submission that a fault stopped, where it stopped, once what stopped it is mended; the State need not send it again.

    `openmsix status` names them, and why each stopped. Exit codes as those of `openmsix submit`; 2 if there is no such submission, or nothing stopped it.
    """
    check_there_is_an_exchange()
    django_ready()
    from openmsix import flow
    from openmsix.intake.models import Submission
    from openmsix.intake.states import NotPossible
    from openmsix.ops import fit
    from openmsix.ops.setup import OPERATOR

    fit.check()
    submission = Submission.objects.filter(ref=ref.strip().upper()).first()
    if submission is None:
        errors.print(f"There is no submission {ref}. `openmsix status` names those that can be retried.")
        raise typer.Exit(Exit.USAGE)
    try:
        flow.retry(submission=submission, by=OPERATOR, queue=queue)
    except NotPossible as why:
        errors.print(str(why), soft_wrap=True)
        raise typer.Exit(Exit.USAGE) from why
    if queue:
        errors.print(f"{submission.ref} waits for the worker.")
        raise typer.Exit(Exit.DONE)
    raise typer.Exit(take_in(submission))
