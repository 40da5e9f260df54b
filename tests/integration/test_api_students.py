"""Asking the API about students: finding, comparing, reading, and following MSIX IDs."""

import json
from datetime import date
from typing import Any

import pytest

from openmsix.accounts.scopes import Scope
from openmsix.audit.models import Disclosure, Event
from openmsix.deadlines import clock
from openmsix.identity.models import CandidatePair, IdChange, Link, MsixId
from openmsix.records.models import StateRecord
from openmsix.students.models import Child
from openmsix.students.queries import open_record
from tests.children import link, named, say, silence
from tests.integration.api import ROOT, System, problem, system
from tests.people import BY

pytestmark = pytest.mark.django_db
ID, OTHER, RETIRED = "100000000001", "100000000002", "100000000009"
ANA: dict[str, Any] = {
    "first_name": "Ana",
    "last_name_1": "Ruiz",
    "last_name_2": "Ybarra",
    "birth_date": "20150312",
    "sex": "Female",
    "birth_city": "Weslaco",
    "female_parent_first_name": "Rosa",
    "female_parent_last_name": "Ybarra",
}


@pytest.fixture
def texas() -> System:
    return system()


@pytest.fixture
def ana() -> StateRecord:
    """A child that California knows."""
    who = {
        **{key: value for key, value in ANA.items() if key != "birth_date"},
        "birth_date": date(2015, 3, 12),
    }
    return say(ID, "CA", "C1", who)


def retire(msix_id: str, into: str) -> None:
    """The MSIX ID is merged into another."""
    MsixId.objects.create(
        msix_id=msix_id,
        minted_at=clock.now(),
        origin="minted",
        retired_at=clock.now(),
        retired_into_id=into,
    )


def match(one: System, student: dict[str, Any], purpose: str = "enrollment") -> Any:
    return one.post("students/match", {"purpose": purpose, "student": student})


def test_a_child_is_found_as_on_the_page(texas: System, ana: StateRecord) -> None:
    told = texas.post("students/search", {"text": "anita ruiz 2015-03-12", "state": "CA"}).json()
    [child] = told["children"]
    assert (child["msix_id"], child["birth_date"], child["states"]) == (ID, "2015-03-12", ["CA"])
    assert "nickname" in {reason["code"] for reason in child["reasons"]}
    assert not told["more"]
    assert texas.post("students/search", {"text": "ana ruiz", "state": "TX"}).json()["children"] == []
    event = Event.objects.filter(action="students:search:run").latest("pk")
    assert event.hat == "API client, Texas (Nightly export)"
    assert "ruiz" not in json.dumps(event.detail).lower()


def test_a_student_that_is_known_is_said_to_be_the_same_with_reasons(texas: System, ana: StateRecord) -> None:
    told = match(texas, {**ANA, "state_student_id": "T9"}).json()
    assert told["verdict"] == "same"
    [child] = told["children"]
    assert (child["msix_id"], child["verdict"], child["reasons"]) == (ID, "same", [])
    assert child["words"].startswith("The same child: ")
    assert child["weight"] > 10
    [disclosure] = Disclosure.objects.all()
    assert (disclosure.msix_id, disclosure.what, disclosure.purpose) == (ID, "match", "enrollment")
    assert disclosure.actor == f"API client {texas.made.client.pk}"
    assert texas.post(f"students/{child['ref']}/record", {"purpose": "enrollment"}).json()["msix_id"] == ID


def test_a_student_like_a_known_one_is_possible_and_says_why(texas: System, ana: StateRecord) -> None:
    told = match(texas, {"first_name": "Ana", "last_name_1": "Ruiz", "birth_date": "2015-01-01"}).json()
    assert told["verdict"] == "possible"
    assert told["children"][0]["reasons"][0]["code"] == "too_little"
    assert told["children"][0]["words"].startswith("Perhaps the same child")


def test_a_student_whose_child_has_a_live_record_in_the_state_is_only_possible(
    texas: System, ana: StateRecord
) -> None:
    california = system("CA")
    told = match(california, {**ANA, "state_student_id": "C2"}).json()
    assert told["verdict"] == "possible"
    assert "one_live_record_per_state" in {reason["code"] for reason in told["children"][0]["reasons"]}
    # The student itself, and a question that names no student of the State.
    assert match(california, {**ANA, "state_student_id": "C1"}).json()["verdict"] == "same"
    assert match(california, ANA).json()["verdict"] == "same"


def test_a_student_that_nobody_knows_is_different(texas: System, ana: StateRecord) -> None:
    told = match(texas, {"first_name": "Bruno", "last_name_1": "Okafor", "birth_date": "20110101"}).json()
    assert told == {"verdict": "different", "children": [], "unshown": 0}
    assert not Disclosure.objects.exists()


def test_comparing_writes_nothing_but_who_was_shown_whom(texas: System, ana: StateRecord) -> None:
    before = [model.objects.count() for model in (StateRecord, Link, MsixId, CandidatePair, Child, IdChange)]
    match(texas, ANA)
    after = [model.objects.count() for model in (StateRecord, Link, MsixId, CandidatePair, Child, IdChange)]
    assert before == after
    event = Event.objects.filter(action="students:match:tried").latest("pk")
    assert event.detail["elements"] == sorted(ANA)
    assert "Ruiz" not in json.dumps(event.detail)


def test_a_child_of_whom_no_state_speaks_is_counted_and_not_shown(texas: System, ana: StateRecord) -> None:
    from openmsix.identity import rows
    from openmsix.identity.models import MatchRow
    from openmsix.students import actions

    silence(ana)
    MatchRow.objects.filter(state_record=ana).update(live=False)
    actions.rebuild(msix_ids=[ID])
    told = match(texas, ANA).json()
    assert told == {"verdict": "same", "children": [], "unshown": 1}
    assert rows.TABLE


@pytest.mark.parametrize(
    ("student", "name"),
    [
        ({"birth_date": "20150231"}, "student.birth_date"),
        ({"birth_date": "12.3.2015"}, "student.birth_date"),
        ({"first_name": "A\0na"}, "student.first_name"),
        ({"first_name": "A" * 500}, "student.first_name"),
        ({"first_name": 7}, "student.first_name"),
        ({"shoe_size": "forty"}, "student.shoe_size"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(texas: System, student: dict[str, Any], name: str) -> None:
    answer = match(texas, student)
    assert (answer.status_code, problem(answer)) == (422, "invalid")
    [error] = answer.json()["errors"]
    assert (error["in"], error["name"]) == ("body", name)
    assert error["wrong"]
    assert not any(str(value) in answer.content.decode() for value in student.values() if value != 7)


def test_every_reading_needs_a_purpose_of_the_list(texas: System, ana: StateRecord) -> None:
    assert match(texas, ANA, purpose="curiosity").status_code == 422
    answer = texas.post("students/record", {"msix_id": ID})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["name"] == "purpose"
    assert not Disclosure.objects.exists()


def test_the_record_is_the_one_that_the_page_gives_and_its_reading_is_written_down(
    texas: System, ana: StateRecord
) -> None:
    answer = texas.post("students/record", {"msix_id": ID, "purpose": "credits"})
    assert answer.status_code == 200
    from openmsix.interop.record_json import as_json

    shown = open_record(ref=Child.objects.get().ref, by=BY, purpose="quality")
    assert answer.json() == json.loads(as_json(shown))
    assert answer["Cache-Control"] == "no-store"
    first = Disclosure.objects.earliest("pk")
    assert (first.msix_id, first.purpose, first.what) == (ID, "credits", "JSON")


def test_a_retired_msix_id_leads_to_the_living_one(texas: System, ana: StateRecord) -> None:
    retire(RETIRED, into=ID)
    body = {"msix_id": RETIRED, "purpose": "enrollment"}
    moved = texas.post("students/record", body)
    assert moved.status_code == 308
    assert RETIRED not in moved["Location"]
    assert ID not in moved["Location"]
    assert not Disclosure.objects.exists()
    assert texas.post(moved["Location"], body).json()["msix_id"] == ID


def test_the_address_of_a_retired_child_leads_to_the_living_one(texas: System, ana: StateRecord) -> None:
    from openmsix.students import actions

    other = say(OTHER, "FL", "F1", named("Ana", "Ruiz", date(2015, 3, 12)))
    before = Child.objects.get(pk=OTHER).ref
    link(other, ID)
    MsixId.objects.filter(pk=OTHER).update(retired_at=clock.now(), retired_into_id=ID)
    actions.rebuild(msix_ids=[ID, OTHER])
    moved = texas.post(f"students/{before}/record", {"purpose": "enrollment"})
    assert moved.status_code == 308
    assert moved["Location"] == f"{ROOT}/students/{Child.objects.get(pk=ID).ref}/record"


@pytest.mark.parametrize("body", [{"msix_id": "999999999999", "purpose": "request"}])
def test_an_unknown_msix_id_is_not_found(texas: System, body: dict[str, str]) -> None:
    answer = texas.post("students/record", body)
    assert (answer.status_code, problem(answer)) == (404, "not-found")
    assert body["msix_id"] not in answer.content.decode()


def test_no_address_of_the_api_can_hold_an_msix_id(texas: System, ana: StateRecord) -> None:
    assert texas.post(f"students/{ID}/record", {"purpose": "request"}).status_code == 404


def test_a_body_that_is_no_json_is_a_bad_request(texas: System) -> None:
    for body in (
        b"{",
        b"\xff",
        b'{"text": "\\ud800"}',
        b"[]",
        b"null",
        b"",
        b"NaN",
        b'{"text": "a", "text": "b"}',
    ):
        answer = texas.call("POST", "students/search", body, "application/json")
        assert answer.status_code in (400, 422), body
        assert problem(answer) in ("bad-request", "invalid")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"text": "Ana",\n "purpose" "Rosa"}', "no JSON from line 2, column 12 on"),
        (b'{"text": "Ana", "text": "Rosa"}', "the name text is there twice"),
        (b'{"Ana Rosa": 1, "Ana Rosa": 2}', "In an object of the body a name is there twice"),
        (b'{"text": "\xff"}', "not UTF-8 from its byte 11 on"),
        (b"[" * 100_000, "stand too deep in one another"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_of_by_its_place_and_never_by_its_values(
    texas: System, body: bytes, where: str
) -> None:
    answer = texas.call("POST", "students/search", body, "application/json")
    assert (answer.status_code, problem(answer)) == (400, "bad-request")
    assert where in answer.json()["detail"]
    assert "Ana" not in answer.content.decode()


def test_changes_of_msix_ids_go_page_by_page_and_are_the_states_own(texas: System) -> None:
    for number in range(5):
        IdChange.objects.create(
            at=clock.now(),
            state_code="TX" if number != 2 else "CA",
            state_student_id_type="01",
            state_student_id=f"S{number}",
            before=None,
            after=ID,
            reason="new",
        )
    first = texas.get("id-changes?limit=2").json()
    assert [change["state_student_id"] for change in first["changes"]] == ["S0", "S1"]
    second = texas.get(first["next"]).json()
    assert [change["state_student_id"] for change in second["changes"]] == ["S3", "S4"]
    assert (second["next"], second["mark"]) == (None, second["changes"][-1]["number"])
    never = texas.get(f"id-changes?since={second['mark'] + 1}")
    assert (never.status_code, problem(never)) == (422, "invalid")
    assert texas.get("id-changes?since=99999999999999999999").status_code == 422


def test_a_client_without_scopes_about_students_reaches_no_child(ana: StateRecord) -> None:
    from openmsix.accounts import clients

    one = system("CA", [Scope.SUBMISSIONS_READ])
    bearer = clients.bearer(one.token)
    assert bearer is not None
    assert not Child.objects.visible_to(bearer.hat).exists()
