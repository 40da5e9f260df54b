"""How a file comes in: recognised, kept, and put with the other parts of its submission."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.db import transaction

from openmsix import locks
from openmsix.accounts import context
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.deadlines import clock
from openmsix.dictionary import dictionary

from . import journal, kept, parse
from .convert import converted
from .decisions import resume
from .models import ExpungedFile, Submission, SubmissionPart
from .moving import note
from .rebuilding import BeingRebuilt
from .states import Status
from .words import Kind, as_name

REF_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No letters and digits that look or sound alike."""


class NotReceived(Exception):
    """The file was not taken. The text says why and what to do, in plain words."""


class HeaderNotRead(NotReceived):
    """It was not taken since nothing tells whose it is; the checks can say why."""


@dataclass(frozen=True)
class Heading:
    """What the header says, as far as it can be read."""

    state_code: str
    kind: str
    dictionary_version: str
    submission_date: datetime
    effective_begin: datetime
    effective_end: datetime
    part_number: int
    parts_total: int
    students: int | None


OF_THE_PART = ("part_number", "students")
"""What a heading says of its part; all else is of the whole submission."""


def _typed(text: Mapping[str, str | None]) -> dict[str, Any]:
    elements = dictionary().records["header"].elements
    row = pl.DataFrame([text], schema=dict.fromkeys((element.key for element in elements), pl.String))
    return row.select(*map(converted, elements)).to_dicts()[0]


def _heading(path: Path, by: Hat) -> Heading:
    """The heading of a file.

    What cannot be read is filled in, so that the checks can say what is wrong with it in a receipt; only the State must be known.
    """
    text = parse.peek(path)
    values = _typed({**dict.fromkeys(dictionary().records["header"].columns), **text})
    states = dictionary().code_set("state").values
    state = values["submitting_state"] if values["submitting_state"] in states else by.state_code
    if not state:
        raise HeaderNotRead("The file does not say which State it is from: its header cannot be read.")
    now = clock.now()
    begin, end = values["beginning_effective_date"], values["ending_effective_date"]
    total = max(values["total_parts"] or 1, 1)
    return Heading(
        state_code=state,
        kind=Kind.FULL if values["submission_kind"] == Kind.FULL else Kind.DELTA,
        dictionary_version=values["dictionary_version"] or parse.NEWEST,
        submission_date=values["submission_date"] or now,
        effective_begin=begin or end or now,
        effective_end=end or now,
        part_number=min(max(values["part_number"] or 1, 1), total),
        parts_total=total,
        students=values["total_students"],
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def receive(*, path: Path, file_name: str, by: Hat) -> Submission:
    """Take a file in: keep it encrypted and put it with the other parts of its submission.

    A file that was received before changes nothing, unless its submission was rejected, withdrawn or declined: then it counts as new. If the
    submission failed, it is tried again.

    Args:
        path: the file as it arrived; it is read as a stream.
        file_name: the name that the sender gave it.
        by: who sends it; a hat of a State sends that State's files only.

    Returns:
        The submission that the file is a part of, complete when its last part is here.

    Raises:
        NotPermitted: the hat may not send files.
        NotReceived: the file is another State's, of no State, was expunged, or stands in the way of an earlier part; or the exchange is being rebuilt.
        kept.CannotOpen: the keys for kept files cannot be used.
    """
    by.check(Permission.SUBMIT_FILES)
    try:
        journal.check_is_whole()
    except BeingRebuilt as why:
        raise NotReceived(str(why)) from why
    heading = _heading(path, by)
    if by.state_code not in ("", heading.state_code):
        raise NotReceived(
            f"The file is from {heading.state_code}, and you send for {by.state_code}. Send the files of your own State."
        )
    digest = _digest(path)
    with transaction.atomic():
        context.speak_for(heading.state_code)
        _take_turn(heading)
        _refuse_expunged(heading.state_code, digest)
        earlier = SubmissionPart.objects.filter(
            state_code=heading.state_code, digest=digest, stands=True
        ).first()
        if earlier:
            return _again(earlier, by)
        submission = _submission(heading, by)
        _add_part(submission, heading, path, file_name, digest, by)
    return submission


def _refuse_expunged(state_code: str, digest: str) -> None:
    expunged = ExpungedFile.objects.filter(state_code=state_code, digest=digest).first()
    if expunged:
        what = "It" if expunged.whole else "A student in it"
        raise NotReceived(
            f"This file was received before. {what} was sent in error and expunged on {expunged.expunged_at:%Y-%m-%d}, so the same file is not taken in again. Send a file made anew, without "
            "what was sent in error."
        )


def _again(part: SubmissionPart, by: Hat) -> Submission:
    """The submission of a file that is here already; one that failed is tried again."""
    submission = part.submission
    if submission.status == Status.FAILED:
        resume(submission, by=by)
    else:
        submission.received_before = part.received_at
    return submission


def _take_turn(heading: Heading) -> None:
    """One file of a State at a time, so that two of the same, or the two last parts, do not miss each other."""
    locks.take(locks.ARRIVAL_OF_STATE, locks.of_state(heading.state_code))


def _submission(heading: Heading, by: Hat) -> Submission:
    """The submission that waits for this part, or a new one."""
    shared = {name: value for name, value in vars(heading).items() if name not in OF_THE_PART}
    if heading.parts_total > 1:
        waiting = Submission.objects.filter(**shared, status=Status.RECEIVING).first()
        if waiting:
            return waiting
    return Submission.objects.create(
        **shared,
        ref=_new_ref(heading.state_code),
        received_at=clock.now(),
        received_by_id=by.actor_id,
        received_by=by.actor,
    )


def _new_ref(state_code: str) -> str:
    """A name that a person can read to another one on the telephone."""
    while True:
        tail = "".join(secrets.choice(REF_LETTERS) for _ in range(4))
        ref = f"{state_code}-{clock.today():%Y%m%d}-{tail}"
        if not Submission.objects.filter(ref=ref).exists():
            return ref


def _add_part(
    submission: Submission, heading: Heading, path: Path, file_name: str, digest: str, by: Hat
) -> None:
    number = heading.part_number
    if submission.parts.filter(part_number=number).exists():
        raise NotReceived(
            f"Part {number} of {submission.ref} is here already with other content. Withdraw {submission.ref}, or make "
            "all parts anew with another submission date."
        )
    with path.open("rb") as file:
        name = f"received/{heading.state_code}/{clock.today():%Y}/{submission.ref}-{number}-{digest[:12]}"
        stored_as = kept.store(file, name)
    try:
        part = SubmissionPart.objects.create(
            submission=submission,
            state_code=heading.state_code,
            part_number=number,
            digest=digest,
            size=path.stat().st_size,
            file_name=as_name(file_name),
            students=heading.students,
            stored_as=stored_as,
            received_at=clock.now(),
        )
        if submission.parts.count() == submission.parts_total:
            submission.status = Status.RECEIVED
            submission.save(update_fields=["status"])
        of = submission.parts_total
        note(submission, by, "part_received", part=number, of=of, digest=digest, status=submission.status)
        journal.append([_told(submission, part)], scope=submission.state_code)
    except Exception:
        kept.remove(stored_as)
        raise


SUBMISSION = (
    "ref", "state_code", "kind", "dictionary_version", "submission_date", "effective_begin", "effective_end",
    "parts_total", "received_at", "received_by_id", "received_by",
)  # fmt: skip
"""What the journal tells of a submission when each of its parts arrives, since what its header lacked was filled in then."""

PART = ("part_number", "digest", "size", "file_name", "stored_as", "students", "received_at")
"""What it tells of the part."""


def _told(submission: Submission, part: SubmissionPart) -> dict[str, Any]:
    of, one = (
        {name: _plain(getattr(it, name)) for name in names}
        for it, names in ((submission, SUBMISSION), (part, PART))
    )
    return {"what": "received", "submission": submission.ref, "of": of, "part": one}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
