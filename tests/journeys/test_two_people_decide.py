"""A near match is decided by people: one of one State, and the second of the other."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from openmsix import decisions, flow
from openmsix.deadlines import clock
from openmsix.identity.models import CandidatePair, Link, Proposal
from openmsix.identity.words import PairStatus
from openmsix.ops.setup import OPERATOR
from openmsix.students.models import Child
from openmsix.worklist.models import Task
from tests import parts
from tests.journeys.journey import Journey
from tests.journeys.site import Site

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


@pytest.fixture(scope="module")
def two_children(near_matches: list[CandidatePair], tmp_path_factory: pytest.TempPathFactory) -> list[Child]:
    """Florida and California tell of children whom the linkage model does not take for one."""
    folder = tmp_path_factory.mktemp("two")
    _sent("FL", "Luz", folder, names=(("Xochitl", "Tepoztecatl"), ("Nayeli", "Cuauhtemoc")), ssid="TWO")
    _sent("CA", "Mar", folder, names=(("Eufrosina", "Zacarias"), ("Ludivina", "Yescas")), ssid="TWO")
    names = (("Xochitl", "Tepoztecatl"), ("Eufrosina", "Zacarias"))
    return [Child.objects.get(first_name=first, last_name_1=last, live=True) for first, last in names]


@pytest.fixture(scope="module")
def passed_on(
    site: Site, near_matches: list[CandidatePair], tmp_path_factory: pytest.TempPathFactory
) -> CandidatePair:
    """A near match of California; later there is somebody in a district and in its region."""
    folder = tmp_path_factory.mktemp("passed")
    names = (("Tlacaelel", "Huitzilihuitl"), ("Citlali", "Moctezuma"))
    _sent("FL", "Sol", folder, names=names, ssid="PASS")
    _sent("CA", "Paz", folder, names=names, ssid="PASS")
    for role in ("district_data_administrator", "regional_data_administrator"):
        site.person(role, "CA")
    return CandidatePair.objects.filter(left__state_student_id="FLPASS1").get()


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

        lines = self.page.locator(".om-weights tfoot tr > *").evaluate_all(
            "cells => cells.map(cell => getComputedStyle(cell).borderBottom)"
        )
        assert (len(lines), len(set(lines))) == (4, 1), "one line under all of the last row"

        self.page.get_by_text("Ask before you decide").click()
        self.page.get_by_label("What do you want to know?").fill("Has she a twin?")
        self.then_the_page_is_sound()
        self.when_pressing("Send it")
        self.then_the_page_says("Written to Florida.")
        self.when_going_to(self.address_of(same))
        self.then_the_page_says("Has she a twin?")
        self.then_the_page_is_sound()

        self.when_pressing_the_key("n")
        self.page.wait_for_url(f"**{self.address_of(different)}")
        self.when_going_to(self.address_of(same))
        self.when_pressing_the_key("s")
        self.then_the_page_says("Proposed as one child.")
        self.then_the_heading_is("Are these two records one child?")
        assert self.page.url.endswith(self.address_of(different))
        self.when_pressing_the_key("d")
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
        expect(self.page.locator("body")).to_contain_text("was retired into this one")

        self.when_going_to("/tasks/")
        self.when_choosing("Merges and splits that were proposed, carried out, refused or undone")
        self.then_the_heading_is("Merges and splits")
        self.then_the_page_says("Carried out")
        self.then_the_page_is_sound()
        merge = same.proposals.get()
        self.when_choosing(merge.ref)
        self.then_the_page_is_sound()
        self.when_choosing(re.compile("See what undoing it would change"))
        self.then_the_heading_is(f"What undoing {merge.ref} would change")
        self.then_the_page_says("lives again")
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
        self.when_pressing("Show what will change")
        self.then_the_page_says("The new MSIX ID will show")
        self.then_the_page_is_sound()
        self.page.get_by_label("Why, in one line").fill("Two births.")
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

    def test_a_person_merges_two_children_without_having_been_asked(self, two_children: list[Child]) -> None:
        one, other = two_children
        self.given_signed_in_as("primary", "FL")
        self.when_going_to(f"/children/{one.ref}/")
        self.when_choosing("Continue")
        self.when_choosing("Same as another child?")
        self.then_the_heading_is("Which other child is the same as this one?")
        self.then_the_page_is_sound()
        self.page.get_by_label("MSIX ID of the other child").fill("123")
        self.when_pressing("Lay both side by side")
        self.then_the_page_says("An MSIX ID has 12 digits; 123 has another number of them.")
        self.then_the_page_is_sound()
        self.page.locator("main").get_by_label("Name, birth date, MSIX ID or State ID, in any order").fill(
            f"{other.first_name} {other.last_name_1}"
        )
        self.when_pressing("Search for the other child")
        self.then_the_page_says("You look for the same child as")
        self.then_the_page_is_sound()
        self.when_choosing(re.compile(f"Lay both side by side {other.first_name}"))
        self.then_the_heading_is("Are these two one child?")
        self.then_the_page_says("What will change")
        self.then_the_page_is_sound()
        self.page.locator(f"label[for^=master]:has-text('{other.first_name}')").click()
        self.when_pressing("Show what will change")
        expect(self.page.locator(f"input[value='{other.pk}']")).to_be_checked()
        self.page.get_by_label("Why, in one line").fill("One birth certificate.")
        self.when_pressing("Propose as one child")
        self.then_the_heading_is(re.compile(one.last_name_1))
        self.then_the_page_says("A proposal about who this child is waits")
        self.then_the_page_is_sound()
        proposal = Proposal.objects.latest("pk")
        self.when_choosing(proposal.ref)
        self.then_the_page_says("Take it back")
        self.then_the_page_says("Locked")
        self.then_the_page_is_sound()

        self.given_somebody_else_signed_in_as("state_data_administrator", "CA")
        self.when_going_to(f"/tasks/merges/{proposal.ref}/")
        self.when_choosing("Look and decide")
        self.when_choosing("Continue")
        self.then_the_heading_is("Are these two one child?")
        self.then_the_page_is_sound()
        self.when_pressing("Same child: merge them")
        self.then_the_page_says("The two records are one child now.")
        assert sorted(Child.objects.get(pk=other.pk).states) == ["CA", "FL"]

    def test_a_task_is_passed_on_and_goes_up_when_its_days_run_out(self, passed_on: CandidatePair) -> None:
        address = f"/tasks/{Task.objects.get(subject_id=str(passed_on.pk), state_code='CA').pk}/"
        self.given_signed_in_as("state_data_administrator", "CA")
        self.when_going_to(address)
        self.when_choosing("Continue")
        self.then_the_page_says("10 working days left")
        self.then_the_page_is_sound()
        self.when_choosing("Pass it on")
        self.then_the_heading_is("Who else shall decide this?")
        self.then_the_page_is_sound()
        self.page.get_by_label("To whom").select_option(label="CA Valley District: whoever decides there")
        self.page.get_by_label("Why, in one line").fill("They know the family.")
        self.when_pressing("Pass it on")
        self.then_the_page_says("5 working days left")
        self.then_the_page_is_sound()

        self.given_somebody_else_signed_in_as("district_data_administrator", "CA")
        self.when_going_to(address)
        self.when_choosing("Continue")
        self.then_the_page_says("It was passed on 1 time")
        Task.objects.filter(subject_id=str(passed_on.pk)).update(due_at=clock.now() - timedelta(days=1))
        self.when_going_to("/tasks/")
        self.then_the_page_says("overdue since")
        self.then_the_page_is_sound()
        assert decisions.escalate() == {"near_match to region": 1}
        self.when_going_to(address)
        self.then_the_heading_is(re.compile("not found|not here|no such", re.IGNORECASE))

        self.given_somebody_else_signed_in_as("regional_data_administrator", "CA")
        self.when_going_to(address)
        self.when_choosing("Continue")
        self.page.get_by_text("It was passed on 2 times").click()
        self.then_the_page_says("since its days had run out")
        self.then_the_page_is_sound()
        self.when_pressing("Two children")
        self.then_the_page_says("Kept as two children.")

    def address_of(self, pair: CandidatePair) -> str:
        """Where a near match is decided."""
        return f"/tasks/{Task.objects.get(type='near_match', subject_id=str(pair.pk), place__code='CA').pk}/"

    def when_pressing(self, name: str) -> None:
        """The person presses the button of exactly this name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def when_pressing_the_key(self, key: str) -> None:
        """The person presses a key of the page together with Alt. Playwright's own keyboard does not tell the browser which letter that is."""
        pressed = {"modifiers": 1, "key": key, "code": f"Key{key.upper()}", "unmodifiedText": key}
        browser = self.page.context.new_cdp_session(self.page)
        browser.send("Input.dispatchKeyEvent", {"type": "keyDown", **pressed})
        browser.send("Input.dispatchKeyEvent", {"type": "keyUp", **pressed})

    def given_somebody_else_signed_in_as(self, role: str, state_code: str) -> None:
        """Somebody else has signed in."""
        self.page.get_by_role("button", name="Sign out").click()
        self.given_signed_in_as(role, state_code)
