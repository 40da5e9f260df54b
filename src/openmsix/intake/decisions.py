"""What people decide about a submission."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from openmsix import typed
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.deadlines import clock
from openmsix.typed import LONGEST_REASON

from . import holding, journal
from .models import Submission
from .moving import move, note
from .states import RUNNING, NotPossible, Status
from .words import counted


@transaction.atomic
def confirm(*, submission: Submission, by: Hat, reason: str, counted_at: datetime | None = None) -> None:
    """A person says that closing these students is meant. Not the one who sent the file.

    Of two who answer at once, one is told that the other was first: the submission's row is locked. The storing of another submission
    locks it too, and asks again or ends what waits (see `holding`), so what is confirmed here is what stands listed.

    Args:
        submission: which one.
        by: who confirms.
        reason: why, in one line; kept with the receipt, in the audit and in the journal.
        counted_at: the moment of the count that the person saw (`Submission.checked_at`); None for whatever stands now.

    Raises:
        NotPermitted: the hat may not confirm submissions of this State.
        NotPossible: it does not wait for that, was counted anew since, the hat is the sender's, or no reason is given.
    """
    by.check(Permission.CONFIRM_CLOSURES, state=submission.state_code)
    if by.actor_id is not None and by.actor_id == submission.received_by_id:
        raise NotPossible("Whoever sent the file cannot confirm it. Another person must.")
    now = _waiting(submission)
    if counted_at not in (None, now.checked_at):
        raise NotPossible(
            "Who would close was counted anew after you opened the page, because other students of the State were taken in. "
            "Look at the new numbers before you answer."
        )
    why = _one_line(reason)
    move(
        submission,
        Status.RECEIVED,
        confirmed_at=clock.now(),
        confirmed_by=by.actor,
        decided_because=why,
        problem="",
    )
    _keep(now, by, "confirmed", why)


@transaction.atomic
def decline(*, submission: Submission, by: Hat, reason: str) -> None:
    """A person says that closing so many students is not meant: nothing of it is stored. `reason`: see `confirm`.

    Raises:
        NotPermitted: the hat may not decide on submissions of this State.
        NotPossible: it does not wait for that, or no reason is given.
    """
    by.check(Permission.CONFIRM_CLOSURES, state=submission.state_code)
    now = _waiting(submission)
    why = _one_line(reason)
    students = counted(now.closes, "student", "students")
    words = f"Declined by {by.actor}: it would have closed or emptied {students}. Nothing of it was stored."
    move(submission, Status.REJECTED, problem=words, decided_because=why, finished_at=clock.now())
    submission.parts.update(stands=False)
    _keep(now, by, "declined", why, problem=words)


def _one_line(reason: str) -> str:
    """The reason without what would make more lines of it.

    Raises:
        NotPossible: there is none, or it is longer than a line.
    """
    line = typed.one_line(reason)
    if not line:
        raise NotPossible("Say in one line why, then answer again.")
    if len(line) > LONGEST_REASON:
        raise NotPossible(f"Say it in one line of at most {LONGEST_REASON} characters.")
    return line


def _keep(submission: Submission, by: Hat, what: str, why: str, **more: Any) -> None:
    """End the task, and let audit and journal know what was decided, and why."""
    holding.end_task(submission, what, by=by)
    note(submission, by, what, closes=submission.closes, live=submission.live_before, reason=why)
    entry = {"what": what, **_decision(submission, by), "reason": why, **more}
    journal.append([entry], scope=submission.state_code)


def _waiting(submission: Submission) -> Submission:
    """The submission as it stands now, locked until the end of the transaction.

    Raises:
        NotPossible: it does not wait for a person.
    """
    now = Submission.objects.select_for_update().get(pk=submission.pk)
    if now.status == Status.WAITING:
        return now
    if now.confirmed_by:
        raise NotPossible(f"{now.ref} was confirmed by {now.confirmed_by} already.")
    if now.status in RUNNING:
        raise NotPossible(
            f"{now.ref} is being looked at anew, because other students of the State were taken in. "
            "If it still would close many, a new task asks for it."
        )
    raise NotPossible(f"{now.ref} does not wait for a confirmation any more. {now.problem}".strip())


def _decision(submission: Submission, by: Hat) -> dict[str, Any]:
    digests = list(submission.parts.order_by("part_number").values_list("digest", flat=True))
    return {
        "submission": submission.ref,
        "state": submission.state_code,
        "digests": digests,
        "by": by.actor,
    }


@transaction.atomic
def withdraw(*, submission: Submission, by: Hat) -> None:
    """Give up a submission whose other parts will not come.

    Raises:
        NotPermitted: the hat may not send this State's files.
        NotPossible: all its parts are here.
    """
    by.check(Permission.SUBMIT_FILES, state=submission.state_code)
    if submission.status != Status.RECEIVING:
        raise NotPossible(f"{submission.ref} is complete; it cannot be withdrawn.")
    words = f"Withdrawn by {by.actor} before all parts had come."
    move(submission, Status.REJECTED, problem=words, finished_at=clock.now())
    submission.parts.update(stands=False)
    note(submission, by, "withdrawn")
    entry = {"what": "withdrawn", **_decision(submission, by), "problem": words}
    journal.append([entry], scope=submission.state_code)


@transaction.atomic
def retry(*, submission: Submission, by: Hat) -> None:
    """Try a submission again that a fault stopped, holds up, or left alone (`Submission.objects.stopped`), from the stage in which it stopped.

    Raises:
        NotPermitted: the hat may not operate the exchange.
        NotPossible: nothing stopped it.
    """
    by.check(Permission.OPERATE)
    if not Submission.objects.stopped().filter(pk=submission.pk).exists():
        words = _NOTHING_TO_RETRY[Status(submission.status)]
        raise NotPossible(f"{submission.ref} {words.format(problem=submission.problem)}".strip())
    if submission.status == Status.FAILED:
        resume(submission, by=by)
    else:
        note(submission, by, "tried_again", stage=submission.status)


_AT_WORK = (
    "is being taken in, and nothing stopped it. Wait for it; `openmsix status` shows whether the worker runs."
)
_NOTHING_TO_RETRY: Mapping[Status, str] = {
    Status.RECEIVING: "still waits for its other parts. Send them, or withdraw it on its page.",
    Status.WAITING: "waits for a person of the State, who confirms or declines it on its page. It cannot be retried.",
    Status.PUBLISHED: "is taken in already. There is nothing to retry.",
    Status.REJECTED: "was not taken in, and no fault of the exchange is why. {problem}",
    **dict.fromkeys(RUNNING, _AT_WORK),
}


def resume(submission: Submission, *, by: Hat) -> None:
    """Go on with a submission that failed, from the stage in which it stopped, as its sender may too by sending it again.

    Raises:
        NotPossible: it has not failed.
    """
    stopped_in = submission.counts.get("failed_in", "")
    later = (Status.LINKING, Status.PUBLISHING)
    to = Status(stopped_in) if stopped_in in later else Status.RECEIVED
    move(submission, to, problem="", finished_at=None)
    note(submission, by, "tried_again", stage=to.value)
