"""The list of tasks tells the level and what is overdue, and a task is passed on from its page."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client

from openmsix import decisions
from openmsix.accounts.models import Holding
from openmsix.deadlines import clock
from openmsix.identity.models import Link
from openmsix.students.actions import rebuild
from openmsix.worklist.models import Task
from tests import parts
from tests.integration.drawn import LUPE, PERHAPS_LUPE, Student, take_in
from tests.looking import words
from tests.people import person, places_in

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]

DA, REGIONAL, LOCAL = "state_data_administrator", "regional_data_administrator", "district_data_administrator"
STAY = {
    "school_district_id": "0600001",
    "enrollment_date": date(2025, 8, 1),
    "withdrawal_date": date(2026, 5, 30),
}


@pytest.fixture(autouse=True)
def _near_match(tmp_path: Path) -> Iterator[None]:
    """California's people are asked, in the district in which the child was last."""
    person(LOCAL, "CA"), person(REGIONAL, "CA"), person(DA, "CA")
    places_in("TX")
    with parts.kept_in(tmp_path / "kept"):
        take_in("TX", Student("T1", says=LUPE))
        take_in("CA", Student("C1", says=PERHAPS_LUPE, rows={"enrollments": [STAY]}))
        rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
        yield


def signed_in(role: str, state: str = "CA") -> Client:
    client = Client()
    client.force_login(person(role, state))
    client.post("/children/purpose/", {"purpose": "quality", "next": "/tasks/"})
    return client


def task() -> Task:
    return Task.objects.open().get()


def overdue() -> date:
    return clock.today() + timedelta(days=14)


@pytest.mark.parametrize("role", [LOCAL, REGIONAL, DA])
def test_the_level_and_the_days_left_stand_in_the_list_of_those_who_decide(role: str) -> None:
    text = words(signed_in(role).get("/tasks/"))
    assert "CA Valley District District" in text
    assert "5 working days left" in text
    assert signed_in(role).get(f"/tasks/{task().pk}/").status_code == 200


def test_what_is_overdue_is_said_and_can_be_asked_for() -> None:
    client = signed_in(DA)
    assert "Overdue" not in words(client.get("/tasks/"))
    with clock.fixed(overdue()):
        text = words(client.get("/tasks/?due=over"))
        assert "overdue since" in text
        assert "Overdue 1" in text
        assert "overdue since" in words(client.get("/"))
        decisions.escalate()
        passed = words(client.get(f"/tasks/{task().pk}/"))
    assert "Region 1 (Region)" in passed
    assert "It was passed on 1 time" in passed
    assert "since its days had run out" in passed


def test_a_task_is_passed_on_with_a_reason_and_its_page_says_so() -> None:
    client, number = signed_in(LOCAL), task().pk
    other = Holding.objects.get(user=person(LOCAL, "CA", number=2))
    address = f"/tasks/{number}/pass/"
    assert f'href="{address}"' in client.get(f"/tasks/{number}/").content.decode()
    page = words(client.get(address))
    assert "CA Valley District: whoever decides there" not in page, "it lies there"
    assert f'value="person-{other.pk}"' in client.get(address).content.decode()
    assert "Region 1" not in page, "never up"
    assert "Choose a place or a person" in words(client.post(address, {"to": "place-1", "reason": "x"}))
    without = client.post(address, {"to": f"person-{other.pk}", "reason": " "})
    assert without.status_code == 422
    assert "Say why in one line" in words(without)
    assert re.search(rf'value="person-{other.pk}" selected', without.content.decode())
    done = client.post(address, {"to": f"person-{other.pk}", "reason": "speaks Mixtec"}, follow=True)
    assert "The task was passed on to District Data Administrator, CA Valley District" in words(done)
    assert client.get(f"/tasks/{number}/").status_code == 404
    above = words(signed_in(REGIONAL).get(f"/tasks/{number}/"))
    assert "speaks Mixtec" in above
    assert "given to" in words(signed_in(DA).get("/tasks/"))


@pytest.mark.parametrize(
    ("role", "state", "status"),
    [(LOCAL, "TX", 404), (DA, "TX", 404), ("primary", "CA", 403), ("operator", "CA", 403)],
)
def test_a_task_is_passed_on_by_those_alone_who_decide_it(role: str, state: str, status: int) -> None:
    client = signed_in(role, state)
    place = places_in("CA").district.pk
    assert client.get(f"/tasks/{task().pk}/pass/").status_code == status
    assert (
        client.post(f"/tasks/{task().pk}/pass/", {"to": f"place-{place}", "reason": "x"}).status_code
        == status
    )
    assert task().passed == []
