"""Whoever decides knows what was decided before, what else is asked, and whether anybody could agree; and decides what stands there now."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from openmsix import decisions
from openmsix.accounts.models import User
from openmsix.identity import assigning
from openmsix.identity.before import decided_before
from openmsix.identity.models import KnownDifferent, Link, Proposal
from openmsix.students.actions import rebuild
from openmsix.students.models import Child
from openmsix.worklist.models import Task
from tests import parts
from tests.integration.drawn import LUPE, PERHAPS_LUPE, Student, take_in
from tests.looking import signed_in, words
from tests.people import BY, hat, person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _a_near_match(tmp_path: Path) -> Iterator[None]:
    with parts.kept_in(tmp_path / "kept"):
        take_in("TX", Student("T1", says=LUPE))
        take_in("CA", Student("C1", says=PERHAPS_LUPE))
        shown()
        yield


def shown() -> None:
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))


def of(student: str) -> Child:
    return Child.objects.get(pk=Link.objects.live().get(state_record__state_student_id=student).msix_id)


def both() -> str:
    return f"/tasks/merge/{of('T1').ref}/{of('C1').ref}/"


def first(type_: str = "near_match", state: str = "CA") -> Task:
    return Task.objects.open().filter(type=type_, state_code=state).order_by("pk")[0]


def proposed_and_answered(answer: str, reason: str) -> Proposal:
    """A merge that a Californian proposes without being asked, and a Texan answers."""
    signed_in("CA").post(both(), {"step": "propose", "master": of("T1").pk, "reason": "one mother"})
    task = first(assigning.VALIDATE, "TX")
    signed_in("TX").post(f"/tasks/{task.pk}/", {"answer": answer, "reason": reason})
    return Proposal.objects.order_by("-pk")[0]


def test_a_refusal_is_told_to_all_who_decide_about_the_two_again() -> None:
    signed_in("CA").post(both(), {"step": "propose", "master": of("T1").pk, "reason": "one mother"})
    task = first(assigning.VALIDATE, "TX")
    refused = signed_in("TX").post(
        f"/tasks/{task.pk}/", {"answer": "refuse", "reason": "twins, I called"}, follow=True
    )
    ref = Proposal.objects.get().ref
    assert f"Task {task.pk}: Refused. They stay two children." in words(refused)
    assert "A near match about them still waits" in words(refused)
    told = f"It was proposed before ({ref}) and refused on 23 Nov 2026 by State Data Administrator ({person('state_data_administrator', 'TX').email})."
    for state, page in (("CA", f"/tasks/{first().pk}/"), ("CA", both())):
        text = words(signed_in(state).get(page))
        assert told in text, page
        assert "twins, I called" in text
    signed_in("CA").post(f"/tasks/{first().pk}/", {"answer": "same"})
    assert told in words(signed_in("TX").get(f"/tasks/{first(assigning.VALIDATE, 'TX').pk}/"))


def test_a_merge_that_was_undone_and_two_that_were_kept_apart_are_told_too() -> None:
    merge = proposed_and_answered("agree", "")
    signed_in("CA").post(f"/tasks/merges/{merge.ref}/undo/", {"reason": "two girls"})
    signed_in("TX").post(f"/tasks/{first(assigning.VALIDATE, 'TX').pk}/", {"answer": "agree"})
    shown()
    page = words(signed_in("CA").get(both()))
    assert f"It was carried out before ({merge.ref})" in page
    assert "two girls" in page
    KnownDifferent.objects.all().delete()
    records = {link.state_record_id for link in Link.objects.live()}
    KnownDifferent.objects.create(
        left_id=min(records), right_id=max(records), decided_at=merge.started_at, decided_by="x@y", reason="I know both"
    )  # fmt: skip
    told = decided_before([of("T1").pk, of("C1").pk])
    assert [one.kind for one in told] == ["undone", "different"]
    assert "I know both" in words(signed_in("CA").get(both()))


def test_a_slip_of_two_children_leads_to_the_way_back() -> None:
    task = first()
    kept = signed_in("CA").post(f"/tasks/{task.pk}/", {"answer": "different"}, follow=True)
    page = kept.content.decode()
    assert f"Task {task.pk}: Kept as two children." in words(kept)
    two = sorted((of("T1"), of("C1")), key=lambda one: one.pk)
    assert f'href="/tasks/merge/{two[0].ref}/{two[1].ref}/">Was that a slip?' in page


def test_decided_near_matches_tell_who_said_what_and_where_it_stands() -> None:
    california = signed_in("CA")
    california.post(f"/tasks/{first().pk}/", {"answer": "same"})
    made = Proposal.objects.get()
    text = words(california.get("/tasks/decided/"))
    assert f"Open still 23 Nov 2026 {made.ref} Waits for a second person" in text
    assert "answered: same child" in text
    decisions.withdraw(proposal=made, by=hat("state_data_administrator", "CA"))
    assert f"{made.ref} Taken back" in words(california.get("/tasks/decided/"))


def test_it_is_said_where_nobody_could_agree() -> None:
    page = f"/tasks/{first().pk}/"
    assert "Nobody of Texas decides tasks here yet." in words(signed_in("CA").get(page))
    assert "Nobody of Texas decides tasks here yet." in words(signed_in("CA").get(both()))
    person("state_data_administrator", "TX")
    assert "Nobody of Texas" not in words(signed_in("CA").get(page))
    User.objects.filter(email=person("state_data_administrator", "TX").email).update(is_active=False)
    assert "Nobody of Texas" in words(signed_in("CA").get(page))


def test_other_open_questions_about_the_same_children_stand_beside_the_question() -> None:
    assert "other question about these children" not in words(signed_in("CA").get(f"/tasks/{first().pk}/"))
    take_in("FL", Student("F1", says={**LUPE, "middle_name": "Ines"}))
    shown()
    page = words(signed_in("CA").get(f"/tasks/{first().pk}/"))
    assert "2 other questions about these children are open" in page
    assert "TX T1 / FL F1" in page or "FL F1 / TX T1" in page


def test_a_merge_whose_link_an_operator_undid_says_that_it_was_changed_since() -> None:
    merge = proposed_and_answered("agree", "")
    link = Link.objects.live().get(state_record__state_student_id="C1")
    decisions.undo_link(link=link, by=BY, reason="wrong child")
    page = words(signed_in("CA").get(f"/tasks/merges/{merge.ref}/"))
    assert "Carried out, and changed since" in page
    assert "so that it cannot be undone as a whole" in page
    assert "See what undoing it would change" not in page


def test_within_one_state_a_question_is_marked_for_the_others_there() -> None:
    take_in("CA", Student("C2", says={**LUPE, "middle_name": "Elena", "birth_date": date(2014, 3, 21)}))
    shown()
    within = next(
        task
        for task in Task.objects.open().filter(state_code="CA").order_by("-pk")
        if "The other Data Administrators of your State read it here." in words(signed_in("CA").get(f"/tasks/{task.pk}/"))
    )  # fmt: skip
    asked = signed_in("CA").post(
        f"/tasks/{within.pk}/", {"answer": "ask", "text": "Who knows her?"}, follow=True
    )
    assert "Written to the others of your State." in words(asked)
    other = words(signed_in("CA", number=2).get("/tasks/"))
    assert f"({person('state_data_administrator', 'CA').email}) wrote about it on" in other
    assert "wrote about it" not in words(signed_in("CA").get("/tasks/"))


def test_what_came_while_the_turn_was_waited_for_is_shown_before_anybody_agrees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signed_in("CA").post(f"/tasks/{first().pk}/", {"answer": "same"})
    turn = decisions.in_turn

    @contextmanager
    def late() -> Iterator[None]:
        take_in("TX", Student("T1", says={**LUPE, "birth_date": date(2014, 3, 21)}))
        with turn():
            yield

    monkeypatch.setattr(decisions, "in_turn", late)
    task = first(assigning.VALIDATE, "TX")
    answered = signed_in("TX").post(f"/tasks/{task.pk}/", {"answer": "agree"})
    assert answered.status_code == 422
    assert "not as you saw them last" in words(answered)
    assert Proposal.objects.get().status == "open"


def test_the_slower_of_two_second_persons_is_led_to_how_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in("CA").post(f"/tasks/{first().pk}/", {"answer": "same"})
    proposal, turn = Proposal.objects.get(), decisions.in_turn
    faster = hat("state_data_administrator", "TX", 2)

    @contextmanager
    def late() -> Iterator[None]:
        decisions.refuse(proposal=proposal, by=faster, reason="two births")
        with turn():
            yield

    monkeypatch.setattr(decisions, "in_turn", late)
    task = first(assigning.VALIDATE, "TX")
    answered = signed_in("TX").post(f"/tasks/{task.pk}/", {"answer": "agree"}, follow=True)
    assert answered.redirect_chain == [(f"/tasks/merges/{proposal.ref}/", 302)]
    text = words(answered)
    assert "This was decided or withdrawn before" in text
    assert "Refused" in text
    assert "You cannot be the second person" not in text
