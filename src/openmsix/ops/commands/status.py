"""`openmsix status`: how the exchange is doing."""

import json as json_format

import typer

from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console

NAME = "status"


def command(json: bool = typer.Option(False, "--json", help="Print JSON instead of lines.")) -> None:
    """Say whether anything is wrong; then the database, the workers, the queue, disks, the sealer and the last submissions. Exit code 1 if something needs a person."""
    check_there_is_an_exchange()
    django_ready()
    from openmsix.ops import fit, health

    report, faults = health.report(), fit.faults() + _model() + _expunging()
    well = health.is_well(report) and not faults
    if json:
        told = health.as_data(report) | {"faults": faults, "well": well}
        console.print_json(json_format.dumps(told, default=str))
    else:
        console.print(health.as_text(report, faults), soft_wrap=True)
    raise typer.Exit(Exit.DONE if well else Exit.MEND)


def _model() -> list[str]:
    """Why no record can be linked by the model in use, if none can."""
    from openmsix.identity.model import in_use
    from openmsix.matching.model_file import ModelNotUsable

    try:
        in_use()
    except ModelNotUsable as fault:
        return [str(fault)]
    return []


def _expunging() -> list[str]:
    """What of expunging needs a person."""
    from openmsix.expunge.models import Expunging, Status

    waiting = Expunging.objects.filter(status=Status.REQUESTED).order_by("pk")
    return [
        f"{each.ref} waits for a second person: openmsix expunge approve {each.ref}, or decline."
        for each in waiting
    ] + [
        f"{each.ref} was approved and is not expunged yet: openmsix expunge finish {each.ref}"
        for each in Expunging.objects.to_be_done()
    ]
