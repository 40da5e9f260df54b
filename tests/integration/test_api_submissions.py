"""Sending files and batches through the API, and reading what became of them. Commits are real here, and a worker works beside."""

import csv
import io
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connections
from django.test import Client, override_settings

from openmsix import flow
from openmsix.api import idempotency, submissions
from openmsix.api.models import FirstAnswer
from openmsix.api.prefer import seconds_to_wait
from openmsix.deadlines import clock
from openmsix.expunge import actions as expunging
from openmsix.expunge import carrying_out, subjects
from openmsix.intake import kept
from openmsix.intake.models import Submission
from tests import parts
from tests.integration.api import ROOT, System, problem, system
from tests.integration.test_uploads import NeverRead
from tests.people import hat

pytestmark = [pytest.mark.one_engine, pytest.mark.usefixtures("committed_db", "kept_folder")]
FILE = parts.part(parts.two_children())


@pytest.fixture
def texas() -> System:
    return system()


@pytest.fixture
def worker() -> Iterator[None]:
    """Takes in whatever arrives while the test runs."""
    stopped = threading.Event()

    def work() -> None:
        while not stopped.wait(0.05):
            for number in Submission.objects.filter(status="received").values_list("pk", flat=True):
                flow.take_in(number)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stopped.set()
    thread.join()


def other_file() -> bytes:
    """A file of the same students, sent an hour later."""
    rows = parts.two_children()
    rows["header"][0]["submission_date"] = "20261123090000000"
    return parts.part(rows)


def test_a_file_is_kept_as_it_came_queued_and_answered_with_202(texas: System) -> None:
    answer = texas.send(FILE, Content_Disposition='attachment; filename="C:\\\\files\\\\tx night.zip"')
    assert answer.status_code == 202
    told = answer.json()
    assert (told["submission"]["status"], told["receipt"]) == ("received", None)
    submission = Submission.objects.get(ref=told["submission"]["ref"])
    part = submission.parts.get()
    assert kept.read(part.stored_as) == FILE
    assert part.file_name == "tx night.zip"
    assert submission.received_by == f"API client {texas.made.client.pk}"
    assert answer["Location"] == f"{ROOT}/submissions/{submission.ref}" == told["submission"]["links"]["self"]
    assert texas.get(answer["Location"]).json() == told["submission"]
    not_yet = texas.get(told["submission"]["links"]["receipt_json"])
    assert (not_yet.status_code, problem(not_yet), not_yet["Retry-After"]) == (409, "not-checked-yet", "5")


def test_the_one_file_of_a_form_is_the_same_as_the_whole_body(texas: System) -> None:
    answer = Client().post(
        f"{ROOT}/submissions",
        {"file": io.BytesIO(FILE)},
        headers={"Authorization": f"Bearer {texas.token}"},
    )
    assert answer.status_code == 202
    again = texas.send(FILE)
    assert again.json()["submission"]["ref"] == answer.json()["submission"]["ref"]
    assert again.json()["submission"]["received_before"]


@pytest.mark.usefixtures("worker")
def test_whoever_waits_is_answered_for_each_student_in_the_same_call(texas: System) -> None:
    answer = texas.send(FILE, Prefer="wait=30")
    assert answer.status_code == 200
    told = answer.json()
    assert told["submission"]["status"] == "published"
    assert told["submission"]["students"] == told["submission"]["accepted"] == 2
    students = {student["state_student_id"]: student for student in told["receipt"]["students"]}
    assert {student["verdict"] for student in students.values()} <= {"accepted", "findings"}
    assert all(len(student["msix_id"]) == 12 for student in students.values())
    receipt = b"".join(texas.get(told["submission"]["links"]["receipt_json"]).streaming_content)
    assert json.loads(receipt) == told["receipt"]
    table = b"".join(texas.get(told["submission"]["links"]["receipt_csv"]).streaming_content).decode(
        "utf-8-sig"
    )
    assert {row["msix_id"] for row in csv.DictReader(io.StringIO(table))} == {
        student["msix_id"] for student in students.values()
    }
    changes = texas.get("id-changes").json()
    assert {change["after"] for change in changes["changes"]} == {one["msix_id"] for one in students.values()}
    assert texas.get(f"id-changes?since={changes['mark']}").json()["changes"] == []


@pytest.mark.usefixtures("worker")
def test_the_first_answer_comes_again_with_its_receipt_and_nothing_of_a_child_is_kept_with_the_key(
    texas: System,
) -> None:
    first = texas.send(FILE, Prefer="wait=30", Idempotency_Key="k")
    again = texas.send(FILE, Idempotency_Key="k")
    assert (again.status_code, again.json()) == (200, first.json())
    [kept_with_key] = FirstAnswer.objects.all()
    for student in first.json()["receipt"]["students"]:
        assert student["msix_id"] not in kept_with_key.body
        assert student["state_student_id"] not in kept_with_key.body


@pytest.mark.usefixtures("worker")
def test_what_cannot_be_used_is_answered_with_its_findings(texas: System) -> None:
    answer = texas.send(b"this is no zip", Prefer="wait=30")
    told = answer.json()
    assert (answer.status_code, told["submission"]["status"]) == (200, "rejected")
    assert [finding["severity"] for finding in told["receipt"]["findings"]] == ["file_rejected"]


@pytest.mark.usefixtures("worker")
def test_a_batch_of_json_is_answered_for_each_student_in_the_same_call(texas: System) -> None:
    pytest.importorskip("openmsix.intake.json_file")
    answer = texas.call("POST", "submissions", json.dumps(batch()).encode(), "application/json")
    told = answer.json()
    assert (answer.status_code, told["submission"]["status"]) == (200, "published")
    assert {one["state_student_id"]: len(one["msix_id"]) for one in told["receipt"]["students"]} == {
        "NEW1": 12,
        "NEW2": 12,
    }
    [part] = Submission.objects.get().parts.all()
    assert json.loads(kept.read(part.stored_as)) == batch()
    wrong = batch()
    wrong["students"][0]["demographics"][0]["birth_date"] = "20269999"
    receipt = texas.call("POST", "submissions", json.dumps(wrong).encode(), "application/json").json()[
        "receipt"
    ]
    found = {(one["seq"], one["code"], one["element"]) for one in receipt["findings"]}
    assert (1, "E203", "birth_date") in found
    assert [one["verdict"] for one in receipt["students"]] == ["rejected", "findings"]


def batch() -> dict[str, Any]:
    """Two children as a JSON batch."""
    rows = parts.counted(parts.two_children())
    [header] = rows.pop("header")
    students = rows.pop("students")

    def of(student: dict[str, str], record: str) -> list[dict[str, str]]:
        return [row for row in rows[record] if row["student_record_id"] == student["student_record_id"]]

    told = [{**student, **{record: of(student, record) for record in rows}} for student in students]
    for student in told:
        student.pop("record_id")
    return {"header": header, "students": told}


def test_when_too_many_wait_already_the_answer_comes_at_once(texas: System) -> None:
    with ExitStack() as others:
        while submissions.WAITS_AT_ONCE.acquire(blocking=False):
            others.callback(submissions.WAITS_AT_ONCE.release)
        assert texas.send(FILE, Prefer="wait=30").status_code == 202


def test_a_small_batch_waits_and_a_file_does_not_unless_the_caller_says_so() -> None:
    told = {
        ("", True): 10,
        ("", False): 0,
        ("respond-async", True): 0,
        ("wait=3", False): 3,
        ("wait = 5, respond-async", True): 0,
        ("foo, WAIT=7", True): 7,
        ("wait=900", False): 30,
        ("wait=-1", True): 10,
        ("wait=soon", False): 0,
    }
    assert {case: seconds_to_wait(case[0], is_batch=case[1]) for case in told} == told


@pytest.mark.usefixtures("worker")
def test_a_call_with_the_key_of_what_was_expunged_since_is_told_so(texas: System) -> None:
    first = texas.send(FILE, Prefer="wait=30", Idempotency_Key="k")
    asked = expunging.request(
        subject=subjects.of_submission(first.json()["submission"]["ref"]),
        reason="sent in error",
        by=hat("state_data_administrator", "TX"),
    )
    expunging.approve(asked=asked, by=hat("operator"))
    carrying_out.carry_out(ref=asked.ref)
    again = texas.send(FILE, Idempotency_Key="k")
    assert (again.status_code, problem(again)) == (422, "not-received")
    assert "expunged" in again.json()["detail"]


def test_the_same_key_with_the_same_body_gives_the_first_answer_again(texas: System) -> None:
    first = texas.send(FILE, Idempotency_Key="night-1")
    [submission] = Submission.objects.all()
    flow.take_in(submission.pk)
    again = texas.send(FILE, Idempotency_Key="night-1")
    assert (again.status_code, again.content, again["Location"]) == (202, first.content, first["Location"])
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    other = texas.send(other_file(), Idempotency_Key="night-1")
    assert (other.status_code, problem(other)) == (422, "key-of-another-body")
    assert Submission.objects.count() == 1


def test_a_key_belongs_to_its_client_and_is_forgotten_after_some_days(texas: System) -> None:
    texas.send(FILE, Idempotency_Key="k")
    FirstAnswer.objects.update(claimed_at=clock.now() - idempotency.KEPT * 2)
    assert texas.send(other_file(), Idempotency_Key="k").status_code == 202
    other = system()
    assert other.send(FILE, Idempotency_Key="k").status_code in (200, 202)
    assert FirstAnswer.objects.count() == 2


def test_a_call_that_was_refused_frees_its_key(texas: System) -> None:
    california = parts.two_children()
    california["header"][0]["submitting_state"] = "CA"
    refused = texas.send(parts.part(california), Idempotency_Key="k")
    assert (refused.status_code, problem(refused)) == (422, "not-received")
    assert "CA" in refused.json()["detail"]
    assert texas.send(FILE, Idempotency_Key="k").status_code == 202


def test_a_key_whose_call_is_at_hand_is_refused_until_it_is_taken_for_dead(texas: System) -> None:
    texas.send(FILE, Idempotency_Key="k")
    FirstAnswer.objects.update(status=None)
    answer = texas.send(FILE, Idempotency_Key="k")
    assert (answer.status_code, problem(answer), answer["Retry-After"]) == (409, "key-at-hand", "5")
    FirstAnswer.objects.update(claimed_at=clock.now() - idempotency.AT_HAND * 2)
    assert texas.send(FILE, Idempotency_Key="k").status_code == 202


def test_two_calls_with_one_key_at_once_make_one_submission(texas: System) -> None:
    answers: list[Any] = []

    def send() -> None:
        answers.append(texas.send(FILE, Idempotency_Key="k"))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert 202 in {answer.status_code for answer in answers}
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "content", "headers", "status", "key"),
    [
        ("application/x-www-form-urlencoded", FILE, {}, 415, "wrong-media-type"),
        ("", FILE, {}, 415, "wrong-media-type"),
        ("image/png", FILE, {}, 415, "wrong-media-type"),
        ("application/zip", FILE, {"Content_Encoding": "gzip"}, 415, "wrong-media-type"),
        ("application/zip", b"", {}, 422, "not-received"),
        ("application/json", b"", {}, 422, "not-received"),
        ("multipart/form-data; boundary=x", b"--x--\r\n", {}, 422, "not-received"),
        ("multipart/form-data; boundary=x", b"nonsense", {}, 422, "not-received"),
        ("multipart/form-data", b"nonsense", {}, 400, "bad-request"),
        ("application/zip", FILE, {"Idempotency_Key": "with space"}, 422, "invalid"),
        ("application/zip", FILE, {"Idempotency_Key": "x" * 256}, 422, "invalid"),
    ],
)
def test_a_body_that_is_not_taken_is_refused_in_words(
    texas: System, kind: str, content: bytes, headers: dict[str, str], status: int, key: str
) -> None:
    answer = texas.call("POST", "submissions", content, kind, **headers)
    assert (answer.status_code, problem(answer)) == (status, key)
    assert Submission.objects.count() == 0
    if status == 415:
        assert "application/zip" in answer["Accept-Post"]


def _never_read(length: str, path: str = f"{ROOT}/submissions", **more: str) -> Any:
    return Client().generic(
        "POST",
        path,
        content_type="application/zip",
        **{"wsgi.input": NeverRead(), "CONTENT_LENGTH": length, **more},  # type: ignore[arg-type]
    )


def test_what_is_too_large_or_comes_without_a_token_is_not_read(texas: System) -> None:
    too_large = _never_read("2100000000")
    assert (too_large.status_code, problem(too_large)) == (413, "too-large")
    elsewhere = _never_read("2600000", f"{ROOT}/students/search")
    assert elsewhere.status_code == 413
    unsaid = _never_read("", HTTP_TRANSFER_ENCODING="chunked")
    assert (unsaid.status_code, problem(unsaid)) == (411, "length-required")
    assert _never_read("2000000").status_code == 401


def test_a_body_that_ends_too_early_is_not_taken(texas: System) -> None:
    answer = Client().generic(
        "POST",
        f"{ROOT}/submissions",
        headers={"Authorization": f"Bearer {texas.token}", "Content-Type": "application/zip"},
        **{"wsgi.input": io.BytesIO(FILE[:-10]), "CONTENT_LENGTH": str(len(FILE))},  # type: ignore[arg-type]
    )
    assert (answer.status_code, problem(answer)) == (400, "body-cut-short")
    assert Submission.objects.count() == 0


def test_a_file_of_a_missing_key_is_told_to_be_our_fault(texas: System) -> None:
    with override_settings(FILE_KEYS="short:AAAA"):
        answer = texas.send(FILE, Idempotency_Key="k")
    assert (answer.status_code, problem(answer)) == (503, "unavailable")
    assert FirstAnswer.objects.count() == 0


def test_the_list_goes_page_by_page_the_newest_first(texas: System) -> None:
    refs = []
    for hour in range(3):
        rows = parts.two_children()
        rows["header"][0]["submission_date"] = f"202611230{hour}0000000"
        refs.append(texas.send(parts.part(rows)).json()["submission"]["ref"])
    first = texas.get("submissions?limit=2&status=received").json()
    assert [one["ref"] for one in first["submissions"]] == [refs[2], refs[1]]
    second = texas.get(first["next"]).json()
    assert [one["ref"] for one in second["submissions"]] == [refs[0]]
    assert second["next"] is None
    assert texas.get("submissions?kind=full").json()["submissions"] == []
    assert texas.get("submissions?status=nonsense").json()["errors"][0]["name"] == "status"
    assert texas.get(f"submissions/{refs[0]}?x=1").status_code == 200


def test_a_part_of_several_says_which_are_missing(texas: System) -> None:
    rows = parts.two_children()
    rows["header"][0] |= {"part_number": "2", "total_parts": "3"}
    told = texas.send(parts.part(rows), Prefer="wait=30").json()["submission"]
    assert (told["status"], told["parts_missing"]) == ("receiving", [1, 3])
