"""Whatever people are asked or asked for ends or rests when a State takes a record back, and is asked again when it speaks of the student again."""

from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from openmsix import decisions
from openmsix.accounts.hats import Hat
from openmsix.identity import resting
from openmsix.identity.models import CandidatePair, Link, Proposal
from openmsix.identity.words import PairStatus, ProposalStatus
from openmsix.intake.models import Submission
from openmsix.replay import actions as conductor
from openmsix.worklist.models import Task
from tests import parts
from tests.integration import exchange
from tests.people import hat, person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]
DA = "state_data_administrator"


def sent(folder: Path, state: str, action: str = "I", **who: str) -> Submission:
    """A State's file about its student 1, who is like that of the others."""
    one = parts.child(1, f"{state}1")
    one["students"][0] |= {"reporting_state": state, "action_code": action}
    one["demographics"][0] |= {"female_parent_first_name": "Rosa", "female_parent_last_name": "Peña", **who}
    header = {**parts.HEADER, "submitting_state": state, "submission_kind": "delta"}
    path = folder / f"{state}-{len(list(folder.iterdir()))}.zip"
    said = {**{record: [] for record in one}, "students": one["students"]} if action == "D" else one
    path.write_bytes(parts.part({"header": [header], **said}))
    [submission] = exchange.take_in(path)
    assert submission.status == "published", submission.problem
    return submission


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "sent"
    folder.mkdir()
    return folder


@pytest.fixture
def pair(folder: Path) -> CandidatePair:
    """California is asked whether its student is that of Texas."""
    sent(folder, "TX", middle_name="Sofia")
    sent(folder, "CA", middle_name="Noemi")
    return CandidatePair.objects.get()


def asked() -> list[tuple[str, str]]:
    return sorted(
        (type_, state or "") for type_, state in Task.objects.open().values_list("type", "state_code")
    )


def test_a_question_rests_while_one_of_its_records_is_closed(pair: CandidatePair, folder: Path) -> None:
    california, texas = hat(DA, "CA"), hat(DA, "TX")
    decisions.ask(pair=pair, by=california, text="Has she a twin?")
    assert asked() == [("near_match", "CA"), ("near_match", "TX")]
    number = Task.objects.open().get(state_code="CA").pk
    sent(folder, "TX", "D")
    assert asked() == []
    assert set(Task.objects.values_list("outcome", flat=True)) == {resting.OUTCOME}
    client = Client()
    client.force_login(person(DA, "CA"))
    assert client.get(f"/tasks/{number}/").headers["Location"] == "/tasks/"
    assert "None here yet" in client.get("/tasks/decided/").content.decode()
    sent(folder, "TX", "U", middle_name="Sofia")
    assert asked() == [("near_match", "CA"), ("near_match", "TX")]
    decisions.different(pair=pair, by=texas)
    assert asked() == []
    sent(folder, "TX", "D")
    sent(folder, "TX", "U", middle_name="Sofia")
    assert asked() == []


def test_a_question_about_a_record_that_is_closed_already_waits_for_its_state(folder: Path) -> None:
    sent(folder, "TX", middle_name="Sofia")
    sent(folder, "TX", "D")
    sent(folder, "CA", middle_name="Noemi")
    assert CandidatePair.objects.get().status == PairStatus.OPEN
    assert asked() == []
    sent(folder, "TX", "U", middle_name="Sofia")
    assert asked() == [("near_match", "CA")]


def test_a_proposal_lapses_when_no_state_speaks_of_one_of_its_children(
    pair: CandidatePair, folder: Path
) -> None:
    proposal = decisions.same(pair=pair, by=hat(DA, "CA"))
    sent(folder, "CA", "D")
    proposal.refresh_from_db()
    assert proposal.status == ProposalStatus.LAPSED
    assert asked() == []
    sent(folder, "CA", "U", middle_name="Noemi")
    assert asked() == [("near_match", "CA"), ("near_match", "TX")]
    assert decisions.same(pair=pair, by=hat(DA, "CA")), "the children are locked no more"


def test_a_split_lapses_when_all_that_would_leave_or_stay_is_closed(folder: Path) -> None:
    for state in ("TX", "CA", "FL"):
        sent(folder, state)
    [msix_id] = set(Link.objects.live().values_list("msix_id", flat=True))
    leaving = Link.objects.live().get(state_code="FL").state_record_id
    decisions.split(msix_id=msix_id, records=[leaving], by=hat(DA, "TX"), reason="two births")
    sent(folder, "CA", "D")
    assert Proposal.objects.get().status == ProposalStatus.OPEN
    sent(folder, "FL", "D")
    assert Proposal.objects.get().status == ProposalStatus.LAPSED


def test_what_rested_lapsed_and_was_asked_again_comes_back(folder: Path) -> None:
    def way() -> None:
        sent(folder, "TX", middle_name="Sofia")
        sent(folder, "CA", middle_name="Noemi")
        decisions.same(pair=CandidatePair.objects.get(), by=Hat.system("first"))
        sent(folder, "CA", "D")
        sent(folder, "FL", middle_name="Ines")
        sent(folder, "CA", "U", middle_name="Noemi")
        sent(folder, "TX", "D")

    with transaction.atomic():
        way()
        before, open_before = exchange.held(by_name=True), asked()
        transaction.set_rollback(True)
    conductor.rebuild(report=lambda *_: None)
    differing = exchange.differing(
        before, exchange.held(by_name=True), parts=[part for part in before if part != "tasks"]
    )
    assert differing == {}
    assert asked() == open_before
    assert Proposal.objects.get().status == ProposalStatus.LAPSED
    assert CandidatePair.objects.count() == 3


def test_a_record_that_became_another_child_is_doubted_once_the_proposal_that_waited_is_over(
    folder: Path,
) -> None:
    for state in ("TX", "CA"):
        sent(folder, state)
    sent(folder, "FL", first_name="Benjamin", last_name_1="Quiej", birth_date="20090830", sex="Male")
    one, other = sorted(set(Link.objects.live().values_list("msix_id", flat=True)))
    merge = decisions.merge(master=one, others=[other], by=hat(DA, "TX"), reason="one mother")
    sent(folder, "CA", "U", first_name="Citlali", last_name_1="Xol", birth_date="20110102")
    assert Proposal.objects.open().count() == 1
    decisions.refuse(proposal=merge, by=hat(DA, "CA", 2), reason="two children")
    [doubt] = Proposal.objects.open()
    assert doubt.kind == "split"
    assert [each.state_record.state_code for each in doubt.records.all()] == ["CA"]
    decisions.refuse(proposal=doubt, by=hat(DA, "TX", 2), reason="mended")
    assert not Proposal.objects.open().exists(), "it is doubted once"
