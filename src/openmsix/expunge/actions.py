"""Asking that something is expunged, and deciding it. Doing it is `carrying_out`."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app

from openmsix import typed
from openmsix.accounts.hats import Hat
from openmsix.audit import actions as audit
from openmsix.deadlines import clock
from openmsix.intake.arrival import REF_LETTERS
from openmsix.intake.models import Submission
from openmsix.places.models import Place
from openmsix.typed import LONGEST_REASON
from openmsix.worklist import actions as worklist

from . import effect, rules, taking_back
from .models import WAITING, Expunging, Kind, Status
from .refusing import NotPossible, Why
from .subjects import Subject

EXPUNGE = "openmsix:expunge"
"""The job that does what was approved; its argument is `ref`."""

TASK = "expunge"


@transaction.atomic
def look(*, subject: Subject, by: Hat) -> tuple[list[str], dict[str, Any]]:
    """What would be expunged, before anybody asks for it: of which States it is, and how much, as `effect` tells it.

    Raises:
        NotPermitted: the person may not ask for this.
        NotPossible: there is no such thing, it cannot go, or it was asked for already.
    """
    found = _of_submission if "submission" in subject.names else _of_students
    states, numbers = found(subject, by)
    asked = Expunging.objects.filter(kind=subject.kind, subject=subject.names, status__in=WAITING).first()
    if asked:
        raise NotPossible(Why.ASKED, ref=asked.ref)
    return states, numbers


@transaction.atomic
def request(*, subject: Subject, reason: str, by: Hat) -> Expunging:
    """Ask that something is expunged. A second person decides.

    Args:
        subject: what; see `subjects`.
        reason: why, in one line, without personal data; kept for ever.
        by: a person; see `rules`.

    Raises:
        NotPermitted, NotPossible: as `look`; not possible also without a reason.
    """
    states, numbers = look(subject=subject, by=by)
    asked = Expunging.objects.create(
        ref=_new_ref(),
        kind=subject.kind,
        subject=subject.names,
        states=states,
        effect=numbers,
        reason=_one_line(reason),
        requested_at=clock.now(),
        requested_by_id=by.actor_id,
        requested_by=by.actor,
        requested_for=by.state_code,
    )
    worklist.open_tasks([_task(asked)], by=by)
    note(asked, by, "requested", reason=asked.reason, kind=subject.kind)
    return asked


def _of_students(subject: Subject, by: Hat) -> tuple[list[str], dict[str, Any]]:
    named = effect.students(subject.kind, subject.names)
    states = sorted(set(named["state_code"]))
    rules.check_requester(by, states)
    numbers = effect.numbers(named)
    if not numbers["records"] and not numbers["answers"]:
        raise NotPossible(Why.NOBODY)
    return states, numbers


def _of_submission(subject: Subject, by: Hat) -> tuple[list[str], dict[str, Any]]:
    of = Submission.objects.filter(ref=subject.names["submission"])
    rules.check_requester(by, list(of.values_list("state_code", flat=True)))
    submission = _submission(subject.names)
    _check_can_go(subject.kind, submission)
    named = effect.students(subject.kind, subject.names)
    if subject.kind == Kind.SUBMISSION:
        return [submission.state_code], effect.of_submission(submission, named)
    if named.is_empty():
        raise NotPossible(Why.NOBODY_ALONE, ref=submission.ref)
    return [submission.state_code], effect.numbers(named, unanswered=False)


def _submission(names: Mapping[str, str]) -> Submission:
    found = Submission.objects.filter(ref=names["submission"]).first()
    if found is None:
        raise NotPossible(Why.NO_SUBMISSION)
    return found


def _check_can_go(kind: str, submission: Submission) -> None:
    if kind == Kind.SUBMISSION:
        taking_back.check(submission)
    else:
        taking_back.check_rests(submission)


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
    line = typed.one_line(reason)
    if not 0 < len(line) <= LONGEST_REASON:
        raise NotPossible(Why.NO_REASON, most=LONGEST_REASON)
    return line


def note(asked: Expunging, by: Hat, what: str, **detail: Any) -> None:
    """Write into the audit what became of a request; `detail` names nobody."""
    audit.record(
        by=by, action=f"expunge:request:{what}", subject_type=TASK, subject_id=asked.ref, detail=detail
    )


def _waiting(asked: Expunging) -> Expunging:
    now = Expunging.objects.select_for_update().get(pk=asked.pk)
    if now.status != Status.REQUESTED:
        raise NotPossible(Why.DECIDED, ref=now.ref)
    return now


@transaction.atomic
def decline(*, asked: Expunging, reason: str, by: Hat) -> None:
    """Say that it is not expunged, and why in one line without personal data; whoever asked may say so too.

    Raises:
        NotPermitted: the person has no part in it.
        NotPossible: it was decided already, or no reason is given.
    """
    now = _waiting(asked)
    rules.check_requester(by, now.states)
    _decide(now, by, Status.DECLINED, subject={}, decided_because=_one_line(reason))


@transaction.atomic
def approve(*, asked: Expunging, by: Hat) -> None:
    """Say, as the second person, that it is expunged. From now on nothing can stop it; the worker does it.

    Raises:
        NotPermitted: the person may not be the second one; see `rules`.
        NotPossible: it was decided already, or cannot go any more.
    """
    now = _waiting(asked)
    rules.check_approver(by, now)
    if "submission" in now.subject:
        _check_can_go(now.kind, _submission(now.subject))
    _decide(now, by, Status.APPROVED)
    queue(ref=now.ref)


def _decide(asked: Expunging, by: Hat, to: Status, **fields: Any) -> None:
    decided = {"status": to, "decided_at": clock.now(), "decided_by_id": by.actor_id, "decided_by": by.actor}
    for name, value in (decided | fields).items():
        setattr(asked, name, value)
    asked.save(update_fields=[*decided, *fields])
    worklist.withdraw(subject_type=TASK, subject_ids=[asked.ref], outcome=to.value, by=by)
    note(asked, by, to.value, **({"reason": asked.decided_because} if asked.decided_because else {}))


def queue(*, ref: str) -> None:
    """Let the worker do it; once, however often this is asked."""
    try:
        with transaction.atomic():
            app.configure_task(EXPUNGE, queue="expunge", lock=EXPUNGE, queueing_lock=f"expunge {ref}").defer(
                ref=ref
            )
    except exceptions.AlreadyEnqueued:
        return
