"""`openmsix serve`: the pages and the worker, with the database server if it is the embedded one."""

from collections.abc import Callable

import typer

from openmsix.ops.commands.sftp import PORT
from openmsix.ops.exits import Exit
from openmsix.ops.household import running
from openmsix.ops.password_link import LOCAL_SITE
from openmsix.ops.ready import django_ready
from openmsix.ops.screen import console, errors

NAME = "serve"
GOES_ON = " The database server goes on: another openmsix uses it."


def command(
    host: str = typer.Option("127.0.0.1", help="The address to listen on."),
    port: int = typer.Option(8000, min=1, max=65_535, help="The port to listen on."),
    worker: bool = typer.Option(True, help="Also run the worker."),
    sftp: bool = typer.Option(False, "--sftp", help="Also serve the SFTP drop box."),
    sftp_port: int = typer.Option(PORT, min=1, max=65_535, help="The port of the drop box."),
) -> None:
    """Serve the pages and run the worker until Ctrl-C; brings the database up to date first."""
    django_ready()
    from openmsix.ops import fit

    fit.check()
    from openmsix.config import database
    from openmsix.ops.setup import prepare_database

    owner = database.owner()
    prepare_database(owner, database.application(owner))
    keep_running(
        host=host,
        port=port,
        with_worker=worker,
        sftp_port=sftp_port if sftp else None,
        welcome=lambda address: console.print(
            f"openmsix is at {address}. Ctrl-C stops it.{_first_step(address)}", soft_wrap=True
        ),
    )


def _first_step(address: str) -> str:
    """What to do where nobody can sign in yet."""
    from openmsix.accounts.models import Holding

    if Holding.objects.live().exists():
        return ""
    site = "" if address == LOCAL_SITE else f" --site {address}"
    return f"\nNobody can sign in yet. In another window: openmsix people add EMAIL --name NAME --role ROLE --place PLACE{site}"


def keep_running(
    *,
    host: str,
    port: int,
    welcome: Callable[[str], None],
    with_worker: bool = True,
    sftp_port: int | None = None,
) -> None:
    """Serve until Ctrl-C. `welcome` is told the address once the pages answer. `sftp_port`: see `household.running`.

    Raises:
        CannotServe: the port is taken, or the pages do not answer.
        typer.Exit: one of the processes ended by itself.
    """
    with running(host=host, port=port, with_worker=with_worker, sftp_port=sftp_port) as household:
        welcome(household.address)
        ended = household.wait(lambda words: errors.print(words, soft_wrap=True))
        errors.print("Stopping ...")
    goes_on = GOES_ON if household.database_goes_on else ""
    if ended:
        errors.print(
            f"The {ended} process ended by itself; {household.members} were stopped. Its messages stand above.{goes_on}"
        )
        raise typer.Exit(Exit.FAILED)
    console.print(f"Stopped {household.members}.{goes_on}", soft_wrap=True)
