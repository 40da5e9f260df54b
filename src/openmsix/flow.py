"""The conductor: the only file that knows the order of the stages. No queries, no rules.

A submission is received, checked, stored, linked and published. One job runs `take_in` for one submission; each stage commits by itself and
may be repeated, so that a crash at any point resumes where it stood.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from django.db import transaction

from openmsix.accounts.context import wearing
from openmsix.accounts.hats import Hat
from openmsix.identity import actions as identity
from openmsix.identity import doubting, lapsing
from openmsix.identity import queries as identity_queries
from openmsix.intake import actions as intake
from openmsix.intake import journal
from openmsix.intake.models import Submission
from openmsix.notices import actions as notices
from openmsix.records import actions as records
from openmsix.records import queries as record_queries
from openmsix.students import actions as students

Report = Callable[[str, int, int], None]
Stage = Callable[[Submission], None]
WORKER = Hat.system("worker")


def silent(step: str, done: int, total: int) -> None:
    """Report to nobody."""


def receive(*, path: Path, file_name: str, by: Hat, queue: bool = True) -> Submission:
    """Keep a file that a State sent; when its last part is here, queue its taking in.

    Args:
        path: the file as it arrived.
        file_name: the name that the sender gave it.
        by: who sends it.
        queue: whether the worker shall take it in; False if the caller does so itself.
    """
    with wearing(by), transaction.atomic():
        submission = intake.receive(path=path, file_name=file_name, by=by)
        if queue and submission.is_complete:
            intake.queue(submission=submission)
    return submission


def take_in(
    submission_id: int, report: Report = silent, *, stages: Iterable[Stage] | None = None
) -> Submission:
    """Take in one submission, from wherever it stands to its end or to a question for a person.

    Args:
        submission_id: which submission.
        report: told of each step, how much of it is done, and of how much.
        stages: only these of `STAGES`, where they are to be timed apart.
    """
    with wearing(WORKER), intake.turn(submission_id, report=report) as submission:
        for stage in stages or STAGES:
            stage(submission)
        return submission


def give_up(*, submission_id: int, fault: BaseException) -> None:
    """Let a submission fail that a passing fault did not let go on in all its attempts."""
    with wearing(WORKER):
        intake.give_up(submission_id=submission_id, fault=fault)


def _store(submission: Submission) -> None:
    if submission.needs_storing:
        with wearing(Hat.system("worker", state_code=submission.state_code)):
            _check_and_store(submission)


def _link(submission: Submission) -> None:
    if submission.needs_linking:
        intake.begin(submission=submission, step="Linking")
        identity.link(submission=submission, by=WORKER)
        lapsing.lapse(submission=submission, by=WORKER)
        doubting.doubt(submission=submission, by=WORKER)
        intake.advance(submission=submission, to=Submission.Status.PUBLISHING)


def _publish(submission: Submission) -> None:
    if submission.needs_publishing:
        intake.begin(submission=submission, step="Publishing")
        students.publish(msix_ids=identity_queries.touched(submission), report=intake.progress_of(submission))
        notices.notice(submission=submission, by=WORKER)
        intake.advance(submission=submission, to=Submission.Status.PUBLISHED)


STAGES: tuple[Stage, ...] = (_store, _link, _publish)
"""In their order. Each looks whether its turn has come, and may be repeated."""


def _check_and_store(submission: Submission) -> None:
    intake.begin(submission=submission, step="Checking")
    state = submission.state_code
    known, reached = journal.as_of(state, lambda: record_queries.known_students(state))
    checked = intake.check(
        submission=submission,
        known_students=known,
        reached=reached,
        known_msix_ids=identity_queries.known_ids(state),
        held_msix_ids=identity_queries.held_ids(state),
    )
    if not intake.is_usable(submission=submission, checked=checked):
        return
    intake.begin(submission=submission, step="Storing")
    with transaction.atomic():
        closing = records.closing(submission=submission, checked=checked)
        if intake.may_close(submission=submission, checked=checked, closing=closing):
            stored = records.store(submission=submission, checked=checked, by=WORKER)
            intake.answer(submission=submission, checked=checked, stored=stored)


def needs_deriving() -> bool:
    """Whether an earlier openmsix derived the children in another way."""
    return not students.is_up_to_date()


def bring_up_to_date() -> int:
    """Derive every child anew where an earlier openmsix derived them; how many."""
    with wearing(WORKER):
        return students.bring_up_to_date()


def confirm(*, submission: Submission, by: Hat, reason: str, counted_at: datetime | None = None) -> None:
    """A person confirms what the tripwire held back; the taking in goes on. See `intake.decisions.confirm`."""
    with wearing(by), transaction.atomic():
        intake.confirm(submission=submission, by=by, reason=reason, counted_at=counted_at)
        intake.queue(submission=submission)


def retry(*, submission: Submission, by: Hat, queue: bool = True) -> None:
    """Take up a submission that a fault stopped, from the stage in which it stopped.

    Args:
        submission: which one.
        by: who asks for it.
        queue: whether the worker shall take it in; False if the caller does so itself.
    """
    with wearing(by), transaction.atomic():
        intake.retry(submission=submission, by=by)
        if queue:
            intake.queue(submission=submission)
