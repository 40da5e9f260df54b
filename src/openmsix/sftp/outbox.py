"""What a State may fetch: how far its submissions are, their receipts, and notices about files. Written from the database when asked for, kept nowhere."""

import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, cast

from django.db import DatabaseError, InterfaceError, close_old_connections

from openmsix import staging
from openmsix.accounts.context import wearing
from openmsix.accounts.hats import Hat
from openmsix.deadlines import clock
from openmsix.intake import receipts
from openmsix.intake.models import Submission, SubmissionWords
from openmsix.intake.states import Status

from .area import Area
from .receiving import WAITING, Desk

SHOWN = timedelta(days=60)
"""Receipts of submissions received since; older ones stand on the pages."""

MOST_SHOWN = 500
"""Submissions, the newest."""

SETTLED = frozenset({Status.PUBLISHED, Status.REJECTED, Status.WAITING})
"""Their receipts are whole and do not change while they are read."""

STATUS = ".status.txt"
FORMS = {".csv": receipts.as_csv, ".json": receipts.as_json}
AWAY = "receipts-not-available.txt"
AWAY_WORDS = "The exchange's database cannot be reached just now, so no receipts are shown. They come back by themselves.\n"
IN_MEMORY = 8_000_000  # bytes of a receipt; a larger one lies in a file that has no name
MOST_SIZES = 5_000


@dataclass(frozen=True)
class Entry:
    """A file of the outbox."""

    name: str
    size: int
    changed: float


class NotThere(Exception):
    """The outbox has no such file."""


class Outbox:
    """The outboxes of all States. It remembers how long receipts are, so that a listing need not write them anew."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sizes: OrderedDict[tuple[object, ...], int] = OrderedDict()

    def list(self, area: Area, hat: Hat) -> list[Entry]:
        """All files that the hat may fetch."""
        told = [Entry(name, about.st_size, about.st_mtime) for name, about in area.told()]
        told += [
            Entry(name + WAITING, len(text.encode()), clock.now().timestamp())
            for name, text in self._desk.waiting(area).items()
        ]
        try:
            with _database(hat):
                for submission in _shown_to(hat).newest_first()[:MOST_SHOWN]:
                    told += self._entries(submission)
        except (DatabaseError, InterfaceError):
            told.append(Entry(AWAY, len(AWAY_WORDS), clock.now().timestamp()))
        return told

    def find(self, area: Area, hat: Hat, name: str) -> Entry:
        """A file of the outbox as a listing shows it.

        Raises:
            NotThere: as `open`.
        """
        notice = dict(area.told()).get(name)
        if notice:
            return Entry(name, notice.st_size, notice.st_mtime)
        with _database(hat):
            submission = _shown_to(hat).filter(ref=name.partition(".")[0]).first()
            for entry in self._entries(submission) if submission else ():
                if entry.name == name:
                    return entry
        with self.open(area, hat, name) as file:
            return Entry(name, file.seek(0, os.SEEK_END), clock.now().timestamp())

    def open(self, area: Area, hat: Hat, name: str) -> IO[bytes]:
        """A file of the outbox, to be read from anywhere.

        Raises:
            NotThere: there is none of this name, or the hat may not see it.
        """
        if name == AWAY:
            return _written([AWAY_WORDS])
        if name.endswith(WAITING) and (text := self._desk.waiting(area).get(name.removesuffix(WAITING))):
            return _written([text])
        if name in dict(area.told()):
            return (area.notices / name).open("rb")
        with _database(hat):
            return self._receipt(hat, name)

    def _entries(self, submission: Submission) -> Iterator[Entry]:
        moment = _changed(submission)
        yield Entry(submission.ref + STATUS, len(_status(submission).encode()), moment)
        if submission.status in SETTLED:
            for ending in FORMS:
                if (size := self._sizes.get(_version(submission, ending))) is None:
                    with _render(submission, ending) as file:
                        size = self._remember(submission, ending, file)
                yield Entry(submission.ref + ending, size, moment)

    def _receipt(self, hat: Hat, name: str) -> IO[bytes]:
        ref, dot, rest = name.partition(".")
        ending = dot + rest
        submission = _shown_to(hat).filter(ref=ref).first()
        if submission and ending == STATUS:
            return _written([_status(submission)])
        if submission is None or ending not in FORMS or submission.status not in SETTLED:
            raise NotThere
        file = _render(submission, ending)
        self._remember(submission, ending, file)
        return file

    def _remember(self, submission: Submission, ending: str, file: IO[bytes]) -> int:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        self._sizes[_version(submission, ending)] = size
        while len(self._sizes) > MOST_SIZES:
            self._sizes.popitem(last=False)
        return size


@contextmanager
def _database(hat: Hat) -> Iterator[None]:
    """Within the block the database is asked by a hat, in this thread, and what it says is of one moment."""
    close_old_connections()
    try:
        with wearing(hat), staging.one_view():
            yield
    finally:
        close_old_connections()


def _shown_to(hat: Hat) -> SubmissionWords:
    return Submission.objects.visible_to(hat).filter(received_at__gte=clock.now() - SHOWN)


def _version(submission: Submission, ending: str) -> tuple[object, ...]:
    """What tells one state of a receipt from another one."""
    return submission.pk, ending, submission.status, submission.checked_at, submission.finished_at


def _changed(submission: Submission) -> float:
    moment = submission.finished_at or submission.checked_at or submission.received_at
    return moment.timestamp()


def _status(submission: Submission) -> str:
    """How far a submission is, in a few lines."""
    lines = {
        "Submission": submission.ref,
        "Received": f"{submission.received_at:%Y-%m-%d %H:%M} UTC",
        "Status": Status(submission.status).label,
        "Students": _students(submission),
        "Why": submission.problem,
        "Receipt": ", ".join(submission.ref + ending for ending in FORMS)
        if submission.status in SETTLED
        else "",
    }
    return "".join(f"{name + ':':<12}{text}\n" for name, text in lines.items() if text)


def _students(submission: Submission) -> str:
    """Numbers, once there are any. Of what is not stored nothing is said to be accepted."""
    counts = submission.counts
    if "students" not in counts:
        return ""
    fine = "accepted" if submission.is_stored else "in order"
    return (
        f"{counts['students']:,}, of them {counts['accepted']:,} {fine} and {counts['rejected']:,} rejected"
    )


def _render(submission: Submission, ending: str) -> IO[bytes]:
    return _written(FORMS[ending](submission))


def _written(pieces: Iterable[str]) -> IO[bytes]:
    """The pieces as a file that is nowhere once it is closed."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (whoever opens it closes it)
    file.writelines(piece.encode() for piece in pieces)
    file.seek(0)
    return cast(IO[bytes], file)
