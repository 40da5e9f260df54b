"""A near match lies where the child was last, of the State that is asked."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from openmsix import decisions
from openmsix.accounts.permissions import NotPermitted
from openmsix.identity import assigning
from openmsix.identity.models import CandidatePair
from openmsix.places.models import Kind
from openmsix.worklist.models import Task
from tests import parts
from tests.integration.drawn import LUPE, PERHAPS_LUPE, Student, take_in
from tests.people import _place, hat, person, places_in

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]

DA, REGIONAL, LOCAL = "state_data_administrator", "regional_data_administrator", "district_data_administrator"
VALLEY, HILL = "0600001", "0600002"


@pytest.fixture(autouse=True)
def _places(tmp_path: Path) -> Any:
    places_in("TX")
    _place(Kind.DISTRICT, HILL, "CA Hill District", places_in("CA").region)
    with parts.kept_in(tmp_path / "kept"):
        yield


def stay(district: str | None, began: date, ended: date | None = None) -> dict[str, Any]:
    return {"school_district_id": district, "enrollment_date": began, "withdrawal_date": ended}


def near_match(*stays: Mapping[str, Any]) -> CandidatePair:
    """Texas told of the child first; California's enrollments are these."""
    take_in(
        "TX",
        Student(
            "T1", says=LUPE, rows={"enrollments": [stay("4800001", date(2024, 8, 1), date(2025, 5, 30))]}
        ),
    )
    take_in("CA", Student("C1", says=PERHAPS_LUPE, rows={"enrollments": list(stays)}))
    return CandidatePair.objects.get()


def lying(type_: str = assigning.NEAR_MATCH) -> list[tuple[str, str]]:
    return sorted(Task.objects.open().filter(type=type_).values_list("place__code", "level"))


ENDED_IN_VALLEY = stay(VALLEY, date(2025, 8, 1), date(2026, 5, 30))


@pytest.mark.parametrize(
    ("stays", "lies"),
    [
        ([ENDED_IN_VALLEY], (VALLEY, "district")),
        ([ENDED_IN_VALLEY, stay(HILL, date(2026, 8, 1))], (VALLEY, "district")),
        ([ENDED_IN_VALLEY, stay(HILL, date(2024, 8, 1), date(2025, 5, 30))], (VALLEY, "district")),
        ([stay(VALLEY, date(2024, 8, 1)), stay(HILL, date(2026, 8, 1))], ("CA-R-1", "region")),
        (
            [stay(HILL, date(2026, 8, 1)), stay(VALLEY, date(2026, 9, 1), date(2027, 5, 30))],
            (VALLEY, "district"),
        ),
        ([stay(None, date(2026, 8, 1), date(2026, 9, 1)), ENDED_IN_VALLEY], (VALLEY, "district")),
        ([stay("4800001", date(2026, 8, 1), date(2026, 9, 1))], ("CA", "state")),
        ([], ("CA", "state")),
    ],
    ids=[
        "ended",
        "ended before open",
        "the last ended",
        "open, a district without a desk",
        "not ended yet",
        "no district",
        "another State's",
        "none",
    ],
)
def test_a_near_match_lies_with_the_district_of_the_last_enrollment_that_ended(
    stays: Sequence[Mapping[str, Any]], lies: tuple[str, str]
) -> None:
    person(LOCAL, "CA"), person(REGIONAL, "CA")
    near_match(*stays)
    assert lying() == [lies]


def test_where_nobody_is_it_lies_with_the_state() -> None:
    near_match(ENDED_IN_VALLEY)
    assert lying() == [("CA", "state")]


def test_the_other_state_is_asked_and_validates_at_its_own_desk() -> None:
    person(LOCAL, "CA"), person(LOCAL, "TX")
    pair = near_match(ENDED_IN_VALLEY)
    decisions.ask(pair=pair, by=hat(LOCAL, "CA"), text="Has she a twin?")
    assert lying() == [(VALLEY, "district"), ("4800001", "district")]
    decisions.same(pair=pair, by=hat(LOCAL, "CA"))
    assert (lying(), lying(assigning.VALIDATE)) == ([], [("4800001", "district")])


def test_who_is_asked_twice_after_it_was_passed_up_has_one_task_still() -> None:
    person(LOCAL, "TX")
    pair = near_match(ENDED_IN_VALLEY)
    decisions.ask(pair=pair, by=hat(DA, "CA"), text="Has she a twin?")
    Task.objects.filter(place__code="4800001").update(place=places_in("TX").state, level="state")
    decisions.ask(pair=pair, by=hat(DA, "CA"), text="Please answer.")
    assert lying() == [("CA", "state"), ("TX", "state")]


# who, where the task lies -> whether they decide it
@pytest.mark.parametrize(
    ("role", "desks", "may"),
    [
        (LOCAL, [LOCAL], True),
        (REGIONAL, [LOCAL], True),
        (DA, [LOCAL], True),
        (LOCAL, [], False),
        (REGIONAL, [], False),
        (DA, [], True),
    ],
)
def test_the_level_at_which_it_lies_and_those_above_decide(role: str, desks: list[str], may: bool) -> None:
    for each in desks:
        person(each, "CA")
    pair = near_match(ENDED_IN_VALLEY)
    if may:
        decisions.different(pair=pair, by=hat(role, "CA"))
    else:
        with pytest.raises(NotPermitted):
            decisions.different(pair=pair, by=hat(role, "CA"))


def test_a_district_of_a_state_that_is_not_asked_decides_nothing() -> None:
    pair = near_match(ENDED_IN_VALLEY)
    with pytest.raises(NotPermitted):
        decisions.different(pair=pair, by=hat(LOCAL, "TX"))


def test_another_district_does_not_validate() -> None:
    person(LOCAL, "TX")
    proposal = decisions.same(pair=near_match(ENDED_IN_VALLEY), by=hat(DA, "CA"))
    Task.objects.filter(type=assigning.VALIDATE).update(
        place=_place(Kind.DISTRICT, "4800009", "TX Plains", places_in("TX").region)
    )
    with pytest.raises(NotPermitted, match="other Data Administrators"):
        decisions.validate(proposal=proposal, by=hat(LOCAL, "TX"))
    assert decisions.validate(proposal=proposal, by=hat(REGIONAL, "TX"))


def test_nobody_is_the_second_person_after_a_rebuild_who_was_the_first() -> None:
    """A rebuilt exchange knows people by their sign-in only."""
    pair = near_match(ENDED_IN_VALLEY)
    proposal = decisions.same(pair=pair, by=hat(DA, "TX"))
    proposal.started_by_id, proposal.states = None, ["TX"]
    proposal.save()
    with pytest.raises(NotPermitted, match="cannot be the second person"):
        decisions.validate(proposal=proposal, by=hat(DA, "TX"))
