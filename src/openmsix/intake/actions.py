"""The verbs of the intake. The conductor (`openmsix.flow`) knows their order."""

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

import polars as pl
from django.db import DatabaseError, InterfaceError, transaction

from openmsix import locks
from openmsix.accounts import context
from openmsix.accounts.hats import Hat
from openmsix.deadlines import clock
from openmsix.places import actions as places
from openmsix.places import queries as place_queries
from openmsix.places.models import Kind as PlaceKind

from . import answers, by_rule, checks, faults, frames, holding, kept, named, outcomes, parse
from .arrival import NotReceived, receive
from .checks.context import KnownIds, KnownPlaces
from .decisions import confirm, decline, retry, withdraw
from .frames import Checked, Parsed
from .holding import Closing
from .models import Submission
from .moving import move, note, queue
from .states import RUNNING, Status, may_go
from .told import Asking

__all__ = [
    "NotReceived",
    "TakenByAnother",
    "advance",
    "answer",
    "begin",
    "check",
    "confirm",
    "decline",
    "fail",
    "give_up",
    "hold",
    "is_usable",
    "may_close",
    "progress",
    "progress_of",
    "queue",
    "receive",
    "reject",
    "retry",
    "turn",
    "withdraw",
]

Report = Callable[[str, int, int], None]

WORKER = Hat.system("worker")
STEPS = {
    "Checking": Status.CHECKING,
    "Storing": Status.STORING,
    "Linking": Status.LINKING,
    "Publishing": Status.PUBLISHING,
}


class TakenByAnother(Exception):
    """Another worker has this submission at hand."""


class Stored(Protocol):
    """What was stored.

    `changes`: `seq`, `state_record_id` and `change` of each accepted student. `absent`: `state_record_id`, `state_student_id_type` and
    `state_student_id` of those that were closed because a full submission left them out. `lost`: `seq`, `record`, `ordinal` and `element`
    of values that were left out and had stood before. `digest`: of all that was decided, so that one can tell whether another storing decided the same.
    """

    @property
    def changes(self) -> pl.DataFrame: ...

    @property
    def absent(self) -> pl.DataFrame: ...

    @property
    def lost(self) -> pl.DataFrame: ...

    @property
    def digest(self) -> str: ...


@contextmanager
def turn(submission_id: int, *, report: Report | None = None) -> Iterator[Submission]:
    """Have a submission at hand, alone, while the block runs. The lock ends with the connection, so a crash leaves nothing behind.

    A fault that may pass (`faults.PASSING`) leaves the submission where it stands, to be tried again; any other one makes it fail. Either says so in words.

    Raises:
        TakenByAnother: another worker has it at hand.
    """
    if not locks.try_to_take(locks.SUBMISSION, submission_id):
        raise TakenByAnother(f"Submission {submission_id} is being taken in by another worker.")
    submission = Submission.objects.get(pk=submission_id)
    submission.report = report  # type: ignore[attr-defined]
    try:
        yield submission
    except faults.PASSING as fault:
        # What cannot be reached cannot be written to either; the next attempt says so, or the last one.
        with contextlib.suppress(DatabaseError, InterfaceError), transaction.atomic():
            words = faults.waiting(fault, submission.step.lower())
            Submission.objects.filter(pk=submission_id, status__in=RUNNING).update(problem=words)
        raise
    except Exception as fault:
        fail(submission=submission, problem=faults.stopped(fault, submission.step.lower()), by=WORKER)
        raise
    finally:
        locks.let_go(locks.SUBMISSION, submission_id)


def give_up(*, submission_id: int, fault: BaseException) -> None:
    """Let a submission fail that a fault did not let go on, however often it was tried."""
    submission = Submission.objects.get(pk=submission_id)
    fail(submission=submission, problem=faults.stopped(fault, submission.step.lower()), by=WORKER)


def begin(*, submission: Submission, step: str) -> None:
    """Begin a step, for the first time or again."""
    status = STEPS[step]
    with transaction.atomic():
        if submission.status != status:
            move(submission, status, problem="")
        elif submission.problem:
            submission.problem = ""
            submission.save(update_fields=["problem"])
        progress(submission=submission, step=step, done=0, total=0)


TOLD_AFTER = 0.5
"""Seconds between what the page is told of one step: each time costs the disk a write that is waited for."""


def progress(*, submission: Submission, step: str, done: int, total: int) -> None:
    """Tell how much of a step is done: the page from time to time, who watches the terminal each time."""
    now, is_another = time.monotonic(), step != submission.step
    submission.step, submission.step_done, submission.step_total = step, done, total
    if is_another or now - submission.told_at >= TOLD_AFTER:
        submission.told_at = now
        submission.save(update_fields=["step", "step_done", "step_total"])
    report: Report | None = getattr(submission, "report", None)
    if report:
        report(step, done, total)


def progress_of(submission: Submission) -> Callable[[int, int], None]:
    """What tells how much is done of the step that the submission is in."""
    return lambda done, total: progress(submission=submission, step=submission.step, done=done, total=total)


def advance(*, submission: Submission, to: Status, by: Hat = WORKER) -> None:
    """A stage is done: the next one, or the end.

    Raises:
        NotPossible: the status does not allow it.
    """
    end = {"finished_at": clock.now(), "step": ""} if to == Status.PUBLISHED else {}
    with transaction.atomic():
        move(submission, to, **end)
        note(submission, by, to.value)


def check(
    *,
    submission: Submission,
    known_students: pl.DataFrame | None = None,
    known_msix_ids: KnownIds | None = None,
    held_msix_ids: pl.DataFrame | None = None,
    reached: int = 0,
) -> Checked:
    """Open the kept parts, read them, and make all checks.

    Args:
        submission: which one.
        known_students: see `checks.context.Context`.
        known_msix_ids: see there.
        held_msix_ids: see `frames.Checked`.
        reached: the act of the State that the database had reached when it told the known students.

    Raises:
        kept.CannotOpen: a part cannot be opened.
    """
    asking = Asking(known_msix_ids)
    context = checks.Context(
        today=clock.today(),
        submitting_state=submission.state_code,
        known_students=known_students,
        known_msix_ids=asking.known_ids,
        known_places=_known_places(),
    )
    checked = checks.run(_read(submission), context)
    told = asking.told(context.today, reached, checked.findings)
    progress_of(submission)(submission.step_total, submission.step_total)
    return replace(checked, held_msix_ids=held_msix_ids, told=told)


def _read(submission: Submission) -> Parsed:
    """All parts of a submission as one, and in their rows how much is in each."""
    parts = list(submission.parts.order_by("part_number"))
    read = []
    for number, part in enumerate(parts):
        progress(submission=submission, step="Checking", done=number, total=len(parts) + 1)
        parsed = parse.read(kept.read(part.stored_as))
        part.students = parsed.records["students"].height
        part.records = sum(
            rows.height for key, rows in parsed.records.items() if key not in ("header", "students")
        )
        [part.format] = parsed.formats.values()
        read.append(parsed)
    submission.parts.bulk_update(parts, ["students", "records", "format"])
    progress(submission=submission, step="Checking", done=len(parts), total=len(parts) + 1)
    return parse.join(read)


def _known_places() -> KnownPlaces | None:
    """What tells which ids of districts and schools the directories have.

    None as long as no directory was loaded: then every id would be unknown, and nobody would be told anything.
    """
    kinds = (PlaceKind.DISTRICT, PlaceKind.SCHOOL)
    if not place_queries.has_directories(kinds):
        return None
    return lambda codes: place_queries.in_directories(codes, kinds)


def is_usable(*, submission: Submission, checked: Checked) -> bool:
    """Whether anything of what was checked may be stored. If not, the submission is rejected; the State gets its receipt."""
    if checked.rejected:
        reject(submission=submission, checked=checked)
    return not checked.rejected


@transaction.atomic
def reject(*, submission: Submission, checked: Checked) -> None:
    """End a submission of which nothing can be used, with its receipt."""
    _write(submission, checked, None)
    problem = "The file cannot be used; the findings say why. Nothing of it was stored."
    move(submission, Status.REJECTED, problem=problem, finished_at=clock.now(), step="")
    # Parts that were in order may come again unchanged, beside the mended one.
    submission.parts.update(stands=False)
    note(submission, WORKER, "rejected")
    outcomes.keep(submission, "rejected", checked)


def may_close(*, submission: Submission, checked: Checked, closing: Closing) -> bool:
    """Whether it may close and empty the students that it would. If a person must confirm that first, it waits, and the State gets its receipt."""
    if not closing.waits() or holding.is_confirmed(submission, closing):
        return True
    hold(submission=submission, checked=checked, closing=closing)
    return False


def hold(*, submission: Submission, checked: Checked, closing: Closing) -> None:
    """Let a submission wait for a person, with its receipt."""
    _write(submission, checked, None)
    holding.hold(submission, closing)
    outcomes.keep(submission, "held", checked)


def _write(submission: Submission, checked: Checked, stored: Stored | None) -> None:
    context.speak_for(submission.state_code)
    changes, absent = (stored.changes, stored.absent) if stored else (None, None)
    if stored:
        checked = replace(checked, findings=frames.without_earlier(checked.findings, stored.lost))
    answers.write(submission, checked, changes, absent)
    submission.counts = answers.counts(checked, changes, absent) | {"rules": by_rule.count(submission)}
    submission.checked_at = clock.now()
    submission.save(update_fields=["counts", "checked_at"])


@transaction.atomic
def answer(*, submission: Submission, checked: Checked, stored: Stored) -> None:
    """Write the receipt of what was stored, in the transaction that stored it; linking comes next.

    Submissions of the State that wait for a person are looked at again. Places that were named and that nobody knows are made, to be looked at.
    """
    _write(submission, checked, stored)
    places.provide(named.places(checked.records["enrollments"], submission.state_code), by=WORKER)
    move(submission, Status.LINKING, problem="")
    note(submission, WORKER, "stored", **submission.counts["changes"])
    holding.look_again(stored=submission)
    outcomes.keep(submission, "stored", checked, digest=stored.digest)


@transaction.atomic
def fail(*, submission: Submission, problem: str, by: Hat) -> None:
    """Stop a submission at a fault of ours. `problem`: in plain words, without personal data."""
    before = Submission.objects.select_for_update().get(pk=submission.pk)
    if not may_go(before.status, Status.FAILED):
        return
    submission.counts = {**before.counts, "failed_in": before.status}
    submission.status, submission.problem, submission.finished_at = Status.FAILED, problem, clock.now()
    submission.save(update_fields=["status", "problem", "counts", "finished_at"])
    note(submission, by, "failed", stage=before.status)
