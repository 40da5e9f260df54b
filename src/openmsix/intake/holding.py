"""The tripwire's hold: a submission that would close or empty many students waits for a person, on numbers that are never stale.

Numbers grow stale when another submission of the State is stored meanwhile. So the storing of one looks, in its own transaction, at
all of the State's that wait:

- One that is outdated, since what was stored is a full submission that speaks after it, is superseded: it ends, and a later word stands. To
  ask about it again would offer a person to close students by a file that the State itself has replaced.
- Any other is asked about again: its file still is the State's word for its window. It is checked anew, and the person who decides
  sees who would close now.

What a person confirmed holds for the students that were listed then. If others would close when its turn comes, it waits again.
"""

from typing import Protocol

import polars as pl

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.deadlines import clock
from openmsix.places.models import Place
from openmsix.worklist import actions as worklist

from .models import Submission
from .moving import move, note, queue
from .states import Status
from .words import Kind, counted

CONFIRM_TASK = "confirm_closures"
WORKER = Hat.system("worker")
_CLOSING = {
    "state_record_id": "bigint",
    "state_student_id_type": "text",
    "state_student_id": "text",
    "how": "text",
}


class Closing(Protocol):
    """Which of a State's live students a submission would close or empty, and whether a person must confirm that.

    `ownerless`: how many may be missing rows that are in the submission and belong to nobody. `students`: the columns of `models.Closing`.
    """

    @property
    def would_close(self) -> int: ...

    @property
    def live(self) -> int: ...

    @property
    def ownerless(self) -> int: ...

    @property
    def students(self) -> pl.DataFrame: ...

    def waits(self) -> bool: ...


def is_confirmed(submission: Submission, closing: Closing) -> bool:
    """Whether a person has confirmed the closing of all these students."""
    if submission.confirmed_at is None:
        return False
    listed = submission.closings.values_list("state_record_id", flat=True)
    return closing.students["state_record_id"].is_in(list(listed)).all()


def hold(submission: Submission, closing: Closing) -> None:
    """Let a submission wait for a person."""
    problem = (
        f"It would close or empty {closing.would_close:,} of the {counted(closing.live, 'student', 'students')} that the State has now. "
        "A person must confirm that this is meant."
    )
    if closing.ownerless:
        problem += f" {closing.ownerless:,} of them may be whose the rows are that belong to no student in the file (E301)."
    move(
        submission,
        Status.WAITING,
        problem=problem,
        closes=closing.would_close,
        live_before=closing.live,
        step="",
        confirmed_at=None,
        confirmed_by="",
        decided_because="",
    )
    list_closings(submission, closing.students)
    state = Place.objects.state(submission.state_code)
    task = worklist.NewTask(
        type=CONFIRM_TASK,
        subject_type="submission",
        subject_id=submission.ref,
        place_id=state.pk,
        level="state",
        title=f"Confirm submission {submission.ref}: it would close {counted(closing.would_close, 'student', 'students')}",
        detail={"closes": closing.would_close, "live": closing.live},
    )
    worklist.open_tasks([task], by=WORKER)
    note(submission, WORKER, "held", closes=closing.would_close, live=closing.live)


def list_closings(submission: Submission, students: pl.DataFrame) -> None:
    """Keep which students a submission would close or empty, instead of those that were listed before."""
    of = {"submission": submission.pk}
    staging.run("DELETE FROM intake_closing WHERE submission_id = %(submission)s", of)
    staging.stage("staged_closings", _CLOSING, students, joined=False)
    names = ", ".join(_CLOSING)
    staging.run(
        f"INSERT INTO intake_closing (submission_id, {names}) SELECT %(submission)s, {names} FROM staged_closings",  # noqa: S608 (our own names)
        of,
    )


def look_again(*, stored: Submission) -> None:
    """Look at all submissions of the State that wait, in the transaction that stored another one: see the top of this file."""
    waiting = Submission.objects.of_state(stored.state_code).waiting().exclude(pk=stored.pk)
    for one in waiting.select_for_update().order_by("pk"):
        outdated = Submission.objects.speaking_after(one).filter(pk=stored.pk).exists()
        if outdated and stored.kind == Kind.FULL:
            _supersede(one, stored)
        else:
            _ask_again(one)


def _supersede(submission: Submission, stored: Submission) -> None:
    problem = (
        f"Superseded by {stored.ref}: while it waited for a confirmation, that newer submission of all students was taken in. "
        "Nothing of this one was stored, and nothing needs to be done."
    )
    move(submission, Status.REJECTED, problem=problem, finished_at=clock.now())
    submission.parts.update(stands=False)
    end_task(submission, "superseded", by=WORKER)
    note(submission, WORKER, "superseded", stored=stored.ref)


def _ask_again(submission: Submission) -> None:
    move(submission, Status.RECEIVED, problem="")
    end_task(submission, "asked again", by=WORKER)
    note(submission, WORKER, "asked_again")
    queue(submission=submission)


def end_task(submission: Submission, outcome: str, *, by: Hat) -> None:
    """Withdraw the task that asks a person to confirm."""
    worklist.withdraw(subject_type="submission", subject_ids=[submission.ref], outcome=outcome, by=by)
