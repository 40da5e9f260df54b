"""`openmsix rotate-key`: a new key for kept files, and moving them to it."""

import typer

from openmsix.ops.exits import Exit
from openmsix.ops.ready import check_there_is_an_exchange, django_ready
from openmsix.ops.screen import console, errors, progress

NAME = "rotate-key"


def command(
    reseal: bool = typer.Option(
        False,
        "--reseal",
        help="Also encrypt every kept file anew with the newest key. Broken off, it goes on where it was.",
    ),
) -> None:
    """Make a new file key the newest one: it encrypts from now on; the older ones still open what they encrypted.

    A key that stands in OPENMSIX_FILE_KEYS is yours to change: the new value is printed, and nothing is changed. With --reseal, a new key is made only if no kept file is
    left under an older one. Ends with saying which older keys no kept file needs any more.
    """
    check_there_is_an_exchange()
    django_ready()
    from openmsix.intake import resealing
    from openmsix.ops import fit

    fit.check()
    left = resealing.left()
    if not (reseal and left):
        if not _make_key():
            raise typer.Exit(Exit.DONE)
        left = resealing.left()
    if reseal:
        with progress() as report:
            resealing.reseal(left, report=report)
        console.print(f"{len(left):,} kept files were encrypted anew.")
    _tell()
    raise typer.Exit(Exit.DONE)


def _make_key() -> bool:
    """Make a key the newest one; whether it is in force."""
    import os

    from openmsix.config import home
    from openmsix.intake import resealing

    name, text = resealing.with_new_key()
    if os.environ.get("OPENMSIX_FILE_KEYS"):
        errors.print(
            f"Set OPENMSIX_FILE_KEYS to what follows wherever openmsix runs (pages, workers, commands), start all of them anew, and keep a copy of the key {name} where the "
            "backups are not. Then `openmsix rotate-key --reseal` encrypts the kept files with it.",
            soft_wrap=True,
        )
        console.print(text, soft_wrap=True)
        return False
    home.keep_file_keys(text)
    console.print(
        f"The new key {name} encrypts from now on. It stands in {home.home() / 'secrets' / home.FILE_KEYS}: keep a copy of it where the backups are not.",
        soft_wrap=True,
    )
    return True


def _tell() -> None:
    from openmsix.intake import resealing

    needed, free = resealing.in_use()
    console.print(f"Kept files need: {', '.join(needed) or 'none'}.", soft_wrap=True)
    if free:
        console.print(
            f"No kept file needs: {', '.join(free)}. They may leave the list of keys, but keep them as long as there are backups that were made before.",
            soft_wrap=True,
        )
