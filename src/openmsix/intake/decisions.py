"""What people decide about a submission."""

from typing import Any

from django.db import transaction

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.deadlines import clock
from openmsix.worklist import actions as worklist

from . import journal
from .models import Submission
from .moving import move, note
from .states import NotPossible, Status


@transaction.atomic
def confirm(*, submission: Submission, by: Hat) -> None:
    """A person says that closing so many students is meant. Not the one who sent the file.

    Raises:
        NotPermitted: the hat may not confirm submissions of this State.
        NotPossible: it does not wait for that, or the hat is the sender's.
    """
    by.check(Permission.CONFIRM_CLOSURES, state=submission.state_code)
    if by.actor_id is not None and by.actor_id == submission.received_by_id:
        raise NotPossible("Whoever sent the file cannot confirm it. Another person must.")
    move(submission, Status.RECEIVED, confirmed_at=clock.now(), confirmed_by=by.actor, problem="")
    worklist.withdraw(subject_type="submission", subject_ids=[submission.ref], outcome="confirmed", by=by)
    note(submission, by, "confirmed", closes=submission.closes, live=submission.live_before)
    journal.append([{"what": "confirmed", **_decision(submission, by)}])


@transaction.atomic
def decline(*, submission: Submission, by: Hat) -> None:
    """A person says that closing so many students is not meant: nothing of it is stored.

    Raises:
        NotPermitted: the hat may not decide on submissions of this State.
        NotPossible: it does not wait for that.
    """
    by.check(Permission.CONFIRM_CLOSURES, state=submission.state_code)
    if submission.status != Status.WAITING:
        raise NotPossible(f"{submission.ref} does not wait for a confirmation.")
    words = f"Declined by {by.actor}: it would have closed or emptied {submission.closes:,} students. Nothing of it was stored."
    move(submission, Status.REJECTED, problem=words, finished_at=clock.now())
    submission.parts.update(stands=False)
    worklist.withdraw(subject_type="submission", subject_ids=[submission.ref], outcome="declined", by=by)
    note(submission, by, "declined", closes=submission.closes, live=submission.live_before)
    journal.append([{"what": "declined", **_decision(submission, by)}])


def _decision(submission: Submission, by: Hat) -> dict[str, Any]:
    digests = list(submission.parts.order_by("part_number").values_list("digest", flat=True))
    return {"submission": submission.ref, "state": submission.state_code, "digests": digests, "by": by.actor}


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


@transaction.atomic
def retry(*, submission: Submission, by: Hat) -> None:
    """Try a submission again that failed, from the stage in which it stopped.

    Raises:
        NotPermitted: the hat may not operate the exchange.
        NotPossible: it has not failed.
    """
    by.check(Permission.OPERATE)
    resume(submission, by=by)


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
