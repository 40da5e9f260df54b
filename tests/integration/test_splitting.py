"""A child that is two is split by people, and a split is undone: each by two."""

from pathlib import Path
from typing import Any

import pytest

from openmsix import decisions
from openmsix.accounts.permissions import NotPermitted
from openmsix.identity import answering
from openmsix.identity.models import IdChange, KnownDifferent, Link, MsixId
from openmsix.identity.queries import living
from openmsix.identity.refusing import NotDecided
from openmsix.identity.words import ProposalStatus
from openmsix.students.actions import rebuild
from openmsix.students.models import Child
from openmsix.worklist.models import Task
from tests import parts
from tests.integration.drawn import LUPE, Student, take_in
from tests.people import hat

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]

DA = "state_data_administrator"


@pytest.fixture(autouse=True)
def _one_child(tmp_path: Path) -> Any:
    """Texas and California speak of what the linkage model takes for one child."""
    with parts.kept_in(tmp_path / "kept"):
        take_in("TX", Student("T1", says=LUPE))
        take_in("CA", Student("C1", says=LUPE))
        rebuild(msix_ids=[msix_id()])
        yield


def msix_id() -> str:
    [found] = set(Link.objects.live().values_list("msix_id", flat=True))
    return found


def record(state: str) -> int:
    return Link.objects.live().get(state_code=state).state_record_id


def id_of(state: str) -> str:
    return Link.objects.live().get(state_code=state).msix_id


def test_records_that_are_another_childs_get_a_new_msix_id_once_a_second_person_agrees() -> None:
    before, californian = msix_id(), record("CA")
    made = decisions.split(
        msix_id=before, records=[californian], by=hat("primary", "FL"), reason="two births"
    )
    assert msix_id() == before, "nothing is changed by one person"
    assert sorted(Task.objects.open().values_list("place__code", flat=True)) == ["CA", "TX"]
    assert decisions.validate(proposal=made, by=hat(DA, "CA"))
    assert (id_of("TX"), living(before)) == (before, before)
    assert id_of("CA") != before
    change = IdChange.objects.get(before=before)
    assert (change.state_code, change.after, change.reason) == ("CA", id_of("CA"), "split")
    assert KnownDifferent.objects.filter(left=record("TX"), right=californian).exists()
    assert sorted(Child.objects.filter(live=True).values_list("states", flat=True)) == [["CA"], ["TX"]]
    assert not Task.objects.open().exists()


def test_what_was_split_is_not_joined_again_by_a_file_nor_by_the_model() -> None:
    before = msix_id()
    made = decisions.split(msix_id=before, records=[record("CA")], by=hat(DA, "TX"), reason="two births")
    decisions.validate(proposal=made, by=hat(DA, "CA"))
    own = id_of("CA")
    take_in("CA", Student("C1", "U", says={**LUPE, "birth_city": "Fresno"}, msix_id=before))
    assert id_of("CA") == own
    take_in("FL", Student("F1", says=LUPE))
    assert id_of("CA") == own
    assert id_of("TX") == before


def test_undoing_a_split_restores_the_links_exactly() -> None:
    before, links = msix_id(), sorted(Link.objects.live().values_list("state_record", "msix_id"))
    made = decisions.split(msix_id=before, records=[record("CA")], by=hat(DA, "TX"), reason="two births")
    decisions.validate(proposal=made, by=hat(DA, "CA"))
    own = id_of("CA")
    undoing = decisions.undo(done=made, by=hat(DA, "CA"), reason="one birth after all")
    assert decisions.validate(proposal=undoing, by=hat(DA, "TX"))
    assert sorted(Link.objects.live().values_list("state_record", "msix_id")) == links
    assert (living(own), MsixId.objects.get(pk=own).retired_into_id) == (before, before)
    assert not KnownDifferent.objects.exists()
    assert Child.objects.get(pk=before).states == ["CA", "TX"]


def test_a_split_that_is_refused_leaves_the_child() -> None:
    before = msix_id()
    made = decisions.split(msix_id=before, records=[record("CA")], by=hat(DA, "TX"), reason="two births")
    decisions.refuse(proposal=made, by=hat(DA, "CA"), reason="I know her")
    made.refresh_from_db()
    assert (msix_id(), made.status) == (before, ProposalStatus.REFUSED)


@pytest.mark.parametrize("which", ["none", "all", "another's"])
def test_some_of_the_childs_own_records_are_split_off(which: str) -> None:
    before = msix_id()
    records = {"none": [], "all": [record("CA"), record("TX")], "another's": [10**9]}[which]
    with pytest.raises(NotDecided, match="Choose some of the records"):
        decisions.split(msix_id=before, records=records, by=hat(DA, "TX"), reason="two births")


def test_a_child_about_which_a_proposal_waits_is_in_no_other() -> None:
    before = msix_id()
    made = decisions.split(msix_id=before, records=[record("CA")], by=hat(DA, "TX"), reason="two births")
    with pytest.raises(NotDecided, match=made.ref):
        decisions.split(msix_id=before, records=[record("TX")], by=hat(DA, "CA"), reason="the other one")


def test_a_split_whose_records_went_elsewhere_since_lapses() -> None:
    before, californian = msix_id(), record("CA")
    made = decisions.split(msix_id=before, records=[californian], by=hat(DA, "TX"), reason="two births")
    other = MsixId.objects.create(msix_id="999999999999", minted_at=made.started_at, origin="minted")
    Link.objects.filter(state_record=californian).update(msix_id=other.pk)
    assert not decisions.validate(proposal=made, by=hat(DA, "CA"))
    made.refresh_from_db()
    assert made.status == ProposalStatus.LAPSED


@pytest.mark.parametrize(
    "role", ["secondary", "batch_submitter", "ome", "operator", "privacy_act_administrator"]
)
def test_who_may_not_propose_a_split(role: str) -> None:
    with pytest.raises(NotPermitted):
        decisions.split(msix_id=msix_id(), records=[record("CA")], by=hat(role, "TX"), reason="two births")


def test_the_first_person_is_never_the_second() -> None:
    before = msix_id()
    made = decisions.split(msix_id=before, records=[record("CA")], by=hat(DA, "TX"), reason="two births")
    assert answering.obstacle(hat(DA, "TX"), made) is not None
    with pytest.raises(NotPermitted):
        decisions.validate(proposal=made, by=hat(DA, "TX"))
