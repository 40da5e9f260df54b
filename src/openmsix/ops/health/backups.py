"""When the last backup was made: whoever makes one leaves a mark in the installation's folder, `backups/last`, whose time is that of the backup."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

MARK = Path("backups") / "last"


def last() -> datetime | None:
    """The time of the last backup; None if none was ever marked here."""
    try:
        return datetime.fromtimestamp((Path(settings.HOME) / MARK).stat().st_mtime, UTC)
    except OSError:
        return None
