"""A near match is decided by people: one of one State, and the second of the other."""

import re
from pathlib import Path

import pytest

from openmsix import flow
from openmsix.identity.models import CandidatePair, Link, Proposal
from openmsix.identity.words import PairStatus
from openmsix.ops.setup import OPERATOR
from openmsix.students.models import Child
from openmsix.worklist.models import Task
from tests import parts
from tests.journeys.journey import Journey

NAMES = (("Yuridia", "Xicotencatl"), ("Wenceslao", "Zumarraga"))
MOTHER = {"female_parent_first_name": "Rosa", "female_parent_last_name": "Peña Luna"}


def _sent(
    state: str, middle_name: str, folder: Path, names: tuple[tuple[str, str], ...] = NAMES, ssid: str = "NEAR"
) -> None:
    """A State tells of the two children, with a middle name by which it disagrees with the other."""
    rows = parts.two_children()
    for row in (*rows["header"], *rows["students"]):
        row |= {key: state for key in ("submitting_state", "reporting_state") if key in row}
    # Later than what was sent before: an older file closes nobody and changes nothing.
    rows["header"][0] |= {"submission_date": f"2026112312{len(ssid)}000000", "submission_kind": "delta"}
    for number, (first, last) in enumerate(names):
        rows["students"][number]["state_student_id"] = f"{state}{ssid}{number + 1}"
        rows["demographics"][number] |= {
            **MOTHER, "first_name": first, "middle_name": middle_name, "last_name_1": last, "last_name_2": "",
        }  # fmt: skip
    path = folder / f"{state}-{ssid}.zip"
    path.write_bytes(parts.part(rows))
    received = flow.receive(path=path, file_name=path.name, by=OPERATOR, queue=False)
    flow.take_in(received.pk)


@pytest.fixture(scope="module")
def near_matches(site: object, tmp_path_factory: pytest.TempPathFactory) -> list[CandidatePair]:
    """Florida and California have two children each who may be the same two; California's people are asked."""
    folder = tmp_path_factory.mktemp("near")
    _sent("FL", "Sofia", folder)
    _sent("CA", "Elena", folder)
    near = CandidatePair.objects.filter(left__state_student_id__contains="NEAR").order_by("pk")
    assert near.count() == 2
    return list(near)


@pytest.fixture(scope="module")
def one_child(near_matches: list[CandidatePair], tmp_path_factory: pytest.TempPathFactory) -> Child:
    """A child of whom Florida and California tell the same."""
    folder = tmp_path_factory.mktemp("one")
    for state in ("FL", "CA"):
        _sent(state, "Amor", folder, names=(("Quetzalli", "Oropeza"), ("Itzel", "Villavicencio")), ssid="ONE")
    return Child.objects.get(first_name="Quetzalli", last_name_1="Oropeza", live=True)


class TestTwoPeopleDecide(Journey):
    """Looking, answering, validating, and what is seen afterwards."""

    def test_near_matches_are_decided_one_after_the_other(self, near_matches: list[CandidatePair]) -> None:
        same, different = near_matches
        self.given_signed_in_as("state_data_administrator", "CA")
        self.when_going_to(self.address_of(same))
        self.when_choosing("Continue")
        self.then_the_heading_is("Are these two records one child?")
        self.then_the_page_says("differs")
        self.then_the_page_says("a Data Administrator of Florida must agree")
        self.then_the_page_is_sound()

        self.page.get_by_text("Ask before you decide").click()
        self.page.get_by_label("What do you want to know?").fill("Has she a twin?")
        self.then_the_page_is_sound()
        self.when_pressing("Send it")
        self.then_the_page_says("Written to Florida.")
        self.when_going_to(self.address_of(same))
        self.then_the_page_says("Has she a twin?")
        self.then_the_page_is_sound()

        self.when_pressing("Same child")
        self.then_the_page_says("Proposed as one child.")
        self.then_the_heading_is("Are these two records one child?")
        assert self.page.url.endswith(self.address_of(different))
        self.when_pressing("Two children")
        self.then_the_page_says("Kept as two children.")
        self.then_the_page_is_sound()
        assert CandidatePair.objects.get(pk=different.pk).status == PairStatus.DIFFERENT

        self.given_somebody_else_signed_in_as("state_data_administrator", "FL")
        self.when_going_to("/tasks/")
        self.then_the_page_says("To validate")
        self.then_the_page_is_sound()
        self.when_choosing(re.compile("Look and decide"))
        self.when_choosing("Continue")
        self.then_the_page_says("proposed on")
        self.then_the_page_is_sound()
        self.when_pressing("Two children: refuse")
        self.then_the_page_says("Say why in one line")
        self.then_the_page_is_sound()
        self.when_pressing("Same child: merge them")
        self.then_the_page_says("The two records are one child now.")
        assert CandidatePair.objects.get(pk=same.pk).status == PairStatus.SAME

        links = Link.objects.filter(state_record__in=[same.left_id, same.right_id])
        living, retired = (
            Child.objects.get(pk=links.filter(closed_at__isnull=closed).order_by("pk")[0].msix_id)
            for closed in (True, False)
        )
        self.when_going_to(f"/children/{retired.ref}/")
        assert self.page.url.endswith(f"/children/{living.ref}/")

        self.when_going_to("/tasks/")
        self.when_choosing("Merges and splits that were proposed, carried out, refused or undone")
        self.then_the_heading_is("Merges and splits")
        self.then_the_page_says("Carried out")
        self.then_the_page_is_sound()
        merge = same.proposals.get()
        self.when_choosing(merge.ref)
        self.then_the_page_is_sound()
        self.page.get_by_label("Why, in one line").fill("Two birth certificates.")
        self.when_pressing("Propose to undo it")
        self.then_the_page_says("A Data Administrator of California validates that")

        self.given_somebody_else_signed_in_as("state_data_administrator", "CA")
        undoing = merge.undoings.get()
        self.when_going_to(f"/tasks/merges/{undoing.ref}/")
        self.when_choosing("Look and decide")
        self.when_choosing("Continue")
        self.then_the_page_says(f"to undo {merge.ref}")
        self.then_the_page_is_sound()
        self.when_pressing("Two children: undo the merge")
        self.then_the_page_says("Each record has the MSIX ID it had before.")

    def test_a_child_that_is_two_is_split(self, one_child: Child) -> None:
        self.given_signed_in_as("primary", "TX")
        self.when_going_to(f"/children/{one_child.ref}/sources/")
        self.when_choosing("Continue")
        self.when_choosing("Are some of these records another child's? Propose to split them off")
        self.then_the_heading_is("Which records are another child's?")
        self.then_the_page_is_sound()
        self.page.get_by_label("Why, in one line").fill("Two births.")
        self.when_pressing("Propose to split")
        self.then_the_page_says("Choose some of the records")
        self.then_the_page_is_sound()
        self.page.get_by_text(re.compile("Split off CA")).click()
        self.when_pressing("Propose to split")
        self.then_the_page_says("proposed to split.")

        self.given_somebody_else_signed_in_as("state_data_administrator", "CA")
        proposal = Proposal.objects.latest("pk")
        self.when_going_to(f"/tasks/merges/{proposal.ref}/")
        self.then_the_page_is_sound()
        self.when_choosing("Look and decide")
        self.when_choosing("Continue")
        self.then_the_heading_is("Are these records of two children?")
        self.then_the_page_says("Two births.")
        self.then_the_page_is_sound()
        self.when_pressing("Two children: split them")
        self.then_the_page_says("The records are of two children now.")
        assert Child.objects.get(pk=one_child.pk).states == ["FL"]

    def address_of(self, pair: CandidatePair) -> str:
        """Where a near match is decided."""
        return f"/tasks/{Task.objects.get(type='near_match', subject_id=str(pair.pk), place__code='CA').pk}/"

    def when_pressing(self, name: str) -> None:
        """The person presses the button of exactly this name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def given_somebody_else_signed_in_as(self, role: str, state_code: str) -> None:
        """Somebody else has signed in."""
        self.page.get_by_role("button", name="Sign out").click()
        self.given_signed_in_as(role, state_code)
