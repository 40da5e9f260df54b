"""A State that gives an identifier to another child: the link is not moved by the file, and people are asked."""

from datetime import date
from typing import Any

import pytest

from openmsix import decisions
from openmsix.accounts.hats import Hat
from openmsix.identity import doubting
from openmsix.identity.models import KnownDifferent, Link, Proposal
from openmsix.intake.models import Answer, Finding, Submission
from openmsix.worklist.models import Task
from tests.integration.drawn import BY, Student, child, take_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]

LUPE = child("Guadalupe", "Hernández", date(2014, 3, 12), last_2="García", mother="Rosa García")
BEN = child("Benjamín", "Quiej", date(2009, 8, 30), last_2="Tzoc", mother="Eulalia Tzoc", sex="Male")


def sent(state: str, **says: Any) -> Submission:
    submission, _ = take_in(state, Student("1", says=says))
    return submission


def doubted(submission: Submission) -> int:
    return doubting.doubt(submission=submission, by=BY)


@pytest.fixture
def one_child() -> str:
    sent("TX", **LUPE)
    sent("CA", **LUPE)
    [msix_id] = set(Link.objects.live().values_list("msix_id", flat=True))
    return msix_id


def test_an_identifier_that_was_given_to_another_child_is_a_split_for_people_to_validate(
    one_child: str,
) -> None:
    again = sent("CA", **BEN)
    assert doubted(again) == 1
    assert set(Link.objects.live().values_list("msix_id", flat=True)) == {one_child}
    [proposal] = Proposal.objects.open()
    assert [one.state_record.state_code for one in proposal.records.all()] == ["CA"]
    assert "Quiej" not in proposal.reason
    assert sorted(Task.objects.open().values_list("type", "state_code")) == [
        ("validate_merge", "CA"),
        ("validate_merge", "TX"),
    ]
    decisions.validate(proposal=proposal, by=Hat.system("second"))
    assert Link.objects.live().values("msix_id").distinct().count() == 2
    assert KnownDifferent.objects.count() == 1


@pytest.mark.usefixtures("one_child")
def test_a_correction_is_not_doubted() -> None:
    assert doubted(sent("CA", **{**LUPE, "first_name": "Lupe", "birth_date": date(2014, 3, 13)})) == 0
    assert doubted(sent("CA", **{**LUPE, "last_name_2": None})) == 0


@pytest.mark.usefixtures("one_child")
def test_what_is_doubted_already_is_not_proposed_again() -> None:
    again = sent("CA", **BEN)
    assert doubted(again) == 1
    assert doubted(again) == 0
    assert doubted(sent("CA", **{**BEN, "first_name": "Benito"})) == 0
    assert Proposal.objects.count() == 1


@pytest.mark.usefixtures("one_child")
def test_a_doubt_ends_where_the_state_says_the_child_of_old_again() -> None:
    assert doubted(sent("CA", **BEN)) == 1
    assert doubted(sent("CA", **{**BEN, "first_name": "Benja"})) == 0
    assert Proposal.objects.get().status == "open", "that is another child still"
    assert doubted(sent("CA", **LUPE)) == 0
    assert Proposal.objects.get().status == "lapsed"
    assert not Task.objects.open().exists()
    assert doubted(sent("CA", **BEN)) == 1, "and is doubted anew"


def test_a_child_of_one_record_is_not_doubted() -> None:
    sent("TX", **LUPE)
    assert doubted(sent("TX", **BEN)) == 0


def told(submission: Submission) -> list[str]:
    return sorted(Finding.objects.filter(submission=submission).values_list("code", flat=True))


@pytest.mark.parametrize("states", [["TX"], ["TX", "CA"]], ids=["a child of one record", "of two"])
def test_the_receipt_tells_of_an_identifier_that_speaks_of_another_child_now(states: list[str]) -> None:
    for state in states:
        sent(state, **LUPE)
    assert told(sent("TX", **{**LUPE, "birth_date": date(2014, 3, 13)})) == []
    assert told(sent("TX", **{**LUPE, "first_name": "Lupe"})) == []
    again = sent("TX", **BEN)
    assert told(again) == ["E616"]
    assert Answer.objects.get(submission=again).verdict == "findings"
    assert told(sent("TX", **{**BEN, "last_name_2": None})) == []
