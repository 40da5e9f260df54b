"""What was sent in error goes by the word of two people: one asks where she found it, another decides, and a tombstone stays."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from openmsix import flow
from openmsix.deadlines import clock
from openmsix.expunge import actions, subjects
from openmsix.expunge.models import Expunging, Status
from openmsix.identity.models import Link
from openmsix.intake.models import Submission
from openmsix.ops.setup import OPERATOR
from openmsix.students.models import Child
from tests import parts
from tests.journeys.journey import Journey
from tests.people import hat

DONE_WITHIN = 30_000  # milliseconds


@pytest.fixture(scope="module")
def mistaken(site: object, tmp_path_factory: pytest.TempPathFactory) -> Submission:
    """Texas has sent two children who are not its own."""
    path = tmp_path_factory.mktemp("sent") / "tx.zip"
    rows = parts.two_children()
    # Later than what the other journeys send: of whom an older file tells first, nothing is stored.
    last = f"{clock.today():%Y%m%d}235959999"
    rows["header"][0] |= {"ending_effective_date": last, "submission_date": last}
    for number, names in enumerate((("Xiomara", "Quetzalli"), ("Ottavio", "Brunelleschi"))):
        rows["students"][number]["state_student_id"] = f"MISTAKEN{number + 1}"
        first, last = names
        rows["demographics"][number] |= {"first_name": first, "last_name_1": last, "last_name_2": ""}
    path.write_bytes(parts.part(rows))
    received = flow.receive(path=path, file_name="tx.zip", by=OPERATOR, queue=False)
    return flow.take_in(received.pk)


@pytest.fixture
def asked(mistaken: Submission) -> Iterator[Expunging]:
    """Texas has asked that the second child is expunged."""
    made = actions.request(
        subject=subjects.of_student("TX", "MISTAKEN2"),
        reason="Belongs to Ohio.",
        by=hat("state_data_administrator"),
    )
    yield made
    Expunging.objects.filter(pk=made.pk).delete()


class TestTwoPeopleExpunge(Journey):
    """Asking, deciding, and what is seen afterwards."""

    def test_a_record_goes_when_another_person_approves(self, mistaken: Submission) -> None:
        link = Link.objects.live().get(state_record__state_student_id="MISTAKEN1")
        child = Child.objects.get(msix_id=link.msix_id)
        self.given_signed_in_as("state_data_administrator")
        self.when_going_to(f"/children/{child.ref}/sources/")
        self.when_choosing("Continue")
        self.when_choosing("Should it never have been sent? Ask for expunging")
        self.then_the_page_says("About Xiomara Quetzalli.")
        self.then_the_page_says("1 of Texas")
        self.then_the_page_is_sound()
        self.page.get_by_label("Why, in one line").fill("Belongs to Ohio.")
        self.when_choosing("Ask for expunging")
        self.then_the_page_says("Another person must.")
        self.then_the_page_is_sound()
        asked = Expunging.objects.latest("pk")

        self.given_somebody_else_signed_in_as("operator")
        self.page.get_by_role("link", name="Expunging", exact=False).first.click()
        self.then_the_page_says("Belongs to Ohio.")
        self.then_the_page_is_sound()
        self.when_choosing(f"Look and decide {asked.ref}")
        self.then_the_page_says("Your role is not told which child it is.")
        self.then_the_page_is_sound()
        self.when_approving_with("X-1")
        self.then_the_page_says(f"Type the number of the request: {asked.ref}")
        self.then_the_page_is_sound()
        self.when_approving_with(asked.ref)
        expect(self.page.locator("main")).to_contain_text("This tombstone stays", timeout=DONE_WITHIN)
        self.then_the_page_is_sound()

        self.given_somebody_else_signed_in_as("state_data_administrator")
        self.when_going_to(f"/expunging/{asked.ref}/")
        self.then_the_page_says("This tombstone stays")
        self.when_going_to(f"/children/{child.ref}/")
        self.when_choosing("Continue")
        self.then_the_heading_is("There is no such page")

    def test_a_submission_is_asked_for_on_its_receipt(self, mistaken: Submission) -> None:
        self.given_signed_in_as("state_data_administrator")
        self.when_going_to(f"/submissions/{mistaken.ref}/")
        self.when_choosing("Should it never have been sent? Ask for expunging")
        self.then_the_page_says(f"About {mistaken.ref}")
        self.then_the_page_is_sound()

    def test_a_request_is_declined_with_a_reason(self, asked: Expunging) -> None:
        self.given_signed_in_as("ome")
        self.when_going_to(f"/expunging/{asked.ref}/")
        self.page.get_by_label("Why, in one line").fill("The child is yours.")
        self.when_choosing("Decline, and remove nothing")
        self.then_the_page_says("It was declined. Nothing was removed.")
        self.then_the_page_says("The child is yours.")
        self.then_the_page_is_sound()

    def test_it_is_told_that_it_goes_on_and_what_may_hold_it_up(
        self, asked: Expunging, browser: Browser
    ) -> None:
        self.given_nobody_carries_out(asked)
        self.given_signed_in_as("operator")
        self.when_going_to(f"/expunging/{asked.ref}/")
        self.then_the_page_says("It is being removed")
        self.then_the_page_says("It takes longer than usual.")
        self.then_the_page_is_sound()
        self.given_scripts_are_off(browser)
        self.when_going_to(f"/expunging/{asked.ref}/")
        self.when_choosing("Show how far it is now")
        self.then_the_page_says("It is being removed")

    def test_the_nation_names_a_student_and_is_told_in_spanish_what_would_go(
        self, mistaken: Submission
    ) -> None:
        self.given_signed_in_as("operator")
        self.page.get_by_role("button", name="Español").click()
        self.when_going_to("/expunging/")
        self.then_the_heading_is("Por eliminar")
        self.when_choosing("Pedir la eliminación")
        self.then_the_heading_is("¿Qué se envió por error?")
        self.then_the_page_is_sound()
        self.page.get_by_text("El registro que un estado tiene de un estudiante").click()
        self.page.get_by_label("Estado", exact=True).select_option("TX")
        self.page.get_by_label("Número estatal del estudiante").fill("MISTAKEN2")
        self.when_choosing("Ver lo que se eliminaría")
        self.then_the_page_says("1 de Texas")
        self.then_the_page_is_sound()
        assert "MISTAKEN2" not in self.page.url
        self.page.get_by_role("button", name="English").click()

    def given_somebody_else_signed_in_as(self, role: str) -> None:
        self.page.get_by_role("button", name="Sign out").click()
        self.given_signed_in_as(role)

    def given_nobody_carries_out(self, asked: Expunging) -> None:
        long_ago = clock.now().replace(year=2025)
        Expunging.objects.filter(pk=asked.pk).update(
            status=Status.APPROVED, decided_at=long_ago, decided_by="lee@example.org"
        )

    def when_approving_with(self, typed: str) -> None:
        self.page.get_by_label("To confirm, type").fill(typed)
        self.when_choosing("Approve and remove for ever")
