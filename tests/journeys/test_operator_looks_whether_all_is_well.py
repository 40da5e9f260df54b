"""The operator looks whether anything is wrong, mends it, and sees by itself that it went on."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from openmsix import flow
from openmsix.intake.models import Submission
from openmsix.ops.setup import OPERATOR
from tests import parts
from tests.journeys.journey import Journey

RENEWED = 25_000  # milliseconds within which the page has renewed itself


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[Submission]:
    """A submission that a fault stopped before it was checked."""
    path = tmp_path / "tx.zip"
    rows = parts.two_children()
    rows["students"][0]["state_student_id"] = "WATCH1"
    rows["students"][1]["state_student_id"] = "WATCH2"
    # Nobody whom the other journeys look for.
    rows["demographics"][0] |= {"first_name": "Zenobia", "last_name_1": "Yturralde", "birth_date": "20110203"}
    rows["demographics"][1] |= {"first_name": "Quirino", "last_name_1": "Urrutia", "birth_date": "20120304"}
    path.write_bytes(parts.part(rows))
    submission = flow.receive(path=path, file_name="tx.zip", by=OPERATOR, queue=False)
    problem = "The exchange could not go on with the checking: its disk is full."
    Submission.objects.filter(pk=submission.pk).update(
        status="failed", problem=problem, counts={"failed_in": "received"}
    )
    yield submission
    Submission.objects.filter(pk=submission.pk, status="failed").update(status="rejected")


class TestOperatorLooksWhetherAllIsWell(Journey):
    """The operator's page."""

    def _expected(self, text: str) -> bool:
        return super()._expected(text) or "status of 503" in text

    def test_a_stopped_submission_is_told_first_and_goes_on_when_it_is_tried_again(
        self, stopped: Submission
    ) -> None:
        self.given_signed_in_as("operator")
        self.when_going_to("/")
        self.then_the_heading_is("Something needs a person")
        self.then_the_page_says("Submissions that a fault stopped or holds up: 1.")
        self.then_the_page_is_sound()
        self.when_choosing(f"Try {stopped.ref} again")
        self.then_the_page_says(f"{stopped.ref} goes on where it stopped.")
        # Without reloading, as the worker works on.
        expect(self.page.locator("h1")).to_have_text("Everything runs", timeout=RENEWED)
        expect(self.page.get_by_text("Nothing is wrong, and nothing waits.")).to_be_visible(timeout=RENEWED)
        expect(self.page.get_by_role("img", name="The same numbers stand in the table below.")).to_be_visible(
            timeout=RENEWED
        )
        self.then_the_page_is_sound()

    def test_the_page_speaks_spanish(self) -> None:
        self.given_signed_in_as("operator")
        self.page.get_by_role("button", name="Español").click()
        self.then_the_heading_is("Todo funciona")
        self.then_the_page_says("Las últimas 24 horas")
        self.then_the_page_is_sound()
        self.page.get_by_role("button", name="English").click()

    def test_it_says_so_when_it_could_not_be_renewed_and_shows_what_stood_before(self) -> None:
        def away(route: Route) -> None:
            route.fulfill(status=503, body="<h1>The database cannot be reached</h1>")

        self.given_signed_in_as("operator")
        self.when_going_to("/")
        self.page.route("**/operating/now/", away)
        note = self.page.locator("[data-not-renewed]")
        expect(note).to_be_hidden()
        expect(note).to_be_visible(timeout=RENEWED)
        self.then_the_heading_is("Everything runs")
        self.page.unroute("**/operating/now/")
        expect(note).to_be_hidden(timeout=RENEWED)

    def test_it_works_without_scripts(self, browser: Browser) -> None:
        self.given_signed_in_as("operator")
        self.given_scripts_are_off(browser)
        self.when_going_to("/")
        self.then_the_page_says("As of")
        self.when_choosing("Show how it is now")
        self.then_the_heading_is(re.compile("Everything runs|Something needs a person"))
