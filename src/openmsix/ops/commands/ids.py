"""`openmsix ids`: every change of a State's students' MSIX IDs."""

import itertools
import sys
from pathlib import Path

import typer

from openmsix.ops import words
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import errors

NAME = "ids"


def command(
    state: str = typer.Option(callback=words.named_state, help="The State (two letters)."),
    since: int = typer.Option(0, min=0, help="The mark that the last call gave; 0 means from the beginning."),
    output: Path | None = typer.Option(
        None, callback=words.to_write, help="Write here instead of to the screen."
    ),
) -> None:
    """Every change of the State's students' MSIX IDs since a mark, as CSV. The new mark is the last line on standard error."""
    check_there_is_an_exchange()
    django_ready()
    from openmsix.identity.changes import as_csv, changes_after, last_mark

    mark = last_mark(state)
    if since > mark:
        raise typer.BadParameter(
            f"The last mark of {state} is {mark}; {since} was never given. Take the mark that the last call for {state} gave, or 0."
        )
    changes = itertools.takewhile(lambda change: change.number <= mark, changes_after(state, since))
    stream = output.open("w", newline="", encoding="utf-8") if output else sys.stdout
    try:
        stream.writelines(as_csv(changes))
    finally:
        if output:
            stream.close()
    errors.print(f"mark {mark}")
