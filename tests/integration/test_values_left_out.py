"""A value that is left out takes the one before it along, and the receipt says so where it is true."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from openmsix.intake import receipts
from openmsix.intake.models import Submission
from openmsix.records.models import Demographics, RecordVersion
from tests import parts
from tests.integration import exchange
from tests.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]

GONE = "that you sent before no longer stands"
Change = Callable[[parts.Rows], object]


@pytest.fixture
def send(tmp_path: Path) -> Callable[..., Submission]:
    """Send the two children, changed in some way, each time for a later window."""
    sent = 0

    def take_in(change: Change = lambda rows: None, kind: str = "delta") -> Submission:
        nonlocal sent
        sent += 1
        rows = parts.two_children()
        rows["header"][0] |= {"submission_kind": kind, "ending_effective_date": f"202611220{sent}0000000"}
        change(rows)
        path = tmp_path / f"{sent}.zip"
        path.write_bytes(parts.part(rows))
        [submission] = exchange.take_in(path)
        return submission

    return take_in


def told(submission: Submission) -> dict[str, bool]:
    """Element of each value that was left out -> whether the receipt says that the earlier one is gone."""
    rows = csv.DictReader(io.StringIO("".join(receipts.as_csv(submission))))
    return {row["element"]: GONE in row["wrong"] for row in rows if row["severity"] == "value_dropped"}


def sex(value: str) -> Change:
    return lambda rows: rows["demographics"][0].update(sex=value)


def enrollment(**values: str) -> Change:
    return lambda rows: rows["enrollments"][0].update(values)


def both(*changes: Change) -> Change:
    return lambda rows: [change(rows) for change in changes]


def second_enrollment(**values: str) -> Change:
    """The enrollment as before, and another one after it."""
    return lambda rows: rows["enrollments"].append({**rows["enrollments"][0], "record_id": "002", **values})


ELSEWHERE = {"school_or_project_name": "Donna High School", "enrollment_date": "20260112"}
# What stood before, what is sent now, and of which value left out it is told that an earlier one is gone.
CASES = [
    ("a value in place of a good one", sex("Female"), sex("F"), {"sex": True}),
    ("nothing stood before", sex(""), sex("F"), {"sex": False}),
    ("the earlier one was left out too", sex("X"), sex("F"), {"sex": False}),
    ("of a row that was not there", enrollment(med_alert="Acute"), both(enrollment(med_alert="Acute"), second_enrollment(med_alert="Bad", **ELSEWHERE)), {"med_alert": False}),
    ("of the same row under another number", enrollment(med_alert="Acute"), enrollment(med_alert="Bad", record_id="007"), {"med_alert": True}),
    ("what tells rows apart, and another row has it still", enrollment(), second_enrollment(enrollment_date="2026-01-12"), {"enrollment_date": False}),
]  # fmt: skip


@pytest.mark.parametrize(("before", "now", "gone"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_the_receipt_says_whether_an_earlier_value_is_gone(
    send: Callable[..., Submission], before: Change, now: Change, gone: dict[str, bool]
) -> None:
    send(before)
    assert told(send(now)) == gone


def test_every_form_of_the_receipt_says_it_and_the_value_is_gone_indeed(
    send: Callable[..., Submission], client: Client
) -> None:
    send()
    submission = send(sex("F"))
    live = RecordVersion.objects.live().filter(state_record__state_student_id="NEW1")
    assert Demographics.objects.get(version_id__in=live).sex is None
    client.force_login(person("batch_submitter", "TX"))
    page = client.get(reverse("submissions:detail", args=[submission.ref])).content.decode()
    made = receipts.of(submission)
    forms = {"page": page, "terminal": made.in_words(), "HTML": made.as_html(), "JSON": made.as_json()}
    for form, text in forms.items():
        assert f"F is no code of Sex. It was left out, and the Sex {GONE}." in text, form
    assert "1 value that was sent before no longer stands" in " ".join(page.split())
    assert json.loads(made.as_json())["counts"]["Values sent before that no longer stand"] == 1
    assert "Values sent before that no longer stand: 1. What was sent" in made.in_words()


def test_what_took_a_value_along_stands_before_what_did_not(send: Callable[..., Submission]) -> None:
    from openmsix.web.submissions import rules

    send(sex(""))

    def change(rows: parts.Rows) -> None:
        for one in rows["demographics"]:
            one["sex"] = "F"
        rows["enrollments"][0]["telephone"] = rows["enrollments"][1]["telephone"] = "none"

    submission = send(change)
    groups = rules.grouped(submission, with_examples=True)
    left_out = [group for group in groups if group.severity == "value_dropped"]
    assert left_out[0].code == "E206"
    assert GONE in left_out[0].examples[0].wrong
    assert GONE not in left_out[0].examples[1].wrong


def test_what_is_not_stored_takes_nothing_along(send: Callable[..., Submission]) -> None:
    send()
    older = send(
        both(sex("F"), lambda rows: rows["header"][0].update(ending_effective_date="20261101000000001"))
    )
    assert older.counts["changes"] == {"older": 1, "unchanged": 1}
    assert told(older) == {"sex": False}
