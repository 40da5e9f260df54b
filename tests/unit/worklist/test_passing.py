"""Tasks are passed up by time, down and sideways by people."""

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl
import pytest

from openmsix.accounts.actions import hold_role
from openmsix.accounts.hats import Hat
from openmsix.accounts.models import Holding, User
from openmsix.accounts.permissions import NotPermitted
from openmsix.audit.models import Event
from openmsix.deadlines import clock
from openmsix.deadlines.working_days import add_working_days
from openmsix.places.models import Kind, Place
from openmsix.worklist import levels, passing
from openmsix.worklist.actions import NewTask, open_tasks
from openmsix.worklist.models import Task
from openmsix.worklist.refusing import NotPassed
from tests.people import BY, _place, hat, person, places_in

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)
DISTRICT, REGION, STATE = (f"{level}_data_administrator" for level in ("district", "regional", "state"))


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.fixed(MONDAY):
        yield


def opened(place: Place, number: int = 1) -> Task:
    """A near match that lies at this place."""
    task = NewTask(
        "near_match", "candidate_pair", str(number), place.pk, place.kind, "One child?", "near_match"
    )
    open_tasks([task], by=BY)
    return Task.objects.get(subject_id=str(number))


def lying(task: Task) -> tuple[str, str]:
    task.refresh_from_db()
    return task.place.code, task.level


def after(working_days: int) -> date:
    return add_working_days(MONDAY, working_days)


def where(state: str, *districts: str | None) -> list[tuple[str, str]]:
    about = pl.DataFrame(
        {"state_code": [state] * len(districts), "district_id": list(districts)},
        schema={"state_code": pl.String, "district_id": pl.String},
    )
    found = levels.lying(about)
    codes = dict(Place.objects.values_list("pk", "code"))
    return [(codes[place], level) for place, level in found.select("place_id", "level").iter_rows()]


# whom there is -> where a task about the district lies
@pytest.mark.parametrize(
    ("roles", "lies"),
    [
        ([], ("TX", "state")),
        ([STATE], ("TX", "state")),
        ([REGION], ("TX-R-1", "region")),
        ([DISTRICT], ("4800001", "district")),
        ([DISTRICT, REGION, STATE], ("4800001", "district")),
        (["primary", "secondary", "user_administrator"], ("TX", "state")),
    ],
)
def test_a_task_lies_with_the_lowest_level_at_which_somebody_decides(
    roles: list[str], lies: tuple[str, str]
) -> None:
    places_in("TX")
    for role in roles:
        person(role)
    assert where("TX", "4800001", None, "4899999", "0600001") == [lies, *[("TX", "state")] * 3]


@pytest.mark.parametrize("gone", ["ended", "not begun", "closed account"])
def test_who_is_not_there_any_more_has_no_desk(gone: str) -> None:
    user = person(DISTRICT)
    held = Holding.objects.filter(user=user)
    if gone == "ended":
        held.update(until=MONDAY, since=MONDAY - timedelta(days=9))
    elif gone == "not begun":
        held.update(since=MONDAY + timedelta(days=1))
    else:
        User.objects.filter(pk=user.pk).update(is_active=False)
    assert where("TX", "4800001") == [("TX", "state")]


def test_a_near_match_goes_up_level_by_level_and_stays_with_the_state() -> None:
    places = places_in("TX")
    person(DISTRICT), person(REGION)
    task = opened(places.district)
    assert task.due_at == clock.end_of(after(5))
    with clock.fixed(after(5)):
        assert passing.escalate(by=BY) == {}, "the last day is in time"
    with clock.fixed(after(6)):
        assert passing.escalate(by=BY) == {"near_match to region": 1}
        assert lying(task) == ("TX-R-1", "region")
        assert (task.due_at, task.last_due_at) == (clock.end_of(after(11)), None)
        assert passing.escalate(by=BY) == {}
    with clock.fixed(after(12)):
        assert passing.escalate(by=BY) == {"near_match to state": 1}
        assert lying(task) == ("TX", "state")
        assert task.due_at == task.last_due_at == clock.end_of(after(22))
    with clock.fixed(after(40)):
        assert passing.escalate(by=BY) == {}
        assert lying(task) == ("TX", "state")
        assert task.is_overdue
    assert [(step["to"], step["level"], step["why"]) for step in task.passed] == [
        ("Region 1", "region", ""),
        ("Texas", "state", ""),
    ]
    told = Event.objects.filter(action="worklist:tasks:escalated").order_by("pk")
    assert [event.detail for event in told] == [{"near_match to region": 1}, {"near_match to state": 1}]


def test_a_region_where_nobody_decides_is_passed_over() -> None:
    person(DISTRICT)
    task = opened(places_in("TX").district)
    with clock.fixed(after(6)):
        passing.escalate(by=BY)
    assert lying(task) == ("TX", "state")


def test_many_go_up_as_one_set_and_what_has_no_clock_stays() -> None:
    places = places_in("TX")
    new = [
        NewTask(
            "near_match", "candidate_pair", str(number), places.district.pk, "district", "?", "near_match"
        )
        for number in range(300)
    ]
    open_tasks(
        [*new, NewTask("other", "thing", "1", places.district.pk, "district", "?", due_at=clock.now())], by=BY
    )
    with clock.fixed(after(6)):
        assert passing.escalate(by=BY) == {"near_match to state": 300}
    assert Task.objects.filter(level="district").count() == 1


def test_what_is_overdue_stands_first() -> None:
    places = places_in("TX")
    late = opened(places.state, 1)
    with clock.fixed(after(3)):
        early = opened(places.district, 2)
    with clock.fixed(after(11)):
        assert list(Task.objects.open().most_urgent_first()) == [early, late]
        assert [task.is_overdue for task in (early, late)] == [True, True]
        assert Task.objects.overdue().count() == 2


# by whom, from where, to where -> whether it may be
@pytest.mark.parametrize(
    ("role", "lies", "to", "may"),
    [
        (STATE, "state", "region", True),
        (STATE, "state", "district", True),
        (STATE, "state", "state", False),  # it lies there
        (REGION, "region", "district", True),
        (REGION, "region", "state", False),
        (DISTRICT, "district", "district", False),  # it lies there
        (DISTRICT, "district", "region", False),
        (STATE, "district", "region", False),
        (STATE, "state", "elsewhere", False),
        (STATE, "state", "school", False),
    ],
)
def test_people_pass_tasks_down_or_sideways_and_never_up(role: str, lies: str, to: str, may: bool) -> None:
    places = places_in("TX")
    for each in (DISTRICT, REGION, STATE):
        person(each)
    person(DISTRICT, "CA")
    task = opened(places.of_kind(lies))
    place = places_in("CA").district if to == "elsewhere" else places.of_kind(to)
    if may:
        passing.reassign(task=task, to=place, by=hat(role), reason="they know the family")
        assert lying(task) == (place.code, to)
        assert Event.objects.get(action="worklist:task:reassigned").detail["reason"] == "they know the family"
    else:
        with pytest.raises(NotPassed, match="Choose a place"):
            passing.reassign(task=task, to=place, by=hat(role), reason="they know the family")
        assert lying(task) == (places.of_kind(lies).code, lies)


def test_a_place_where_nobody_decides_gets_no_task() -> None:
    places = places_in("TX")
    task, by = opened(places.state), hat(STATE)
    with pytest.raises(NotPassed):
        passing.reassign(task=task, to=places.district, by=by, reason="they know the family")


@pytest.mark.parametrize(
    ("role", "state"), [("primary", "TX"), ("operator", "TX"), (STATE, "CA"), (DISTRICT, "CA")]
)
def test_who_does_not_decide_a_task_does_not_pass_it_on(role: str, state: str) -> None:
    person(DISTRICT)
    task = opened(places_in("TX").state)
    with pytest.raises(NotPermitted):
        passing.reassign(task=task, to=places_in("TX").district, by=hat(role, state), reason="x")


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 201])
def test_a_reason_is_given(reason: str) -> None:
    person(DISTRICT)
    task = opened(places_in("TX").state)
    with pytest.raises(NotPassed, match="Say why"):
        passing.reassign(task=task, to=places_in("TX").district, by=hat(STATE), reason=reason)


def test_what_is_over_is_not_passed_on() -> None:
    person(DISTRICT)
    task = opened(places_in("TX").state)
    Task.objects.filter(pk=task.pk).update(status="done", outcome="same", closed_at=clock.now())
    with pytest.raises(NotPassed, match="before"):
        passing.reassign(task=task, to=places_in("TX").district, by=hat(STATE), reason="x")


def test_a_task_given_to_one_person_is_theirs_and_of_those_above() -> None:
    places = places_in("TX")
    task, one, other = opened(places.district), hat(DISTRICT), hat(DISTRICT, number=2)
    passing.reassign(task=task, to=Holding.objects.get(pk=other.holding_id), by=one, reason="speaks Mixtec")
    seen = {
        each.label + each.actor: Task.objects.open().for_hat(each).exists()
        for each in (one, other, hat(REGION), hat(STATE), Hat.system("worker"))
    }
    assert list(seen.values()) == [False, True, True, True, True]
    with clock.fixed(after(6)):
        passing.escalate(by=BY)
    task.refresh_from_db()
    assert (task.assigned_to, task.level) == (None, "region")


def test_among_equals_the_clock_goes_on_and_lower_down_it_begins_anew() -> None:
    places = places_in("TX")
    other = _place(Kind.DISTRICT, "4800002", "TX Hill District", places.region)
    hold_role(user=person(DISTRICT), role=DISTRICT, place=other, by=BY)
    person(STATE)
    task = opened(places.state)
    with clock.fixed(after(2)):
        passing.reassign(task=task, to=places.district, by=hat(STATE), reason="near")
        task.refresh_from_db()
        assert (task.due_at, task.last_due_at) == (clock.end_of(after(7)), clock.end_of(after(10))), (
            "the end of the last level stays"
        )
    with clock.fixed(after(4)):
        passing.reassign(task=task, to=other, by=hat(DISTRICT), reason="nearer")
        task.refresh_from_db()
        assert task.due_at == clock.end_of(after(7))


def test_the_desks_offered_are_those_where_somebody_decides() -> None:
    places = places_in("TX")
    person(DISTRICT), person(STATE), person("primary"), person(DISTRICT, "CA")
    found = [(desk.place.code, len(desk.holdings)) for desk in passing.desks(opened(places.state))]
    assert found == [("TX", 1), ("4800001", 1)]
    assert [desk.place.code for desk in passing.desks(opened(places.district, 2))] == ["4800001"]


def test_after_a_rebuild_every_level_has_all_its_days_again() -> None:
    task = opened(places_in("TX").state)
    with clock.fixed(after(60)):
        assert levels.begin_clocks_anew() == 1
        task.refresh_from_db()
        assert task.due_at == task.last_due_at == clock.end_of(add_working_days(after(60), 10))
