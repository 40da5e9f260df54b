"""`openmsix manage`: Django's own commands."""

import typer

from openmsix.ops.ready import django_ready

NAME = "manage"


def command(context: typer.Context) -> None:
    """Run one of Django's own commands, such as `makemigrations` or `shell`."""
    django_ready()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["openmsix manage", *context.args])
