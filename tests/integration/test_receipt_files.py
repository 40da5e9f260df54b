"""A receipt as a file is the same whether it is written in one piece or in many."""

import json
from pathlib import Path

import pytest
from django.test import Client

from openmsix.intake import answers, receipts
from openmsix.intake.models import Submission
from tests import parts
from tests.integration import exchange
from tests.integration.texas import Texas
from tests.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]


@pytest.fixture
def submission(tmp_path: Path) -> Submission:
    """Nine students with findings of several kinds, rows of nobody, and one who was closed because absent."""
    Texas(tmp_path).send({f"S{number}": "Ana" for number in range(1, 11)})
    children = [parts.child(number, f"S{number}") for number in range(1, 11)]
    rows = {record: [row for one in children for row in one[record]] for record in parts.CHILD}
    for number, row in enumerate(rows["enrollments"]):
        row["grade_level"] = "99" if number % 2 else "10"
    for row in rows["course_history"][:3]:
        row["student_record_id"] = "0000099"
    rows["demographics"][2]["birth_date"] = "20100230"
    rows["students"].pop()
    for record in parts.CHILD:
        rows[record] = [row for row in rows[record] if row["student_record_id"] != "0000010"]
    header = {**parts.HEADER, "submission_kind": "full", "submission_date": "20261123090000000"}
    path = tmp_path / "full.zip"
    path.write_bytes(parts.part({"header": [header], **rows}))
    return exchange.receive(path)


@pytest.fixture
def taken(submission: Submission) -> Submission:
    from openmsix import flow

    return flow.take_in(submission.pk)


@pytest.mark.parametrize("block", [1, 2, 3, 100])
def test_in_blocks_of_any_size_the_files_say_the_same(
    block: int, taken: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = receipts.of(taken)
    monkeypatch.setattr(answers, "BLOCK", block)
    assert "".join(receipts.as_csv(taken)) == whole.as_csv()
    told = json.loads("".join(receipts.as_json(taken)))
    assert told == json.loads(whole.as_json())
    assert told["counts"] == whole.counts
    assert [rule["code"] for rule in told["rules"]] == [group.code for group in whole.groups]
    assert len(told["rules"]) > 1
    assert len(told["students"]) == taken.counts["students"]


def test_the_file_of_a_submission_that_was_not_checked_has_a_heading_and_no_students(
    submission: Submission,
) -> None:
    assert "".join(receipts.as_csv(submission)).startswith("student_part,student_line,")
    told = json.loads("".join(receipts.as_json(submission)))
    assert told["facts"]["Submission"] == submission.ref
    assert (told["students"], told["findings"]) == ([], [])


def test_the_pages_send_the_files_in_pieces_to_keep(
    taken: Submission, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "BLOCK", 2)
    client.force_login(person("batch_submitter"))
    for ending, kind in (("csv", "text/csv; charset=utf-8"), ("json", "application/json")):
        given = client.get(f"/submissions/{taken.ref}/receipt.{ending}")
        assert given.headers["Content-Disposition"] == f'attachment; filename="{taken.ref}.{ending}"'
        assert given.headers["Content-Type"] == kind
        pieces = list(given.streaming_content)  # type: ignore[attr-defined]
        assert len(pieces) > 4
