"""Tombstones: what was expunged, kept beside the received files without naming anybody, so that an older backup is purged of it again.

One small encrypted file for each request, `tombstones/REF.json`. A student is told by a hash under a salt of the tombstone's own: who has a database with the student in it can find
the student again, and nobody else. What they say is repeated by the journal's act, which a rebuild reads.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from io import BytesIO

import polars as pl

from openmsix import staging
from openmsix.intake import kept
from openmsix.intake.erasing import KEYS

FOLDER = "tombstones"


@dataclass(frozen=True)
class Tombstone:
    """One request that was approved. `hashes`: of the students; `submission`: the reference of one; the rest as in `models.Expunging`."""

    ref: str
    kind: str
    states: list[str]
    reason: str
    requested_at: str
    requested_by: str
    requested_for: str
    decided_at: str
    decided_by: str
    salt: str
    hashes: list[str] = field(default_factory=list)
    submission: str = ""

    def students(self) -> pl.DataFrame:
        """The students of the database whom it names: `KEYS`."""
        found = staging.read(_EVERYBODY, dict.fromkeys(KEYS, pl.String), {"states": self.states})
        hashes = set(self.hashes)
        return found.filter([hash_of(self.salt, *row) in hashes for row in found.iter_rows()])


_EVERYBODY = f"""
    SELECT {", ".join(KEYS)} FROM records_staterecord WHERE state_code = ANY(%(states)s)
    UNION SELECT s.state_code, a.state_student_id_type, a.state_student_id FROM intake_answer a JOIN intake_submission s ON s.id = a.submission_id
      WHERE s.state_code = ANY(%(states)s) AND a.state_student_id IS NOT NULL AND a.state_student_id_type IS NOT NULL
    ORDER BY 1, 2, 3
"""  # noqa: S608  (our own names)


def hash_of(salt: str, *key: str) -> str:
    """What tells a student to whom has both: SHA-256 under the salt, 64 hexadecimal digits."""
    return hashlib.sha256("\x1f".join((salt, *key)).encode()).hexdigest()


def new_salt() -> str:
    """A salt for one tombstone."""
    return secrets.token_hex(32)


def keep(stone: Tombstone) -> None:
    """Keep a tombstone; the same one again changes nothing, and one of other content takes the place of the first."""
    content = json.dumps(asdict(stone)).encode()
    name = f"{FOLDER}/{stone.ref}.json"
    if name not in kept.names(FOLDER):
        kept.store(BytesIO(content), name)
    elif kept.read(name) != content:
        kept.replace(name, lambda: BytesIO(content))


def find(ref: str) -> Tombstone | None:
    """The tombstone of a request, if it was kept."""
    name = f"{FOLDER}/{ref}.json"
    return read(kept.read(name)) if name in kept.names(FOLDER) else None


def read(content: bytes) -> Tombstone:
    """A tombstone from its bytes."""
    return Tombstone(**json.loads(content))


def every() -> Iterator[Tombstone]:
    """All tombstones that are kept here."""
    for name in kept.names(FOLDER):
        yield read(kept.read(name))
