"""The seals show every later change, and skip nothing that commits late."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, connections, transaction

from openmsix.audit import verify
from openmsix.audit.actions import disclose, record
from openmsix.audit.models import Disclosure, Event, Seal
from openmsix.audit.sealer import seal_once
from openmsix.deadlines import clock
from tests.people import BY

pytestmark = pytest.mark.usefixtures("empty_audit")


def act(subject: str = "1") -> None:
    """Something is done and somebody is shown something, in one transaction."""
    with transaction.atomic():
        record(
            by=BY, action="audit:test:done", subject_type="thing", subject_id=subject, detail={"é": [1, 2.5]}
        )
        disclose(by=BY, msix_id="100000000001", purpose="enrollment", what="record")


def as_owner(words: str) -> None:
    """What only somebody with higher rights than the application can do."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(words)


@pytest.fixture
def empty_audit(committed_db: None) -> None:
    """An audit in which nothing is written yet, and commits are real."""
    as_owner("truncate audit_event, audit_disclosure, audit_seal")


@pytest.fixture
def three_seals(empty_audit: None) -> None:
    """Three seals over two rows each."""
    for number in range(3):
        act(str(number))
        assert seal_once() == 2


@pytest.fixture
def another_connection(empty_audit: None) -> Iterator[Any]:
    """A second session of the application role."""
    settings = connection.get_connection_params()
    settings.pop("context", None)
    settings.pop("cursor_factory", None)
    other = psycopg.connect(**settings)
    yield other
    other.close()


INSERT = (
    "insert into audit_event (at, actor, hat, action, subject_type, subject_id, detail) "
    "values (now(), 'slow', 'System', 'audit:test:slow', 'thing', %s, '{}')"
)


@pytest.mark.usefixtures("three_seals")
def test_an_untouched_audit_is_whole() -> None:
    report = verify.report()
    assert report.whole
    assert (report.seals, report.rows, report.unsealed_rows) == (3, 6, 0)
    assert report.head.startswith("3:")
    assert "none is missing" in report.as_text()


def test_nothing_new_makes_no_seal() -> None:
    act()
    assert seal_once() == 2
    assert seal_once() == 0
    assert Seal.objects.count() == 1


@pytest.mark.usefixtures("three_seals")
@pytest.mark.parametrize(
    "deed",
    [
        "update audit_event set actor = 'someone else' where subject_id = '1'",
        "update audit_event set detail = '{}' where subject_id = '1'",
        "update audit_event set at = at - interval '1 second' where subject_id = '1'",
        "update audit_disclosure set purpose = 'none' where id = (select min(id) + 1 from audit_disclosure)",
        "update audit_seal set digest = repeat('a', 64) where number = 2",
        "update audit_seal set sealed_at = sealed_at, rows = 5 where number = 2",
    ],
)
def test_a_changed_row_breaks_its_seal(deed: str) -> None:
    as_owner(deed)
    report = verify.report()
    assert not report.whole
    assert report.breaks[0].startswith("Seal 2")


@pytest.mark.usefixtures("three_seals")
def test_a_removed_row_breaks_its_seal_only() -> None:
    as_owner("delete from audit_event where subject_id = '1'")
    assert verify.report().breaks == ("Seal 2 covers 2 rows; 1 are found.",)


@pytest.mark.usefixtures("three_seals")
def test_a_row_slipped_in_under_a_seal_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_event (at, txid, actor, hat, action, subject_type, subject_id, detail) "
            "select at, txid, 'forged', hat, action, subject_type, subject_id, detail from audit_event where subject_id = '1'"
        )
    assert verify.report().breaks == ("Seal 2 covers 2 rows; 3 are found.",)


@pytest.mark.usefixtures("three_seals")
def test_a_removed_seal_is_a_gap() -> None:
    as_owner("delete from audit_seal where number = 2")
    report = verify.report()
    assert report.gaps == ("Seal 2 is missing.",)
    assert report.breaks[0] == "Seal 3 does not follow the seal before it."


@pytest.mark.usefixtures("three_seals")
def test_a_removed_last_seal_shows_against_a_head_kept_elsewhere() -> None:
    head = verify.report().head
    as_owner("delete from audit_seal where number = 3")
    assert verify.report().unsealed_rows == 2
    assert verify.report(known_head=head).gaps == (
        "Seal 3, once reported as the last, is not there as it was.",
    )
    act()
    seal_once()
    assert not verify.report(known_head=head).whole


def test_a_row_that_commits_late_is_sealed_and_holds_nothing_up(another_connection: Any) -> None:
    another_connection.execute(INSERT, ["late"])
    act("early")
    assert seal_once() == 2, "a transaction that still runs holds up no other's seal"
    assert verify.report().unsealed_rows == 0
    another_connection.commit()
    assert verify.report().unsealed_rows == 1
    assert seal_once() == 1
    late, early = Event.objects.get(subject_id="late"), Event.objects.get(subject_id="early")
    assert late.txid < early.txid
    assert verify.report().whole
    as_owner("update audit_event set actor = 'x' where subject_id = 'late'")
    assert verify.report().breaks[0].startswith("Seal 2")


def test_a_transaction_that_is_rolled_back_leaves_no_trace(another_connection: Any) -> None:
    another_connection.execute(INSERT, ["undone"])
    act()
    seal_once()
    another_connection.rollback()
    assert seal_once() == 0
    assert verify.report().whole


def test_rows_of_many_sessions_at_once_are_each_sealed_once(another_connection: Any) -> None:
    for number in range(5):
        another_connection.execute(INSERT, [f"other {number}"])
        if number % 2:
            another_connection.commit()
        act(str(number))
        seal_once()
    another_connection.commit()
    seal_once()
    report = verify.report()
    assert report.whole
    assert report.rows == Event.objects.count() + Disclosure.objects.count() == 15


def test_the_age_of_unsealed_rows_is_told() -> None:
    assert verify.unsealed_age(clock.now()) == timedelta(0)
    act()
    as_owner("update audit_event set at = at - interval '90 seconds'")
    assert timedelta(seconds=90) <= verify.unsealed_age(clock.now()) < timedelta(seconds=120)
    assert "2 rows are not sealed yet" in verify.report().as_text()
    seal_once()
    assert verify.unsealed_age(clock.now()) == timedelta(0)


@pytest.mark.usefixtures("three_seals")
def test_a_database_moved_from_a_busier_server_is_reported() -> None:
    as_owner("update audit_seal set snapshot = '99999990:99999999:' where number = 3")
    assert any("moved here from another server" in gap for gap in verify.report().gaps)
