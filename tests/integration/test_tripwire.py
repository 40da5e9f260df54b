"""What waits at the tripwire never closes students on stale numbers, and never brings back what a newer file has replaced."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from django.db import connections, transaction

from openmsix import flow
from openmsix.accounts.hats import Hat
from openmsix.intake import actions as intake
from openmsix.intake.models import Submission
from openmsix.intake.states import NotPossible
from openmsix.worklist.models import Task
from tests.integration import exchange
from tests.integration.texas import THIRTY, Texas, live
from tests.people import hat

pytestmark = [pytest.mark.other_engine, pytest.mark.usefixtures("kept_folder")]

FEW = {"S1": "Anita"}

database = pytest.mark.django_db


@pytest.fixture
def texas(tmp_path: Path) -> Texas:
    return Texas(tmp_path)


def administrator() -> Hat:
    return hat("state_data_administrator")


def now(submission: Submission) -> Submission:
    return Submission.objects.get(pk=submission.pk)


def listed(submission: Submission) -> dict[str, str]:
    """Who would close, and how, as the person who decides sees it."""
    return dict(submission.closings.values_list("state_student_id", "how"))


def open_tasks() -> int:
    return Task.objects.open().filter(type="confirm_closures").count()


@database
def test_who_would_close_is_listed_with_the_way_in_which(texas: Texas) -> None:
    texas.send(THIRTY)
    full = texas.send({"S1": "Anita", "S31": "Eva"})
    assert listed(full) == dict.fromkeys(set(THIRTY) - {"S1"}, "absent")


@database
@pytest.mark.parametrize("window", [2, 3], ids=["the same window, mended", "a later window"])
def test_a_newer_full_submission_supersedes_what_waits(texas: Texas, window: int) -> None:
    texas.send(THIRTY)
    held = texas.send(FEW, window=2)
    mended = texas.send({**THIRTY, "S1": "Anita"}, window=window)
    assert mended.status == "published"
    assert now(held).status == "rejected"
    assert f"Superseded by {mended.ref}" in now(held).problem
    assert open_tasks() == 0
    for decide in (flow.confirm, intake.decline):
        with pytest.raises(NotPossible, match="Superseded by"):
            decide(reason="as meant", submission=held, by=administrator())
    assert flow.take_in(held.pk).status == "rejected"
    assert live() == {**THIRTY, "S1": "Anita"}


@database
def test_other_students_taken_in_meanwhile_are_counted_before_anybody_decides(texas: Texas) -> None:
    texas.send(THIRTY)
    held = texas.send(FEW)
    seen = held.checked_at
    later = {f"S{number}": "Eva" for number in range(2, 11)}
    texas.send(later, kind="delta")
    assert now(held).status == "received"
    assert open_tasks() == 0
    with pytest.raises(NotPossible, match="looked at anew"):
        flow.confirm(reason="as meant", submission=held, by=administrator())
    again = flow.take_in(held.pk)
    assert (again.status, again.closes, again.live_before) == ("waiting", 20, 30)
    assert not set(listed(again)) & set(later)
    assert open_tasks() == 1
    with pytest.raises(NotPossible, match="counted anew"):
        flow.confirm(reason="as meant", submission=again, by=administrator(), counted_at=seen)
    flow.confirm(reason="as meant", submission=again, by=administrator(), counted_at=again.checked_at)
    assert flow.take_in(held.pk).status == "published"
    assert live() == FEW | later


@database
def test_what_was_confirmed_closes_nobody_who_was_not_listed(texas: Texas) -> None:
    texas.send(THIRTY, window=2)
    held = texas.send(FEW, window=4)
    flow.confirm(reason="as meant", submission=held, by=administrator())
    # As many as were listed, but others: the State speaks of one of them anew, and another comes in.
    texas.send({"S2": "Eva"}, kind="delta", window=6)
    texas.send({"S40": "Eva"}, kind="delta", window=3)
    again = flow.take_in(held.pk)
    assert (again.status, again.confirmed_by) == ("waiting", "")
    assert "S40" in listed(again)
    assert "S40" in live()


@database
def test_of_one_window_the_later_file_holds_whenever_it_is_taken_in(texas: Texas, tmp_path: Path) -> None:
    first, second = texas.file({"S1": "Ana"}, window=1), texas.file({"S1": "Anita"}, window=1)
    exchange.take_in(second, first)
    assert live() == {"S1": "Anita"}


@pytest.mark.usefixtures("committed_db")
def test_of_two_who_confirm_at_once_one_is_told_who_was_first(texas: Texas) -> None:
    texas.send(THIRTY)
    held = texas.send(FEW)
    who = [administrator(), administrator()]

    def confirm(by: Hat) -> str:
        try:
            flow.confirm(reason="as meant", submission=Submission.objects.get(pk=held.pk), by=by)
        except NotPossible as why:
            return str(why)
        else:
            return "confirmed"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(confirm, who))
    assert answers[1] == "confirmed"
    assert answers[0] == f"{held.ref} was confirmed by {who[0].actor} already."


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize(
    ("students", "kind", "why"), [(THIRTY, "full", "Superseded"), ({"S2": "Eva"}, "delta", "looked at anew")]
)
def test_who_confirms_while_another_submission_is_stored_meets_what_it_left(
    texas: Texas, students: dict[str, str], kind: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texas.send(THIRTY)
    held, by = texas.send(FEW), administrator()
    waiting, real = Event(), intake.answer

    def confirm() -> str:
        try:
            waiting.set()
            flow.confirm(reason="as meant", submission=held, by=by)
        except NotPossible as fault:
            return str(fault)
        else:
            return "confirmed"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:

        def answer(**words: object) -> None:
            real(**words)  # type: ignore[arg-type]
            assert transaction.get_connection().in_atomic_block
            said.append(pool.submit(confirm))
            assert waiting.wait(5)

        said: list[object] = []
        monkeypatch.setattr(intake, "answer", answer)
        assert texas.send(students, kind=kind).status == "published"
        assert why in said[0].result(20)  # type: ignore[attr-defined]
    assert now(held).confirmed_by == ""
