"""`openmsix quality`: reckon the figures of the quality of identity."""

import typer

from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console

NAME = "quality"


def command() -> None:
    """Reckon the figures and lists of the quality of identity anew, as the worker does every night at 08:00 UTC. Changes nothing else."""
    check_there_is_an_exchange()
    django_ready()
    from openmsix.reports import actions

    done = actions.reckon()
    console.print(f"Reckoned as of {done.as_of:%Y-%m-%d %H:%M} UTC, in {done.seconds:.1f} s.")
    raise typer.Exit(Exit.DONE)
