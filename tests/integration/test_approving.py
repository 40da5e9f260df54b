"""What nobody answered is approved by the clock only where the installation says so, and never before every level had its days."""

import json
import logging
import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from procrastinate.contrib.django import app

from openmsix import decisions
from openmsix.deadlines import clock
from openmsix.deadlines.working_days import add_working_days
from openmsix.identity.models import Link, Proposal
from openmsix.identity.words import ProposalStatus
from openmsix.intake import line
from openmsix.logs.gate import JsonLines
from openmsix.ops import jobs as _jobs  # noqa: F401  registers them
from openmsix.students import actions as students
from openmsix.students.actions import rebuild
from openmsix.worklist import passing
from openmsix.worklist.models import Task
from tests import parts
from tests.integration.drawn import PILAR, Student, child, take_in
from tests.people import hat, person, places_in

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]

LUPE = child("Guadalupe", "Hernández", date(2014, 3, 12), last_2="García", mother="Rosa García")
NOE = child("Noé", "Salinas", date(2012, 1, 8), last_2="Ríos", mother="Elsa Ríos")
INES = child("Inés", "Barrera", date(2015, 6, 2), last_2="Cruz", mother="Olga Cruz")
STAY = {
    "school_district_id": "0600001",
    "enrollment_date": date(2025, 8, 1),
    "withdrawal_date": date(2026, 5, 30),
}
DA, LOCAL = "state_data_administrator", "district_data_administrator"
MONDAY = date(2026, 11, 23)
LAST_DAY = add_working_days(MONDAY, 10)


@pytest.fixture(autouse=True)
def _on_monday(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.APPROVES_UNANSWERED = True
    with clock.fixed(MONDAY), parts.kept_in(tmp_path / "kept"):
        yield


def merge() -> Proposal:
    """Texas proposes; California does not answer."""
    take_in("TX", Student("T1", says=LUPE))
    take_in("CA", Student("C1", says=PILAR, rows={"enrollments": [STAY]}))
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
    texas, california = (Link.objects.live().get(state_code=state).msix_id for state in ("TX", "CA"))
    return decisions.merge(master=texas, others=[california], by=hat(DA, "TX"), reason="one mother")


def children() -> int:
    return len(set(Link.objects.live().values_list("msix_id", flat=True)))


def test_it_is_off_by_default(settings: Any) -> None:
    from openmsix.config import settings as ours

    assert ours.APPROVES_UNANSWERED is False
    settings.APPROVES_UNANSWERED = False
    merge()
    with clock.fixed(LAST_DAY + timedelta(days=400)):
        assert decisions.approve_unanswered() == 0
    assert children() == 2


def test_what_nobody_answered_is_carried_out_once_the_last_days_are_over() -> None:
    made = merge()
    with clock.fixed(LAST_DAY):
        assert decisions.approve_unanswered() == 0
    with clock.fixed(LAST_DAY + timedelta(days=1)):
        assert decisions.approve_unanswered() == 1
        assert decisions.approve_unanswered() == 0
    made.refresh_from_db()
    assert (made.status, made.decided_by, made.decided_by_id) == (
        ProposalStatus.DONE,
        "automatic approval",
        None,
    )
    assert children() == 1
    assert not Task.objects.open().exists()
    told = [
        entry
        for act in line.read(None, lambda *_: None).acts
        for entry in act.entries
        if act.what == "merging"
    ]
    assert [entry["by"] for entry in told] == ["automatic approval"]


def test_one_that_cannot_be_carried_out_holds_up_none_behind_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = merge()
    take_in("TX", Student("T2", says=NOE))
    take_in("CA", Student("C2", says=INES, rows={"enrollments": [STAY]}))
    ids = dict(Link.objects.live().values_list("state_record__state_student_id", "msix_id"))
    rebuild(msix_ids=[ids["T2"], ids["C2"]])
    decisions.merge(master=ids["T2"], others=[ids["C2"]], by=hat(DA, "TX"), reason="one mother")
    carry_out = students.rebuild

    def fails_once(*, msix_ids: Collection[str], **more: Any) -> None:
        if ids["T1"] in msix_ids:
            raise ArithmeticError("Guadalupe")
        carry_out(msix_ids=msix_ids, **more)

    monkeypatch.setattr(students, "rebuild", fails_once)
    with clock.fixed(LAST_DAY + timedelta(days=1)):
        assert decisions.approve_unanswered() == 1
    assert children() == 3
    broken.refresh_from_db()
    assert broken.status == ProposalStatus.OPEN
    (line,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    said = JsonLines().format(line)
    assert (json.loads(said)["event"], json.loads(said)["proposal"]) == ("proposal.not_approved", broken.ref)
    assert "Guadalupe" not in said
    monkeypatch.undo()
    with clock.fixed(LAST_DAY + timedelta(days=1)):
        assert decisions.approve_unanswered() == 1
    assert children() == 2


def test_a_database_that_is_away_stops_the_run_for_the_job_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    merge()

    def away(**_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(students, "rebuild", away)
    with clock.fixed(LAST_DAY + timedelta(days=1)), pytest.raises(OperationalError):
        decisions.approve_unanswered()


def test_every_level_has_its_days_before() -> None:
    person(LOCAL, "CA")
    merge()
    assert Task.objects.open().get().level == "district"
    with clock.fixed(LAST_DAY + timedelta(days=30)):
        assert decisions.approve_unanswered() == 0, "the State was not asked yet"
        decisions.escalate()
        assert decisions.approve_unanswered() == 0
        over = add_working_days(clock.today(), 10) + timedelta(days=1)
    with clock.fixed(over):
        assert decisions.approve_unanswered() == 1


def test_passing_it_down_again_does_not_hold_it_up() -> None:
    merge()
    person(LOCAL, "CA")
    with clock.fixed(LAST_DAY):
        passing.reassign(
            task=Task.objects.open().get(), to=places_in("CA").district, by=hat(DA, "CA"), reason="x"
        )
    with clock.fixed(LAST_DAY + timedelta(days=1)):
        assert decisions.approve_unanswered() == 1


@pytest.mark.parametrize("answer", ["refused", "withdrawn"])
def test_what_somebody_answered_is_not_approved(answer: str) -> None:
    made = merge()
    if answer == "refused":
        decisions.refuse(proposal=made, by=hat(DA, "CA"), reason="I know both")
    else:
        decisions.withdraw(proposal=made, by=hat(DA, "TX"))
    with clock.fixed(LAST_DAY + timedelta(days=30)):
        assert decisions.approve_unanswered() == 0
    assert children() == 2


def test_an_undoing_waits_for_a_person() -> None:
    made = merge()
    decisions.validate(proposal=made, by=hat(DA, "CA"))
    decisions.undo(done=made, by=hat(DA, "CA"), reason="two births")
    with clock.fixed(LAST_DAY + timedelta(days=30)):
        assert decisions.approve_unanswered() == 0
    assert children() == 1


def test_as_long_as_one_state_has_days_left_it_waits() -> None:
    made = merge()
    Proposal.objects.filter(pk=made.pk).update(states=["CA", "FL"])
    with clock.fixed(MONDAY + timedelta(days=3)):
        made.refresh_from_db()
        from openmsix.identity import assigning
        from openmsix.worklist.actions import open_tasks

        assert open_tasks(assigning.of_proposal(made), by=hat(DA, "FL")) == 1
    with clock.fixed(LAST_DAY + timedelta(days=1)):
        assert decisions.approve_unanswered() == 0
    with clock.fixed(LAST_DAY + timedelta(days=9)):
        assert decisions.approve_unanswered() == 1


def test_the_page_says_who_approved_it_and_before_when_it_will_be() -> None:
    made = merge()
    client = Client()
    client.force_login(person(DA, "CA"))
    client.post("/children/purpose/", {"purpose": "quality", "next": "/"})

    def words(address: str) -> str:
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(address).content.decode()))

    page = f"/tasks/merges/{made.ref}/"
    assert "it is approved automatically after" in words(page)
    assert "it is approved automatically after" in words(f"/tasks/{Task.objects.open().get().pk}/")
    with clock.fixed(LAST_DAY + timedelta(days=1)):
        decisions.approve_unanswered()
        assert "Nobody: it was approved by the clock" in words(page)
        assert "automatic approval" in words("/tasks/merges/")


def test_the_job_runs_every_hour() -> None:
    crons = {one.task.name: one.cron for one in app.periodic_registry.periodic_tasks.values()}
    assert crons["openmsix.pass_up"] == "7 * * * *"
