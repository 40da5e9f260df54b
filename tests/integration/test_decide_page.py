"""The page on which a near match is decided, and a merge validated."""

import re

import pytest

from openmsix.audit.models import Disclosure
from openmsix.identity import assigning
from openmsix.identity.models import CandidatePair, KnownDifferent, Link, Proposal
from openmsix.students.actions import rebuild
from openmsix.students.models import Child
from openmsix.worklist.models import Message, Task
from tests.integration.drawn import LUPE, Student, take_in
from tests.looking import SEEN, signed_in, words
from tests.people import person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db, pytest.mark.usefixtures("near_matches")]

DA = "state_data_administrator"


def first(type_: str = "near_match") -> Task:
    return Task.objects.open().filter(type=type_).order_by("pk")[0]


def test_both_records_stand_side_by_side_with_what_differs_and_what_speaks_for_it() -> None:
    client = signed_in("CA")
    page = client.get(f"/tasks/{first().pk}/")
    text = words(page)
    assert "Are these two records one child?" in text
    assert re.search(r"Middle Name\W+differs Sofia Elena", text)
    assert re.search(r"First Name Guadalupe Guadalupe", text)
    assert "The middle names" in text
    assert "against" in text
    assert 'lang="en">' in page.content.decode()
    shown = Disclosure.objects.filter(what="near match")
    assert shown.count() == len(set(shown.values_list("msix_id", flat=True))) == 2


def test_a_third_child_of_whom_people_are_asked_is_not_called_a_twin() -> None:
    take_in("WA", Student("W1", says={**LUPE, "middle_name": "Noemi"}))
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
    page = words(signed_in("CA").get(f"/tasks/{first().pk}/"))
    families = page[page.index("Brothers and sisters") :]
    assert "perhaps the same child: people are asked" in families
    assert "twin" not in families


def test_the_next_task_opens_after_an_answer() -> None:
    client, task = signed_in("CA"), first()
    answered = client.post(f"/tasks/{task.pk}/", {"answer": "different", "reason": ""})
    assert answered.headers["Location"] == f"/tasks/{first().pk}/"
    last = client.post(answered.headers["Location"], {"answer": "different"}, follow=True)
    assert "Kept as two children" in words(last)
    assert "Nothing waits" in words(last)
    assert set(CandidatePair.objects.values_list("status", flat=True)) == {"different"}


def test_whoever_put_one_off_is_not_led_back_to_it_as_long_as_others_wait() -> None:
    take_in("TX", Student("T3", says={**LUPE, "first_name": "Marisol", "last_name_1": "Ruelas"}))
    take_in(
        "CA",
        Student("C3", says={**LUPE, "first_name": "Marisol", "last_name_1": "Ruelas", "middle_name": "Ines"}),
    )
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
    one, two, three = Task.objects.open().order_by("pk")
    client = signed_in("CA")
    assert f'href="/tasks/{two.pk}/"' in client.get(f"/tasks/{one.pk}/").content.decode()
    answered = client.post(f"/tasks/{two.pk}/", {"answer": "different"})
    assert answered.headers["Location"] == f"/tasks/{three.pk}/"
    assert (
        client.post(f"/tasks/{three.pk}/", {"answer": "different"}).headers["Location"] == f"/tasks/{one.pk}/"
    )


def test_what_one_proposes_another_of_the_other_state_merges() -> None:
    california, texas = signed_in("CA"), signed_in("TX")
    proposed = california.post(f"/tasks/{first().pk}/", {"answer": "same"}, follow=True)
    assert "A Data Administrator of Texas validates it" in words(proposed)
    task = first(assigning.VALIDATE)
    page = texas.get(f"/tasks/{task.pk}/")
    assert "proposed on" in words(page)
    merged = texas.post(f"/tasks/{task.pk}/", {"answer": "agree"}, follow=True)
    assert "one child now" in words(merged)
    assert Proposal.objects.get().status == "done"


def test_the_other_state_is_asked_and_answers_on_the_same_page() -> None:
    california, texas, task = signed_in("CA"), signed_in("TX"), first()
    empty = california.post(f"/tasks/{task.pk}/", {"answer": "ask", "text": " "})
    assert empty.status_code == 422
    assert "Write what you ask" in words(empty)
    asked = california.post(f"/tasks/{task.pk}/", {"answer": "ask", "text": "Has she a <twin>?"}, follow=True)
    assert "Written to Texas" in words(asked)
    other = Task.objects.open().get(place__code="TX")
    page = texas.get(f"/tasks/{other.pk}/")
    assert "Has she a &lt;twin&gt;?" in page.content.decode()
    assert "Answer, or ask again" in words(page)
    texas.post(f"/tasks/{other.pk}/", {"answer": "ask", "text": "No."})
    assert "No." in words(california.get(f"/tasks/{task.pk}/"))
    texas.post(f"/tasks/{other.pk}/", {"answer": "different"})
    assert not Task.objects.open().filter(subject_id=task.subject_id).exists()


def test_a_merge_is_listed_and_undone_by_two() -> None:
    california, texas = signed_in("CA"), signed_in("TX")
    assert "Nothing here yet" in words(california.get("/tasks/merges/"))
    california.post(f"/tasks/{first().pk}/", {"answer": "same", "reason": "one mother"})
    texas.post(f"/tasks/{first(assigning.VALIDATE).pk}/", {"answer": "agree"})
    merge = Proposal.objects.get()
    assert merge.ref in words(california.get("/tasks/merges/?status=done"))
    page = words(california.get(f"/tasks/merges/{merge.ref}/"))
    assert "one mother" in page
    assert "See what undoing it would change" in page
    undo = f"/tasks/merges/{merge.ref}/undo/"
    effect = words(california.get(undo))
    assert "lives again" in effect
    assert "1 pair of records is known to be two children from then on" in effect
    assert california.post(undo, {"reason": " "}).status_code == 422
    proposed = california.post(undo, {"reason": "two mothers"}, follow=True)
    assert "A Data Administrator of Texas validates that" in words(proposed)
    assert "See what undoing" not in words(california.get(f"/tasks/merges/{merge.ref}/"))
    again = california.get(undo, follow=True)
    assert again.redirect_chain == [(f"/tasks/merges/{merge.ref}/", 302)]
    assert f"waits for a second person already ({Proposal.objects.open().get().ref})" in words(again)
    task = first(assigning.VALIDATE)
    asked = words(texas.get(f"/tasks/{task.pk}/"))
    assert f"to undo {merge.ref}" in asked
    assert "Two children: undo the merge" in asked
    undone = texas.post(f"/tasks/{task.pk}/", {"answer": "agree"}, follow=True)
    assert "MSIX ID it had before" in words(undone)
    again = california.get(undo, follow=True)
    assert again.redirect_chain == [(f"/tasks/merges/{merge.ref}/", 302)]
    assert f"{merge.ref} does not hold now" in words(again)
    assert "Carried out, and undone later" in words(again)
    assert "Carried out, and undone later" in words(california.get("/tasks/merges/"))
    assert len(set(Link.objects.live().values_list("msix_id", flat=True))) == 4


def test_a_split_is_proposed_from_the_records_and_validated() -> None:
    take_in("CA", Student("C9", says={**LUPE, "first_name": "Marisol", "last_name_1": "Ruelas"}))
    take_in("TX", Student("T9", says={**LUPE, "first_name": "Marisol", "last_name_1": "Ruelas"}))
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
    child = Child.objects.get(first_name="Marisol")
    registrar, texas = signed_in("FL", "primary"), signed_in("TX")
    assert (
        f'href="/tasks/split/{child.ref}/"'
        in registrar.get(f"/children/{child.ref}/sources/").content.decode()
    )
    page = registrar.get(f"/tasks/split/{child.ref}/")
    assert "Which records are another child" in words(page)
    leaving = Link.objects.live().get(state_record__state_student_id="C9").state_record_id
    assert "Choose some" in words(registrar.post(f"/tasks/split/{child.ref}/", {"reason": "two births"}))
    without = registrar.post(f"/tasks/split/{child.ref}/", {"leaving": [leaving], "reason": " "})
    assert without.status_code == 422
    assert "checked" in without.content.decode()
    done = registrar.post(
        f"/tasks/split/{child.ref}/", {"leaving": [leaving], "reason": "two births"}, follow=True
    )
    assert "proposed to split" in words(done)
    again = registrar.get(f"/tasks/split/{child.ref}/")
    assert "waits for a second person already" in words(again)
    assert 'name="leaving"' not in again.content.decode()
    task = Task.objects.open().get(type=assigning.VALIDATE, place__code="TX")
    asked = words(texas.get(f"/tasks/{task.pk}/"))
    assert "another child's" in asked.replace("&#x27;", "'")
    assert "moves" in asked
    texas.post(f"/tasks/{task.pk}/", {"answer": "agree"})
    assert Link.objects.live().get(state_record=leaving).msix_id != child.pk


@pytest.mark.parametrize(
    ("role", "status"), [("secondary", 403), ("batch_submitter", 403), ("operator", 403)]
)
def test_a_split_is_proposed_by_those_who_may(role: str, status: int) -> None:
    child = Child.objects.filter(live=True)[0]
    client = signed_in("TX", role)
    assert client.get(f"/tasks/split/{child.ref}/").status_code == status
    assert "Propose to split" not in words(client.get(f"/children/{child.ref}/sources/"))


def test_a_merge_is_shown_to_the_states_it_concerns() -> None:
    signed_in("CA").post(f"/tasks/{first().pk}/", {"answer": "same"})
    ref = Proposal.objects.get().ref
    assert signed_in("FL").get(f"/tasks/merges/{ref}/").status_code == 404
    assert ref not in words(signed_in("FL").get("/tasks/merges/"))
    assert ref not in words(signed_in("TX", "primary").get("/tasks/merges/"))
    assert signed_in("TX", "secondary").get("/tasks/merges/").status_code == 403


def test_to_refuse_needs_a_reason_and_what_was_typed_stays() -> None:
    california, texas = signed_in("CA"), signed_in("TX")
    california.post(f"/tasks/{first().pk}/", {"answer": "same"})
    task = first(assigning.VALIDATE)
    refused = texas.post(f"/tasks/{task.pk}/", {"answer": "refuse", "reason": " "})
    assert refused.status_code == 422
    assert "Say why in one line" in words(refused)
    long = "x" * 250
    assert (
        f'value="{long}"'
        in texas.post(f"/tasks/{task.pk}/", {"answer": "refuse", "reason": long}).content.decode()
    )
    texas.post(f"/tasks/{task.pk}/", {"answer": "refuse", "reason": "another mother"})
    assert Proposal.objects.get().status == "refused"


def test_a_task_that_somebody_decided_meanwhile_says_so() -> None:
    client, task = signed_in("CA"), first()
    client.post(f"/tasks/{task.pk}/", {"answer": "different"})
    for late in (
        client.get(f"/tasks/{task.pk}/", follow=True),
        client.post(f"/tasks/{task.pk}/", {"answer": "same"}, follow=True),
    ):
        assert "was decided or withdrawn before" in words(late)
    assert CandidatePair.objects.filter(status="different").count() == 1


@pytest.mark.parametrize(
    ("state", "role", "status"),
    [("TX", DA, 404), ("FL", DA, 404), ("CA", "primary", 403), ("CA", "batch_submitter", 403)],
)
def test_a_task_opens_to_those_alone_who_decide_it(state: str, role: str, status: int) -> None:
    client = signed_in(state, role)
    assert client.get(f"/tasks/{first().pk}/").status_code == status
    assert client.post(f"/tasks/{first().pk}/", {"answer": "same"}).status_code == status
    assert not Proposal.objects.exists()


def test_an_answer_that_is_none_changes_nothing() -> None:
    answered = signed_in("CA").post(f"/tasks/{first().pk}/", {"answer": "perhaps"})
    assert answered.status_code == 422
    assert "Choose one of the answers" in words(answered)


def test_the_list_leads_to_the_page_for_those_who_decide() -> None:
    assert f'href="/tasks/{first().pk}/"' in signed_in("CA").get("/tasks/").content.decode()


def test_no_address_names_a_child() -> None:
    page = signed_in("CA").get(f"/tasks/{first().pk}/").content.decode()
    links = " ".join(re.findall(r'(?:href|action)="([^"]*)"', page))
    assert not re.search(r"Guadalupe|Hern|T1\b|C1\b|[0-9]{12}", links)


def test_the_home_page_leads_to_the_page_for_those_who_decide() -> None:
    assert f'href="/tasks/{first().pk}/"' in signed_in("CA").get("/").content.decode()


def test_a_near_match_that_was_decided_is_found_again_with_who_decided_it_and_how() -> None:
    client = signed_in("CA")
    assert "None here yet" in words(client.get("/tasks/decided/"))
    client.post(f"/tasks/{first().pk}/", {"answer": "different"})
    listed = client.get("/tasks/decided/")
    found = words(listed)
    assert "Two children" in found
    assert person(DA, "CA").name in found
    assert (
        found.count("Guadalupe Sofia Hernández García") + found.count("Guadalupe Elena Hernández García") == 2
    )
    assert len(set(re.findall(r'href="(/children/[^"]+)"', listed.content.decode()))) >= 2
    assert "Guadalupe" in words(client.get("/tasks/decided/?end=different"))
    assert "Guadalupe" not in words(client.get("/tasks/decided/?end=same"))
    client.post(f"/tasks/{first().pk}/", {"answer": "same"})
    assert "Benjamin" in words(client.get("/tasks/decided/?end=open"))
    assert "None here yet" in words(signed_in("TX").get("/tasks/decided/"))


@pytest.mark.parametrize("role", ["primary", "batch_submitter", "operator"])
def test_decided_near_matches_are_listed_for_those_alone_who_decide(role: str) -> None:
    assert signed_in("CA", role).get("/tasks/decided/").status_code == 403


def test_an_answer_to_what_stands_there_no_more_shows_what_does() -> None:
    california, texas, task = signed_in("CA"), signed_in("TX"), first()
    seen = SEEN.search(california.get(f"/tasks/{task.pk}/").content.decode())
    assert seen
    take_in("TX", Student("T1", says={**LUPE, "middle_name": "Sofía Elena"}))
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
    late = california.post(f"/tasks/{task.pk}/", {"answer": "same", "seen": seen[1]})
    assert late.status_code == 422
    assert "not as you saw them last" in words(late)
    assert "Sofía Elena" in words(late)
    assert not Proposal.objects.exists()
    california.post(f"/tasks/{task.pk}/", {"answer": "same"})
    validating = first(assigning.VALIDATE)
    blind = texas.post(f"/tasks/{validating.pk}/", {"answer": "agree", "seen": ""})
    assert blind.status_code == 422
    assert Proposal.objects.get().status == "open"


def test_a_split_is_proposed_as_its_effect_was_shown_and_of_records_named_once() -> None:
    take_in("FL", Student("F1", says={**LUPE}))
    texan = Link.objects.live().get(state_record__state_student_id="T1")
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
    own = list(Link.objects.live().of_child(texan.msix_id).values_list("state_record_id", flat=True))
    assert len(own) == 2
    client, address = signed_in("TX"), f"/tasks/split/{Child.objects.get(pk=texan.msix_id).ref}/"
    other = client.post(address, {"leaving": [own[0]], "step": "look"}).content.decode()
    mark = SEEN.search(other)
    assert mark
    unseen = client.post(address, {"leaving": [own[1]], "reason": "two births", "seen": mark[1]})
    assert unseen.status_code == 422
    assert "was not shown to you yet" in words(unseen)
    for wrong in (["9" * 5_000], [], own):
        assert client.post(address, {"leaving": wrong, "reason": "two births"}).status_code == 422
    assert not Proposal.objects.exists()
    client.post(address, {"leaving": [own[1], own[1]], "reason": "two births"})
    proposal = Proposal.objects.get()
    assert proposal.records.count() == 1
    task = first(assigning.VALIDATE)
    done = signed_in("FL").post(f"/tasks/{task.pk}/", {"answer": "agree"}, follow=True)
    assert "The records are of two children now" in words(done)
    new = Link.objects.live().get(state_record=own[1]).msix_id
    assert f"{new[:4]} {new[4:8]} {new[8:]}" in words(client.get(f"/tasks/merges/{proposal.ref}/"))


@pytest.mark.parametrize("answer", ["different", "ask"])
def test_what_cannot_be_shown_is_taken_out_of_what_people_type(answer: str) -> None:
    task, typed = first(), "Her \0 aunt\x1b says\u202e so"
    said = {"answer": answer, "reason": typed, "text": typed}
    assert signed_in("CA").post(f"/tasks/{task.pk}/", said).status_code == 302
    kept = [
        *KnownDifferent.objects.values_list("reason", flat=True),
        *Message.objects.values_list("text", flat=True),
    ]
    assert [" ".join(one.split()) for one in kept] == ["Her aunt says so"]


def test_a_pair_about_whose_children_a_proposal_waits_says_so_before_anybody_answers() -> None:
    take_in("FL", Student("F1", says={**LUPE, "middle_name": "Ines"}))
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
    signed_in("CA").post(f"/tasks/{first().pk}/", {"answer": "same"})
    ref = Proposal.objects.get().ref
    other = Task.objects.open().filter(type="near_match", state_code="FL")[0]
    page = signed_in("FL").get(f"/tasks/{other.pk}/")
    assert f"waits for a second person already: {ref}" in words(page)
    assert 'value="same"' not in page.content.decode()


def test_the_list_tells_that_the_other_state_wrote() -> None:
    california, texas, task = signed_in("CA"), signed_in("TX"), first()
    asked = california.post(f"/tasks/{task.pk}/", {"answer": "ask", "text": "Has she a twin?"})
    assert asked.headers["Location"] == f"/tasks/{task.pk}/", "the thread stands there"
    assert "California wrote about it on" in words(texas.get("/tasks/"))
    assert "wrote about it" not in words(california.get("/tasks/"))
    other = Task.objects.open().get(place__code="TX")
    texas.post(f"/tasks/{other.pk}/", {"answer": "ask", "text": "No."})
    assert "Texas wrote about it on" in words(california.get("/"))
