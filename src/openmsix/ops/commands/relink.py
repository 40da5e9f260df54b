"""`openmsix relink`: what a model would make of all records, beside the links as they are."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from openmsix.ops import files, words
from openmsix.ops.commands.model import model_of
from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console, errors

if TYPE_CHECKING:
    import polars as pl

    from openmsix.identity.relinking import Relinked
    from openmsix.matching.model import Model

NAME = "relink"
SAMPLE = 10

WORDS = {
    "joined": "records of two children that would become one",
    "parted": "records of one child that would become two",
    "asked": "new questions for people",
    "unasked": "open questions that placing all records at once would not ask",
}


def command(
    dry_run: bool = typer.Option(False, "--dry-run", help="Change nothing, and say what would change."),
    accept: bool = typer.Option(
        False,
        "--accept",
        help="Ask people about each change that the model in use would make: near matches to decide, splits to validate. You are asked first.",
    ),
    yes: bool = typer.Option(False, "--yes", help="With --accept: do not ask me first."),
    model: Path | None = typer.Option(
        None,
        help="The model; without it, the one in use.",
        exists=True,
        dir_okay=False,
        callback=words.plain_file,
    ),
    sample: int = typer.Option(SAMPLE, min=0, help="How many of each kind of change to show."),
    out: Path | None = typer.Option(
        None,
        callback=words.to_write,
        help="Also write every change as CSV. It has identifiers of students, and no names.",
    ),
) -> None:
    """Place all live records anew with a model and compare with the links as they are: what would change, and a sample of each kind of change.

    What people, States and the system before have decided counts as decided. No child is joined or parted by this: with --accept people are asked, and decide
    on the pages. To use a model from now on, see openmsix model promote.
    """
    from openmsix.config.home import model_in_use

    if dry_run == accept:
        raise typer.BadParameter(
            "Say --dry-run to see what would change, or --accept to ask people about it. Children are joined or parted by people alone."
        )
    if accept and model:
        raise typer.BadParameter(
            "People are asked of what the model in use would change: openmsix model promote first."
        )
    words.apart([model, model_in_use()], [out])
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
    if out:
        every = pl.concat(frame.select(pl.lit(kind).alias("kind"), pl.all()) for kind, frame in told.items())
        files.write(out, every.write_csv())
        errors.print(f"Written: {out}", soft_wrap=True)
    if accept:
        _accept(found, chosen, yes=yes)
    else:
        console.print("Nothing was changed.")
    raise typer.Exit(Exit.DONE)


def _accept(found: "Relinked", model: "Model", *, yes: bool) -> None:
    from openmsix import decisions
    from openmsix.ops.setup import OPERATOR

    if not any(pairs.height for pairs in found.to_ask.values()):
        console.print("There is nothing to ask people.")
        return
    if not yes and not typer.confirm("Ask people about these changes?"):
        console.print("Nothing was changed.")
        return
    done = decisions.accept(found=found, model=model, by=OPERATOR)
    console.print(
        f"{done.questions:,} near matches were opened and {done.splits:,} splits proposed; what people were asked of before is left out."
    )


def _table(rows: "pl.DataFrame") -> Table:
    table = Table("student", "MSIX ID", "and student", "MSIX ID", "weight", "what differs", box=None)
    for row in rows.iter_rows():
        table.add_row(*(str(value) for value in row))
    return table
