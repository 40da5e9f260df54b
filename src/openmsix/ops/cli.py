"""The command `openmsix`."""

import contextlib
import os
import sys
import traceback
from pathlib import Path

import typer

from openmsix.deadlines import clock
from openmsix.ops.commands import (
    adoption,
    audit,
    backup,
    clients,
    demo,
    expunge,
    ids,
    links,
    manage,
    match,
    migrate,
    model,
    people,
    places,
    quality,
    rebuild,
    relink,
    restore,
    retry,
    rotate_key,
    serve,
    sftp,
    status,
    submit,
    synth,
    validate,
    worker,
)
from openmsix.ops.exits import Exit
from openmsix.ops.interrupt import ending_at_once
from openmsix.ops.older import NO_ROOM, is_database_older

NAME = "openmsix"  # as help and faults call it, however Python was started
app = typer.Typer(
    help="openmsix: an open implementation of the U.S. Migrant Student Information Exchange.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
for module in (
    demo,
    serve,
    worker,
    submit,
    retry,
    validate,
    synth,
    ids,
    adoption,
    status,
    migrate,
    backup,
    rebuild,
    relink,
    restore,
    rotate_key,
    quality,
):
    app.command(name=module.NAME)(module.command)
app.command(
    name=manage.NAME,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)(manage.command)
app.add_typer(places.app, name="places")
app.add_typer(people.app, name="people")
app.add_typer(clients.app, name="clients")
app.add_typer(links.app, name="links")
app.add_typer(match.app, name="match")
app.add_typer(model.app, name="model")
app.add_typer(audit.app, name="audit")
app.add_typer(sftp.app, name="sftp")
app.add_typer(expunge.app, name="expunge")


def _keep_trace(fault: BaseException) -> Path | None:
    """Write where a fault arose (never its message, which may name a child) beside the installation's data.

    None if nothing can be written there.
    """
    from openmsix.config.home import home

    path = home() / "log" / "faults.log"
    places_passed = "".join(traceback.format_tb(fault.__traceback__))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(f"{type(fault).__module__}.{type(fault).__qualname__}\n{places_passed}\n")
    except OSError:
        return None
    return path


def main() -> None:
    """Run the command line; no traceback reaches the person who typed it."""
    if os.environ.get("OPENMSIX_TRACE") == "1":
        app(prog_name=NAME)
        return
    # Django's own commands, such as its shell, have their own ways with Ctrl-C.
    ends = contextlib.nullcontext() if sys.argv[1:2] == [manage.NAME] else ending_at_once()
    try:
        with ends:
            _check_today()
            app(prog_name=NAME)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except SystemExit as end:
        if not isinstance(end.code, str):
            raise
        print(end.code, file=sys.stderr)
        sys.exit(Exit.FAILED)
    except Exception as fault:
        print(_plain_words(fault), file=sys.stderr)
        sys.exit(Exit.FAILED)


def _check_today() -> None:
    try:
        possible = 1900 <= clock.today().year < 3000  # school years and deadlines are reckoned from it
    except ValueError:
        possible = False
    if not possible:
        raise SystemExit("OPENMSIX_TODAY must be a day such as 2026-11-23.")


def _plain_words(fault: Exception) -> str:
    from django.core.exceptions import PermissionDenied
    from django.db import OperationalError
    from psycopg import errors

    from openmsix.intake.rebuilding import BeingRebuilt
    from openmsix.intake.sealed import CannotOpen
    from openmsix.matching.model_file import ModelNotUsable
    from openmsix.ops.household import CannotServe

    if isinstance(fault, CannotServe | CannotOpen | BeingRebuilt | ModelNotUsable):
        return str(fault)
    if is_database_older(fault):
        return "The database is older than this openmsix: tables or columns are missing. Run `openmsix migrate`, then try again."
    if isinstance(fault.__cause__, errors.DiskFull):
        return "The disk of the database is full. Nothing was half written; make room and try again."
    if isinstance(fault, OperationalError):
        return "The database cannot be reached or refused us. Check that it runs and that DATABASE_URL is right, then try again."
    if isinstance(fault, PermissionDenied):
        return "This may not be done by the person or State named."
    if isinstance(fault, OSError) and fault.errno in NO_ROOM:
        return f"A file could not be written ({fault.strerror}). What was being written is not whole; make room and try again."
    kept = _keep_trace(fault)
    where = f" Where it arose was noted in {kept}." if kept else ""
    return f"Something went wrong inside openmsix ({type(fault).__name__}). Nothing was half written.{where}"


if __name__ == "__main__":
    main()
