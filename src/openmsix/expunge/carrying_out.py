"""Expunging what was approved, in an exchange, its rebuild, or one that came back from a backup. Each step may be repeated; what broke off is finished by the worker."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction

from openmsix.accounts.context import wearing
from openmsix.accounts.hats import Hat
from openmsix.deadlines import clock
from openmsix.identity import actions as identity
from openmsix.identity import erasing as identity_erasing
from openmsix.intake import erasing as intake
from openmsix.intake import journal, resealing
from openmsix.intake.erasing import KEYS
from openmsix.intake.models import ExpungedFile, Submission
from openmsix.intake.void import TOMBSTONE
from openmsix.notices import erasing as notices
from openmsix.records import actions as records
from openmsix.reports import actions as reports
from openmsix.students import actions as students

from . import effect, sessions, taking_back, tombstones, words
from .actions import note
from .models import Expunging, Kind, Status
from .refusing import NotPossible, Why
from .tombstones import Tombstone

Report = Callable[[str, int, int], None]
WORKER = Hat.system("worker")


def silent(step: str, done: int, total: int) -> None:
    """Report to nobody."""


def carry_out(*, ref: str, report: Report = silent) -> Expunging:
    """Expunge what was approved; what is done already stays done.

    Alone in the nation: no file arrives, none is taken in and nobody is linked meanwhile. Kept files are rewritten first, one after the other; what the database holds goes in
    one transaction with the journal's tombstone, so that a run that breaks off is repeated from the beginning and ends the same.

    Raises:
        intake.BeingTakenIn: a submission of one of the States is at hand; to be tried again.
        CannotLeaveOut, kept.CannotOpen: a kept file cannot be rewritten.
        NotPossible: a run broke off, and meanwhile something came that stands against its going on.
    """
    with wearing(WORKER), transaction.atomic():
        asked = Expunging.objects.select_for_update().get(ref=ref)
        if asked.status == Status.APPROVED:
            try:
                _carry_out(asked, report)
            except NotPossible as why:
                if tombstones.find(ref):
                    raise  # Files were rewritten: it has to go on as soon as nothing stands against it.
                _lapse(asked, why)
    return asked


def _lapse(asked: Expunging, why: NotPossible) -> None:
    """End what cannot be done any more, since a later submission was taken in meanwhile, or this one is gone. Nothing was removed."""
    asked.status, asked.subject, asked.decided_because = Status.LAPSED, {}, str(why)
    asked.save(update_fields=["status", "subject", "decided_because"])
    note(asked, WORKER, "lapsed", reason=asked.decided_because)


def _carry_out(asked: Expunging, report: Report) -> None:
    for state in asked.states:
        intake.take_turn(state)
    for state in asked.states:
        records.take_turn(state)
    identity.take_turn()
    resealing.take_turn()
    if asked.kind == Kind.SUBMISSION:
        _take_back(asked, report)
    else:
        _leave_out(asked, report)


def _leave_out(asked: Expunging, report: Report) -> None:
    """Take students out of everything."""
    stone = tombstones.find(asked.ref)
    named = stone.students() if stone else effect.students_of(asked)
    tombstones.keep(stone or _stone(asked, named))
    unanswered = asked.kind != Kind.ALONE
    numbers = effect.numbers(named, unanswered=unanswered)
    parts = intake.parts_with(named, unanswered=unanswered)
    digests = intake.rewrite_parts(parts, named, report)
    pieces = intake.rewrite_journal(named, report)
    report("Removing from the database", 0, 1)
    erased = _erase(named)
    refused = [[part.state_code, part.digest, False] for part in parts if part.stored_as in digests]
    _refuse_again(refused)
    _end(asked, numbers | {"files": len(digests), "pieces": pieces, "retired": len(erased.retired)})
    journal.append([_told(asked, digests, erased, refused)])
    students.rebuild(msix_ids=erased.touched)
    report("Removing from the database", 1, 1)


def _take_back(asked: Expunging, report: Report) -> None:
    """Take a State's last submission back, and everything that came of it."""
    submission = Submission.objects.filter(ref=asked.subject["submission"]).first()
    if submission is None:
        _end_without(asked)
        return
    taking_back.check(submission)
    named = effect.students_of(asked)
    tombstones.keep(replace(_stone(asked, named.clear()), submission=submission.ref))
    numbers = effect.of_submission(submission, named)
    refused = [[part.state_code, part.digest, True] for part in submission.parts.all()]
    pieces = intake.void_journal(submission, {"what": TOMBSTONE, "students": [], "files": {}}, report)
    report("Removing from the database", 0, 1)
    erased = taking_back.take_back(submission, named)
    _refuse_again(refused)
    _end(asked, numbers | {"pieces": pieces, "retired": len(erased.retired)})
    journal.append([_told(asked, {}, erased, refused)])
    students.rebuild(msix_ids=erased.touched)
    intake.erase_submission(submission)
    report("Removing from the database", 1, 1)


def _end_without(asked: Expunging) -> None:
    """End the expunging of a submission that is not here: as in what an older backup brought back.

    Raises:
        NotPossible: it was here, and went in another way.
    """
    if tombstones.find(asked.ref) is None:
        raise NotPossible(Why.NO_SUBMISSION)
    nothing = pl.DataFrame(schema=dict.fromkeys(KEYS, pl.String))
    _end(asked, effect.numbers(nothing))
    journal.append([_told(asked, {}, identity_erasing.Erased([], [], []), [])])


def _stone(asked: Expunging, named: pl.DataFrame) -> Tombstone:
    salt = tombstones.new_salt()
    assert asked.decided_at is not None
    return Tombstone(
        ref=asked.ref,
        kind=asked.kind,
        states=asked.states,
        reason=asked.reason,
        requested_at=asked.requested_at.isoformat(),
        requested_by=asked.requested_by,
        requested_for=asked.requested_for,
        decided_at=asked.decided_at.isoformat(),
        decided_by=asked.decided_by,
        salt=salt,
        hashes=sorted(tombstones.hash_of(salt, *row) for row in named.iter_rows()),
    )


def _erase(named: pl.DataFrame) -> identity_erasing.Erased:
    ids = effect.records_of(named)
    known = words.of(ids)
    notices.erase(ids)
    erased = identity_erasing.erase(students=named, state_record_ids=ids)
    sessions.end_those_with(
        [*known.plain, *erased.touched, *named["state_student_id"], *map(students.ref_of, erased.touched)]
    )
    students.erase(msix_ids=erased.touched, words=known.by_kind)
    reports.forget(erased.touched)
    intake.erase(named, ids)
    records.erase(state_record_ids=ids)
    return erased


def _refuse_again(refused: list[list[Any]]) -> None:
    """From now on the files as they were received are not taken in again: State, digest, and whether all of each was expunged."""
    now = clock.now()
    ExpungedFile.objects.bulk_create(
        [
            ExpungedFile(state_code=state, digest=digest, expunged_at=now, whole=whole)
            for state, digest, whole in refused
        ],
        ignore_conflicts=True,
    )


def _end(asked: Expunging, numbers: dict[str, Any]) -> None:
    asked.status, asked.subject, asked.effect, asked.done_at = Status.DONE, {}, numbers, clock.now()
    asked.save(update_fields=["status", "subject", "effect", "done_at"])
    note(asked, WORKER, "done", **numbers)


_TOLD = (
    "ref", "kind", "states", "effect", "reason", "requested_at", "requested_by_id", "requested_by", "requested_for", "decided_at", "decided_by_id",
    "decided_by", "done_at",
)  # fmt: skip


def _told(
    asked: Expunging, digests: dict[str, str], erased: identity_erasing.Erased, refused: list[list[Any]]
) -> dict[str, Any]:
    """The act as the journal keeps it (`intake.void`): without students, since the journal names them no more."""
    plain = {
        name: value.isoformat() if isinstance(value := getattr(asked, name), datetime) else value
        for name in _TOLD
    }
    return {
        "what": TOMBSTONE,
        "students": [],
        "files": digests,
        "refused": refused,
        "request": plain,
        "retired": erased.retired,
        "marks": erased.marks,
    }


def put_back(entry: Mapping[str, Any]) -> None:
    """Put back, in a rebuild, what an expunging left: the request, MSIX IDs that nobody gets, numbers of changes, and files that are not taken in again."""
    if "request" not in entry:
        return  # The place of an act of a submission that was expunged.
    told = entry["request"]
    moments = {name: datetime.fromisoformat(told[name]) for name in ("requested_at", "decided_at", "done_at")}
    Expunging.objects.get_or_create(ref=told["ref"], defaults={**told, **moments, "status": Status.DONE})
    identity_erasing.put_back(retired=entry["retired"], marks=entry["marks"])
    _refuse_again(entry["refused"])


def honor(stone: Tombstone, *, report: Report) -> bool:
    """Expunge again, in a database that was brought back from an older backup, what was expunged since; whether there was anything to do."""
    if Expunging.objects.filter(ref=stone.ref, status=Status.DONE).exists():
        return False
    with transaction.atomic():
        tombstones.keep(stone)
        told = {
            name: getattr(stone, name)
            for name in ("kind", "states", "reason", "requested_by", "requested_for", "decided_by")
        }
        subject = {"submission": stone.submission} if stone.submission else {}
        moments = {
            name: datetime.fromisoformat(getattr(stone, name)) for name in ("requested_at", "decided_at")
        }
        Expunging.objects.update_or_create(
            ref=stone.ref, defaults={**told, **moments, "subject": subject, "status": Status.APPROVED}
        )
    carry_out(ref=stone.ref, report=report)
    return True
