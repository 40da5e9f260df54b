"""What the worker does. Each job is a few lines that call the conductor."""

from django.db import connection
from procrastinate import App, JobContext, RetryDecision, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status

from openmsix import decisions, flow
from openmsix.expunge.actions import EXPUNGE
from openmsix.expunge.carrying_out import carry_out
from openmsix.intake.actions import TakenByAnother
from openmsix.intake.erasing import BeingTakenIn
from openmsix.intake.faults import PASSING, WorkersDied
from openmsix.intake.lanes import Lane
from openmsix.intake.models import TAKE_IN, Submission
from openmsix.logs import tell, within
from openmsix.notices import mailing
from openmsix.ops import stages
from openmsix.ops.courtesy import Courtesy
from openmsix.reports import actions as reports

MOST_RETRIES = 6
STALLED_AFTER = 30.0  # seconds without a sign of life of the worker that had the job


class NotWrittenDown(Exception):
    """The database was away when a submission was to be written down as failed."""


class Patient(RetryStrategy):
    """Tries again as said, and however often it was, as long as not even the end can be written down: else nobody would ever hear of it."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again; None for not at all."""
        if isinstance(exception, NotWrittenDown):
            return RetryDecision(retry_in={"seconds": 60})
        return super().get_retry_decision(exception=exception, job=job)


# A stage rolls back whole and may be repeated, so a lost database or a full disk is waited out: 4, 16, 64 ... seconds, an hour and a half in all.
PATIENT = Patient(
    max_attempts=MOST_RETRIES, exponential_wait=4, retry_exceptions={*PASSING, TakenByAnother, BeingTakenIn}
)


@app.task(name=TAKE_IN, queue=Lane.LARGE.value, retry=PATIENT, pass_context=True)
def take_in(context: JobContext, submission_id: int) -> None:
    """Take in one submission that is complete. What does not go on in all attempts fails; the operator sees it and may retry.

    The job itself ends well then: the submission tells of the fault, until it is taken up again. What kills one worker after the other
    fails too, or no other submission would ever be taken in.
    """
    with within(job=context.job.id, attempt=context.job.attempts + 1, lane=context.job.queue):
        if context.job.queue == Lane.SMALL:
            with COURTESY.first():
                _take_in(context.job.attempts, submission_id)
        else:
            _take_in(context.job.attempts, submission_id, _let_the_few_go_first)


COURTESY = Courtesy()
"""Among the places of this worker."""


def _let_the_few_go_first(step: str, done: int, total: int) -> None:
    # The first word of a step is said in a transaction, for the end of which others may wait.
    if 0 < done < total:
        COURTESY.wait()


def _take_in(attempts: int, submission_id: int, report: flow.Report = flow.silent) -> None:
    try:
        if attempts > MOST_RETRIES:
            raise WorkersDied
        stages.take_in(submission_id, report)
    except TakenByAnother:
        raise
    except Exception as fault:
        if isinstance(fault, PASSING) and attempts < MOST_RETRIES:
            raise
        # The connection may be what broke.
        connection.close()
        try:
            flow.give_up(submission_id=submission_id, fault=fault)
        except PASSING as away:
            raise NotWrittenDown from away
        tell("submission.failed", submission=_ref(submission_id), exc=fault)
    finally:
        # The next job in this thread shall not meet a connection that a restarted database has forgotten.
        connection.close()


def _ref(submission_id: int) -> str:
    return Submission.objects.values_list("ref", flat=True).get(pk=submission_id)


@app.task(name=EXPUNGE, queue="expunge", retry=PATIENT)
def expunge(ref: str) -> None:
    """Expunge what was approved. What does not go on in all attempts fails; `openmsix expunge finish` takes it up again."""
    try:
        carry_out(ref=ref)
    finally:
        connection.close()


@app.periodic(cron="0 12 * * *")  # before the offices open, from the Atlantic to Alaska
@app.task(name="openmsix:mail_of_moves", queue="notices")
def mail_of_moves(timestamp: int) -> None:
    """Write to people of whose place children moved. `timestamp`: when the job was due."""
    try:
        mailing.send()
    finally:
        connection.close()


@app.periodic(cron="0 8 * * *")  # the night of all States
@app.task(
    name=reports.RECKON, queue="reports", queueing_lock=reports.RECKON, lock=reports.RECKON, retry=PATIENT
)
def reckon_quality(timestamp: int) -> None:
    """Reckon the figures of the quality of identity anew. `timestamp`: when the job was due, 0 if somebody asked for it."""
    try:
        reports.reckon()
    finally:
        connection.close()


@app.periodic(cron="7 * * * *", periodic_id="pass_up")
@app.task(name="openmsix.pass_up", queue="hourly", lock="pass_up", queueing_lock="pass_up", retry=PATIENT)
def pass_up(timestamp: int) -> None:
    """Every hour: pass up a level what waited too long for people, and approve what nobody answered where that is turned on. A missed run is made up for by the next one."""
    try:
        decisions.escalate()
        decisions.approve_unanswered()
    finally:
        connection.close()


async def take_up_stalled(worker_app: App) -> None:
    """Put the jobs of workers that died back into the queue; else they would block their States for ever."""
    manager = worker_app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # The same work was queued again meanwhile, and waits behind this job.
            await manager.finish_job(job, Status.ABORTED, delete_job=True)
