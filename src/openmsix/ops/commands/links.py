"""`openmsix links`: which child a State's student is linked to, why, and undoing it."""

from typing import TYPE_CHECKING

import typer

from openmsix.ops import words
from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console
from openmsix.typed import one_line

if TYPE_CHECKING:
    from openmsix.identity.models import Link

app = typer.Typer(
    help="Show the links of a State's student to MSIX IDs, and undo one that is wrong.", no_args_is_help=True
)


@app.callback()
def group() -> None:
    """Show the links of a State's student to MSIX IDs, and undo one that is wrong."""


@app.command()
def show(
    state: str = typer.Option(callback=words.named_state, help="The State (two letters)."),
    student: str = typer.Option(
        help="The State Student Identifier; with its type before it, as other commands print it, only that one."
    ),
) -> None:
    """Every link that the State's student had, the oldest first, a block each: number, MSIX ID, since when, until when, why, by whom.

    Exit code 2 if the State never sent such a student.
    """
    check_there_is_an_exchange()
    django_ready()
    from openmsix.identity.models import Link

    kind, _, own = student.strip().rpartition(" ")
    links = Link.objects.filter(state_code=state, state_record__state_student_id=own)
    if kind:
        links = links.filter(state_record__state_student_id_type=kind.strip())
    found = list(links.select_related("state_record").order_by("pk"))
    if not found:
        raise typer.BadParameter(f"{state} has no student {student.strip()} with an MSIX ID.")
    # a block each, for a table would cut identifiers and times on a narrow screen
    console.print("\n\n".join(_block(link) for link in found), soft_wrap=True)
    raise typer.Exit(Exit.DONE)


def _block(link: "Link") -> str:
    from openmsix.dictionary.labels import code_label

    record = link.state_record
    kind = code_label("state_student_id_type", record.state_student_id_type)
    reason = link.get_reason_display()
    because = f"{reason} (link {link.undoes_id})" if link.undoes_id else reason
    told = {
        "link": str(link.pk),
        "student": f"{record.state_student_id} ({kind})",
        "MSIX ID": link.msix_id,
        "since": f"{link.opened_at:%Y-%m-%d %H:%M} UTC",
        "until": f"{link.closed_at:%Y-%m-%d %H:%M} UTC" if link.closed_at else "now",
        "because": because,
        "by": link.decided_by,
        "weight": "" if link.weight is None else f"{link.weight:.1f}",
    }
    return "\n".join(f"{name:<9}{value}" for name, value in told.items() if value)


@app.command()
def undo(
    link: int = typer.Argument(help="The number of the link, as `openmsix links show` tells it."),
    reason: str = typer.Option(help="Why it is wrong; kept in the audit. No names."),
) -> None:
    """Undo a link that holds: the student goes back to the MSIX ID it had before, or gets a new one.

    Undoing the undoing restores the first state. The State finds the change with `openmsix ids`. Exit code 2 if
    there is no such link or it cannot be undone.
    """
    check_there_is_an_exchange()
    django_ready()
    from openmsix import decisions
    from openmsix.identity.actions import NotUndone
    from openmsix.identity.models import Link
    from openmsix.ops import fit
    from openmsix.ops.setup import OPERATOR

    fit.check()
    if not (reason := one_line(reason)):
        raise typer.BadParameter("Say why the link is wrong: --reason.")
    wrong = Link.objects.filter(pk=link).first()
    if wrong is None:
        raise typer.BadParameter(f"There is no link {link}. `openmsix links show` tells a student's links.")
    try:
        now = decisions.undo_link(link=wrong, by=OPERATOR, reason=reason)
    except NotUndone as why:
        raise typer.BadParameter(str(why)) from why
    console.print(f"Link {wrong.pk} to {wrong.msix_id} is undone; link {now.pk} to {now.msix_id} holds now.")
    raise typer.Exit(Exit.DONE)
