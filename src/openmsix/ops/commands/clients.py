"""`openmsix clients`: which systems of a State may use the API, within which scopes."""

from typing import TYPE_CHECKING

import typer

from openmsix.ops import words
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console

if TYPE_CHECKING:
    from openmsix.accounts.clients import Made
    from openmsix.accounts.models import ApiClient

HELP = "Let a State's own systems use the API, give them new secrets, end them. All of it is written into the audit."
STATE = typer.Argument(callback=words.named_state, help="The State (two letters) that the client speaks for.")
CLIENT = typer.Argument(help="The client's id; `openmsix clients list` names them.")

app = typer.Typer(help=HELP, no_args_is_help=True)


@app.callback()
def group() -> None:
    """Let a State's own systems use the API, give them new secrets, end them. All of it is written into the audit."""


@app.command()
def add(
    state: str = STATE,
    name: str = typer.Option(help="What the State calls the system, such as Nightly export."),
    scope: list[str] = typer.Option(
        callback=words.scopes, help="What it may do; repeat it for more. docs/generated/roles.md has all."
    ),
) -> None:
    """Make a client of a State. Its id and secret are printed once: hand them to that State's operator only."""
    _begin()
    from openmsix.accounts import clients
    from openmsix.accounts.scopes import known
    from openmsix.ops.setup import OPERATOR
    from openmsix.places.models import Place

    try:
        made = clients.add_client(
            place=Place.objects.state(state), name=name, scopes=known(scope or ()), by=OPERATOR
        )
    except clients.NotAClient as why:
        raise typer.BadParameter(str(why)) from why
    _print(made)


@app.command("list")
def list_clients(
    state: str = typer.Option("", callback=words.state, help="Only those of this State (two letters)."),
    ended: bool = typer.Option(False, "--ended", help="Also those that were ended."),
) -> None:
    """The clients: id, State, name, scopes, since when, given a token last."""
    _begin()
    from openmsix.accounts.models import ApiClient

    found = ApiClient.objects.select_related("client", "place").order_by("place__code", "made_at", "pk")
    found = found.filter(place__state_code=state) if state else found
    rows = [_row(one) for one in (found if ended else found.live())]
    if not rows:
        console.print("There is no client yet. `openmsix clients add` makes one.")
        return
    table = [("client id", "State", "name", "scopes", "since", "token last", "ended"), *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        told = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        console.print(told.rstrip(), soft_wrap=True)


@app.command()
def rotate(client: str = CLIENT) -> None:
    """Make a client like this one, with an id and a secret of its own. Both hold until you end the first.

    Exit code 2 if there is no such client, or it was ended.
    """
    _begin()
    from openmsix.accounts import clients
    from openmsix.ops.setup import OPERATOR

    old = _client(client)
    _print(clients.rotate_client(client=old, by=OPERATOR))
    console.print(
        f"{old.pk} holds too. When the State's system uses the new one: openmsix clients end {old.pk}",
        soft_wrap=True,
    )


@app.command()
def end(client: str = CLIENT) -> None:
    """End a client, at once: its secret gives no token any more, and the tokens it has are dead.

    Exit code 2 if there is no such client, or it was ended.
    """
    _begin()
    from openmsix.accounts import clients
    from openmsix.ops.setup import OPERATOR

    old = _client(client)
    clients.end_client(client=old, by=OPERATOR)
    console.print(f"{old.pk} ({old.name}, {old.place.name}) is ended.", soft_wrap=True)


def _begin() -> None:
    check_there_is_an_exchange()
    django_ready()


def _client(client_id: str) -> "ApiClient":
    from openmsix.accounts.models import ApiClient

    found = ApiClient.objects.live().select_related("client", "place").filter(pk=client_id.strip()).first()
    if found is None:
        raise typer.BadParameter(
            f"There is no client {client_id}, or it was ended. `openmsix clients list --ended` names all."
        )
    return found


def _print(made: "Made") -> None:
    client = made.client
    console.print(f"{client.name} speaks for {client.place.name}: {', '.join(sorted(client.scopes))}.")
    console.print("Its secret is told only now:", soft_wrap=True)
    console.print(f"client_id      {client.pk}", soft_wrap=True)
    console.print(f"client_secret  {made.secret}", soft_wrap=True)


def _row(one: "ApiClient") -> tuple[str, ...]:
    moments = (f"{moment:%Y-%m-%d}" if moment else "" for moment in (one.made_at, one.token_at, one.ended_at))
    since, token, ended = moments
    return (
        one.pk,
        one.place.state_code,
        one.name,
        " ".join(sorted(one.scopes)),
        since,
        token or "never",
        ended,
    )
