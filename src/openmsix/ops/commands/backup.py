"""`openmsix backup`: keep a copy of everything, or look whether a copy is whole."""

from pathlib import Path

import typer

from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console, errors, progress

NAME = "backup"


def command(
    folder: Path = typer.Argument(
        help="The folder of this installation's backups, on another disk; with --check a backup in it, or the folder for its newest one."
    ),
    keep: int | None = typer.Option(
        None, min=1, help="How many backups to leave in the folder; older ones are removed."
    ),
    check: bool = typer.Option(
        False, "--check", help="Make none, but verify every digest and open every chunk of one."
    ),
) -> None:
    """Make a backup: the database as of one moment, and every kept file; encrypted with the newest file key. The exchange may go on meanwhile.

    Neither the file keys nor the secret key are in it: keep them elsewhere, or it cannot be opened. Exit code 1 if kept files were missing, or a
    backup is not whole.
    """
    from openmsix.ops.backup.layout import NotDone

    try:
        end = _check(folder) if check else _make(folder, keep)
    except NotDone as why:
        raise SystemExit(str(why)) from why
    raise typer.Exit(end)


def _make(folder: Path, keep: int | None) -> Exit:
    check_there_is_an_exchange()
    django_ready()
    from django.conf import settings

    from openmsix.ops import fit
    from openmsix.ops.backup.make import make
    from openmsix.ops.health import backups

    fit.check()
    with progress() as report:
        made = make(folder, secret_key=settings.SECRET_KEY, keep=keep, report=report)
    summary = made.summary
    if not summary.missing:
        backups.mark()
    console.print(
        f"{made.path}: {sum(summary.rows.values()):,} rows in {len(summary.rows)} tables, and {summary.files:,} kept files ({made.copied:,} of them new).",
        soft_wrap=True,
    )
    console.print(
        f"To bring it back: the file keys {', '.join(summary.keys)}, and the secret key. They are not in it.",
        soft_wrap=True,
    )
    if made.removed:
        console.print(f"Removed: {', '.join(made.removed)}.", soft_wrap=True)
    if made.why_none_removed:
        errors.print(made.why_none_removed, soft_wrap=True)
    for name in summary.missing:
        errors.print(
            f"{name} is named by the database and is not there. Bring it back from an older backup.",
            soft_wrap=True,
        )
    return Exit.MEND if summary.missing or made.why_none_removed else Exit.DONE


def _check(folder: Path) -> Exit:
    """Needs the file keys only, and neither a database nor the rest of an installation."""
    from openmsix.config import home
    from openmsix.intake.kept import as_keys
    from openmsix.ops.backup import check
    from openmsix.ops.backup.layout import newest_of

    backup = newest_of(folder)
    if home.lacks(home.FILE_KEYS):
        raise SystemExit(
            "The file keys of the backup are not at hand. Set OPENMSIX_FILE_KEYS, or OPENMSIX_HOME to the installation's folder."
        )
    with progress() as report:
        found = check.faults(backup, as_keys(str(home.file_keys())), report)
    for fault in found:
        errors.print(fault, soft_wrap=True)
    if found:
        return Exit.MEND
    console.print(f"{backup} is whole.", soft_wrap=True)
    return Exit.DONE
