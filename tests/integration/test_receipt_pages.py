"""A receipt says the same wherever it is read: on the page, at the terminal, as CSV, JSON and one HTML file."""

import csv
import html
import io
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from openmsix import flow
from openmsix.accounts.hats import Hat
from openmsix.intake import by_kind, receipts
from openmsix.intake.models import Submission
from openmsix.intake.receipt import Receipt
from tests import parts
from tests.people import person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]

TEXAS = Hat.system("test", state_code="TX")
TAGS = re.compile(r"<[^>]+>")


def taken_in(tmp_path: Path, data: bytes) -> Submission:
    path = tmp_path / "tx.zip"
    path.write_bytes(data)
    submission = flow.receive(path=path, file_name=path.name, by=TEXAS, queue=False)
    return flow.take_in(submission.pk)


def page(submission: Submission, name: str = "detail") -> str:
    client = Client()
    client.force_login(person("batch_submitter", "TX"))
    answer = client.get(reverse(f"submissions:{name}", args=[submission.ref]))
    assert answer.status_code == 200
    return as_read(answer.content.decode())


def as_read(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(TAGS.sub("", text)))


def every_form(submission: Submission) -> dict[str, str]:
    made: Receipt = receipts.of(submission)
    return {
        "page": page(submission),
        "terminal": as_read(made.in_words()),
        "one HTML file": as_read(made.as_html()),
        "CSV": made.as_csv(),
        "JSON": made.as_json(),
    }


def test_a_finding_about_the_file_is_told_whole_in_every_form(tmp_path: Path) -> None:
    rows = parts.two_children()
    rows["header"][0]["total_students"] = "3"
    for form, told in every_form(taken_in(tmp_path, parts.part(rows))).items():
        assert "E105" in told, form
        assert "The header gives 3 as the number of students, but the part has 2." in told, form
        assert "Look whether the file was cut off, and correct the count." in told, form


def test_a_finding_about_a_student_is_told_whole_in_every_form(tmp_path: Path) -> None:
    rows = parts.two_children()
    rows["demographics"][0]["birth_date"] = "2010-03-12"
    for form, told in every_form(taken_in(tmp_path, parts.part(rows))).items():
        assert "2010-03-12 is no such date; Birth Date is written YYYYMMDD." in told, form
        assert "Write the date in that form." in told, form
        assert "demographics" in told, form
        assert "line 2" in told or form in ("one HTML file", "CSV", "JSON"), form


def test_a_row_of_nobody_is_told_in_every_form(tmp_path: Path) -> None:
    rows = parts.two_children()
    rows["enrollments"][1]["student_record_id"] = "0000009"
    submission = taken_in(tmp_path, parts.part(rows))
    for form, told in every_form(submission).items():
        assert "E301" in told, form
        assert "There is no student 0000009 in this part" in told, form
    assert "1 row belongs to no student" in page(submission)
    [row] = [
        row for row in csv.DictReader(io.StringIO(receipts.of(submission).as_csv())) if row["code"] == "E301"
    ]
    assert (row["record"], row["line"], row["value"]) == ("enrollments", "3", "0000009")
    assert json.loads(receipts.of(submission).as_json())["counts"]["Rows that belong to no student"] == 1


def test_many_findings_of_a_rule_are_cut_and_lead_to_all(tmp_path: Path) -> None:
    rows = parts.two_children()
    for record in parts.CHILD:
        rows[record] = [row for n in range(1, 7) for row in parts.child(n, f"S{n}")[record]]
    for row in rows["demographics"]:
        row["sex"] = "Girl"
    told = page(taken_in(tmp_path, parts.part(rows)))
    assert told.count("Girl is no code of Sex.") == 3
    assert "and 3 more" in told


@pytest.mark.parametrize(
    ("data", "unread"),
    [
        (b"%PDF-1.7", {"Kind", "Tells of", "Dictionary version"}),
        (parts.zipped({"students.csv": b"x"}), {"Kind", "Tells of", "Dictionary version"}),
        ({"submission_kind": "some"}, {"Kind"}),
        ({"ending_effective_date": "yesterday"}, {"Tells of"}),
        ({"dictionary_version": "1999"}, {"Dictionary version"}),
        ({"total_students": "3"}, set()),
    ],
    ids=["no zip", "no header", "kind", "window", "version", "all read"],
)
def test_what_was_not_read_is_said_to_be_not_read(
    tmp_path: Path, data: bytes | dict[str, str], unread: set[str]
) -> None:
    if isinstance(data, dict):
        rows = parts.two_children()
        rows["header"][0] |= data
        data = parts.part(rows)
    submission = taken_in(tmp_path, data)
    assert submission.status == "rejected"
    shown, facts = page(submission), receipts.of(submission).facts
    for label in ("Kind", "Tells of", "Dictionary version"):
        assert (f"{label}not read" in shown) == (label in unread), label
        assert (facts[label] == "not read") == (label in unread), label
    client = Client()
    client.force_login(person("batch_submitter", "TX"))
    listed = as_read(client.get(reverse("submissions:list")).content.decode())
    assert ("kind not read" in listed) == ("Kind" in unread)


def test_a_submission_that_waits_for_parts_says_which_and_counts_nothing(tmp_path: Path) -> None:
    rows = parts.two_children()
    rows["header"][0] |= {"part_number": "2", "total_parts": "3"}
    path = tmp_path / "tx.zip"
    path.write_bytes(parts.part(rows))
    submission = flow.receive(path=path, file_name=path.name, by=TEXAS, queue=False)
    words = receipts.in_words(submission)
    assert "1 of 3 are here; nothing is checked until these have come: 1, 3" in words
    assert "Students:" not in words
    assert "Parts that are missing: 1, 3." in page(submission)


def test_a_file_rejected_as_a_whole_says_so_before_all_else_and_counts_nobody_as_accepted(
    tmp_path: Path,
) -> None:
    rows = parts.two_children()
    rows["header"][0]["total_students"] = "3"
    rows["demographics"][0]["sex"] = "Girl"
    told = page(taken_in(tmp_path, parts.part(rows)))
    assert "The file was rejected as a whole, and nothing of it was stored." in told
    assert "2 students were read." in told
    assert told.index("What rejects the file") < told.index("E105") < told.index("What else was found")
    assert told.index("What else was found") < told.index("E206")
    assert "accepted without findings" not in told


def full(numbers: range, hour: int) -> bytes:
    rows: parts.Rows = {record: [] for record in parts.CHILD}
    for number in numbers:
        for record, found in parts.child(number, f"S{number}").items():
            rows[record] += found
    for number, row in zip(numbers, rows["demographics"], strict=True):
        row["first_name"] = f"Ana{'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10]}"
    sent = f"20261122{hour:02d}0000000"
    head = {"submission_kind": "full", "submission_date": sent, "ending_effective_date": sent}
    return parts.part({"header": [{**parts.HEADER, **head}], **rows})


def test_who_was_closed_for_being_left_out_is_named_on_the_page(tmp_path: Path) -> None:
    taken_in(tmp_path, full(range(1, 41), 8))
    told = page(taken_in(tmp_path, full(range(1, 40), 9)))
    assert "Closed because the file leaves them out" in told
    assert "S40" in told
    assert "1 Closed: left out of the file" in told
    assert "39 had it before" in told


def test_a_submission_that_waits_for_a_person_says_that_nothing_is_stored(tmp_path: Path) -> None:
    taken_in(tmp_path, full(range(1, 41), 8))
    told = page(taken_in(tmp_path, full(range(1, 11), 9)))
    assert "Checked, and nothing is stored. Students in order: 10 of 10." in told
    assert "were accepted" not in told


def test_the_students_of_a_receipt_are_counted_once_and_their_numbers_kept(
    tmp_path: Path, django_assert_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    submission = Submission.objects.get(pk=taken_in(tmp_path, parts.part(parts.two_children())).pk)
    with django_assert_num_queries(0):
        kept = by_kind.kinds(submission)
    assert (
        [tuple(kind) for kind in kept] == by_kind.count(submission) == [("accepted", "new", "new", True, 2)]
    )
