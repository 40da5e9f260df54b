"""Two children whom no near match led to are merged by people, and what they would do is told before."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from openmsix import decisions
from openmsix.accounts.permissions import NotPermitted
from openmsix.identity import effect
from openmsix.identity.models import CandidatePair, KnownDifferent, Link, MsixId, Proposal
from openmsix.identity.queries import living
from openmsix.identity.refusing import NotDecided
from openmsix.identity.words import PairStatus, ProposalStatus
from openmsix.students.actions import rebuild
from openmsix.students.models import Child
from openmsix.students.outlook import outlooks
from openmsix.worklist.models import Task
from tests import parts
from tests.integration.drawn import LUPE, PERHAPS_LUPE, Student, child, take_in
from tests.people import hat

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]

PILAR = child("Pilar", "Ortega", date(2013, 9, 30), last_2="Luna", mother="Ana Luna", middle_name="Luz")
DA = "state_data_administrator"


@pytest.fixture(autouse=True)
def _two_children(tmp_path: Path) -> Iterator[None]:
    """Texas and California speak of two children whom the linkage model would never take for one."""
    with parts.kept_in(tmp_path / "kept"):
        take_in("TX", Student("T1", says=LUPE))
        take_in("CA", Student("C1", says=PILAR))
        rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
        assert not CandidatePair.objects.exists()
        yield


def id_of(state: str) -> str:
    return Link.objects.live().get(state_code=state).msix_id


def record(state: str) -> int:
    return Link.objects.live().get(state_code=state).state_record_id


def proposed(role: str = DA, state: str = "TX", master: str = "CA") -> Proposal:
    others = [id_of("TX" if master == "CA" else "CA")]
    return decisions.merge(
        master=id_of(master), others=others, by=hat(role, state), reason="one birth certificate"
    )


def links() -> list[tuple[int, str]]:
    return sorted(Link.objects.live().values_list("state_record", "msix_id"))


@pytest.mark.parametrize("master", ["TX", "CA"])
def test_the_msix_id_that_was_chosen_stays_once_the_other_state_agrees(master: str) -> None:
    stays, goes = id_of(master), id_of("TX" if master == "CA" else "CA")
    before = links()
    made = proposed(master=master)
    assert links() == before, "nothing is changed by one person"
    assert list(Task.objects.open().values_list("place__code", flat=True)) == ["CA"]
    assert decisions.validate(proposal=made, by=hat(DA, "CA"))
    assert (id_of("TX"), id_of("CA"), living(goes)) == (stays, stays, stays)
    assert Child.objects.get(pk=stays).states == ["CA", "TX"]


@pytest.mark.parametrize(
    "role", ["primary", "district_data_administrator", "regional_data_administrator", DA]
)
@pytest.mark.parametrize("state", ["TX", "FL"])
def test_who_may_start_a_merge(role: str, state: str) -> None:
    made = proposed(role, state)
    assert made.states == (["CA", "TX"] if state == "FL" else ["CA"])


@pytest.mark.parametrize(
    "role",
    ["secondary", "batch_submitter", "ome", "operator", "privacy_act_administrator", "user_administrator"],
)
def test_who_may_not_start_a_merge(role: str) -> None:
    with pytest.raises(NotPermitted):
        proposed(role)
    assert not Proposal.objects.exists()


def test_a_child_is_not_merged_with_itself_nor_with_one_that_is_not_there() -> None:
    own = id_of("TX")
    with pytest.raises(NotDecided, match="not merged with itself"):
        decisions.merge(master=own, others=[own], by=hat(DA), reason="x")
    with pytest.raises(NotDecided, match="not there any more"):
        decisions.merge(master=own, others=["999999999999"], by=hat(DA), reason="x")
    with pytest.raises(NotDecided, match="Say why"):
        decisions.merge(master=own, others=[id_of("CA")], by=hat(DA), reason=" ")


def test_both_are_locked_while_it_waits() -> None:
    made = proposed()
    take_in("FL", Student("F1", says=child("Benjamin", "Ruiz", date(2012, 7, 4), sex="Male")))
    for state in ("TX", "CA"):
        with pytest.raises(NotDecided, match=made.ref):
            decisions.merge(master=id_of("FL"), others=[id_of(state)], by=hat(DA, "FL"), reason="x")


def test_whoever_started_it_takes_it_back_and_nobody_else() -> None:
    made = proposed("primary")
    with pytest.raises(NotPermitted, match="by the person who started it"):
        decisions.withdraw(proposal=made, by=hat(DA, "TX"))
    decisions.withdraw(proposal=made, by=hat("primary"))
    made.refresh_from_db()
    assert (made.status, Task.objects.open().exists()) == (ProposalStatus.WITHDRAWN, False)
    with pytest.raises(NotDecided):
        decisions.validate(proposal=made, by=hat(DA, "CA"))
    with pytest.raises(NotDecided):
        decisions.withdraw(proposal=made, by=hat("primary"))
    assert proposed().status == ProposalStatus.OPEN, "the children may be in another one"


def test_what_was_taken_back_lets_its_near_match_be_asked_again() -> None:
    take_in("FL", Student("F1", says=PERHAPS_LUPE))
    pair = CandidatePair.objects.get()
    made = decisions.same(pair=pair, by=hat(DA, "FL"))
    decisions.withdraw(proposal=made, by=hat(DA, "FL"))
    pair.refresh_from_db()
    assert pair.status == PairStatus.OPEN
    asked = Task.objects.open().filter(type="near_match").values_list("place__code", flat=True)
    assert sorted(asked) == ["FL", "TX"]


def test_a_refused_merge_leaves_two_children_and_no_known_difference() -> None:
    made, before = proposed(), links()
    decisions.refuse(proposal=made, by=hat(DA, "CA"), reason="I know both")
    assert links() == before
    assert not KnownDifferent.objects.exists()


def test_undoing_it_keeps_the_two_apart_from_then_on() -> None:
    before = links()
    made = proposed()
    decisions.validate(proposal=made, by=hat(DA, "CA"))
    undoing = decisions.undo(done=made, by=hat(DA, "CA"), reason="two births")
    told = effect.of(undoing)
    assert told is not None
    assert (told.apart, told.alive) == (1, (dict(before)[record("TX")],))
    decisions.validate(proposal=undoing, by=hat(DA, "TX"))
    assert links() == before
    [different] = KnownDifferent.objects.all()
    assert {different.left_id, different.right_id} == {record("TX"), record("CA")}


def told_and_done(made: Proposal, by: Any) -> None:
    """What was told before is what is so afterwards."""
    told = effect.of(made)
    assert told is not None
    differences, pairs = KnownDifferent.objects.count(), CandidatePair.objects.filter(status="open").count()
    alive = set(MsixId.objects.filter(retired_at=None).values_list("pk", flat=True))
    shown = {
        one.msix_id or "new": (sorted(one.record.states), len(one.record.moves), len(one.record.enrollments))
        for one in outlooks(sorted(set(told.before.values())), told.after)
    }
    decisions.validate(proposal=made, by=by)
    now = dict(links())
    new = {msix_id for record, msix_id in now.items() if told.after.get(record) == effect.NEW}
    assert len(new) <= 1
    assert {pk: now[pk] for pk in told.after} == {
        pk: msix_id or new.copy().pop() for pk, msix_id in told.after.items()
    }
    assert KnownDifferent.objects.count() == differences - told.forgotten + told.apart
    assert CandidatePair.objects.filter(status="open").count() == pairs - len(told.answered)
    after = set(MsixId.objects.filter(retired_at=None).values_list("pk", flat=True))
    assert (alive - after, after - alive - new) == (set(told.retired), set(told.alive))
    for msix_id, (states, moves, stays) in shown.items():
        own = {
            record for record, of in now.items() if of == (new.copy().pop() if msix_id == "new" else msix_id)
        }
        [again] = outlooks([now[next(iter(own))]], {})
        assert (sorted(again.record.states), len(again.record.moves), len(again.record.enrollments)) == (
            states,
            moves,
            stays,
        )


def test_what_is_told_before_is_what_is_done() -> None:
    """A merge over a known difference and an open question, its undoing, a split and its undoing."""
    take_in(
        "FL",
        Student("F1", says=PERHAPS_LUPE),
        Student("F2", says={**PILAR, "middle_name": "Mar"}),
    )
    known = CandidatePair.objects.get(left=record("TX"))
    decisions.different(pair=known, by=hat(DA, "FL"), reason="cousins")
    rebuild(msix_ids=list(Link.objects.live().values_list("msix_id", flat=True)))
    one, two = (Link.objects.live().get(state_record__state_student_id=ssid).msix_id for ssid in ("F1", "T1"))
    over_a_difference = decisions.merge(master=two, others=[one], by=hat(DA, "FL"), reason="one after all")
    told = effect.of(over_a_difference)
    assert told is not None
    assert (told.forgotten, len(told.answered)) == (1, 0)
    told_and_done(over_a_difference, hat(DA, "TX"))
    told_and_done(decisions.undo(done=over_a_difference, by=hat(DA, "TX"), reason="two"), hat(DA, "FL"))
    three = Link.objects.live().get(state_record__state_student_id="F2").msix_id
    asked = decisions.merge(master=three, others=[id_of("CA")], by=hat(DA, "FL"), reason="one")
    assert (told := effect.of(asked)) is not None
    assert (told.forgotten, len(told.answered)) == (0, 1)
    told_and_done(asked, hat(DA, "CA"))
    split = decisions.split(msix_id=three, records=[record("CA")], by=hat(DA, "FL"), reason="two")
    told_and_done(split, hat(DA, "CA"))
    told_and_done(decisions.undo(done=split, by=hat(DA, "FL"), reason="one"), hat(DA, "CA"))


def test_two_records_of_one_state_are_pointed_out() -> None:
    take_in("TX", Student("T2", says=child("Benjamin", "Ruiz", date(2012, 7, 4), sex="Male")))
    one, two = Link.objects.live().filter(state_code="TX").values_list("msix_id", flat=True)
    [alone] = outlooks([one, two], effect.of_merge(one, [two]).after)
    assert alone.doubled == ("TX",)
    assert [each.doubled for each in outlooks([one, two], {})] == [(), ()]


def test_nothing_is_told_of_what_is_not_possible_any_more() -> None:
    made = proposed()
    MsixId.objects.create(msix_id="999999999999", minted_at=made.started_at, origin="minted")
    Link.objects.filter(msix=id_of("CA")).update(msix_id="999999999999")
    assert effect.of(made) is None
    assert effect.of_split(id_of("TX"), [record("CA")]) is None
