"""Tasks open in sets, are seen where they lie, and end once."""

from datetime import timedelta

import polars as pl
import pytest
from django.db import IntegrityError, transaction

from openmsix.accounts import hats
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted
from openmsix.audit.models import Event
from openmsix.deadlines import clock
from openmsix.places.models import Place
from openmsix.worklist.actions import AlreadyClosed, NewTask, close, open_tasks, withdraw
from openmsix.worklist.models import Status, Task
from tests.people import BY, person, places_in

pytestmark = pytest.mark.django_db


def near_match(number: int, place: Place, level: str = "district") -> NewTask:
    return NewTask(
        type="near match",
        subject_type="pair",
        subject_id=str(number),
        place_id=place.pk,
        level=level,
        title="Are these two records of one child?",
        detail={"weight": 4.5},
    )


def test_tasks_open_as_one_set_with_one_event() -> None:
    district = places_in("TX").district
    assert open_tasks([near_match(number, district) for number in range(500)], by=BY) == 500
    task = Task.objects.get(subject_id="7")
    assert (task.status, task.level, task.place, task.detail) == (
        Status.OPEN,
        "district",
        district,
        {"weight": 4.5},
    )
    event = Event.objects.get(action="worklist:tasks:opened")
    assert event.detail == {"near match": 500}


def test_an_open_task_about_the_same_subject_is_not_opened_twice() -> None:
    district = places_in("TX").district
    assert open_tasks([near_match(1, district), near_match(1, district)], by=BY) == 1
    assert open_tasks([near_match(1, district), near_match(2, district)], by=BY) == 1
    assert open_tasks([], by=BY) == 0
    close(task=Task.objects.get(subject_id="1"), outcome="same", by=BY)
    assert open_tasks([near_match(1, district)], by=BY) == 1, "a decided task may come up again"


def test_a_frame_of_tasks_opens_like_a_list() -> None:
    district = places_in("TX").district
    due = clock.now() + timedelta(days=4)
    frame = pl.DataFrame(
        {
            "type": ["near match"] * 3,
            "subject_type": ["pair"] * 3,
            "subject_id": ["1", "2", "3"],
            "place_id": [district.pk] * 3,
            "level": ["district"] * 3,
            "title": ["Are these two records of one child?"] * 3,
            "due_at": [due, None, None],
        }
    )
    assert open_tasks(frame, by=BY) == 3
    assert [task.subject_id for task in Task.objects.most_urgent_first()] == ["1", "2", "3"]
    assert Task.objects.get(subject_id="1").due_at == due


def test_the_same_words_with_quotes_tabs_and_accents_come_back() -> None:
    district = places_in("TX").district
    odd = 'A "quoted"\ttitle\\ with ñ\nand a second line'
    task = NewTask("near match", "pair", "1", district.pk, "district", odd)
    open_tasks([task], by=BY)
    assert Task.objects.get().title == odd


# who sees the tasks of a district, the region, the State and another State's district
SEEN = [
    ("district_data_administrator", "TX", {"district"}),
    ("regional_data_administrator", "TX", {"district", "region"}),
    ("state_data_administrator", "TX", {"district", "region", "state"}),
    ("state_data_administrator", "CA", {"elsewhere"}),
    ("primary", "TX", set()),
    ("batch_submitter", "TX", set()),
    ("ome", "TX", set()),
]


@pytest.mark.parametrize(("role", "state", "seen"), SEEN)
def test_a_hat_sees_the_tasks_of_its_place_at_its_level_and_below(
    role: str, state: str, seen: set[str]
) -> None:
    texas, california = places_in("TX"), places_in("CA")
    tasks = [
        NewTask("near match", "pair", "district", texas.district.pk, "district", "?"),
        NewTask("near match", "pair", "region", texas.district.pk, "region", "?"),
        NewTask("near match", "pair", "state", texas.state.pk, "state", "?"),
        NewTask("near match", "pair", "elsewhere", california.district.pk, "district", "?"),
    ]
    # One open task about a subject at a place: the four have subjects of their own.
    open_tasks(tasks, by=BY)
    (hat,) = hats.of(person(role, state))
    assert {task.subject_id for task in Task.objects.open().for_hat(hat)} == seen


def test_a_decided_task_says_how_when_and_by_whom() -> None:
    open_tasks([near_match(1, places_in("TX").district)], by=BY)
    administrator = person("district_data_administrator", "TX")
    (hat,) = hats.of(administrator)
    task = Task.objects.get()
    close(task=task, outcome="same", by=hat)
    assert (task.status, task.outcome, task.closed_by) == (Status.DONE, "same", administrator)
    assert task.closed_at is not None
    assert not Task.objects.open().exists()
    assert Event.objects.get(action="worklist:task:closed").detail == {
        "type": "near match",
        "outcome": "same",
    }
    with pytest.raises(AlreadyClosed):
        close(task=task, outcome="different", by=hat)


@pytest.mark.parametrize(("role", "state"), [("district_data_administrator", "CA"), ("primary", "TX")])
def test_who_does_not_see_a_task_does_not_decide_it(role: str, state: str) -> None:
    open_tasks([near_match(1, places_in("TX").district)], by=BY)
    (hat,) = hats.of(person(role, state))
    with pytest.raises(NotPermitted):
        close(task=Task.objects.get(), outcome="same", by=hat)
    assert Task.objects.open().count() == 1


def test_a_district_does_not_decide_what_its_state_decides() -> None:
    open_tasks([near_match(1, places_in("TX").district, level="state")], by=BY)
    (hat,) = hats.of(person("district_data_administrator"))
    with pytest.raises(NotPermitted):
        close(task=Task.objects.get(), outcome="same", by=hat)


def test_tasks_about_what_is_gone_are_withdrawn_as_one_set() -> None:
    district = places_in("TX").district
    open_tasks([near_match(number, district) for number in range(5)], by=BY)
    assert (
        withdraw(subject_type="pair", subject_ids=["1", "2", "9"], outcome="a record was closed", by=BY) == 2
    )
    assert Task.objects.open().count() == 3
    assert withdraw(subject_type="pair", subject_ids=["1", "2"], outcome="again", by=BY) == 0
    assert Task.objects.about("pair", "1").get().outcome == "a record was closed"


def test_a_closed_task_without_an_outcome_cannot_be_kept() -> None:
    open_tasks([near_match(1, places_in("TX").district)], by=BY)
    with pytest.raises(IntegrityError, match="closed_task_has_outcome"), transaction.atomic():
        Task.objects.update(status=Status.DONE)


def test_a_hat_of_the_system_sees_every_task() -> None:
    open_tasks(
        [near_match(1, places_in("TX").district), near_match(2, places_in("CA").state, "state")], by=BY
    )
    assert Task.objects.for_hat(Hat.system("worker")).count() == 2
    assert Task.objects.for_hat(Hat.system("operator", state_code="CA")).count() == 1
