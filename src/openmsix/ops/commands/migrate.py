"""`openmsix migrate`: make the database ready."""

from openmsix.ops.ready import django_ready
from openmsix.ops.screen import console

NAME = "migrate"


def command() -> None:
    """Make the roles, tables and grants, or bring them up to date. Safe to repeat."""
    django_ready()
    from openmsix.config import database
    from openmsix.ops.setup import prepare_database

    owner = database.owner()
    prepare_database(owner, database.application(owner), say=console.print)
    console.print("The database is ready.")
