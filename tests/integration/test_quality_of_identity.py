"""The quality of identity: what is counted, who sees it, where each number leads, and that a rebuild counts the same."""

import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from openmsix import decisions
from openmsix.audit.models import Event
from openmsix.deadlines import clock
from openmsix.expunge import actions as expunge
from openmsix.expunge import carrying_out, subjects
from openmsix.identity.models import CandidatePair, Link
from openmsix.intake.models import Submission
from openmsix.ops import jobs
from openmsix.places.states import states
from openmsix.replay import actions as conductor
from openmsix.reports import actions
from openmsix.reports.models import DecidedPair, Figure, SuspectedDuplicate, SuspectedMerge
from openmsix.reports.queries import quality, tasks_waiting
from openmsix.reports.rates import Agreement, Placed
from openmsix.students.models import Child
from openmsix.worklist.models import Task
from tests import parts
from tests.children import named, say, silence
from tests.integration import exchange
from tests.people import hat, person

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]
DA = "state_data_administrator"
BORN = date(2012, 5, 4)
FIRST, SECOND, THIRD, FOURTH = (f"10000000000{n}" for n in range(1, 5))


def sent(folder: Path, state: str, ssid: str, **who: str) -> Submission:
    """A State's file about one child who is like all others of these files."""
    one = parts.child(1, ssid)
    one["students"][0]["reporting_state"] = state
    one["demographics"][0] |= {"female_parent_first_name": "Rosa", "female_parent_last_name": "Peña", **who}
    header = {**parts.HEADER, "submitting_state": state}
    path = folder / f"{state}-{ssid}.zip"
    path.write_bytes(parts.part({"header": [header], **one}))
    [submission] = exchange.take_in(path)
    return submission


def near_match(folder: Path) -> CandidatePair:
    """Texas and California have a record each that may be of one child."""
    sent(folder, "TX", "T1", middle_name="Sofia")
    sent(folder, "CA", "C1", middle_name="Elena")
    return CandidatePair.objects.get()


def figures() -> list[tuple[object, ...]]:
    names = ("kind", "state_code", "first", "second", "value")
    return sorted(Figure.objects.values_list(*names))


# what is counted


def test_children_are_suspected_who_have_two_birth_years_two_sexes_or_more_records_than_states() -> None:
    say(FIRST, "TX", "T1", named("Ana", "Ruiz", BORN))
    say(FIRST, "CA", "C1", named("Ana", "Ruiz", date(2013, 5, 4)))
    say(SECOND, "TX", "T2", named("Eva", "Luna", BORN))
    say(SECOND, "FL", "F2", named("Eva", "Luna", date(2012, 4, 5), sex="Male"))
    say(THIRD, "TX", "T3", named("Mia", "Paz", BORN))
    say(THIRD, "TX", "T4", named("Mia", "Paz", BORN))
    say(FOURTH, "TX", "T5", named("Leo", "Gil", BORN))
    say(FOURTH, "CA", "C5", named("Leo", "Gil", BORN, sex=None))
    actions.reckon()
    found = {one.pk: (one.states, one.reasons) for one in SuspectedMerge.objects.all()}
    assert found == {
        FIRST: (["CA", "TX"], ["birth_years"]),
        SECOND: (["FL", "TX"], ["sexes"]),
        THIRD: (["TX"], ["records"]),
    }
    assert quality("TX").merges == {"birth_years": 1, "sexes": 1, "records": 1, "any": 3}
    assert quality("CA").merges == {"birth_years": 1, "any": 1}
    assert quality().merges["any"] == 3


def test_records_are_suspected_that_are_alike_and_still_two(tmp_path: Path) -> None:
    pair = near_match(tmp_path)
    actions.reckon()
    assert [one.pair_id for one in SuspectedDuplicate.objects.all()] == [pair.pk]
    assert quality("TX").duplicates == quality("CA").duplicates == quality().duplicates
    decisions.different(pair=pair, by=hat(DA, "TX"))
    actions.reckon()
    assert (quality().duplicates, SuspectedDuplicate.objects.count()) == ({}, 0)


def test_a_record_that_its_state_closed_is_suspected_no_more(tmp_path: Path) -> None:
    pair = near_match(tmp_path)
    actions.reckon()
    silence(pair.right)
    assert "None." in shown("/quality/duplicates/"), "closed since"
    actions.reckon()
    assert (quality().duplicates, SuspectedDuplicate.objects.count()) == ({}, 0)


@pytest.mark.parametrize(
    ("reasons", "by_rule"),
    [
        (["one_live_record_per_state"], True),
        (["not_mutually_best", "two_existing_children"], True),
        (["given_names_differ"], False),
        (["one_live_record_per_state", "twins_given_names"], False),
    ],
)
def test_it_is_told_apart_whether_only_a_rule_stands_between_them(
    reasons: list[str], by_rule: bool, tmp_path: Path
) -> None:
    pair = near_match(tmp_path)
    pair.evidence = {"reasons": reasons}
    pair.save()
    actions.reckon()
    assert SuspectedDuplicate.objects.get().by_rule is by_rule


def test_what_people_said_stands_beside_what_the_model_weighed(tmp_path: Path) -> None:
    pair = near_match(tmp_path)
    proposal = decisions.same(pair=pair, by=hat(DA, "TX"))
    decisions.validate(proposal=proposal, by=hat(DA, "CA"))
    actions.reckon()
    band = actions.bands().of(pair.weight)
    assert (
        quality("TX").agreement == quality("CA").agreement == quality().agreement == {band: Agreement(same=1)}
    )
    undoing = decisions.undo(done=proposal, by=hat(DA, "TX"), reason="two births")
    decisions.validate(proposal=undoing, by=hat(DA, "CA"))
    actions.reckon()
    assert quality().agreement == {band: Agreement(undone=1)}
    assert quality("FL").agreement == {}


def test_decisions_stand_on_the_day_on_which_they_were_made(tmp_path: Path) -> None:
    pair = near_match(tmp_path)
    today = clock.today()
    with clock.fixed(today + timedelta(days=1)):
        proposal = decisions.same(pair=pair, by=hat(DA, "TX"))
    with clock.fixed(today + timedelta(days=2)):
        decisions.refuse(proposal=proposal, by=hat(DA, "CA"), reason="cousins")
        actions.reckon()
        found = {day: counts for day, counts in quality().decisions.items() if counts}
        assert found == {
            today + timedelta(days=1): {"proposed": 1},
            today + timedelta(days=2): {"refused": 1},
        }
        assert quality("TX").decisions == quality("CA").decisions == quality().decisions


def test_a_pair_found_different_counts_once_for_each_state_and_for_the_nation(tmp_path: Path) -> None:
    decisions.different(pair=near_match(tmp_path), by=hat(DA, "CA"))
    actions.reckon()
    for state in ("TX", "CA", ""):
        assert quality(state).decisions[clock.today()] == {"different": 1}, state


def test_links_are_told_by_the_month_in_which_the_state_submitted(tmp_path: Path) -> None:
    sent(tmp_path, "TX", "T1")
    sent(tmp_path, "CA", "C1")
    sent(tmp_path, "FL", "F1", middle_name="Elena", last_name_2="Ruiz")
    actions.reckon()
    month = f"{clock.today():%Y-%m}"
    assert quality("TX").placed[month] == Placed(new=1)
    assert quality("CA").placed[month] == Placed(matched=1)
    assert quality().placed[month].records == 3
    assert len(quality().placed) == 12


def test_tasks_are_told_by_level_and_by_how_long_they_wait(tmp_path: Path) -> None:
    near_match(tmp_path)
    assert tasks_waiting(Task.objects.open()) == {"state": {"week": 1, "month": 0, "older": 0}}
    with clock.fixed(clock.today() + timedelta(days=9)):
        assert tasks_waiting(Task.objects.open()) == {"state": {"week": 0, "month": 1, "older": 0}}


def test_a_rebuild_counts_the_same(tmp_path: Path) -> None:
    with transaction.atomic():
        pair = near_match(tmp_path)
        sent(tmp_path, "FL", "F1", middle_name="Sofia")
        proposal = decisions.same(pair=pair, by=hat(DA, "TX"))
        decisions.validate(proposal=proposal, by=hat(DA, "CA"))
        actions.reckon()
        before = figures()
        transaction.set_rollback(True)
    assert {kind for kind, *_ in before} >= {"placed", "agreement", "decisions"}
    conductor.rebuild(report=lambda *_: None)
    actions.reckon()
    assert figures() == before


def test_reckoning_again_changes_nothing(tmp_path: Path) -> None:
    near_match(tmp_path)
    actions.reckon()
    before = figures()
    actions.reckon()
    assert figures() == before


def test_an_expunged_child_is_suspected_no_more() -> None:
    say(FIRST, "TX", "T1", named("Ana", "Ruiz", BORN))
    say(FIRST, "CA", "C1", named("Ana", "Ruiz", date(2013, 5, 4)))
    actions.reckon()
    asked = expunge.request(subject=subjects.of_child(FIRST), reason="sent in error", by=hat(DA, "TX"))
    expunge.approve(asked=asked, by=hat("operator"))
    carrying_out.carry_out(ref=asked.ref)
    assert not SuspectedMerge.objects.exists()


# who sees it


def shown(address: str, role: str = DA, state: str = "TX", status: int = 200) -> str:
    client = Client()
    client.force_login(person(role, state))
    answer = client.get(address)
    assert answer.status_code == status
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


@pytest.fixture
def suspects() -> None:
    """A child of Texas and California with two birth years, one of Florida with two sexes."""
    say(FIRST, "TX", "T1", named("Ana", "Ruiz", BORN))
    say(FIRST, "CA", "C1", named("Ana", "Ruiz", date(2013, 5, 4)))
    say(SECOND, "FL", "F1", named("Eva", "Luna", BORN))
    say(SECOND, "OR", "O1", named("Eva", "Luna", BORN, sex="Male"))
    actions.reckon()


@pytest.mark.usefixtures("suspects")
def test_a_state_sees_its_children_and_no_others() -> None:
    page = shown("/quality/")
    assert 'href="/quality/children/?reason=birth_years">1<' in page
    assert "as of 23 Nov 2026" in re.sub("<[^>]+>", "", page)
    listed = shown("/quality/children/")
    assert "Ana Ruiz" in listed
    assert "4 May 2013" in listed
    assert "Eva Luna" not in listed
    assert "Ana Ruiz" not in shown("/quality/children/?reason=sexes")
    assert Event.objects.filter(action="reports:quality:listed").first().detail == {"list": "suspected merges", "children": 1}  # type: ignore[union-attr]  # fmt: skip


@pytest.mark.usefixtures("suspects")
def test_the_office_sees_the_numbers_of_the_nation_and_no_list() -> None:
    page = shown("/quality/", "ome")
    assert "the nation" in page
    assert "/quality/children/" not in page
    assert "Florida" in shown("/quality/?state=FL", "ome")
    for path in ("children", "duplicates", "decided", "decisions", "near-matches", "linked"):
        shown(f"/quality/{path}/?day=2026-11-23", "ome", status=403)


@pytest.mark.usefixtures("suspects")
@pytest.mark.parametrize("role", ["primary", "secondary", "district_data_administrator", "batch_submitter"])
def test_nobody_else_sees_it(role: str) -> None:
    shown("/quality/", role, status=403)


def test_each_list_shows_what_was_counted(tmp_path: Path) -> None:
    pair = near_match(tmp_path)
    month = f"{clock.today():%Y-%m}"
    actions.reckon()
    assert "Guadalupe" in shown("/quality/duplicates/")
    assert "1 pair of records" in shown(f"/quality/near-matches/?month={month}", state="CA")
    assert "Look and decide" in shown("/quality/duplicates/", state="CA")
    assert "None." in shown(f"/quality/linked/?month={month}")
    decisions.different(pair=pair, by=hat(DA, "CA"))
    assert "None." in shown("/quality/duplicates/"), "decided since"
    actions.reckon()
    band = DecidedPair.objects.get().band
    assert "Guadalupe" in shown(f"/quality/decided/?band={band}&outcome=different")
    assert "Guadalupe" in shown(f"/quality/decisions/?day={clock.today()}")
    assert "Guadalupe" in shown("/quality/decisions/?day=no+day"), "today"
    page = shown("/quality/", state="CA")
    assert f"/quality/decided/?band={band}&outcome=different" in page
    assert page.count("/quality/picture/") == 3, "no task waits any more"


def test_a_pair_says_where_its_question_lies(tmp_path: Path) -> None:
    pair = near_match(tmp_path)
    actions.reckon()
    asked = Task.objects.open().get().place.state_code
    other = {"CA": "TX", "TX": "CA"}[asked]
    assert "Look and decide" in shown("/quality/duplicates/", state=asked)
    name = states()[asked].name
    assert f"for {name} to decide" in shown("/quality/duplicates/", state=other)
    Task.objects.open().delete()
    one, two = (Child.objects.get(pk=Link.objects.live().get(state_record=side).msix_id) for side in (pair.left, pair.right))  # fmt: skip
    assert f'href="/tasks/merge/{one.ref}/{two.ref}/"' in shown("/quality/duplicates/", state=other)
    proposal = decisions.same(pair=pair, by=hat(DA, "TX"))
    said = shown("/quality/duplicates/")
    assert f'href="/tasks/merges/{proposal.ref}/"' in said
    assert "Waits for a second person" in said


def test_the_decisions_of_a_day_say_what_was_proposed_and_what_came_of_it(tmp_path: Path) -> None:
    done = decisions.same(pair=near_match(tmp_path), by=hat(DA, "TX"))
    decisions.validate(proposal=done, by=hat(DA, "CA"))
    undoing = decisions.undo(done=done, by=hat(DA, "TX"), reason="two births")
    decisions.refuse(proposal=undoing, by=hat(DA, "CA"), reason="one birth")
    said = re.sub("<[^>]+>", "", shown("/quality/decisions/"))
    assert f"Merge {done.ref} Carried out" in said
    assert f"Undoing {undoing.ref} (of {done.ref}) Refused" in said


def test_how_often_people_and_the_model_agree_leads_to_what_it_is_made_of(tmp_path: Path) -> None:
    decisions.different(pair=near_match(tmp_path), by=hat(DA, "CA"))
    actions.reckon()
    page = shown("/quality/")
    assert 'href="#agreement"' in page
    assert '<h2 id="agreement">Where people and the model agree' in page


def test_the_drawings_are_drawn(tmp_path: Path) -> None:
    decisions.different(pair=near_match(tmp_path), by=hat(DA, "CA"))
    actions.reckon()
    for address in re.findall(r'src="(/quality/picture/[^"]+)"', shown("/quality/")):
        assert "<svg" in shown(address)
    shown("/quality/picture/nothing-0123456789abcdef.svg", status=404)


def test_whoever_sees_it_may_have_it_reckoned_anew_once_at_a_time() -> None:
    client = Client()
    client.force_login(person(DA, "TX"))
    assert client.post("/quality/anew/").status_code == 302
    assert "are being reckoned anew already" in client.post("/quality/anew/", follow=True).content.decode()
    assert ProcrastinateJob.objects.filter(task_name=actions.RECKON).count() == 1
    assert app.tasks[actions.RECKON] is jobs.reckon_quality
    assert client.get("/quality/anew/").status_code == 405


def test_before_the_first_reckoning_the_page_says_so() -> None:
    page = shown("/quality/")
    assert "were not reckoned yet" in page
    assert page.count("<h2>") == 1, "of the open tasks; whatever was not reckoned is not shown as none"
