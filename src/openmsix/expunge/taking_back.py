"""Taking back a whole submission. Only a State's last one can be: what came later was compared with it, and stands on it."""

import polars as pl

from openmsix.identity import erasing as identity
from openmsix.identity import queries as identity_queries
from openmsix.identity import rows
from openmsix.intake.models import Submission
from openmsix.intake.states import RUNNING, STORED
from openmsix.notices import erasing as notices
from openmsix.records import actions as records
from openmsix.reports import actions as reports
from openmsix.students import actions as students

from . import effect, sessions, words
from .refusing import NotPossible, Why


def check(submission: Submission) -> None:
    """Refuse a submission that cannot be taken back.

    Raises:
        NotPossible: it is being taken in, or a later one was stored.
    """
    check_rests(submission)
    if later := later_than(submission):
        raise NotPossible(Why.LATER, ref=submission.ref, later=later.ref)


def check_rests(submission: Submission) -> None:
    """Refuse a submission that is being taken in.

    Raises:
        NotPossible: it is.
    """
    if submission.status in RUNNING:
        raise NotPossible(Why.RUNNING, ref=submission.ref)


def later_than(submission: Submission) -> Submission | None:
    """The State's submission stored last after this one, which was compared with it; None if nothing stands on it."""
    if not submission.is_stored or submission.checked_at is None:
        return None
    later = Submission.objects.of_state(submission.state_code).filter(
        status__in=STORED, checked_at__gt=submission.checked_at
    )
    return later.order_by("checked_at").last()


def take_back(submission: Submission, named: pl.DataFrame) -> identity.Erased:
    """Take away what a submission brought, and let hold again what held before it. `named`: students of whom nothing else was ever stored."""
    touched = set(identity_queries.touched(submission))
    ids = effect.records_of(named)
    known = words.of(ids)
    notices.erase(ids)
    notices.forget_submission(submission)
    erased = identity.erase(students=named, state_record_ids=ids)
    identity.forget_submission(submission)
    everyone = sorted({*touched, *erased.touched})
    sessions.end_those_with([*known.plain, *erased.touched, *map(students.ref_of, erased.touched)])
    students.erase(msix_ids=everyone, words=known.by_kind)
    reports.forget(everyone)
    records.take_back(submission=submission)
    records.erase(state_record_ids=ids)
    rows.make(submission.state_code)
    return identity.Erased(everyone, erased.retired, erased.marks)
