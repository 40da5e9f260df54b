"""`openmsix migrate`: make the database ready."""

import typer

from openmsix.ops.ready import django_ready
from openmsix.ops.screen import console

NAME = "migrate"


def command(
    new_secret_key: bool = typer.Option(
        False,
        "--new-secret-key",
        help="Go on with another secret key than before: the old one is lost, or was given up.",
    ),
) -> None:
    """Make the roles, tables and grants, or bring them up to date. Safe to repeat."""
    if new_secret_key:
        _forget_passwords()
    django_ready()
    from openmsix.config import database
    from openmsix.ops import fit
    from openmsix.ops import new_secret_key as renewal
    from openmsix.ops.setup import prepare_database

    is_another = not fit.has_its_secret_key()
    if not (is_another and new_secret_key):
        fit.check()
    owner = database.owner()
    prepare_database(owner, database.application(owner), say=console.print)
    if is_another:
        forgotten = renewal.take()
        console.print(
            f"Addresses of children's pages were derived anew; {forgotten:,} second steps of sign-in are forgotten, and their owners set them up again."
        )
        fit.check()
    console.print("The database is ready.")


def _forget_passwords() -> None:
    """Let the embedded server, whose passwords come from the secret key, take new ones."""
    import os

    from openmsix.config import embedded

    if not os.environ.get("DATABASE_URL") and embedded.folder().exists():
        embedded.Server().forget_passwords()
