"""The pages on which two children are laid side by side and proposed as one, and a proposal is taken back."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from openmsix.audit.models import Disclosure
from openmsix.deadlines import clock
from openmsix.identity import assigning
from openmsix.identity.digits import random_ids
from openmsix.identity.models import Link, Proposal
from openmsix.identity.queries import living
from openmsix.students.actions import rebuild
from openmsix.students.models import Child
from openmsix.worklist.models import Task
from tests import parts
from tests.integration.drawn import PILAR, Student, child, take_in
from tests.looking import SEEN, signed_in, words
from tests.people import person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]

LUPE = child("Guadalupe", "Hernández", date(2014, 3, 12), last_2="García", mother="Rosa García")
DA = "state_data_administrator"


@pytest.fixture(autouse=True)
def _two_children(tmp_path: Path) -> Iterator[None]:
    with parts.kept_in(tmp_path / "kept"):
        take_in("TX", Student("T1", says=LUPE))
        take_in("CA", Student("C1", says=PILAR))
        rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
        yield


def lupe() -> Child:
    return Child.objects.get(first_name="Guadalupe")


def pilar() -> Child:
    return Child.objects.get(first_name="Pilar")


def both() -> str:
    return f"/tasks/merge/{lupe().ref}/{pilar().ref}/"


def test_the_way_leads_from_the_record_its_sources_and_the_search() -> None:
    client, address = signed_in("FL", "primary"), f'href="/tasks/merge/{lupe().ref}/"'
    for page in ("", "sources/"):
        assert address in client.get(f"/children/{lupe().ref}/{page}").content.decode()
    found = client.post("/children/search/", {"text": "Guadalupe Hernandez"}, follow=True)
    assert address in found.content.decode()


def test_the_other_child_is_found_by_its_msix_id() -> None:
    client, address = signed_in("FL", "primary"), f"/tasks/merge/{lupe().ref}/"
    spaced = f"{pilar().pk[:4]} {pilar().pk[4:8]} {pilar().pk[8:]}"
    assert client.post(address, {"msix_id": spaced}).headers["Location"] == both()
    assert client.post(address, {"msix_id": spaced.replace(" ", "-")}).headers["Location"] == both()
    for typed, said in (
        ("123", "An MSIX ID has 12 digits; 123 has another number of them."),
        ("x", "An MSIX ID has 12 digits"),
        (" ", "Type the MSIX ID of the other child"),
        (random_ids(1)[0], "No record that your role may see has the MSIX ID"),
        (lupe().pk[:-1] + str((int(lupe().pk[-1]) + 1) % 10), "Its last digit does not fit the others"),
        (lupe().pk, "this child itself"),
    ):
        refused = client.post(address, {"msix_id": typed})
        assert (refused.status_code, said in words(refused)) == (422, True)


def test_the_other_child_is_found_by_a_search() -> None:
    client = signed_in("FL", "primary")
    found = client.post("/children/search/", {"text": "Pilar Ortega", "beside": lupe().ref}, follow=True)
    assert f'href="{both()}"' in found.content.decode()
    assert "You look for the same child as" in words(found)
    narrower = client.post(
        "/children/search/", {"text": "Ortega", "state": "CA", "beside": lupe().ref}, follow=True
    )
    assert f'href="{both()}"' in narrower.content.decode(), "searching again goes on"
    stranger = client.post("/children/search/", {"text": "Pilar Ortega", "beside": "nobody"}, follow=True)
    assert "You look for the same child as" not in words(stranger)


def test_both_stand_side_by_side_with_what_would_change_before_anything_is_proposed() -> None:
    client = signed_in("FL", "primary")
    page = client.get(both())
    text = words(page)
    assert re.search(r"First Name\W+differs Guadalupe Pilar|First Name\W+differs Pilar Guadalupe", text)
    assert "What speaks for and against" in text
    assert "What will change" in text
    assert "is retired. It leads to the living one for ever." in text
    assert Disclosure.objects.filter(what="merge").count() == 2
    for master, other in ((lupe(), pilar()), (pilar(), lupe())):
        looked = client.post(both(), {"step": "look", "master": master.pk})
        assert looked.status_code == 200
        goes = f"{other.pk[:4]}\N{NO-BREAK SPACE}{other.pk[4:8]}\N{NO-BREAK SPACE}{other.pk[8:]}"
        assert f"MSIX ID {goes} is retired" in looked.content.decode()
    assert not Proposal.objects.exists()


def test_a_registrar_proposes_and_the_states_validate() -> None:
    registrar, california = signed_in("TX", "primary"), signed_in("CA")
    without = registrar.post(both(), {"step": "propose", "master": pilar().pk, "reason": " "})
    assert without.status_code == 422
    assert "Say why in one line" in words(without)
    done = registrar.post(
        both(), {"step": "propose", "master": pilar().pk, "reason": "one mother"}, follow=True
    )
    assert "A Data Administrator of California validates it" in words(done)
    for locked in (f"/tasks/merge/{lupe().ref}/", both()):
        page = registrar.get(locked)
        assert "waits for a second person already" in words(page)
        assert "You only propose it" not in words(page)
        assert 'name="msix_id"' not in page.content.decode()
        assert 'value="propose"' not in page.content.decode()
    assert "A proposal about who this child is waits" in words(done)
    proposal = Proposal.objects.get()
    again = registrar.post(both(), {"step": "propose", "master": pilar().pk, "reason": "one mother"})
    assert proposal.ref in words(again)
    listed = registrar.get("/tasks/merges/?status=open").content.decode().replace("\N{NO-BREAK SPACE}", "")
    assert all(text in listed for text in (proposal.ref, lupe().pk, lupe().name, pilar().pk, pilar().name))
    task = Task.objects.open().get()
    asked = words(california.get(f"/tasks/{task.pk}/"))
    assert "Are these two one child?" in asked
    assert "one mother" in asked
    assert "Same child: merge them" in asked
    assert "What will change" in asked
    california.post(f"/tasks/{task.pk}/", {"answer": "agree"})
    assert set(Link.objects.live().values_list("msix_id", flat=True)) == {proposal.master_id}


def test_the_page_of_a_retired_msix_id_leads_to_the_living_one_and_says_so() -> None:
    former = lupe()
    test_a_registrar_proposes_and_the_states_validate()
    arrived = signed_in("FL", "primary").get(f"/children/{former.ref}/", follow=True)
    assert arrived.redirect_chain == [(f"/children/{pilar().ref}/", 301)]
    assert "was retired into this one" in words(arrived)


def test_a_proposal_is_taken_back_by_its_starter_alone() -> None:
    registrar = signed_in("TX", "primary")
    registrar.post(both(), {"step": "propose", "master": pilar().pk, "reason": "one mother"})
    proposal = Proposal.objects.get()
    page = f"/tasks/merges/{proposal.ref}/"
    assert "Take it back" not in words(signed_in("CA").get(page))
    refused = signed_in("CA").post(page)
    assert refused.status_code == 422
    assert "withdrawn by the person who started it" in words(refused)
    assert "Locked" in words(registrar.get(page))
    assert "was taken back" in words(registrar.post(page, follow=True))
    proposal.refresh_from_db()
    assert proposal.status == "withdrawn"


def test_the_page_of_an_undoing_says_when_the_child_is_locked_and_when_nobody_could_agree() -> None:
    test_a_registrar_proposes_and_the_states_validate()
    done, texas = Proposal.objects.get(), signed_in("TX")
    address = f"/tasks/merges/{done.ref}/undo/"
    free = words(texas.get(address))
    assert "Propose to undo it" in free
    assert "Nobody of" not in free
    person("state_data_administrator", "CA").holdings.update(until=clock.today())
    assert "Nobody of California decides tasks here yet." in words(texas.get(address))
    leaving = Link.objects.live().get(state_code="TX").state_record_id
    texas.post(f"/tasks/split/{pilar().ref}/", {"leaving": [leaving], "reason": "another mother"})
    locked = texas.get(address)
    assert "waits for a second person already" in words(locked)
    assert 'id="reason"' not in locked.content.decode()


@pytest.mark.parametrize(
    ("role", "status"), [("secondary", 403), ("batch_submitter", 403), ("operator", 403)]
)
def test_who_may_not_propose_comes_to_none_of_the_pages(role: str, status: int) -> None:
    client = signed_in("TX", role)
    assert client.get(f"/tasks/merge/{lupe().ref}/").status_code == status
    assert client.get(both()).status_code == status
    assert client.get("/tasks/merges/").status_code == status
    assert "Same as another child?" not in words(client.get(f"/children/{lupe().ref}/"))


def test_the_effect_of_a_split_is_shown_before_it_is_proposed() -> None:
    test_a_registrar_proposes_and_the_states_validate()
    registrar, own = signed_in("TX", "primary"), pilar()
    leaving = Link.objects.live().get(state_code="TX").state_record_id
    address = f"/tasks/split/{own.ref}/"
    assert "Choose some of the records" in words(registrar.post(address, {"step": "look"}))
    looked = registrar.post(address, {"step": "look", "leaving": [leaving]})
    assert looked.status_code == 200
    assert "The new MSIX ID will show" in words(looked)
    assert "1 pair of records is known to be two children from then on" in words(looked)
    assert Proposal.objects.count() == 1


def test_no_address_names_a_child() -> None:
    client = signed_in("FL", "primary")
    for page in (client.get(both()), client.get(f"/tasks/merge/{lupe().ref}/")):
        links = " ".join(re.findall(r'(?:href|action)="([^"]*)"', page.content.decode()))
        assert not re.search(r"Guadalupe|Pilar|T1\b|C1\b|[0-9]{12}", links)


def test_a_merge_is_proposed_as_its_effect_was_shown() -> None:
    client, address = signed_in("TX", "primary"), both()
    seen = SEEN.search(client.get(address).content.decode())
    assert seen
    shown = re.search(r'value="(\d{12})" checked', client.get(address).content.decode())
    assert shown
    [other] = {lupe().msix_id, pilar().msix_id} - {shown[1]}
    blind = client.post(address, {"master": other, "reason": "one mother", "seen": seen[1]})
    assert blind.status_code == 422
    assert "was not shown to you yet" in words(blind)
    assert f'value="{other}" checked' in blind.content.decode()
    stranger = client.post(address, {"master": "123456789012", "reason": "one mother"})
    assert stranger.status_code == 422
    assert "Choose which of the two MSIX IDs stays" in words(stranger)
    assert not Proposal.objects.exists()
    client.post(address, {"master": other, "reason": "one mother"})
    assert Proposal.objects.get().master_id == other


def test_a_merge_that_was_refused_before_says_why_when_it_is_asked_for_again() -> None:
    client = signed_in("TX", "primary")
    client.post(both(), {"reason": "one mother"})
    assert "Nothing can be decided just now" in words(client.get(both()))
    task = Task.objects.open().get()
    signed_in("CA").post(f"/tasks/{task.pk}/", {"answer": "refuse", "reason": "born in two cities"})
    assert "refused on" in words(client.get(both()))
    assert "born in two cities" in words(client.get(both()))


def test_who_proposed_hears_of_the_answer_on_the_home_page_for_two_weeks() -> None:
    registrar, california = signed_in("FL", "primary"), signed_in("CA")
    assert "Answers to what you proposed" not in words(registrar.get("/"))
    registrar.post(both(), {"step": "propose", "master": pilar().pk, "reason": "one mother"})
    made = Proposal.objects.get()
    assert "Answers to what you proposed" not in words(registrar.get("/"))
    task = Task.objects.open().filter(type=assigning.VALIDATE, state_code="CA")[0]
    california.post(f"/tasks/{task.pk}/", {"answer": "refuse", "reason": "I know both"})
    home = words(registrar.get("/"))
    assert re.search(f"Answers to what you proposed Merge {made.ref} Refused Pilar .* I know both", home)
    assert "Answers to what you proposed" not in words(california.get("/"))
    with clock.fixed(clock.today() + timedelta(days=15)):
        assert "Answers to what you proposed" not in words(registrar.get("/"))


def test_who_took_a_proposal_back_is_told_nothing() -> None:
    registrar = signed_in("FL", "primary")
    registrar.post(both(), {"step": "propose", "master": pilar().pk, "reason": "one mother"})
    registrar.post(f"/tasks/merges/{Proposal.objects.get().ref}/")
    assert Proposal.objects.get().status == "withdrawn"
    assert "Answers to what you proposed" not in words(registrar.get("/"))


def test_a_retired_msix_id_leads_to_the_child_that_has_its_records_now() -> None:
    texas, california = signed_in("TX"), signed_in("CA")
    former, stays = lupe(), pilar()
    texas.post(both(), {"step": "propose", "master": stays.pk, "reason": "one mother"})
    california.post(
        f"/tasks/{Task.objects.open().filter(type=assigning.VALIDATE)[0].pk}/", {"answer": "agree"}
    )
    at = f"/children/{former.ref}/"
    assert "Its records are here" in words(texas.get(at, follow=True))
    [record] = Link.objects.live().filter(state_code="TX").values_list("state_record_id", flat=True)
    texas.post(f"/tasks/split/{stays.ref}/", {"leaving": [record], "reason": "two births"})
    california.post(
        f"/tasks/{Task.objects.open().filter(type=assigning.VALIDATE)[0].pk}/", {"answer": "agree"}
    )
    split_off = Link.objects.live().get(state_record=record).msix_id
    assert split_off not in (former.pk, stays.pk)
    assert living(former.pk) == split_off
    sources = f"/children/{Child.objects.get(pk=split_off).ref}/sources/"
    assert "split it off" in words(texas.get(sources))
    led = texas.get(at, follow=True)
    assert led.redirect_chain[0][0] == f"/children/{Child.objects.get(pk=split_off).ref}/"
    assert "Its records are here" in words(led)
    split = Proposal.objects.get(kind="split")
    texas.post(f"/tasks/merges/{split.ref}/undo/", {"reason": "one birth after all"})
    california.post(
        f"/tasks/{Task.objects.open().filter(type=assigning.VALIDATE)[0].pk}/", {"answer": "agree"}
    )
    assert living(former.pk) == living(split_off) == stays.pk


def test_a_retired_msix_id_whose_records_are_of_two_children_now_leads_where_it_led_and_says_so() -> None:
    take_in("FL", Student("F1", says=LUPE))
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
    texas, california = signed_in("TX"), signed_in("CA")
    former, stays = lupe(), pilar()
    assert Link.objects.live().of_child(former.pk).count() == 2
    texas.post(both(), {"step": "propose", "master": stays.pk, "reason": "one mother"})
    california.post(
        f"/tasks/{Task.objects.open().filter(type=assigning.VALIDATE, state_code='CA')[0].pk}/",
        {"answer": "agree"},
    )
    [record] = Link.objects.live().filter(state_code="TX").values_list("state_record_id", flat=True)
    texas.post(f"/tasks/split/{stays.ref}/", {"leaving": [record], "reason": "two births"})
    california.post(
        f"/tasks/{Task.objects.open().filter(type=assigning.VALIDATE, state_code='CA')[0].pk}/",
        {"answer": "agree"},
    )
    assert living(former.pk) == stays.pk
    led = words(texas.get(f"/children/{former.ref}/", follow=True))
    assert "Some of its records were split off since" in led
    assert "Its records are here" not in led
