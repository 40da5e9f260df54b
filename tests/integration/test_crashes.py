"""A submission that breaks off anywhere goes on from there, and ends as if nothing had happened."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from openmsix import flow
from openmsix.deadlines import clock
from openmsix.identity import actions as identity
from openmsix.identity import entries, planning, writing
from openmsix.identity.models import IdChange, Link, MsixId
from openmsix.intake import actions as intake
from openmsix.intake import checks
from openmsix.intake.models import Answer, Submission
from openmsix.records import actions as records
from openmsix.students import actions as students
from openmsix.synth import changes, nation, write
from tests.integration import exchange
from tests.integration.exchange import Held, differing, held

pytestmark = [pytest.mark.other_engine, pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]

# Where it breaks off, and whether the function named has done its work by then.
PLACES = [
    (checks, "run", "before"),
    (intake, "may_close", "after"),
    (records, "_open", "after"),
    (records, "store", "after"),
    (intake, "answer", "after"),
    (planning, "unlinked", "before"),
    (writing, "write_links", "after"),
    (writing, "write_answers", "after"),
    (entries, "keep_linking", "after"),
    (identity, "link", "after"),
    (students, "_spell", "after"),
    (students, "rebuild", "after"),
]
A_MONTH_LATER = clock.today() + timedelta(days=changes.DAYS_LATER)
FAULTS = [OperationalError("the server closed the connection"), ZeroDivisionError()]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two States, and a month later one of them again with changes, arrivals and deletions."""
    made = nation.make(children=60, states=["TX", "CA"], seed=8, noise=1.0, today=clock.today())
    later = changes.make_changes(made, 0.3, seed=8).after
    folder = tmp_path_factory.mktemp("files")
    return [*write.write(made, folder / "first"), *write.write_state(later, "TX", folder / "later")]


def breaking_once(
    place: Any, name: str, when: str, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the function raise once, before or after its work; from then on it does as always."""
    real: Callable[..., Any] = getattr(place, name)

    def broken(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(place, name, real)
        if when == "after":
            real(*args, **kwargs)
        raise fault

    monkeypatch.setattr(place, name, broken)


def last_of(files: list[Path]) -> Submission:
    """All but the last file taken in, and the last one received."""
    exchange.take_in(*files[:-1])
    return exchange.receive(files[-1])


def go_on(submission: Submission) -> Submission:
    """What the worker does, or an operator where a person is asked."""
    submission.refresh_from_db()
    if submission.status == "failed":
        intake.retry(submission=submission, by=exchange.OPERATOR)
    return flow.take_in(submission.pk)


def ids() -> tuple[int, ...]:
    return MsixId.objects.count(), Link.objects.count(), IdChange.objects.count(), Answer.objects.count()


def without_a_crash(files: list[Path]) -> tuple[Held, tuple[int, ...]]:
    with transaction.atomic():
        flow.take_in(last_of(files).pk)
        found = held(), ids()
        transaction.set_rollback(True)
    return found


def test_a_submission_that_breaks_off_anywhere_ends_as_if_it_had_not(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.fixed(A_MONTH_LATER):
        whole, counted = without_a_crash(files)
        submission = last_of(files)
        for place, name, when in PLACES:
            for fault in FAULTS:
                with transaction.atomic():
                    at = f"{when} {place.__name__}.{name}, {type(fault).__name__}"
                    breaking_once(place, name, when, fault, monkeypatch)
                    with pytest.raises(type(fault)):
                        flow.take_in(submission.pk)
                    passing = isinstance(fault, OperationalError)
                    status = Submission.objects.get(pk=submission.pk).status
                    assert (status == "failed") is not passing, at
                    assert go_on(submission).status == "published", at
                    assert (differing(whole, held()), ids()) == ({}, counted), at
                    transaction.set_rollback(True)
                submission.refresh_from_db()


def test_a_submission_that_breaks_off_everywhere_in_turn_ends_as_if_it_had_not(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.fixed(A_MONTH_LATER):
        whole, counted = without_a_crash(files)
        submission = last_of(files)
        for place, name, when in PLACES:
            breaking_once(place, name, when, FAULTS[0], monkeypatch)
            with pytest.raises(OperationalError):
                flow.take_in(submission.pk)
        assert go_on(submission).status == "published"
        assert (differing(whole, held()), ids()) == ({}, counted)


def test_a_stage_that_breaks_off_leaves_nothing_of_itself(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.fixed(A_MONTH_LATER):
        submission = last_of(files)
        before = held()
        breaking_once(intake, "answer", "after", FAULTS[0], monkeypatch)
        with pytest.raises(OperationalError):
            flow.take_in(submission.pk)
        assert differing(before, held()) == {}
        assert not submission.answers.exists()


def test_a_broken_off_submission_leaves_no_lock_behind(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking_once(checks, "run", "before", FAULTS[0], monkeypatch)
    submission = exchange.receive(files[0])
    with pytest.raises(OperationalError):
        flow.take_in(submission.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_locks where locktype = 'advisory' and objid = %s", [submission.pk]
        )
        assert cursor.fetchone()[0] == 0
