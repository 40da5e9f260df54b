"""The pages of expunging: who is shown what before deciding, what the answers do, and what is told when something is wrong."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from openmsix.accounts.models import User
from openmsix.audit.models import Disclosure, Event
from openmsix.deadlines import clock
from openmsix.expunge import actions, carrying_out
from openmsix.expunge.models import Expunging, Status
from openmsix.identity.models import IdChange
from tests.integration.url_samples import World, make_world, prepare
from tests.people import hat, person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]


@pytest.fixture
def world() -> World:
    return make_world()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def administrator(number: int = 1) -> Client:
    client = signed_in(person("state_data_administrator", "TX", number))
    prepare(client, hat("state_data_administrator", "TX", number))
    return client


def said(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def page(client: Client, name: str, *args: str) -> str:
    return said(client.get(reverse(name, args=args), follow=True))


def answered(client: Client, asked: Expunging, **given: str) -> Any:
    return client.post(reverse("expunging:request", args=[asked.ref]), given, follow=True)


def test_the_list_tells_what_waits_and_whom_it_waits_for(world: World) -> None:
    assert "Look and decide" in page(administrator(), "expunging:list")
    asker = page(administrator(2), "expunging:list")
    assert world.asked.ref in asker
    assert "Look and decide" not in asker
    assert "No request waits" in page(signed_in(person("state_data_administrator", "CA")), "expunging:list")


def test_the_second_person_is_shown_which_student_it_is_and_the_nation_is_not(world: World) -> None:
    of_state = page(administrator(), "expunging:request", world.asked.ref)
    assert "TX T1" in of_state
    assert reverse("children:sources", args=[world.child.ref]) in of_state
    assert "1 of Texas" in of_state
    of_nation = page(signed_in(person("operator")), "expunging:request", world.asked.ref)
    assert "T1<" not in of_nation
    assert "not told which child" in of_nation
    assert "Approve and remove for ever" in of_nation


def test_approving_needs_the_number_of_the_request(world: World) -> None:
    wrong = answered(administrator(), world.asked, answer="approve", typed="X-1")
    assert wrong.status_code == 422
    assert "Type the number of the request" in said(wrong)
    assert Expunging.objects.get().status == Status.REQUESTED
    right = said(
        answered(administrator(), world.asked, answer="approve", typed=f" {world.asked.ref.lower()} ")
    )
    assert "It is being removed" in right
    assert Expunging.objects.get().status == Status.APPROVED
    assert ProcrastinateJob.objects.get(task_name=actions.EXPUNGE).args == {"ref": world.asked.ref}
    assert Event.objects.get(action="expunge:request:approved").hat == "State Data Administrator, Texas"


def test_whoever_asked_is_offered_no_approval_and_gets_none(world: World) -> None:
    shown = page(administrator(2), "expunging:request", world.asked.ref)
    assert "Another person must" in shown
    assert "Approve and remove" not in shown
    assert "Take your request back" in shown
    tried = answered(administrator(2), world.asked, answer="approve", typed=world.asked.ref)
    assert tried.status_code == 403
    assert Expunging.objects.get().status == Status.REQUESTED


def test_declining_needs_a_reason_which_is_shown(world: World) -> None:
    wrong = answered(administrator(), world.asked, answer="decline", reason="  ")
    assert wrong.status_code == 422
    assert "Say why in one line" in said(wrong)
    right = said(answered(administrator(), world.asked, answer="decline", reason="The child is ours."))
    assert "It was declined. Nothing was removed." in right
    assert "The child is ours." in right
    again = answered(administrator(), world.asked, answer="approve", typed=world.asked.ref)
    assert (again.status_code, "was decided already" in said(again)) == (422, True)


def test_the_tombstone_tells_what_went_and_names_nobody(world: World) -> None:
    actions.approve(asked=world.asked, by=hat("operator"))
    client = administrator()
    progress = reverse("expunging:now", args=[world.asked.ref])
    assert "HX-Refresh" not in client.get(progress).headers
    carrying_out.carry_out(ref=world.asked.ref)
    assert client.get(progress).headers["HX-Refresh"] == "true"
    shown = page(client, "expunging:request", world.asked.ref)
    assert "This tombstone stays" in shown
    assert "MSIX IDs given to nobody again" in shown
    assert not re.search(r"\bT1\b", shown)  # a token may hold the two signs by chance
    assert world.asked.ref in page(client, "expunging:list")


def test_of_an_expunged_student_the_page_of_id_changes_tells_nothing(world: World) -> None:
    IdChange.objects.create(
        state_code="TX",
        state_student_id_type="",
        state_student_id="",
        after="",
        reason="created",
        at=clock.now(),
    )
    shown = page(administrator(), "ids:changes")
    assert "data-copy" not in shown
    assert "No student of your State has an MSIX ID yet" in shown


def test_a_record_is_asked_for_from_its_sources(world: World) -> None:
    actions.decline(asked=world.asked, reason="anew", by=hat("state_data_administrator", "TX"))
    client = administrator()
    where = reverse("expunging:ask_child", args=[world.child.ref])
    assert where in page(client, "children:sources", world.child.ref)
    shown = said(client.get(where))
    assert "TX T1" in shown
    assert Disclosure.objects.filter(what="expunging").count() == 1
    given = {"option": _option(shown), "reason": " "}
    assert client.post(where, given).status_code == 422
    told = said(client.post(where, given | {"reason": "another State's"}, follow=True))
    assert "Nothing is removed before another person approves" in told
    made = Expunging.objects.latest("pk")
    assert (made.subject["state_student_id"], made.reason) == ("T1", "another State's")
    assert f"{made.ref} asks for this already" in said(client.get(where))


def _option(page: str) -> str:
    return page.split('name="option" value="')[1].split('"')[0]


def test_a_submission_is_asked_for_from_its_receipt(world: World) -> None:
    client = administrator()
    where = reverse("expunging:ask_submission", args=[world.submission.ref])
    assert where in page(client, "submissions:detail", world.submission.ref)
    told = said(client.post(where, {"option": "submission", "reason": "a test"}, follow=True))
    assert "What would be removed" in told
    assert Expunging.objects.latest("pk").subject == {"submission": world.submission.ref}


NAMED = [
    ({"kind": "student", "state": "TX", "student": "T1"}, "asks for this already"),
    ({"kind": "student", "state": "TX", "student": "NOBODY"}, "There is no such student or child here."),
    ({"kind": "student", "state": "CA", "student": "C1"}, "valid choice"),
    ({"kind": "student", "state": "TX"}, "Type the State student ID."),
    ({"kind": "child", "msix_id": "999999999999"}, "There is no such student or child here."),
    ({"kind": "submission", "submission": "CA-20261123-AAAA"}, "There is no such submission here."),
    ({}, "Choose what was sent in error."),
]


@pytest.mark.parametrize(("given", "words"), NAMED)
def test_what_is_named_and_cannot_be_asked_is_told_in_words(
    world: World, given: dict[str, str], words: str
) -> None:
    answer = administrator().post(reverse("expunging:ask"), given)
    assert (answer.status_code, words in said(answer)) == (422, True)


def test_the_nation_asks_by_the_msix_id_and_a_state_approves(world: World) -> None:
    client, where = signed_in(person("ome")), reverse("expunging:ask")
    given = {"kind": "child", "msix_id": f" {world.child.msix_id[:4]} {world.child.msix_id[4:]}"}
    shown = client.post(where, given)
    assert "A State Data Administrator of the State approves it" in said(shown)
    answer = client.post(where, given | {"option": "named", "reason": "a court"}, follow=True)
    made = Expunging.objects.latest("pk")
    assert answer.redirect_chain == [(reverse("expunging:request", args=[made.ref]), 302)]
    assert "Another person must" in said(client.get(reverse("expunging:request", args=[made.ref])))
    actions.approve(asked=made, by=hat("state_data_administrator", "TX"))
