"""What those who decide read beside the records: who acted, what happened to either child, what a mark means, and the way back from an answer."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from openmsix.accounts.queries import named
from openmsix.identity import assigning
from openmsix.identity.models import Link, Proposal
from openmsix.students.actions import rebuild
from openmsix.students.models import Child
from openmsix.worklist.models import Task
from tests import parts
from tests.integration.drawn import LUPE, PERHAPS_LUPE, Student, take_in
from tests.looking import signed_in, words
from tests.people import person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]

DA = "state_data_administrator"
MOVE = {"qualifying_arrival_date": date(2026, 3, 1), "to_city": "Immokalee", "to_state": "FL"}


@pytest.fixture(autouse=True)
def _a_near_match_with_a_child_of_two_records(tmp_path: Path) -> Iterator[None]:
    with parts.kept_in(tmp_path / "kept"):
        take_in("TX", Student("T1", says=LUPE))
        take_in("FL", Student("F1", says=LUPE, rows={"qualifying_moves": [MOVE]}))
        take_in("CA", Student("C1", says=PERHAPS_LUPE))
        rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
        yield


def texan() -> Child:
    return Child.objects.get(pk=Link.objects.live().get(state_record__state_student_id="T1").msix_id)


def first(type_: str = "near_match", state: str = "CA") -> Task:
    return Task.objects.open().filter(type=type_, state_code=state).order_by("pk")[0]


def test_moves_of_all_records_of_both_children_stand_on_the_page_of_two() -> None:
    assert texan().states == ["FL", "TX"]
    page = words(signed_in("CA").get(f"/tasks/{first().pk}/"))
    happened = page[page.index("Moves and enrollments of all these records") :]
    assert "FL F1 Arrived: Immokalee FL" in happened


def test_a_person_is_named_by_name_and_sign_in_wherever_it_is_told_who_acted() -> None:
    california = signed_in("CA")
    sign_in = person(DA, "CA").email
    california.post(f"/tasks/{first().pk}/", {"answer": "same"})
    ref = Proposal.objects.get().ref
    task = Task.objects.open().filter(type=assigning.VALIDATE)[0]
    other = signed_in(task.state_code or "")
    told = f"State Data Administrator ({sign_in})"
    for page in (f"/tasks/{task.pk}/", "/tasks/merges/", f"/tasks/merges/{ref}/"):
        assert told in words(other.get(page)), page
    other.post(f"/tasks/{task.pk}/", {"answer": "refuse", "reason": "two births"})
    assert told in words(california.get("/tasks/decided/"))
    assert named("automatic approval") == "automatic approval", "what is no person keeps its name"


def test_after_an_answer_a_link_leads_to_the_proposal_that_it_made_or_ended() -> None:
    proposed = signed_in("CA").post(f"/tasks/{first().pk}/", {"answer": "same"}, follow=True)
    ref = Proposal.objects.get().ref
    assert f'<a class="om-id" href="/tasks/merges/{ref}/">{ref}</a>' in proposed.content.decode()
    task = Task.objects.open().filter(type=assigning.VALIDATE)[0]
    agreed = signed_in(task.state_code or "").post(f"/tasks/{task.pk}/", {"answer": "agree"}, follow=True)
    assert f'<a class="om-id" href="/tasks/merges/{ref}/">{ref}</a>' in agreed.content.decode()


def test_what_the_mark_of_a_difference_means_stands_beside_it() -> None:
    rule = "Accents, capitals, hyphens and spaces do not count, nor does what a record leaves out."
    california = signed_in("CA")
    assert rule in words(california.get(f"/tasks/{first().pk}/"))
    assert rule in words(signed_in("TX").get(f"/tasks/split/{texan().ref}/"))


def test_a_look_at_a_split_of_nothing_is_not_called_a_proposal() -> None:
    client, address = signed_in("TX"), f"/tasks/split/{texan().ref}/"
    looked = words(client.post(address, {"step": "look"}))
    assert "Nothing to show yet" in looked
    assert "Nothing was proposed" not in looked
    assert "Nothing was proposed" in words(client.post(address, {"reason": "two births"}))


def test_a_lone_administrator_is_told_that_nobody_else_decides() -> None:
    client, address = signed_in("CA"), f"/tasks/{first().pk}/pass/"
    alone = client.get(address)
    assert "Nobody else in California decides tasks at this level or a lower one" in words(alone)
    assert "<select" not in alone.content.decode()
    person("district_data_administrator", "CA")
    assert "<select" in client.get(address).content.decode()


def test_a_registrar_finds_the_proposals_in_the_navigation_and_who_sees_tasks_does_not() -> None:
    assert 'href="/tasks/merges/"' in signed_in("CA", "primary").get("/moves/").content.decode()
    assert 'href="/tasks/merges/"' not in signed_in("CA").get("/moves/").content.decode()
    assert 'href="/tasks/merges/"' not in signed_in("CA", "secondary").get("/").content.decode()


def test_each_page_of_a_retired_child_leads_to_the_same_page_of_the_living_one() -> None:
    signed_in("CA").post(f"/tasks/{first().pk}/", {"answer": "same"})
    task = Task.objects.open().filter(type=assigning.VALIDATE)[0]
    before = set(Child.objects.values_list("ref", flat=True))
    client = signed_in(task.state_code or "")
    client.post(f"/tasks/{task.pk}/", {"answer": "agree"})
    living = Child.objects.get(live=True)
    [retired] = before - {living.ref}
    for page in ("", "sources/", "access/", "health/"):
        led = client.get(f"/children/{retired}/{page}")
        assert (led.status_code, led.headers["Location"]) == (301, f"/children/{living.ref}/{page}")


def test_an_undoing_leads_to_the_step_that_takes_it_back_and_that_gives_the_same_links() -> None:
    def links() -> set[tuple[int, str]]:
        return set(Link.objects.live().values_list("state_record_id", "msix_id"))

    def validated() -> None:
        task = Task.objects.open().filter(type=assigning.VALIDATE)[0]
        signed_in(task.state_code or "").post(f"/tasks/{task.pk}/", {"answer": "agree"})

    california, apart = signed_in("CA"), links()
    california.post(f"/tasks/{first().pk}/", {"answer": "same"})
    validated()
    merge, merged = Proposal.objects.get(), links()
    california.post(f"/tasks/merges/{merge.ref}/undo/", {"reason": "two births"})
    undoing = Proposal.objects.open().get()
    assert "Propose the merge again" not in words(california.get(f"/tasks/merges/{undoing.ref}/"))
    validated()
    assert links() == apart
    page = california.get(f"/tasks/merges/{undoing.ref}/").content.decode()
    again = re.search(r'href="([^"]+)">Was undoing it wrong\? Propose the merge again', page)
    assert again
    proposed = california.post(again[1], {"reason": "one birth after all", "master": merge.master_id})
    assert proposed.status_code == 302
    validated()
    assert links() == merged
