"""What people decide of near matches, and what a second person must agree to."""

from typing import Any

import polars as pl
import pytest

from openmsix import decisions
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted
from openmsix.audit.models import Event
from openmsix.identity import assigning, erasing
from openmsix.identity.models import CandidatePair, IdChange, KnownDifferent, Link, MsixId, Proposal
from openmsix.identity.queries import living
from openmsix.identity.refusing import NotDecided
from openmsix.identity.words import PairStatus, ProposalStatus
from openmsix.records.models import STATE_RECORD_KEYS, StateRecord
from openmsix.students.actions import rebuild
from openmsix.students.models import Child
from openmsix.worklist.models import Message, Task
from tests.integration.drawn import LUPE, PERHAPS_LUPE, Student, take_in
from tests.people import hat

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]

DA = "state_data_administrator"


def near_match(left: str = "TX", right: str = "CA") -> CandidatePair:
    take_in(left, Student("L1", says=LUPE))
    take_in(
        right, Student("R1", says=LUPE if left == right else PERHAPS_LUPE)
    )  # one State: as if it had given her two numbers
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
    return CandidatePair.objects.get()


def ids_of(pair: CandidatePair) -> tuple[str, str]:
    left, right = (
        Link.objects.live().get(state_record=record).msix_id for record in (pair.left_id, pair.right_id)
    )
    return left, right


def places_asked(type_: str) -> list[str]:
    return sorted(Task.objects.open().filter(type=type_).values_list("place__code", flat=True))


def test_two_that_are_different_stay_so_and_are_never_asked_again() -> None:
    pair = near_match()
    before = ids_of(pair)
    decisions.different(pair=pair, by=hat(DA, "CA"), reason="cousins")
    pair.refresh_from_db()
    assert (pair.status, ids_of(pair)) == (PairStatus.DIFFERENT, before)
    assert (KnownDifferent.objects.get().left_id, KnownDifferent.objects.get().reason) == (
        pair.left_id,
        "cousins",
    )
    assert not Task.objects.open().exists()
    take_in("TX", Student("L1", "U", says=PERHAPS_LUPE))
    assert ids_of(pair) == before
    assert not Task.objects.open().exists()


def test_two_that_are_the_same_are_one_child_once_a_person_of_the_other_state_agrees() -> None:
    pair = near_match()
    left, right = ids_of(pair)
    proposal = decisions.same(pair=pair, by=hat(DA, "TX"))
    assert ids_of(pair) == (left, right), "nothing is changed by one person"
    assert (places_asked("near_match"), places_asked(assigning.VALIDATE)) == ([], ["CA"])

    assert decisions.validate(proposal=proposal, by=hat(DA, "CA"))
    pair.refresh_from_db()
    assert (pair.status, ids_of(pair)) == (PairStatus.SAME, (left, left)), "the older child keeps its MSIX ID"
    assert (living(right), MsixId.objects.get(pk=right).retired_into_id) == (left, left)
    change = IdChange.objects.get(before__isnull=False)
    assert (change.state_code, change.before, change.after, change.reason) == ("CA", right, left, "decided")
    assert (Child.objects.get(pk=left).states, Child.objects.get(pk=right).live) == (["CA", "TX"], False)
    assert not Task.objects.open().exists()


def test_two_that_the_second_person_holds_for_different_are_different() -> None:
    pair = near_match()
    before = ids_of(pair)
    proposal = decisions.same(pair=pair, by=hat(DA, "TX"))
    with pytest.raises(NotDecided, match="Say why"):
        decisions.refuse(proposal=proposal, by=hat(DA, "CA"), reason=" ")
    decisions.refuse(proposal=proposal, by=hat(DA, "CA"), reason="another mother")
    pair.refresh_from_db()
    proposal.refresh_from_db()
    assert (pair.status, proposal.status, ids_of(pair)) == (
        PairStatus.DIFFERENT,
        ProposalStatus.REFUSED,
        before,
    )
    assert KnownDifferent.objects.exists()
    assert not Task.objects.open().exists()


TWO_STATES, ONE_STATE = ("TX", "CA"), ("TX", "TX")
OF_CALIFORNIA, OF_TEXAS = "a Data Administrator of CA", "a Data Administrator of TX"


@pytest.mark.parametrize(
    ("states", "first", "second", "refusal"),
    [
        (TWO_STATES, ("TX", 1), ("CA", 1), None),
        (TWO_STATES, ("CA", 1), ("TX", 1), None),
        (TWO_STATES, ("TX", 1), ("TX", 2), OF_CALIFORNIA),
        (TWO_STATES, ("TX", 1), ("TX", 1), OF_CALIFORNIA),
        (TWO_STATES, ("TX", 1), ("FL", 1), OF_CALIFORNIA),
        (ONE_STATE, ("TX", 1), ("TX", 2), None),
        (ONE_STATE, ("TX", 1), ("TX", 1), "cannot be the second person"),
        (ONE_STATE, ("TX", 1), ("CA", 1), OF_TEXAS),
    ],
)
def test_who_may_be_the_second_person(
    states: tuple[str, str], first: tuple[str, int], second: tuple[str, int], refusal: str | None
) -> None:
    pair = near_match(*states)
    proposal = decisions.same(pair=pair, by=hat(DA, first[0], first[1]))
    if refusal is None:
        assert decisions.validate(proposal=proposal, by=hat(DA, second[0], second[1]))
    else:
        with pytest.raises(NotPermitted, match=refusal):
            decisions.validate(proposal=proposal, by=hat(DA, second[0], second[1]))
        assert len(set(ids_of(pair))) == 2


def test_a_question_to_the_other_state_waits_there_too_and_is_answered_in_the_thread() -> None:
    pair = near_match()
    assert places_asked("near_match") == ["CA"]
    assert decisions.ask(pair=pair, by=hat(DA, "CA"), text=" Does she have a twin? ") == ["TX"]
    assert places_asked("near_match") == ["CA", "TX"]
    assert decisions.ask(pair=pair, by=hat(DA, "TX"), text="No, one girl.") == ["CA"]
    thread = Message.objects.about(assigning.PAIR, str(pair.pk)).values_list("state_code", "text")
    assert list(thread) == [("CA", "Does she have a twin?"), ("TX", "No, one girl.")]
    assert not any("twin" in str(event.detail) for event in Event.objects.all())
    decisions.different(pair=pair, by=hat(DA, "TX"))
    assert places_asked("near_match") == []


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 2001])
def test_a_message_has_words_and_not_too_many(text: str) -> None:
    pair = near_match()
    with pytest.raises(NotDecided, match="Write what you ask"):
        decisions.ask(pair=pair, by=hat(DA, "CA"), text=text)
    assert not Message.objects.exists()


def test_nobody_of_a_third_state_writes_about_a_near_match() -> None:
    with pytest.raises(NotPermitted):
        decisions.ask(pair=near_match(), by=hat(DA, "FL"), text="What is this?")


def test_what_people_wrote_goes_when_a_record_is_expunged() -> None:
    pair = near_match()
    decisions.ask(pair=pair, by=hat(DA, "CA"), text="Does she have a twin?")
    proposal = decisions.same(pair=pair, by=hat(DA, "CA"))
    students = StateRecord.objects.filter(pk=pair.right_id).values(*STATE_RECORD_KEYS)
    erasing.erase(students=pl.DataFrame(list(students)), state_record_ids=[pair.right_id])
    assert not Message.objects.exists()
    assert not Proposal.objects.filter(pk=proposal.pk).exists()
    assert not Task.objects.exists()


@pytest.mark.parametrize("role", ["primary", "secondary", "batch_submitter", "ome", "operator"])
def test_who_decides_no_tasks_answers_no_near_match(role: str) -> None:
    pair = near_match()
    for answer in (decisions.same, decisions.different):
        with pytest.raises(NotPermitted):
            answer(pair=pair, by=hat(role, "TX"))


def test_nobody_of_a_third_state_answers_a_near_match() -> None:
    with pytest.raises(NotPermitted, match="these States"):
        decisions.different(pair=near_match(), by=hat(DA, "FL"))


def test_of_two_who_answer_the_second_is_told_that_somebody_was_first() -> None:
    pair = near_match()
    decisions.different(pair=pair, by=hat(DA, "TX"))
    for answer in (decisions.same, decisions.different):
        with pytest.raises(NotDecided, match="decided or withdrawn before"):
            answer(pair=pair, by=hat(DA, "CA"))


def test_a_child_whose_merge_waits_is_not_decided_about_otherwise() -> None:
    pair = near_match()
    proposal = decisions.same(pair=pair, by=hat(DA, "TX"))
    for answer in (decisions.same, decisions.different):
        with pytest.raises(NotDecided, match=proposal.ref):
            answer(pair=pair, by=hat(DA, "CA"))


def test_a_proposal_is_answered_once() -> None:
    proposal = decisions.same(pair=near_match(), by=hat(DA, "TX"))
    decisions.validate(proposal=proposal, by=hat(DA, "CA"))
    with pytest.raises(NotDecided):
        decisions.validate(proposal=proposal, by=hat(DA, "CA"))
    with pytest.raises(NotDecided):
        decisions.refuse(proposal=proposal, by=hat(DA, "CA"), reason="late")


def test_a_proposal_about_a_child_that_is_not_there_any_more_lapses_and_merges_nobody() -> None:
    pair = near_match()
    _, right = ids_of(pair)
    proposal = decisions.same(pair=pair, by=hat(DA, "TX"))
    other = MsixId.objects.create(msix_id="999999999999", minted_at=proposal.started_at, origin="minted")
    Link.objects.filter(msix_id=right).update(msix_id=other.pk)
    assert not decisions.validate(proposal=proposal, by=hat(DA, "CA"))
    proposal.refresh_from_db()
    assert proposal.status == ProposalStatus.LAPSED
    assert len(set(ids_of(pair))) == 2
    assert not Task.objects.open().filter(type=assigning.VALIDATE).exists()
    assert places_asked("near_match") == ["CA", "TX"], "the question is one still"


def test_a_link_that_a_person_decided_can_be_undone() -> None:
    pair = near_match()
    before = ids_of(pair)
    decisions.validate(proposal=decisions.same(pair=pair, by=hat(DA, "TX")), by=hat(DA, "CA"))
    link = Link.objects.live().get(state_record=pair.right_id)
    decisions.undo_link(link=link, by=Hat.system("operator"), reason="two after all")
    assert ids_of(pair) == before


def merged(pair: CandidatePair) -> Proposal:
    proposal = decisions.same(pair=pair, by=hat(DA, "TX"))
    decisions.validate(proposal=proposal, by=hat(DA, "CA"))
    return proposal


def holds() -> tuple[Any, ...]:
    """Who is who: the live links and the living MSIX IDs."""
    links = sorted(Link.objects.live().values_list("state_record", "msix_id"))
    living_ids = sorted(MsixId.objects.filter(retired_at=None).values_list("pk", flat=True))
    return links, living_ids


def test_undoing_a_merge_restores_the_links_exactly_and_takes_two_people() -> None:
    pair = near_match()
    before = holds()
    merge = merged(pair)
    with pytest.raises(NotDecided, match="Say why"):
        decisions.undo(done=merge, by=hat(DA, "CA"), reason="")
    proposal = decisions.undo(done=merge, by=hat(DA, "CA"), reason="two birth certificates")
    assert holds() != before, "nothing is undone by one person"
    assert places_asked(assigning.VALIDATE) == ["TX"]
    with pytest.raises(NotPermitted):
        decisions.validate(proposal=proposal, by=hat(DA, "CA"))
    assert decisions.validate(proposal=proposal, by=hat(DA, "TX"))
    pair.refresh_from_db()
    assert (holds(), pair.status) == (before, PairStatus.DIFFERENT)
    assert KnownDifferent.objects.exists()
    assert [child.live for child in Child.objects.order_by("pk")] == [True, True]
    with pytest.raises(NotDecided, match="does not hold now"):
        decisions.undo(done=merge, by=hat(DA, "TX"), reason="again")


def test_an_undoing_that_is_refused_leaves_the_merge() -> None:
    pair = near_match()
    merge = merged(pair)
    after = holds()
    decisions.refuse(
        proposal=decisions.undo(done=merge, by=hat(DA, "TX"), reason="x"), by=hat(DA, "CA"), reason="y"
    )
    pair.refresh_from_db()
    assert (holds(), pair.status) == (after, PairStatus.SAME)
    assert not KnownDifferent.objects.exists()
    assert decisions.undo(done=merge, by=hat(DA, "TX"), reason="z").status == ProposalStatus.OPEN


def test_a_record_that_joined_the_merged_child_since_stays_with_it() -> None:
    pair = near_match()
    left, _ = ids_of(pair)
    merge = merged(pair)
    take_in("FL", Student("F1", says={**LUPE, "middle_name": None}))
    joined = Link.objects.live().get(state_code="FL")
    proposal = decisions.undo(done=merge, by=hat(DA, "TX"), reason="two after all")
    assert sorted(proposal.states) == ["CA", "FL"]
    decisions.validate(proposal=proposal, by=hat(DA, "CA"))
    joined.refresh_from_db()
    assert (joined.msix_id, joined.closed_at) == (left, None)
    assert len(set(ids_of(pair))) == 2


def test_a_merge_whose_records_went_elsewhere_since_is_not_undone_as_a_whole() -> None:
    pair = near_match()
    merge = merged(pair)
    link = Link.objects.live().get(state_record=pair.right_id)
    decisions.undo_link(link=link, by=Hat.system("operator"), reason="two after all")
    with pytest.raises(NotDecided, match="gone elsewhere"):
        decisions.undo(done=merge, by=hat(DA, "TX"), reason="late")


def test_what_is_decided_is_audited_without_names() -> None:
    pair = near_match()
    proposal = decisions.same(pair=pair, by=hat(DA, "TX"), reason="same mother")
    decisions.validate(proposal=proposal, by=hat(DA, "CA"))
    told = {
        event.action: (event.actor, event.detail)
        for event in Event.objects.filter(action__startswith="identity:proposal")
    }
    assert told == {
        "identity:proposal:proposed": (hat(DA, "TX").actor, {"reason": "same mother"}),
        "identity:proposal:done": (hat(DA, "CA").actor, {}),
    }
    assert not any("Guadalupe" in str(event.detail) for event in Event.objects.all())


def test_a_long_reason_is_refused_and_nothing_is_changed() -> None:
    pair = near_match()
    with pytest.raises(NotDecided, match="at most 200"):
        decisions.same(pair=pair, by=hat(DA, "TX"), reason="x" * 201)
    assert not Proposal.objects.exists()
