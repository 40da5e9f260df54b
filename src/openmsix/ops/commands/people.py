"""`openmsix people`: who may sign in, in which role, at which place."""

from typing import TYPE_CHECKING

import typer

from openmsix.ops import password_link, words
from openmsix.ops.places_named import place_for
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console

if TYPE_CHECKING:
    from openmsix.accounts.models import Holding, Holdings, User

HELP = "Give people access, end it, and see who has it. All of it is written into the audit."
SITE = typer.Option(
    "",
    callback=password_link.site,
    help="Where browsers find the pages, such as https://msix.example.org; for the link.",
    show_default="the first of OPENMSIX_ORIGINS, or where the pages are served here",
)
EMAIL = typer.Argument(help="The e-mail address with which the person signs in.")

app = typer.Typer(help=HELP, no_args_is_help=True)


@app.callback()
def group() -> None:
    """Give people access, end it, and see who has it. All of it is written into the audit."""


@app.command()
def add(
    email: str = EMAIL,
    role: str = typer.Option(
        callback=words.role,
        help="The role, such as state_data_administrator; docs/generated/roles.md has all.",
    ),
    place: str = typer.Option(
        help="Where: nation, a State (two letters), or the code of a district, school or region."
    ),
    name: str = typer.Option("", help="The person's name; needed once."),
    site: str = SITE,
) -> None:
    """Let a person hold a role at a place; makes the account if there is none. Repeat it with another role or place to add that one.

    Who has no password yet gets a link to choose it: it is printed once, works once and for a few days. Hand it to that person only.
    Exit code 2 if there is no such role or place, or the role is not held there.
    """
    _begin()
    from django.db import transaction

    from openmsix.accounts import actions
    from openmsix.accounts.roles import ROLES
    from openmsix.ops.setup import OPERATOR

    where = place_for(ROLES[role], place)
    with transaction.atomic():
        user = _account(email, name.strip())
        actions.hold_role(user=user, role=role, place=where, by=OPERATOR)
    console.print(f"{user.name} ({user.email}) is {ROLES[role].name}, {where.name}.", soft_wrap=True)
    if not user.has_usable_password():
        _print_link(user, site)


@app.command()
def end(
    email: str = EMAIL,
    role: str = typer.Option(
        "", callback=words.role, help="Only this role; without it and --place the account is closed."
    ),
    place: str = typer.Option("", help="Only what is held at this place."),
) -> None:
    """End a person's access, at once: all of it and the account too, or one role or place.

    Exit code 2 if there is no such account, or nothing of it is held.
    """
    _begin()
    from openmsix.accounts import actions
    from openmsix.accounts.models import Holding
    from openmsix.ops.setup import OPERATOR

    user = _open_account(email)
    if not role and not place:
        actions.close_account(user=user, by=OPERATOR)
        console.print(f"{user.email} holds no role any more, and the account is closed.")
        return
    held = Holding.objects.live().of(user)
    if role:
        held = held.filter(role=role)
    if place:
        code = place.strip().upper()
        held = held.filter(place__code="US" if code == "NATION" else code)
    found = list(held)
    if not found:
        raise typer.BadParameter(
            f"{user.email} holds no such role. `openmsix people list` tells who holds what."
        )
    for holding in found:
        actions.end_role(holding=holding, by=OPERATOR)
        console.print(f"{user.email} is no more {holding.held.name}, {holding.place.name}.")


@app.command("list")
def list_people(
    state: str = typer.Option("", callback=words.state, help="Only those of this State (two letters)."),
) -> None:
    """Who has access today: address, name, role, place with its code, since when, signed in last."""
    _begin()
    from openmsix.accounts.models import Holding

    held: Holdings = Holding.objects.live().filter(user__is_active=True).select_related("user", "place")
    if state:
        held = held.filter(place__state_code=state)
    rows = [_row(one) for one in held.order_by("place__path", "role", "user__name", "pk")]
    if not rows:
        console.print("Nobody has access yet. `openmsix people add` gives it.")
        return
    table = [("e-mail address", "name", "role", "place", "since", "signed in last"), *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        told = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        console.print(told.rstrip(), soft_wrap=True)  # an address is never cut


@app.command()
def password(email: str = EMAIL, site: str = SITE) -> None:
    """Print a link by which the person chooses a new password. Hand it to that person only; the present password holds until then.

    Exit code 2 if there is no such account, or it is closed.
    """
    _begin()
    _print_link(_open_account(email), site)


def _begin() -> None:
    check_there_is_an_exchange()
    django_ready()


def _account(email: str, name: str) -> "User":
    """The person's account, made or opened again if need be."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from openmsix.accounts import actions
    from openmsix.accounts.models import User
    from openmsix.ops.setup import OPERATOR

    address = email.strip().lower()
    user = User.objects.filter(email=address).first()
    if user is not None and name and name.casefold() != user.name.casefold():
        raise typer.BadParameter(
            f"The address {address} is that of {user.name}. An address is never given to somebody else."
        )
    if not name and (user is None or not user.is_active):
        raise typer.BadParameter(f"There is no open account {address} yet. Give the person's name: --name.")
    if user is None:
        try:
            validate_email(address)
        except ValidationError as why:
            raise typer.BadParameter(f"{email} is no e-mail address.") from why
        return actions.create_user(email=address, name=name, password=None, by=OPERATOR)
    if not user.is_active:
        actions.open_account_again(user=user, by=OPERATOR)
    return user


def _open_account(email: str) -> "User":
    from openmsix.accounts.models import User

    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise typer.BadParameter(f"There is no open account {email}. `openmsix people list` names them.")
    return user


def _print_link(user: "User", site: str) -> None:
    from openmsix.ops.setup import OPERATOR

    link = password_link.make(user=user, site=site, by=OPERATOR)
    console.print(
        f"{user.name} chooses the password here. The link works once, for {password_link.days()} days, and is told only now:",
        soft_wrap=True,
    )
    console.print(link, soft_wrap=True)


def _row(one: "Holding") -> tuple[str, ...]:
    place = f"{one.place.name} ({one.place.code})"
    return one.user.email, one.user.name, one.held.key, place, f"{one.since:%Y-%m-%d}", _last(one.user)


def _last(user: "User") -> str:
    if user.last_login:
        return f"{user.last_login:%Y-%m-%d}"
    return "never" if user.has_usable_password() else "never, no password yet"
