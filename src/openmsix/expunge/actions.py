"""Asking that something is expunged, deciding it, and doing it. Each step may be repeated; what broke off is finished by the worker."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app

from openmsix.accounts.context import wearing
from openmsix.accounts.hats import Hat
from openmsix.audit import actions as audit
from openmsix.deadlines import clock
from openmsix.identity import actions as identity
from openmsix.identity import erasing as identity_erasing
from openmsix.intake import erasing as intake
from openmsix.intake import journal, resealing
from openmsix.intake.arrival import REF_LETTERS
from openmsix.intake.models import ExpungedFile, Submission
from openmsix.intake.void import TOMBSTONE
from openmsix.places.models import Place
from openmsix.records import actions as records
from openmsix.students import actions as students
from openmsix.worklist import actions as worklist

from . import effect, rules, sessions, taking_back, tombstones, words
from .models import Expunging, Kind, Status
from .taking_back import NotPossible
from .tombstones import Tombstone

EXPUNGE = "openmsix:expunge"
"""The job that does what was approved; its argument is `ref`."""

TASK = "expunge"
LONGEST_REASON = 200
Report = Callable[[str, int, int], None]
WORKER = Hat.system("worker")


@transaction.atomic
def request(*, kind: Kind, subject: dict[str, str], reason: str, by: Hat) -> Expunging:
    """Ask that a student or a child is expunged. A second person decides.

    Args:
        kind: which of the two.
        subject: see `models.Expunging.subject`.
        reason: why, in one line, without personal data; kept for ever.
        by: a person; see `rules`.

    Raises:
        NotPermitted: the person may not ask for this.
        NotPossible: there is no such student or child, it was asked for already, or no reason is given.
    """
    states, numbers = (_of_submission if kind == Kind.SUBMISSION else _of_students)(kind, subject, by)
    if Expunging.objects.filter(subject=subject, status__in=[Status.REQUESTED, Status.APPROVED]).exists():
        raise NotPossible("This was asked for already, and is not decided yet.")
    asked = Expunging.objects.create(
        ref=_new_ref(),
        kind=kind,
        subject=subject,
        states=states,
        effect=numbers,
        reason=_one_line(reason),
        requested_at=clock.now(),
        requested_by_id=by.actor_id,
        requested_by=by.actor,
        requested_for=by.state_code,
    )
    worklist.open_tasks([_task(asked)], by=by)
    _note(asked, by, "requested", reason=asked.reason, kind=kind)
    return asked


def _of_students(kind: Kind, subject: dict[str, str], by: Hat) -> tuple[list[str], dict[str, Any]]:
    """Of which States it is, and how much."""
    named = effect.students(kind, subject)
    states = sorted(set(named["state_code"]))
    rules.check_requester(by, states)
    numbers = effect.numbers(named)
    if not numbers["records"] and not numbers["answers"]:
        raise NotPossible("There is no such student or child here.")
    return states, numbers


def _of_submission(kind: Kind, subject: dict[str, str], by: Hat) -> tuple[list[str], dict[str, Any]]:
    submission = Submission.objects.filter(ref=subject["submission"]).first()
    rules.check_requester(by, [submission.state_code] if submission else [])
    if submission is None:
        raise NotPossible("There is no such submission here.")
    taking_back.check(submission)
    return [submission.state_code], effect.of_submission(submission, effect.students(kind, subject))


def _task(asked: Expunging) -> worklist.NewTask:
    """What lets the second person know: at the State, or at the nation where a State asks about a whole child."""
    nation = asked.kind == Kind.CHILD and asked.requested_for
    place = Place.objects.nation() if nation else Place.objects.state(asked.states[0])
    return worklist.NewTask(
        type=TASK,
        subject_type=TASK,
        subject_id=asked.ref,
        place_id=place.pk,
        level="nation" if nation else "state",
        title=f"Approve or decline that {Kind(asked.kind).label} is expunged: {asked.ref}",
    )


def _new_ref() -> str:
    """A name that a person can read to another one on the telephone."""
    while True:
        ref = f"X-{clock.today():%Y%m%d}-{''.join(secrets.choice(REF_LETTERS) for _ in range(4))}"
        if not Expunging.objects.filter(ref=ref).exists():
            return ref


def _one_line(reason: str) -> str:
    line = " ".join(reason.split())
    if not 0 < len(line) <= LONGEST_REASON:
        raise NotPossible(f"Say why in one line of at most {LONGEST_REASON} characters, without names.")
    return line


def _note(asked: Expunging, by: Hat, what: str, **detail: Any) -> None:
    audit.record(
        by=by, action=f"expunge:request:{what}", subject_type=TASK, subject_id=asked.ref, detail=detail
    )


def _waiting(asked: Expunging) -> Expunging:
    now = Expunging.objects.select_for_update().get(pk=asked.pk)
    if now.status != Status.REQUESTED:
        raise NotPossible(f"{now.ref} was decided already: {Status(now.status).label.lower()}.")
    return now


@transaction.atomic
def decline(*, asked: Expunging, by: Hat) -> None:
    """Say that it is not expunged; whoever asked may say so too.

    Raises:
        NotPermitted: the person has no part in it.
        NotPossible: it was decided already.
    """
    now = _waiting(asked)
    rules.check_requester(by, now.states)
    _decide(now, by, Status.DECLINED, subject={})


@transaction.atomic
def approve(*, asked: Expunging, by: Hat) -> None:
    """Say, as the second person, that it is expunged. From now on nothing can stop it; the worker does it.

    Raises:
        NotPermitted: the person may not be the second one; see `rules`.
        NotPossible: it was decided already.
    """
    now = _waiting(asked)
    rules.check_approver(by, now)
    _decide(now, by, Status.APPROVED)
    queue(ref=now.ref)


def _decide(asked: Expunging, by: Hat, to: Status, **fields: Any) -> None:
    decided = {"status": to, "decided_at": clock.now(), "decided_by_id": by.actor_id, "decided_by": by.actor}
    for name, value in (decided | fields).items():
        setattr(asked, name, value)
    asked.save(update_fields=[*decided, *fields])
    worklist.withdraw(subject_type=TASK, subject_ids=[asked.ref], outcome=to.value, by=by)
    _note(asked, by, to.value)


def queue(*, ref: str) -> None:
    """Let the worker do it; once, however often this is asked."""
    try:
        with transaction.atomic():
            app.configure_task(EXPUNGE, queue="expunge", lock=EXPUNGE, queueing_lock=f"expunge {ref}").defer(
                ref=ref
            )
    except exceptions.AlreadyEnqueued:
        return


def silent(step: str, done: int, total: int) -> None:
    """Report to nobody."""


def carry_out(*, ref: str, report: Report = silent) -> Expunging:
    """Expunge what was approved; what is done already stays done.

    Alone in the nation: no file arrives, none is taken in and nobody is linked meanwhile. Kept files are rewritten first, one after the other; what the database holds goes in
    one transaction with the journal's tombstone, so that a run that breaks off is repeated from the beginning and ends the same.

    Raises:
        intake.BeingTakenIn: a submission of one of the States is at hand; to be tried again.
        CannotLeaveOut, kept.CannotOpen: a kept file cannot be rewritten.
    """
    with wearing(WORKER), transaction.atomic():
        asked = Expunging.objects.select_for_update().get(ref=ref)
        if asked.status == Status.APPROVED:
            _carry_out(asked, report)
    return asked


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
    numbers = effect.numbers(named)
    parts = intake.parts_with(named)
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
    submission = Submission.objects.get(ref=asked.subject["submission"])
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
    erased = identity_erasing.erase(students=named, state_record_ids=ids)
    sessions.end_those_with(
        [*known.plain, *erased.touched, *named["state_student_id"], *map(students.ref_of, erased.touched)]
    )
    students.erase(msix_ids=erased.touched, words=known.by_kind)
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
    _note(asked, WORKER, "done", **numbers)


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
        moments = {
            name: datetime.fromisoformat(getattr(stone, name)) for name in ("requested_at", "decided_at")
        }
        Expunging.objects.update_or_create(
            ref=stone.ref, defaults={**told, **moments, "status": Status.APPROVED}
        )
    carry_out(ref=stone.ref, report=report)
    return True
