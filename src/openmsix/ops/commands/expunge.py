"""`openmsix expunge`: remove a child or a student that was sent in error, by the word of two persons."""

from enum import StrEnum
from typing import TYPE_CHECKING

import typer

from openmsix.ops import words
from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console, errors, progress

if TYPE_CHECKING:
    from openmsix.accounts.hats import Hat
    from openmsix.expunge.models import Expunging

app = typer.Typer(
    help="Remove what was sent in error: asked by one person, approved by another.", no_args_is_help=True
)
BY = typer.Option(
    help="The e-mail address of the person whose word this is; a hat of that person's must allow it."
)


@app.callback()
def group() -> None:
    """Remove what was sent in error: asked by one person, approved by another."""


def _hat(email: str, state: str = "") -> "Hat":
    """The hat under which a person speaks here: one that may expunge, of this State if one is named and the person has it."""
    from openmsix.accounts import hats
    from openmsix.accounts.models import User
    from openmsix.accounts.permissions import Permission

    user = User.objects.filter(email=email.strip().lower()).first()
    found = [hat for hat in (hats.of(user) if user else []) if hat.may(Permission.EXPUNGE)]
    if not found:
        raise typer.BadParameter(
            f"{email} has no account with a role that may expunge. `openmsix people list` shows who has which role."
        )
    return next((hat for hat in found if state and hat.state_code == state), found[0])


def _request(ref: str) -> "Expunging":
    from openmsix.expunge.models import Expunging

    found = Expunging.objects.filter(ref=ref.strip().upper()).first()
    if found is None:
        raise typer.BadParameter(f"There is no request {ref}. `openmsix expunge list` shows them.")
    return found


@app.command()
def request(
    by: str = BY,
    reason: str = typer.Option(help="Why, in one line, kept for ever. No names."),
    state: str = typer.Option("", callback=words.state, help="The State of the student (two letters)."),
    student: str = typer.Option("", help="The State Student Identifier of the student."),
    type_: str = typer.Option("", "--type", help="Its type, if the State has the identifier under several."),
    submission: str = typer.Option(
        "", help="Instead of a student: the reference of a State's last submission, such as TX-20261123-7K3F."
    ),
    alone: bool = typer.Option(
        False,
        "--alone",
        help="Of --submission, which need not be the last one: the students of whom no other submission tells.",
    ),
    msix_id: str = typer.Option(
        "", help="Instead of a student: the MSIX ID of a whole child, with the records of all States."
    ),
) -> None:
    """Ask that a State's student (--state, --student), its last submission (--submission), the students of whom one submission alone tells (--submission, --alone) or a whole child (--msix-id) is expunged; print what would go.

    Of a student or a submission one of the two persons is of that State, the other of the same State, the operator, or the Office of Migrant Education. Of a whole child one is of the
    nation, the other of a State that has a record of the child. Exit code 2 if it cannot be asked.
    """
    check_there_is_an_exchange()
    django_ready()
    from openmsix.accounts.context import wearing
    from openmsix.accounts.permissions import NotPermitted
    from openmsix.expunge import actions, subjects
    from openmsix.expunge.refusing import NotPossible, Why

    if [bool(state and student), bool(msix_id), bool(submission)].count(True) != 1:
        raise typer.BadParameter(
            "Name one thing: a student (--state and --student), a child (--msix-id), or a submission (--submission)."
        )
    if alone and not submission:
        raise typer.BadParameter("--alone says which students of a --submission are meant.")
    hat = _hat(by, state or submission.strip().upper()[:2])
    try:
        with wearing(hat):
            if msix_id:
                subject = subjects.of_child(msix_id)
            elif submission:
                subject = subjects.of_submission(submission, alone=alone)
            else:
                subject = subjects.of_student(state, student, type_)
            asked = actions.request(subject=subject, reason=reason, by=hat)
    except NotPossible as why:
        options: dict[StrEnum, str] = {Why.LATER: " (--alone)", Why.SEVERAL_TYPES: " (--type)"}
        raise typer.BadParameter(f"{why}{options.get(why.refusal.why, '')}") from why
    except NotPermitted as why:
        raise typer.BadParameter(str(why)) from why
    _tell(asked)
    console.print(
        f"Nothing was removed yet. A second person approves it: openmsix expunge approve {asked.ref} --by EMAIL",
        soft_wrap=True,
    )
    raise typer.Exit(Exit.WAITING)


@app.command()
def approve(
    ref: str = typer.Argument(help="The request, such as X-20261123-7K3F."),
    by: str = BY,
    queue: bool = typer.Option(False, "--queue", help="Leave the removing to the worker and return at once."),
) -> None:
    """Approve a request as the second person, and remove what it names from records, what is shown, receipts, kept files and the journal. It cannot be undone."""
    check_there_is_an_exchange()
    django_ready()
    from openmsix.accounts.context import wearing
    from openmsix.accounts.permissions import NotPermitted
    from openmsix.expunge import actions
    from openmsix.expunge.refusing import NotPossible
    from openmsix.ops import fit

    fit.check()  # before it is approved: the removing begins with a tombstone that is kept
    asked = _request(ref)
    hat = _hat(by, next(iter(asked.states), ""))
    try:
        with wearing(hat):
            actions.approve(asked=asked, by=hat)
    except (NotPossible, NotPermitted) as why:
        raise typer.BadParameter(str(why)) from why
    if queue:
        console.print(f"{asked.ref} waits for the worker.")
        raise typer.Exit(Exit.DONE)
    _carry_out(asked.ref)


@app.command()
def finish(ref: str = typer.Argument(help="The request, such as X-20261123-7K3F.")) -> None:
    """Take up the removing of what was approved, if it broke off or a fault stopped it."""
    check_there_is_an_exchange()
    django_ready()
    from openmsix.ops import fit

    fit.check()
    _carry_out(_request(ref).ref)


def _carry_out(ref: str) -> None:
    from openmsix.expunge.carrying_out import carry_out
    from openmsix.expunge.models import Status
    from openmsix.intake.erasing import BeingTakenIn
    from openmsix.intake.leaving_out import CannotLeaveOut

    try:
        with progress() as report:
            done = carry_out(ref=ref, report=report)
    except BeingTakenIn as why:
        errors.print(
            f"A submission of one of the States is being taken in. The worker expunges {ref} after it; or run: openmsix expunge finish {ref}",
            soft_wrap=True,
        )
        raise typer.Exit(Exit.WAITING) from why
    except CannotLeaveOut as why:
        raise SystemExit(
            f"A kept file that holds a student of {ref} cannot be rewritten so that all others in it read as before. Nothing of the database was removed; tell the makers of openmsix."
        ) from why
    if done.status == Status.LAPSED:
        raise SystemExit(f"Nothing was removed: {done.decided_because}")
    _tell(done)
    raise typer.Exit(Exit.DONE)


@app.command()
def decline(
    ref: str = typer.Argument(help="The request."),
    by: str = BY,
    reason: str = typer.Option(help="Why not, in one line, kept for ever. No names."),
) -> None:
    """Decline a request, or take the own one back."""
    check_there_is_an_exchange()
    django_ready()
    from openmsix.accounts.permissions import NotPermitted
    from openmsix.expunge import actions
    from openmsix.expunge.refusing import NotPossible

    asked = _request(ref)
    hat = _hat(by, next(iter(asked.states), ""))
    try:
        actions.decline(asked=asked, reason=reason, by=hat)
    except (NotPossible, NotPermitted) as why:
        raise typer.BadParameter(str(why)) from why
    console.print(f"{asked.ref} is declined; nothing was removed.")


@app.command(name="list")
def list_() -> None:
    """Every request: what, of which States, who asked, who decided, and how it stands. Names nobody who was expunged."""
    check_there_is_an_exchange()
    django_ready()
    from openmsix.expunge.models import Expunging

    for one in Expunging.objects.order_by("pk"):
        because = f"; {one.decided_because}" if one.decided_because else ""
        decided = f"decided by {one.decided_by}" if one.decided_by else "decided by nobody yet"
        console.print(
            f"{one.ref}  {one.get_status_display()}: {one.get_kind_display()}, {' '.join(one.states)}; asked by {one.requested_by}, {decided}; {one.reason}{because}",
            soft_wrap=True,
        )


def _tell(asked: "Expunging") -> None:
    """What goes, or went, in numbers."""
    effect = asked.effect
    students = ", ".join(f"{count} of {state}" for state, count in effect["students"].items())
    console.print(
        f"{asked.ref}: {asked.get_kind_display()}. Students: {students or 'none'}; {effect['records']} state records with {effect['versions']} versions and {effect['links']} links, "
        f"{effect['answers']} answers in receipts, {effect['files']} kept files.",
        soft_wrap=True,
    )
