"""A State's people send files, read what became of them, mend and decide."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from openmsix.ops.setup import OPERATOR
from openmsix.places import actions as places
from tests.journeys.files import Cell, changed, rows_of, state_files
from tests.journeys.journey import Journey
from tests.journeys.site import Site

UNTIL_DONE = 90_000  # milliseconds for a small file, worker and all

WRONG_BIRTH_DATE = Cell("demographics", 0, "birth_date", "20260230")
WRONG_GRADE = Cell("enrollments", 1, "grade_level", "99")
WRONG_SEX = Cell("demographics", 2, "sex", "Q")
FORMULA = Cell("demographics", 3, "middle_name", '=HYPERLINK("x")')


@pytest.fixture(scope="module")
def texas(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files of Texas: spoiled, mended, and with few students; the exchange knows its schools."""
    folder = tmp_path_factory.mktemp("files")
    made = state_files(folder, states=["TX", "CA"], children=150)
    places.load(folder=folder / "places", by=OPERATOR)
    changed(made["TX"], folder / "spoiled.zip", [WRONG_BIRTH_DATE, WRONG_GRADE, FORMULA])
    changed(made["TX"], folder / "mended.zip", [WRONG_GRADE, WRONG_SEX], days_later=1)
    changed(made["TX"], folder / "few.zip", days_later=2, only_first=3)
    made["CA"].rename(folder / "california.zip")
    return folder


class Submitting(Journey):
    """Steps of sending files."""

    def given_sent(self, path: Path) -> None:
        """The file was sent and its receipt is on the screen."""
        self.when_sending(path)
        self.then_the_receipt_comes_by_itself()

    def when_sending(self, path: Path) -> None:
        """The person chooses a file on the sending page and sends it."""
        self.page.goto("/submissions/send/")
        self.page.get_by_label("File, or all parts of one submission").set_input_files(path)
        self.when_choosing("Send")

    def then_the_receipt_comes_by_itself(self) -> None:
        """Without reloading, the page turns from progress into the receipt."""
        expect(self.page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=UNTIL_DONE)
        expect(self.page.get_by_text("Published", exact=True)).to_be_visible(timeout=UNTIL_DONE)

    def then_the_rule_is_listed(self, name: str) -> None:
        """The receipt lists a rule of this name under what to mend."""
        expect(self.page.get_by_role("heading", name=name)).to_be_visible()

    def then_the_download_holds(self, name: str) -> str:
        """The text of the file behind a download link."""
        with self.page.expect_download() as waiting:
            self.when_choosing(name)
        return Path(waiting.value.path()).read_text(encoding="utf-8")


class TestSubmitting(Submitting):
    """The State batch submitter's journey, from a spoiled file to a mended one."""

    def test_a_submitter_sends_a_file_and_reads_what_to_mend(self, texas: Path) -> None:
        self.given_signed_in_as("batch_submitter")
        self.then_the_page_is_sound()
        self.when_going_to("/submissions/send/")
        self.then_the_page_is_sound()
        self.when_sending(texas / "spoiled.zip")
        self.then_the_heading_is(re.compile(r"TX-\d{8}-\w{4}"))
        self.then_the_receipt_comes_by_itself()
        self.then_the_page_is_sound()
        expect(self.page.get_by_text(re.compile(r"1 of \d+ students was rejected"))).to_be_visible()
        self.when_choosing("1 rejected")
        self.then_the_heading_is("Answers to each student")
        self.then_the_page_says("Birth Date")
        self.then_the_page_says("20260230")
        self.then_the_page_is_sound()

    def test_the_receipt_can_be_kept_and_no_cell_of_it_is_a_formula(self, texas: Path) -> None:
        self.given_signed_in_as("batch_submitter")
        self.given_sent(texas / "spoiled.zip")
        table = rows_of(self.then_the_download_holds("Download CSV"))
        assert {row["element"] for row in table if row["verdict"] == "rejected"} == {"birth_date"}
        assert not [cell for row in table for cell in row.values() if cell and cell.lstrip()[:1] in "=+@"]
        receipt = json.loads(self.then_the_download_holds("Download JSON"))
        students = {row["state_student_id"] for row in table if row["state_student_id"]}
        told = len(receipt["students"]) + len(receipt["closed_because_absent"])
        assert told == len(students)

    def test_after_mending_only_what_changed_is_seen(self, texas: Path) -> None:
        self.given_signed_in_as("batch_submitter")
        self.given_sent(texas / "spoiled.zip")
        self.given_sent(texas / "mended.zip")
        self.when_choosing("See what changed since the last one")
        self.then_the_page_says("1 student that was rejected before is in order now.")
        self.when_choosing(re.compile(r"\d Mended"))
        self.then_the_page_says("Birth Date")
        self.then_the_page_is_sound()
        self.when_choosing(re.compile(r"\d Still there"))
        self.then_the_page_says("Grade Level")
        self.when_choosing(re.compile(r"\d New"))
        self.then_the_page_says("Sex")

    def test_the_same_file_again_leads_to_the_same_receipt(self, texas: Path) -> None:
        self.given_signed_in_as("batch_submitter")
        self.given_sent(texas / "spoiled.zip")
        first = self.page.url
        self.when_sending(texas / "spoiled.zip")
        assert self.page.url == first

    def test_every_student_of_the_state_has_an_id_and_the_state_is_told(self, texas: Path) -> None:
        self.given_signed_in_as("batch_submitter")
        self.when_going_to("/ids/")
        self.then_the_page_says("changes. The newest of all is number")
        self.then_the_page_is_sound()
        self.page.locator("[data-copy]").first.click()
        expect(self.page.get_by_text("Copied", exact=True)).to_be_visible()
        copied = self.page.evaluate("navigator.clipboard.readText()")
        told = rows_of(self.then_the_download_holds("Download as CSV"))
        assert copied in {row["after"] for row in told}
        assert all(re.fullmatch(r"\d{12}", row["after"]) for row in told)
        last = told[-1]["number"]
        self.page.get_by_label("After change number").fill(last)
        self.when_choosing("Show")
        self.then_the_page_says(f"Nothing has changed after number {last}.")

    def test_a_file_of_another_state_is_refused_at_the_field(self, texas: Path) -> None:
        self.given_signed_in_as("batch_submitter")
        self.when_sending(texas / "california.zip")
        expect(self.page.get_by_role("alert")).to_contain_text("Send the files of your own State")
        self.then_the_page_is_sound()

    def test_what_is_no_zip_is_refused_at_the_field(self, texas: Path) -> None:
        self.given_signed_in_as("batch_submitter")
        (texas / "students.csv").write_text("a,b\n")
        self.when_sending(texas / "students.csv")
        expect(self.page.get_by_role("alert")).to_contain_text("students.csv is not a zip, XML or JSON file")
        self.then_the_page_is_sound()

    def test_many_closures_wait_for_another_person(self, texas: Path) -> None:
        self.given_signed_in_as("batch_submitter")
        self.when_sending(texas / "few.zip")
        expect(self.page.get_by_text("Waiting for confirmation")).to_be_visible(timeout=UNTIL_DONE)
        self.then_the_page_says("A State Data Administrator of your State must confirm or decline it.")
        self.then_the_page_is_sound()
        waiting = self.page.url
        self.page.context.clear_cookies()

        self.given_signed_in_as("state_data_administrator")
        self.then_the_page_is_sound()
        self.when_choosing("Look and decide")
        self.then_the_heading_is(re.compile(r"Close \d+ of \d+ students\?"))
        self.then_the_page_is_sound()
        self.page.get_by_label("Why, in one line").fill("The file names a few of our students only.")
        self.when_choosing("Decline the submission")
        assert self.page.url == waiting
        self.then_the_page_says("Nothing of it was stored")

    def test_the_list_and_the_receipt_work_without_scripts(self, texas: Path, browser: Browser) -> None:
        self.given_signed_in_as("batch_submitter")
        self.given_scripts_are_off(browser)
        self.when_going_to("/submissions/?status=published")
        self.page.locator("main table a").first.click()
        self.then_the_page_says("Receipt")
        self.when_choosing("See every student")
        self.then_the_heading_is("Answers to each student")
