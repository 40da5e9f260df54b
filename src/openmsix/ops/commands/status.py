"""`openmsix status`: how the exchange is doing."""

import json as json_format

import typer

from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console

NAME = "status"


def command(json: bool = typer.Option(False, "--json", help="Print JSON instead of lines.")) -> None:
    """Show the database, the queue, the last submissions and the sealer. Exit code 1 if something needs a person."""
    check_there_is_an_exchange()
    django_ready()
    from openmsix.ops import health

    report = health.report()
    if json:
        console.print_json(json_format.dumps(report.as_data(), default=str))
    else:
        console.print(report.as_text(), soft_wrap=True)
    raise typer.Exit(Exit.DONE if report.well else Exit.MEND)
