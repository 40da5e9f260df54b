"""Two at once, in every pair that meets in an exchange: each ends, in an order that is known, and no student gets two MSIX IDs. Commits are real here.

The order in which locks are taken (`openmsix.locks`) is checked at each taking, as in all tests whose commits are real.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from openmsix import flow, locks, staging
from openmsix.accounts.hats import Hat
from openmsix.config import database
from openmsix.deadlines import clock
from openmsix.identity.models import Link, MsixId
from openmsix.intake import receipts
from openmsix.intake.models import Submission
from openmsix.intake.states import NotPossible
from openmsix.ops.setup import OPERATOR, prepare_database
from openmsix.places import actions as places
from openmsix.synth import nation, write
from tests.integration import exchange, texas
from tests.integration.texas import THIRTY, Texas

pytestmark = [
    pytest.mark.other_engine,
    pytest.mark.usefixtures("committed_db", "kept_folder"),
]
LIMIT = 60.0  # seconds; nobody waits so long unless two wait for each other
CONFIRMER = Hat.system("somebody")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment, each in a thread with a connection of its own; what each gave, or the fault that it ended with."""
    together = threading.Barrier(len(acts))

    def act(one: Callable[[], Any]) -> Any:
        try:
            together.wait(LIMIT)
            return one()
        except Exception as fault:
            return fault
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [one.result(LIMIT) for one in [pool.submit(act, one) for one in acts]]


def take_in(submission: Submission) -> Callable[[], str]:
    return lambda: flow.take_in(submission.pk).status


def one_live_link_each() -> None:
    """What must hold whatever happened: each record has one live link, and each MSIX ID has or had a record."""
    live = list(Link.objects.live().values_list("state_record_id", flat=True))
    assert len(live) == len(set(live))
    assert set(MsixId.objects.values_list("pk", flat=True)) == set(
        Link.objects.values_list("msix_id", flat=True)
    )


def test_two_submissions_of_a_state_are_stored_one_after_the_other_and_the_later_window_stands(
    tmp_path: Path,
) -> None:
    state = Texas(tmp_path)
    for turn in range(3):
        earlier, later = (state.file(dict.fromkeys(THIRTY, name)) for name in (f"Ana{turn}", f"Eva{turn}"))
        # The later window is received first.
        submissions = [exchange.receive(later), exchange.receive(earlier)]
        assert at_once(*map(take_in, submissions)) == ["published", "published"]
        assert set(texas.live().values()) == {f"Eva{turn}".upper()} or set(texas.live().values()) == {
            f"Eva{turn}"
        }
    one_live_link_each()
    assert MsixId.objects.count() == len(THIRTY)


def test_two_states_that_send_the_same_children_at_once_end_as_if_one_had_come_after_the_other(
    tmp_path: Path,
) -> None:
    made = nation.make(children=60, states=["TX", "CA"], seed=8, noise=1.0, today=clock.today())
    files = write.write(made, tmp_path / "files")
    one_by_one = []
    for order in (files, files[::-1]):
        exchange.take_in(*order)
        one_by_one.append(exchange.held()["who is who"])
        _empty()
    shared = [children for children in one_by_one[0] if "TX/" in children and "CA/" in children]
    assert len(shared) > 5
    for _ in range(2):
        both = [exchange.receive(path) for path in files]
        assert at_once(*map(take_in, both)) == ["published", "published"]
        assert exchange.held()["who is who"] in one_by_one
        one_live_link_each()
        _empty()


def _empty() -> None:
    """Take everything out, as after each test."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select string_agg(format('%I', tablename), ', ') from pg_tables where schemaname = 'public' and tablename <> 'django_migrations'"
        )
        cursor.execute(f"truncate {cursor.fetchone()[0]} restart identity cascade")
    places.ensure_states(by=OPERATOR)


def test_files_that_arrive_while_others_of_the_state_are_taken_in_wait_for_none_of_them(
    tmp_path: Path,
) -> None:
    state = Texas(tmp_path)
    first, second, third = (state.file(THIRTY) for _ in range(3))
    submission = exchange.receive(first)
    ended = at_once(
        take_in(submission), lambda: exchange.receive(second).ref, lambda: exchange.receive(third).ref
    )
    assert ended[0] == "published"
    assert len({*ended}) == 3
    assert {take_in(one)() for one in Submission.objects.filter(status="received").order_by("pk")} == {
        "published"
    }


def test_confirming_while_another_submission_is_stored_is_told_what_came_first(tmp_path: Path) -> None:
    for turn in range(3):
        state = Texas(tmp_path)
        state.hour = 3 * turn
        state.send(THIRTY)
        waits = state.send({"S1": "Ana"})
        assert waits.status == "waiting"
        other = exchange.receive(state.file({"S2": "Eva"}, kind="delta"))
        confirmed, taken = at_once(
            lambda waits=waits: flow.confirm(submission=waits, by=CONFIRMER, reason="It is meant."),  # type: ignore[misc]
            take_in(other),
        )
        assert taken == "published"
        assert confirmed is None or isinstance(confirmed, NotPossible)
        waits.refresh_from_db()
        assert waits.status in ("received", "waiting")
        _empty()


def test_a_receipt_that_is_read_while_it_is_written_is_that_of_before_or_of_after(tmp_path: Path) -> None:
    state = Texas(tmp_path)
    submission = exchange.receive(state.file(THIRTY))
    flow.take_in(submission.pk)
    submission.refresh_from_db()
    before = "".join(receipts.as_json(submission))
    begun, written, read = threading.Event(), threading.Event(), threading.Event()

    def write() -> None:
        assert begun.wait(LIMIT)
        with transaction.atomic():
            staging.run("UPDATE intake_answer SET how = 'kept' WHERE submission_id = %s", [submission.pk])
            staging.run("DELETE FROM intake_finding WHERE submission_id = %s", [submission.pk])
        written.set()
        assert read.wait(LIMIT)

    def look() -> str:
        pieces = receipts.as_json(submission)
        first = next(pieces)
        begun.set()
        assert written.wait(LIMIT)
        rest = "".join(pieces)
        read.set()
        return first + rest

    fault, told = at_once(write, look)
    assert fault is None
    assert told == before


def test_a_database_brought_up_to_date_meanwhile_holds_nobody_up_for_good(tmp_path: Path) -> None:
    """As in a change of versions: tables change while older processes go on."""
    state = Texas(tmp_path)
    submissions = [exchange.receive(state.file(THIRTY)) for _ in range(3)]

    def change_tables() -> None:
        owner, application = _address("owner"), _address("default")
        for number in range(5):
            prepare_database(owner, application)
            with connections["owner"].cursor() as cursor:
                cursor.execute(f"alter table intake_submission add column later{number} text")
                cursor.execute(f"alter table intake_answer add column later{number} text")

    def work() -> list[str]:
        return [_patiently(take_in(one)) for one in submissions]

    def arrive() -> list[str]:
        return [_patiently(lambda: exchange.receive(state.file(THIRTY)).ref) for _ in range(3)]

    try:
        changed, worked, arrived = at_once(change_tables, work, arrive)
    finally:
        with connections["owner"].cursor() as cursor:
            for number in range(5):
                cursor.execute(f"alter table intake_submission drop column if exists later{number}")
                cursor.execute(f"alter table intake_answer drop column if exists later{number}")
    assert changed is None
    assert worked == ["published"] * 3
    assert len(set(arrived)) == 3
    one_live_link_each()


def _address(alias: str) -> database.Address:
    given = connections[alias].settings_dict
    host, port, name, user, password = (given[key] for key in ("HOST", "PORT", "NAME", "USER", "PASSWORD"))
    return database.Address(host, port, name, user, password)


def _patiently(act: Callable[[], str]) -> str:
    """As a job is tried again, and a sender sends again, when PostgreSQL breaks off one of two that wait for each other."""
    from django.db import OperationalError

    for _ in range(5):
        try:
            return act()
        except OperationalError:
            continue
    return act()


@pytest.mark.parametrize("number", range(1, len(locks.ORDER)))
def test_a_lock_that_is_taken_while_a_later_one_is_held_is_a_fault(number: int) -> None:
    earlier, later = locks.ORDER[number - 1], locks.ORDER[number]
    with transaction.atomic():
        locks.take(later, 1 if later.is_keyed else None)
        with pytest.raises(locks.OutOfOrder):
            locks.take(earlier, 1 if earlier.is_keyed else None)
    connection.close()


def test_no_two_locks_have_one_number() -> None:
    assert len({lock.number for lock in locks.ORDER}) == len(locks.ORDER)
