"""What a State said last holds, whenever it arrives; what would close many students waits; and who is absent is closed, not lost."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openmsix import flow
from openmsix.identity.models import IdChange, Link
from openmsix.intake import actions as intake
from openmsix.records.models import Demographics, RecordVersion
from openmsix.students.models import SearchRow
from openmsix.worklist.models import Task
from tests.integration import drawn
from tests.integration.drawn import Student, child
from tests.integration.exchange import contents
from tests.integration.texas import THIRTY, Texas, live
from tests.people import hat

pytestmark = [pytest.mark.other_engine, pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]

BOOKKEEPING = ("audit_", "intake_", "procrastinate_", "worklist_", "accounts_", "places_", "django_")
SSIDS = ("A", "B", "C")


# windows


Word = tuple[str, dict[str, str]]  # kind of the submission; student -> "D", or a given name


@st.composite
def words(draw: st.DrawFn) -> list[Word]:
    """What a State says in one window after the other."""
    said = st.dictionaries(st.sampled_from(SSIDS), st.sampled_from(["Ana", "Eva", "D"]), min_size=1)
    return draw(st.lists(st.tuples(st.sampled_from(["delta", "full"]), said), min_size=1, max_size=4))


def arrive(order: list[int], said: list[Word]) -> dict[str, str]:
    """The live students after the windows have arrived in this order."""
    with transaction.atomic():
        for day in order:
            kind, students = said[day]
            sent = drawn.submission("TX", kind=kind, day=day + 1)
            drawn.store(sent, [_student(ssid, name) for ssid, name in students.items()])
        found = live()
        transaction.set_rollback(True)
    return found


def _student(ssid: str, name: str) -> Student:
    return Student(ssid, "D") if name == "D" else Student(ssid, says=child(name, "Ruiz", date(2014, 1, 1)))


def told_in_order(said: list[Word]) -> dict[str, str]:
    """What must hold: each window replaces what was said before, a full one all of it."""
    holds: dict[str, str] = {}
    for kind, students in said:
        holds = ({} if kind == "full" else holds) | students
    return {ssid: name for ssid, name in holds.items() if name != "D"}


@given(words())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_windows_that_arrive_in_order_hold_as_the_table_says(said: list[Word]) -> None:
    assert arrive(list(range(len(said))), said) == told_in_order(said)


@given(words(), st.randoms())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_older_window_that_arrives_later_never_overwrites_a_newer_one(
    said: list[Word], chance: Any
) -> None:
    order = chance.sample(range(len(said)), len(said))
    assert arrive(order, said) == told_in_order(said)


def test_a_deletion_that_arrives_before_the_student_holds_against_older_windows() -> None:
    assert arrive([1, 0], [("delta", {"A": "Ana"}), ("delta", {"A": "D"})]) == {}


# who is absent, and the tripwire


@pytest.fixture
def texas(tmp_path: Path) -> Texas:
    return Texas(tmp_path)


def shown() -> set[str]:
    """Whom the search can still find, by State Student Identifier."""
    return set(SearchRow.objects.filter(child__live=True).values_list("state_student_id", flat=True))


def test_a_full_submission_closes_who_is_absent_and_keeps_what_was_said(texas: Texas, tmp_path: Path) -> None:
    Texas(tmp_path, "CA").send({"S1": "Eva", "S2": "Eva"})
    texas.send({"S1": "Ana", "S2": "Eva", "S3": "Inés"})
    sent = texas.send({"S1": "Ana", "S3": "Inés"})
    assert sent.status == "published"
    mine = RecordVersion.objects.filter(state_record__state_code="TX")
    assert set(mine.live().values_list("state_record__state_student_id", flat=True)) == {"S1", "S3"}
    closed = mine.get(closed_at__isnull=False)
    assert (closed.state_record.state_student_id, closed.closed_by_submission_id) == ("S2", sent.pk)
    assert Demographics.objects.get(version_id=closed.pk).first_name == "Eva"
    assert RecordVersion.objects.live().filter(state_record__state_code="CA").count() == 2


def test_a_delta_closes_nobody(texas: Texas) -> None:
    texas.send({"S1": "Ana", "S2": "Eva"})
    texas.send({"S2": "Evita"}, kind="delta")
    assert live() == {"S1": "Ana", "S2": "Evita"}
    assert shown() == {"S1", "S2"}


@pytest.mark.parametrize("kind", ["full", "delta"])
def test_a_student_that_is_rejected_keeps_the_earlier_record(texas: Texas, kind: str) -> None:
    texas.send({"S1": "Ana", "S2": "Eva"})
    sent = texas.send({"S1": "Anita", "S2": ""}, kind=kind)
    assert dict(sent.answers.values_list("state_student_id", "verdict"))["S2"] == "rejected"
    assert live() == {"S1": "Anita", "S2": "Eva"}
    assert shown() == {"S1", "S2"}


def test_a_large_closing_waits_and_changes_nothing_until_it_is_confirmed(texas: Texas) -> None:
    texas.send(THIRTY)
    before = contents(without=BOOKKEEPING)
    held = texas.send({"S1": "Anita", "S31": "Eva"})
    assert (held.status, held.closes, held.live_before) == ("waiting", 29, 30)
    assert flow.take_in(held.pk).status == "waiting"
    assert contents(without=BOOKKEEPING) == before
    assert Task.objects.open().get(type="confirm_closures").subject_id == held.ref
    flow.confirm(reason="as meant", submission=held, by=hat("state_data_administrator"))
    assert flow.take_in(held.pk).status == "published"
    assert live() == {"S1": "Anita", "S31": "Eva"}
    assert shown() == {"S1", "S31"}
    assert not Task.objects.open().filter(type="confirm_closures").exists()


def test_a_large_closing_that_is_declined_leaves_everything_as_it_was(texas: Texas) -> None:
    texas.send(THIRTY)
    before = contents(without=BOOKKEEPING)
    held = texas.send({"S1": "Anita"})
    intake.decline(reason="as meant", submission=held, by=hat("state_data_administrator"))
    assert flow.take_in(held.pk).status == "rejected"
    assert contents(without=BOOKKEEPING) == before
    assert texas.send({**THIRTY, "S1": "Anita"}).status == "published"
    assert live() == {**THIRTY, "S1": "Anita"}


def test_who_is_closed_and_comes_back_keeps_the_msix_id(texas: Texas) -> None:
    texas.send({"S1": "Ana", "S2": "Eva"})
    ids = dict(Link.objects.values_list("state_record__state_student_id", "msix_id"))
    texas.send({"S1": "Ana"})
    texas.send({"S1": "Ana", "S2": "Eva"})
    assert dict(Link.objects.live().values_list("state_record__state_student_id", "msix_id")) == ids
    assert Link.objects.count() == IdChange.objects.count() == 2
    assert shown() == {"S1", "S2"}
