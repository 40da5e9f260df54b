"""When the last whole backup was made: `openmsix backup` leaves a mark in the installation's folder, `last-backup`, and so may any other way of backing up."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

MARK = Path("last-backup")


def last() -> datetime | None:
    """The time of the last backup; None if none was ever marked here."""
    try:
        return datetime.fromtimestamp((Path(settings.HOME) / MARK).stat().st_mtime, UTC)
    except OSError:
        return None


def mark() -> None:
    """A backup was made just now."""
    (Path(settings.HOME) / MARK).touch()
