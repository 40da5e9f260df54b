"""The list of tasks tells one near match from another, and tells names only to those who may open the records."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from openmsix.audit.models import Event
from openmsix.identity import questions
from openmsix.identity.models import CandidatePair, Link
from openmsix.students.actions import rebuild
from openmsix.worklist.models import Task
from tests.integration.drawn import Student, child, take_in
from tests.looking import Looking
from tests.people import person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]

FATHER = {"male_parent_first_name": "Juan", "male_parent_last_name": "Hernández"}
LUPE = child("Guadalupe", "Hernández", date(2014, 3, 12), last_2="García", mother="Rosa García", **FATHER)


@pytest.fixture(autouse=True)
def _near_match(settings: Any, tmp_path: Path) -> None:
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "kept": kept}
    take_in("TX", Student("T1", says=LUPE))
    take_in("TX", Student("T2", says={**LUPE, "birth_date": date(2014, 3, 21)}))
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))


def page_of(role: str) -> str:
    client = Client()
    client.force_login(person(role, "TX"))
    return re.sub(r"\s+", " ", client.get("/tasks/").content.decode())


def test_a_near_match_is_told_with_both_children_and_its_reasons() -> None:
    page = page_of("state_data_administrator")
    assert page.count("Guadalupe Hernández García") == 2
    assert "12 Mar 2014" in page
    assert "21 Mar 2014" in page
    assert (
        "the same child: given name, both surnames, sex, mother and father agree; the birth dates differ by one digit"
        in page
    )
    assert "A person is asked because:" not in page, "that stands on the page of the task"
    listed = Event.objects.get(action="worklist:near_matches:listed")
    assert listed.detail == {"near_matches": 1, "children": 2}


def test_both_records_can_be_opened_from_the_list() -> None:
    client = Client()
    client.force_login(person("state_data_administrator", "TX"))
    links = re.findall(r'href="(/children/[^"]+)"', client.get("/tasks/").content.decode())
    assert len(set(links)) == 2
    assert all(client.get(link, follow=True).status_code == 200 for link in links)


def test_a_question_names_its_two_records_the_older_first() -> None:
    pair = CandidatePair.objects.get()
    question = questions.questions([pair.pk])[pair.pk]
    assert (question.left.record_id, question.right.record_id) == (pair.left_id, pair.right_id)
    assert question.left.state_student_id == "T1"
    assert question.left.msix_id != question.right.msix_id
    assert "surname" in question.sentence


def test_a_pair_that_only_a_sent_id_brings_together_is_not_called_likely() -> None:
    pair = CandidatePair.objects.get()
    other = child("Benjamin", "Ruiz", date(2012, 7, 4), last_2="Lopez", mother="Ana Lopez", sex="Male")
    take_in("TX", Student("T2", says=other))
    assert questions.questions([pair.pk])[pair.pk].sentence.startswith("Probably two children: ")


def test_what_one_proposed_waits_for_another_person_and_is_not_counted_among_ones_own() -> None:
    first, second = Looking(), Looking()
    for number, client in enumerate((first, second), start=1):
        client.force_login(person("state_data_administrator", "TX", number))
        client.post("/children/purpose/", {"purpose": "quality", "next": "/tasks/"})
    first.post(f"/tasks/{Task.objects.open().get().pk}/", {"answer": "same"})
    own, others = (client.get("/tasks/").content.decode() for client in (first, second))
    assert "You proposed it; another person validates it." in own
    assert "Look and decide" not in own
    assert "You proposed it" not in others
    assert "Look and decide" in others
    assert "No task waits" in first.get("/", follow=True).content.decode()
    assert "1 task waits" in second.get("/", follow=True).content.decode()
