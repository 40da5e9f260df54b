"""Files and workers that come at the same moment. Commits are real here."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections

from openmsix.accounts.hats import Hat
from openmsix.intake import actions
from openmsix.intake.models import Submission, SubmissionPart
from tests import parts

TEXAS = Hat.system("test", state_code="TX")

pytestmark = [pytest.mark.usefixtures("committed_db", "kept_folder")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tx.zip"
    path.write_bytes(parts.part(parts.two_children()))
    return path


def test_two_of_the_same_file_at_once_are_one(file: Path, kept_folder: Path) -> None:
    def receive(number: int) -> int:
        try:
            return actions.receive(path=file, file_name=f"{number}.zip", by=TEXAS).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        received = list(pool.map(receive, range(4)))
    assert len(set(received)) == 1
    assert SubmissionPart.objects.count() == 1
    assert len([path for path in (kept_folder / "received").rglob("*") if path.is_file()]) == 1


def test_two_last_parts_at_once_complete_one_submission(tmp_path: Path) -> None:
    def receive(number: int) -> None:
        rows = parts.two_children()
        rows["header"][0] |= {"part_number": str(number), "total_parts": "3"}
        path = tmp_path / f"{number}.zip"
        path.write_bytes(parts.part(rows))
        try:
            actions.receive(path=path, file_name=path.name, by=TEXAS)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(receive, (1, 2, 3)))
    assert [submission.status for submission in Submission.objects.all()] == ["received"]


def test_a_submission_is_taken_in_by_one_worker_at_a_time(file: Path) -> None:
    submission = actions.receive(path=file, file_name="tx.zip", by=TEXAS)

    def try_too() -> str:
        try:
            with actions.turn(submission.pk):
                return "taken"
        except actions.TakenByAnother:
            return "refused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with actions.turn(submission.pk):
            assert pool.submit(try_too).result() == "refused"
        assert pool.submit(try_too).result() == "taken"
