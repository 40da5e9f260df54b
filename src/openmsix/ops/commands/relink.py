"""`openmsix relink`: what a model would make of all records, beside the links as they are."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from openmsix.ops import words
from openmsix.ops.commands.model import model_of
from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console, errors

if TYPE_CHECKING:
    import polars as pl

NAME = "relink"
SAMPLE = 10

WORDS = {
    "joined": "records of two children that would become one",
    "parted": "records of one child that would become two",
    "asked": "new questions for people",
}


def command(
    dry_run: bool = typer.Option(
        False, "--dry-run", help="Change nothing, and say what would change. There is no other way yet."
    ),
    model: Path | None = typer.Option(
        None, help="The model; without it, the one in use.", exists=True, dir_okay=False
    ),
    sample: int = typer.Option(SAMPLE, min=0, help="How many of each kind of change to show."),
    out: Path | None = typer.Option(
        None,
        callback=words.to_write,
        help="Also write every change as CSV. It has identifiers of students, and no names.",
    ),
) -> None:
    """Place all live records anew with a model and compare with the links as they are: what would change, and a sample of each kind of change.

    Nothing is changed. What people, States and the system before have decided counts as decided. To use a model from now on, see openmsix model promote.
    """
    if not dry_run:
        raise typer.BadParameter(
            "Say --dry-run: existing children are joined or parted only by people, on the pages."
        )
    check_there_is_an_exchange()
    django_ready()
    import polars as pl

    from openmsix.identity import relinking

    chosen = model_of(model)
    with errors.status("Placing all records anew ..."):
        found = relinking.compare(chosen)
    console.print(
        f"Model {chosen.version}: {found.records:,} live records, {found.children:,} children now, {found.children_then:,} then."
    )
    told = {
        kind: relinking.told(pairs if out else pairs.head(sample), chosen)
        for kind, pairs in found.changes.items()
    }
    for kind, pairs in found.changes.items():
        console.print(
            f"\n{pairs.height:,} {WORDS[kind]}" + (", a sample:" if sample and pairs.height else ".")
        )
        if sample and pairs.height:
            console.print(_table(told[kind].head(sample)))
    console.print(f"\n{found.unasked:,} open questions that this model would not ask. Nothing was changed.")
    if out:
        every = [
            frame.with_columns(kind=pl.lit(kind)).select("kind", pl.exclude("kind"))
            for kind, frame in told.items()
            if frame.height
        ]
        (pl.concat(every) if every else pl.DataFrame({"kind": []})).write_csv(out)
        errors.print(f"Written: {out}", soft_wrap=True)
    raise typer.Exit(Exit.DONE)


def _table(rows: "pl.DataFrame") -> Table:
    table = Table("student", "MSIX ID", "and student", "MSIX ID", "weight", "what differs", box=None)
    for row in rows.iter_rows():
        table.add_row(*(str(value) for value in row))
    return table
