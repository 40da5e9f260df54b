"""`openmsix ids`: every change of a State's students' MSIX IDs."""

import csv
import sys
from dataclasses import astuple, fields
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
    from openmsix.identity import queries

    if since > (last := _last_mark(state)):
        raise typer.BadParameter(
            f"The last mark of {state} is {last}; {since} was never given. Take the mark that the last call for {state} gave, or 0."
        )
    changes, mark = queries.changes_since(state, since)
    stream = output.open("w", newline="", encoding="utf-8") if output else sys.stdout
    try:
        writer = csv.writer(stream)
        writer.writerow([column.name for column in fields(queries.Change)])
        writer.writerows(astuple(change) for change in changes)
    finally:
        if output:
            stream.close()
    errors.print(f"mark {mark}")


def _last_mark(state: str) -> int:
    from openmsix.identity.models import IdChange

    newest = IdChange.objects.filter(state_code=state).order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0
