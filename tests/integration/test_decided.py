"""What people decided, as labelled pairs: all that a person looked at, and nothing else."""

import pytest

from openmsix import decisions
from openmsix.accounts.hats import Hat
from openmsix.identity.decided import decided
from openmsix.identity.models import CandidatePair, Link
from openmsix.identity.words import CLOCK
from tests.integration.drawn import LUPE, PERHAPS_LUPE, PILAR, Student, take_in

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]

FIRST, SECOND = Hat.system("first"), Hat.system("second")


@pytest.fixture
def near_match() -> CandidatePair:
    take_in("TX", Student("T1", says=LUPE))
    take_in("CA", Student("C1", says=PERHAPS_LUPE))
    return CandidatePair.objects.get()


def labels() -> list[bool]:
    return decided().pairs["true"].to_list()


def child_of(student: str) -> str:
    return Link.objects.live().get(state_record__state_student_id=student).msix_id


@pytest.mark.usefixtures("near_match")
def test_what_nobody_answered_is_no_label() -> None:
    assert labels() == []
    assert decided().prepared.is_empty()


def test_a_near_match_is_a_pair_of_one_child_or_of_two_as_people_said(near_match: CandidatePair) -> None:
    proposal = decisions.same(pair=near_match, by=FIRST, reason="one mother")
    assert labels() == []
    decisions.validate(proposal=proposal, by=SECOND)
    assert labels() == [True]
    undoing = decisions.undo(done=proposal, by=FIRST, reason="two births")
    decisions.validate(proposal=undoing, by=SECOND)
    assert labels() == [False]


def test_what_the_clock_approved_is_no_label(near_match: CandidatePair) -> None:
    proposal = decisions.same(pair=near_match, by=FIRST, reason="one mother")
    decisions.validate(proposal=proposal, by=Hat.system(CLOCK))
    assert labels() == []


def test_a_merge_that_people_started_is_a_pair_of_one_child_and_a_split_pairs_of_two() -> None:
    take_in("TX", Student("T1", says=LUPE), Student("T2", says=PILAR))
    take_in("CA", Student("C2", says=PILAR))
    merge = decisions.merge(master=child_of("T2"), others=[child_of("T1")], by=FIRST, reason="one child")
    decisions.validate(proposal=merge, by=SECOND)
    assert labels() == [True]
    [leaving] = (
        Link.objects.live().filter(state_record__state_student_id="C2").values_list("state_record", flat=True)
    )
    split = decisions.split(msix_id=child_of("T2"), records=[leaving], by=FIRST, reason="two births")
    decisions.validate(proposal=split, by=SECOND)
    assert sorted(labels()) == [False, False, True]
    assert decided().pairs["family"].n_unique() == 1


def test_each_family_is_learned_from_or_held_back(near_match: CandidatePair) -> None:
    decisions.different(pair=near_match, by=FIRST, reason="cousins")
    found = decided()
    assert found.prepared.height == 2
    assert found.to_learn_from.height + found.held_back.height == 1
