"""`openmsix sftp`: the drop box for States' own systems, and the keys that open it."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from openmsix.logs import configure
from openmsix.ops import words
from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console, errors

if TYPE_CHECKING:
    from openmsix.accounts.models import SftpKey

PORT = 8022
NO_KEY = "No key opens a drop box yet."
STATE = typer.Argument(callback=words.named_state, help="The State, by its two letters.")

app = typer.Typer(
    help="Serve the SFTP drop box; see and change the keys that open it.", invoke_without_command=True
)
keys = typer.Typer(
    help="The keys that open the drop boxes. All changes are written into the audit.", no_args_is_help=True
)
app.add_typer(keys, name="keys")


@app.callback()
def serve(
    context: typer.Context,
    host: str = typer.Option("127.0.0.1", help="The address to listen on; 0.0.0.0 for all."),
    port: int = typer.Option(PORT, min=1, max=65_535, help="The port to listen on."),
) -> None:
    """Serve the SFTP drop box until Ctrl-C: States' systems put files into /inbox and fetch receipts from /outbox."""
    if context.invoked_subcommand:
        return
    configure.runs_long()
    _begin()
    configure.catch_the_rest()
    from openmsix.accounts.models import SftpKey
    from openmsix.config import home
    from openmsix.ops import fit
    from openmsix.sftp import host_key, server

    fit.check()
    if not SftpKey.objects.live().exists():
        errors.print(
            f"{NO_KEY} In another window: openmsix sftp keys add STATE FILE.pub --name NAME", soft_wrap=True
        )

    def welcome(listens_at: int, fingerprint: str) -> None:
        console.print(
            f"The drop box listens at port {listens_at} of {host}. Ctrl-C stops it.", soft_wrap=True
        )
        console.print(f"Its host key, for clients to compare: {fingerprint}", soft_wrap=True)

    try:
        server.run(
            host=host,
            port=port,
            folder=home.home() / "inbox",
            host_key=home.sftp_host_key(host_key.make()),
            welcome=welcome,
        )
    except server.CannotListen as why:
        errors.print(str(why), soft_wrap=True)
        raise typer.Exit(Exit.FAILED) from why
    console.print("Stopped the drop box.")


@keys.command()
def add(
    state: str = STATE,
    file: Path = typer.Argument(
        exists=True, dir_okay=False, help="The public key, a file that ends in .pub; ssh-keygen makes it."
    ),
    name: str = typer.Option("", help="What you call it; without one, the comment in the file."),
) -> None:
    """Let the holder of a key into a State's drop box: it sends the State's files and reads their receipts, nothing else.

    Exit code 2 if it is no public key that may be used (ed25519, ecdsa, rsa of 3072 bits or more), or is there already.
    """
    _begin()
    from openmsix.accounts import public_key, sftp_keys
    from openmsix.ops.setup import OPERATOR
    from openmsix.places.models import Place

    text = file.read_text(encoding="utf-8", errors="replace")
    try:
        key = sftp_keys.add(state=Place.objects.state(state), text=text, name=name, by=OPERATOR)
    except (sftp_keys.NotAdded, public_key.NotUsable) as why:
        raise typer.BadParameter(str(why)) from why
    console.print(f"{key.name} opens the drop box of {key.place.name}: {key.fingerprint}", soft_wrap=True)
    console.print(
        f"Its holder signs in as {state.lower()}, as in: sftp -P {PORT} {state.lower()}@HOST", soft_wrap=True
    )


@keys.command("list")
def list_keys(
    state: str = typer.Option("", callback=words.state, help="Only those of this State (two letters)."),
) -> None:
    """The keys that open drop boxes: State, name, since when, used last, fingerprint."""
    _begin()
    from openmsix.accounts.models import SftpKey

    live = SftpKey.objects.live().select_related("place").order_by("place__code", "name")
    rows = [_row(one) for one in (live.filter(place__code=state) if state else live)]
    if not rows:
        console.print(f"{NO_KEY} `openmsix sftp keys add` lets one in.")
        return
    table = [("State", "name", "since", "used last", "fingerprint"), *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        told = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        console.print(told.rstrip(), soft_wrap=True)


@keys.command()
def end(
    state: str = STATE,
    name: str = typer.Argument(help="The key's name or fingerprint, as `openmsix sftp keys list` shows it."),
) -> None:
    """Let a key open the drop box no more, from now on; what it has handed over stays received.

    Exit code 2 if there is no such key.
    """
    _begin()
    from django.db.models import Q

    from openmsix.accounts import sftp_keys
    from openmsix.accounts.models import SftpKey
    from openmsix.ops.setup import OPERATOR

    live = SftpKey.objects.live().of_state(state)
    key = live.filter(Q(name=name) | Q(fingerprint=name)).first()
    if key is None:
        there = ", ".join(live.order_by("name").values_list("name", flat=True)) or "none"
        raise typer.BadParameter(f"{state} has no key {name}. There are: {there}.")
    sftp_keys.end(key=key, by=OPERATOR)
    console.print(f"{key.name} opens the drop box of {key.place.name} no more.", soft_wrap=True)


def _begin() -> None:
    check_there_is_an_exchange()
    django_ready()


def _row(key: "SftpKey") -> tuple[str, ...]:
    used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never"
    return key.place.code, key.name, f"{key.added_at:%Y-%m-%d}", used, key.fingerprint
