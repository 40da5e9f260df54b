"""What lies where in a folder of backups, and the manifest of each.

    FOLDER/openmsix-20261123-101500/database     what `pg_dump` wrote, sealed
    FOLDER/openmsix-20261123-101500/manifest     JSON lines, sealed: the kept files, and last the summary
    FOLDER/kept/ab/abcdef...                     each kept file as it lay, under the SHA-256 of its sealed bytes; shared by all backups

Sealed is the form of `intake.sealed`, under the installation's newest file key. What is being written has a name that begins with a dot.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from openmsix.intake import sealed
from openmsix.intake.sealed import Keys

NAME = re.compile(r"openmsix-\d{8}-\d{6}(-\d)?")
DATABASE, MANIFEST, POOL = "database", "manifest", "kept"


class NotDone(Exception):
    """A backup cannot be made, checked or brought back. The text says why and what to do, in plain words."""


@dataclass(frozen=True)
class KeptFile:
    """A kept file of a backup: its name, the digest of its sealed bytes, their number, when they were written, and the key they need.

    `key` is empty where what lies there is no sealed file; it is copied all the same.
    """

    name: str
    digest: str
    size: int
    written: int
    key: str


@dataclass(frozen=True)
class Summary:
    """What a backup is of.

    `rows` of each table as of the snapshot. `keys`: the ids of the file keys
    that its files need, never the keys. `sign`: tells whether a secret key is the one of then. `missing`: files that the
    database names and that were not there. `audit_head`: see `audit.verify.Report.head`.
    """

    made_at: str
    openmsix: str
    postgresql: int
    client: int
    digest: str
    size: int
    rows: dict[str, int]
    keys: list[str]
    sign: str
    files: int
    missing: list[str]
    audit_head: str


def sign_of(secret_key: str) -> str:
    """What tells that a secret key is the same, and nothing else of it."""
    return hmac.new(secret_key.encode(), b"sign of a backup", hashlib.sha256).hexdigest()[:32]


def lines(files: list[KeptFile], summary: Summary) -> Iterator[bytes]:
    """The manifest's lines."""
    for file in files:
        yield json.dumps(asdict(file)).encode() + b"\n"
    yield json.dumps(asdict(summary)).encode() + b"\n"


def manifest_of(backup: Path, keys: Keys) -> tuple[Summary, list[KeptFile]]:
    """The manifest of a backup.

    Raises:
        NotDone: it is no backup, or another openmsix wrote it.
        CannotOpen: it was changed, or its key is missing.
    """
    try:
        with (backup / MANIFEST).open("rb") as file, sealed.unseal(file, keys) as opened:
            found: list[dict[str, Any]] = [json.loads(line) for line in opened]
    except FileNotFoundError as fault:
        raise NotDone(f"{backup} is no backup: there is no manifest in it.") from fault
    try:
        return Summary(**found[-1]), [KeptFile(**each) for each in found[:-1]]
    except (TypeError, IndexError) as fault:
        raise NotDone(f"{backup} was made by another openmsix. Use that one, or a newer one.") from fault


def backups_in(folder: Path) -> list[Path]:
    """The whole backups in a folder, the oldest first."""
    found = folder.iterdir() if folder.is_dir() else iter(())
    return sorted(each for each in found if NAME.fullmatch(each.name) and (each / MANIFEST).is_file())


def newest_of(source: Path) -> Path:
    """The backup that a path means: itself, or the newest in the folder.

    Raises:
        NotDone: there is none.
    """
    if (source / MANIFEST).is_file():
        return source
    if found := backups_in(source):
        return found[-1]
    raise NotDone(f"There is no backup in {source}.")


def pooled(folder: Path, digest: str) -> Path:
    """Where a kept file of the backups in a folder lies."""
    return folder / POOL / digest[:2] / digest


def key_needed(path: Path) -> str:
    """The id of the key that a sealed file needs.

    Raises:
        CannotOpen: it is none.
    """
    with path.open("rb") as file:
        return sealed.key_id_of(file)
