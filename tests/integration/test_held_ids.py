"""The receipt tells the MSIX ID of every student that has one, so that no system blanks it when it reads the receipt."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from openmsix.intake import actions as intake
from openmsix.intake import receipts
from openmsix.intake.models import Submission
from tests.integration.texas import THIRTY, Texas
from tests.people import hat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]


def told(submission: Submission) -> dict[str, tuple[bool, str]]:
    """State Student Identifier -> whether it is rejected and its MSIX ID, as the CSV has them."""
    rows = csv.DictReader(io.StringIO("".join(receipts.as_csv(submission))))
    return {
        row["state_student_id"]: (row["verdict"] == "rejected", row["msix_id"])
        for row in rows
        if row["verdict"]
    }


def decline(submission: Submission) -> None:
    intake.decline(submission=submission, by=hat("state_data_administrator"), reason="a test file")


@pytest.mark.parametrize("kind", ["delta", "full"])
def test_a_rejected_student_keeps_its_id_in_the_receipt(tmp_path: Path, kind: str) -> None:
    texas = Texas(tmp_path)
    ids = {ssid: msix_id for ssid, (_, msix_id) in told(texas.send({"S1": "Ana", "S2": "Eva"})).items()}
    assert all(ids.values())
    again = told(texas.send({"S1": "", "S2": "Eva Maria", "S3": ""}, kind=kind))
    assert again == {"S1": (True, ids["S1"]), "S2": (False, ids["S2"]), "S3": (True, "")}


@pytest.mark.parametrize("end", [lambda held: None, decline], ids=["waits", "declined"])
def test_what_is_not_stored_tells_the_ids_too(tmp_path: Path, end: Callable[[Submission], None]) -> None:
    texas = Texas(tmp_path)
    [number] = {msix_id for ssid, (_, msix_id) in told(texas.send(THIRTY)).items() if ssid == "S1"}
    held = texas.send({"S1": "Anita", "S99": "Eva"})
    end(held)
    assert told(Submission.objects.get(pk=held.pk)) == {"S1": (False, number), "S99": (False, "")}
