"""A fault of the exchange never leaves a submission without an end: it says what stopped it, is seen, and goes on when that is mended."""

import asyncio
import contextlib
import errno
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.models import QuerySet
from django.test import Client, override_settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg import errors

from openmsix import flow, staging
from openmsix.accounts import context
from openmsix.intake import actions as intake
from openmsix.intake import checks
from openmsix.intake.models import TAKE_IN, Submission
from openmsix.intake.sealed import CannotOpen
from openmsix.ops import health, jobs
from openmsix.ops.exits import Exit
from tests import parts
from tests.command_line import Terminal
from tests.integration import exchange
from tests.people import person

pytestmark = [pytest.mark.other_engine, pytest.mark.usefixtures("kept_folder")]

ANOTHER_KEY = "k9:" + "A" * 43 + "="
NO_ROOM = OSError(errno.ENOSPC, "No space left on device")
NO_DATABASE = OperationalError("server closed the connection")

committing = pytest.mark.usefixtures("committed_db")
database = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tx.zip"
    path.write_bytes(parts.part(parts.two_children()))
    return path


def queued(file: Path) -> Submission:
    return flow.receive(path=file, file_name=file.name, by=exchange.OPERATOR)


def waiting() -> QuerySet[ProcrastinateJob]:
    """The jobs about submissions; the clock may have queued others meanwhile."""
    return ProcrastinateJob.objects.filter(task_name=TAKE_IN)


def work() -> None:
    """A worker that does what waits, and ends."""

    async def run() -> None:
        worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
        async with worker_app.open_async():
            await jobs.take_up_stalled(worker_app)
            await worker_app.run_worker_async(wait=False, install_signal_handlers=False)

    asyncio.run(run())
    connections.close_all()


def now(submission: Submission) -> Submission:
    return Submission.objects.get(pk=submission.pk)


def break_the_checks(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise fault

    monkeypatch.setattr(checks, "run", broken)


@committing
@pytest.mark.parametrize(
    "keys", ["", ANOTHER_KEY, "k1:short"], ids=["no key", "another key", "no key at all"]
)
def test_a_missing_key_ends_the_work_and_retry_takes_it_up_once_the_key_is_back(
    keys: str, file: Path, openmsix: Terminal
) -> None:
    submission = queued(file)
    with override_settings(FILE_KEYS=keys):
        work()
    stopped = now(submission)
    assert stopped.status == "failed"
    assert "Nothing is wrong with what was sent" in stopped.problem
    assert "OPENMSIX_FILE_KEYS" in stopped.problem
    status = openmsix("status")
    assert (status.code, "0 failed" in status.said) == (Exit.MEND, True)
    assert f"openmsix retry {submission.ref}" in status.said
    assert openmsix("retry", submission.ref).code == Exit.DONE
    assert now(submission).status == "published"
    assert health.report().failed == ()


@committing
@pytest.mark.parametrize(
    ("fault", "words"), [(NO_ROOM, "its disk is full"), (NO_DATABASE, "its database could not be reached")]
)
def test_a_fault_that_may_pass_is_waited_out_in_words_and_fails_after_the_last_attempt(
    fault: Exception, words: str, file: Path, openmsix: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = queued(file)
    with monkeypatch.context() as broken:
        break_the_checks(broken, fault)
        work()
        waiting = now(submission)
        assert waiting.status == "checking"
        assert words in waiting.problem
        assert "goes on once that has passed" in waiting.problem
        assert openmsix("status").code == Exit.MEND
        assert words in openmsix("status").said
        staging.run(
            "UPDATE procrastinate_jobs SET attempts = %s, scheduled_at = NULL WHERE status = 'todo'",
            [jobs.MOST_RETRIES],
        )
        work()
    assert now(submission).status == "failed"
    assert words in now(submission).problem
    assert openmsix("retry", "--queue", submission.ref).code == Exit.DONE
    work()
    assert (now(submission).status, now(submission).problem) == ("published", "")
    assert health.report().jobs_failed == 0


@committing
def test_what_is_held_up_may_be_retried_before_its_next_attempt(
    file: Path, openmsix: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = queued(file)
    with monkeypatch.context() as broken:
        break_the_checks(broken, NO_ROOM)
        work()
    assert waiting().get(status="todo").scheduled_at is not None
    assert openmsix("retry", "--queue", submission.ref).code == Exit.DONE
    work()
    assert now(submission).status == "published"


@committing
def test_the_job_of_a_worker_that_died_is_taken_up_by_the_next(file: Path) -> None:
    submission = queued(file)
    # What kill -9 leaves: the job is being done, and the worker is gone.
    staging.run("UPDATE procrastinate_jobs SET status = 'doing'")
    Submission.objects.update(status="checking", step="Checking")
    work()
    assert now(submission).status == "published"


@committing
def test_a_job_of_a_dead_worker_that_was_queued_anew_does_not_block_its_state(file: Path) -> None:
    submission = queued(file)
    staging.run("UPDATE procrastinate_jobs SET status = 'doing'")
    intake.queue(submission=submission)
    work()
    assert now(submission).status == "published"
    assert not waiting().filter(status__in=["doing", "todo"]).exists()


@committing
def test_a_submission_with_which_worker_after_worker_dies_fails_and_lets_the_others_go_on(
    file: Path, openmsix: Terminal
) -> None:
    submission = queued(file)
    staging.run("UPDATE procrastinate_jobs SET status = 'doing', attempts = %s", [jobs.MOST_RETRIES])
    work()
    assert now(submission).status == "failed"
    assert "more memory than there is" in now(submission).problem
    assert openmsix("retry", submission.ref).code == Exit.DONE
    assert now(submission).status == "published"


@committing
def test_a_last_attempt_whose_end_cannot_be_written_down_is_not_the_last(
    file: Path, openmsix: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = queued(file)
    staging.run("UPDATE procrastinate_jobs SET attempts = %s", [jobs.MOST_RETRIES])

    def away(**_: Any) -> None:
        raise NO_DATABASE

    with monkeypatch.context() as broken:
        break_the_checks(broken, NO_DATABASE)
        broken.setattr(flow, "give_up", away)
        work()
    assert waiting().get().status == "todo"
    staging.run("UPDATE procrastinate_jobs SET scheduled_at = NULL")
    work()
    assert now(submission).status == "failed"
    assert openmsix("retry", submission.ref).code == Exit.DONE
    assert now(submission).status == "published"


@committing
def test_what_broke_off_at_a_terminal_is_seen_and_retried_unless_somebody_has_it(
    file: Path, openmsix: Terminal
) -> None:
    submission = exchange.receive(file)
    Submission.objects.update(status="checking", step="Checking")
    with intake.turn(submission.pk):
        assert health.report().failed == ()
    [left] = health.report().failed
    assert (left.ref, left.problem) == (submission.ref, health.LEFT_ALONE)
    assert openmsix("retry", submission.ref).code == Exit.DONE
    assert now(submission).status == "published"


FULL_DATABASE = OperationalError("could not extend file")
FULL_DATABASE.__cause__ = errors.DiskFull()


@committing
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (NO_ROOM, "make room and try again"),
        (NO_DATABASE, "The database cannot be reached or refused us"),
        (FULL_DATABASE, "The disk of the database is full"),
    ],
    ids=["no room", "no database", "no room in the database"],
)
def test_what_breaks_off_at_a_terminal_says_why_and_how_to_go_on_since_no_worker_has_it(
    fault: Exception, words: str, file: Path, openmsix: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        break_the_checks(broken, fault)
        ended = openmsix("submit", file)
    ref = Submission.objects.get().ref
    assert ended.code == Exit.FAILED
    assert (
        f"{ref} is kept, and need not be sent anew. When what follows is mended: openmsix retry {ref}"
        in ended.said
    )
    assert words in ended.said
    assert openmsix("retry", ref).code == Exit.DONE


@database
def test_the_submitter_and_the_operator_read_that_it_is_no_fault_of_the_file(
    file: Path, client: Client
) -> None:
    submission = queued(file)
    with override_settings(FILE_KEYS=ANOTHER_KEY), pytest.raises(CannotOpen):
        flow.take_in(submission.pk)
    for role, url in (("batch_submitter", f"/submissions/{submission.ref}/"), ("operator", "/")):
        client.force_login(person(role))
        page = client.get(url).content.decode()
        assert "Nothing is wrong with what was sent" in page


STANDING = [
    ("receiving", "still waits for its other parts"),
    ("received", "is being taken in"),
    ("linking", "is being taken in"),
    ("waiting", "waits for a person of the State"),
    ("published", "is taken in already"),
    ("rejected", "was not taken in, and no fault of the exchange is why"),
]


@database
@pytest.mark.parametrize(("status", "words"), STANDING)
def test_retry_of_what_nothing_stopped_says_where_it_stands_and_what_to_do(
    status: str, words: str, file: Path, openmsix: Terminal
) -> None:
    submission = queued(file)
    Submission.objects.update(status=status)
    ended = openmsix("retry", submission.ref)
    assert ended.code == Exit.USAGE
    assert f"{submission.ref} {words}" in ended.said
    assert "Usage" not in ended.said


@database
def test_no_text_of_a_fault_tells_what_a_row_held(file: Path) -> None:
    submission = queued(file)
    fault = OperationalError("could not write (Guadalupe, 2010-03-12)")
    intake.give_up(submission_id=submission.pk, fault=fault)
    assert "Guadalupe" not in now(submission).problem


@committing
def test_a_connection_that_dies_as_a_transaction_begins_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    told = context.told()

    def told_while_it_dies() -> dict[str, str]:
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        other.close()
        return dict(told)

    connection.ensure_connection()
    with monkeypatch.context() as dying:
        dying.setattr(context, "told", told_while_it_dies)
        with pytest.raises(OperationalError), transaction.atomic():
            pass
    # As where a stage breaks off: it is written down, and at the end of the job the connection is closed.
    with contextlib.suppress(OperationalError), transaction.atomic():
        pass
    connection.close()
    assert staging.rows("select 1") == [(1,)]
    with transaction.atomic():
        assert staging.rows("select 2") == [(2,)]
