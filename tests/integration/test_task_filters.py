"""The filters of a list of tasks: what stands on a chip is what a click on it shows, and nothing that is set is passed over."""

from datetime import date

import pytest
from django.test import Client

from openmsix.identity.models import CandidatePair, Link, Proposal
from openmsix.students.actions import rebuild
from openmsix.worklist.models import Task
from tests.integration.drawn import LUPE, Student, child, take_in
from tests.looking import signed_in, words

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db, pytest.mark.usefixtures("near_matches")]

DA = "state_data_administrator"


def said(client: Client, address: str) -> str:
    return words(client.get(address, follow=True))


def open_here(state: str = "CA") -> list[Task]:
    return list(Task.objects.open().filter(state_code=state).order_by("pk"))


def test_a_filter_that_leaves_nothing_says_so_and_leads_back() -> None:
    client = signed_in("CA")
    for narrowed in (
        "/tasks/?type=expunge",
        "/tasks/?level=district",
        "/tasks/?type=near_match&level=region",
    ):
        text = said(client, narrowed)
        assert "None with these filters. Show all" in text
        assert "Guadalupe" not in text
        assert "Nothing waits" not in text
    assert "Expunging to decide 0" in said(client, "/tasks/?type=expunge"), "it can be taken off"
    assert "2 open tasks" in said(client, "/tasks/?type=nothing-of-the-kind"), "what is no value is no filter"


def test_the_number_on_a_chip_heeds_the_other_filters() -> None:
    client = signed_in("CA")
    one, _other = open_here()
    client.post(f"/tasks/{one.pk}/", {"answer": "same"})
    signed_in("TX").post(f"/tasks/{open_here('TX')[0].pk}/", {"answer": "refuse", "reason": "two births"})
    Task.objects.filter(pk=open_here()[0].pk).update(level="district")
    text = said(client, "/tasks/?level=district")
    assert "Near match 1" in text
    assert "State 0" not in text
    text = said(client, "/tasks/?age=week")
    assert "District 1" in text
    assert "This week 1" in text


def test_what_one_proposed_oneself_is_told_apart_from_what_waits() -> None:
    first, second = signed_in("TX"), signed_in("TX", number=2)
    ines = child("Ines", "Quintero", date(2015, 6, 11), last_2="Salas", mother="Luz Salas")
    take_in("TX", Student("T3", says=ines), Student("T4", says={**ines, "birth_date": date(2015, 6, 21)}))
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
    [asked] = open_here("TX")
    first.post(f"/tasks/{asked.pk}/", {"answer": "same"})
    assert Proposal.objects.get().states == ["TX"]
    own = said(first, "/tasks/")
    assert "1 open task 1 of them you proposed: another person validates it." in own
    assert "Tasks 0" in own
    other = said(second, "/tasks/")
    assert "of them you proposed" not in other
    assert "Tasks 1" in other


def test_a_near_match_that_a_proposal_locks_says_so_in_the_lists() -> None:
    take_in("FL", Student("F1", says={**LUPE, "middle_name": "Ines"}))
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
    pair = CandidatePair.objects.get(left__state_student_id="T1", right__state_student_id="C1")
    [asked] = [task for task in open_here() if task.subject_id == str(pair.pk)]
    signed_in("CA").post(f"/tasks/{asked.pk}/", {"answer": "same"})
    ref = Proposal.objects.get().ref
    florida = signed_in("FL")
    for address in ("/tasks/", "/"):
        text = said(florida, address)
        assert f"{ref} is about one of these children and waits for a second person." in text
        assert "Look and decide" not in text
    assert f"{ref} is about one of these" not in said(signed_in("TX"), "/tasks/"), (
        "the proposal itself is open to them"
    )
