"""A submission goes from one status to the next, and the audit is told."""

from typing import Any

from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.audit import actions as audit

from . import by_kind, journal
from .lanes import is_small, lane_of, lock_of, priority_of
from .models import TAKE_IN, Kind, Submission
from .states import NotPossible, Status, may_go


def queue(*, submission: Submission) -> None:
    """Let the worker take it in; once, however often this is asked; soon, see `lanes`.

    Not while acts are put back from the journal: what comes next is told there.
    """
    if journal.is_replaying():
        return
    once = f"take in {submission.pk}"
    parts = list(submission.parts.values_list("students", "size"))
    counts = [students for students, _ in parts if students is not None]
    students = sum(counts) if len(counts) == len(parts) else None
    size = sum(size for _, size in parts)
    lane = lane_of(students=students, size=size, is_delta=submission.kind == Kind.DELTA)
    lock = lock_of(submission.state_code, lane)
    waiting = ProcrastinateJob.objects.filter(lock=lock, status__in=["todo", "doing"]).count()
    priority = priority_of(is_small=is_small(students=students, size=size), waiting=waiting)
    job = app.configure_task(TAKE_IN, queue=lane.value, lock=lock, queueing_lock=once, priority=priority)
    try:
        with transaction.atomic():
            job.defer(submission_id=submission.pk)
    except exceptions.AlreadyEnqueued:
        # It may wait until a fault passes; whoever asks again knows that it has.
        staging.run(
            "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE queueing_lock = %s AND status = 'todo'",
            [once],
        )


def note(submission: Submission, by: Hat, what: str, **detail: Any) -> None:
    audit.record(
        by=by,
        action=f"intake:submission:{what}",
        subject_type="submission",
        subject_id=submission.ref,
        detail=detail,
    )


def move(submission: Submission, to: Status, **fields: Any) -> None:
    """Give a submission another status, if its present one in the database allows that. Once its students were told their MSIX IDs, they are counted.

    Raises:
        NotPossible: it does not.
    """
    now = Submission.objects.select_for_update().get(pk=submission.pk)
    if not may_go(now.status, to):
        raise NotPossible(
            f"{submission.ref} is {Status(now.status).label.lower()}; it cannot be {to.label.lower()} now."
        )
    if to == Status.PUBLISHING:
        fields["counts"] = submission.counts | {by_kind.KEPT: by_kind.count(submission)}
    for name, value in {"status": to, **fields}.items():
        setattr(submission, name, value)
    submission.save(update_fields=["status", *fields])
