"""A registrar has a child in front of her: finds it however it is spelled, opens the record, sees what the States say."""

import pytest
from playwright.sync_api import Browser, expect

from openmsix.students.models import Child
from tests.journeys.journey import Journey
from tests.travelers import LUPE, TWIN, travel


@pytest.fixture(scope="module", autouse=True)
def _travelers(site: object) -> None:
    travel()


class TestRegistrarFindsAChild(Journey):
    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ("Garcia Hernandez Guadalupe", "surnames in the other order"),
            ("Lupe Hernández García 12 March 2010", "birth date as typed"),
            ("Guadalupe Hernandez 2010-12-03", "birth date as typed"),
            ("Luz Hernandez 2010-12-03", "day and month of birth swapped"),
            ("Guad Hern", "Guadalupe begins with Guad"),
            ("Guadalupe Ernandes", "Ernandes sounds like Hernandez"),
            ("TX 4471902", "identifier in Texas"),
            ("7418 5296 3074", "MSIX ID"),
        ],
    )
    def test_however_the_child_is_spelled(self, typed: str, why: str) -> None:
        self.given_signed_in_as("primary")
        self.when_searching_for(typed)
        self.then_the_first_child_is("Luz" if typed.startswith("Luz") else "Guadalupe", "Hern")
        self.then_the_first_child_was_found_because(why)
        self.then_the_page_is_sound()

    def test_and_tells_her_from_her_twin_and_from_a_namesake(self) -> None:
        self.given_signed_in_as("primary")
        self.when_searching_for("Guadalupe Hernandez")
        self.then_the_heading_is("2 children found")
        self.then_the_page_says("Born the same day in the same family: Luz")
        self.when_narrowing_to("State", "Washington")
        self.then_the_heading_is("1 child found")
        self.then_the_page_says("Wapato Middle School")
        self.when_choosing("State: Washington")
        self.then_the_heading_is("2 children found")

    def test_and_narrows_them_by_choosing_with_the_focus_kept_and_the_way_back(self) -> None:
        self.given_signed_in_as("primary")
        self.when_searching_for("Guadalupe Hernandez")
        state = self.page.locator("main").get_by_label("State", exact=True)
        state.focus()
        state.select_option(label="Washington")
        self.then_the_heading_is("1 child found")
        expect(self.page).to_have_title("1 child found · openmsix")
        expect(self.page.locator("[data-found-now]")).to_have_text("1 child found")
        expect(state).to_be_focused()
        self.then_the_page_is_sound()
        self.page.locator(".om-hit a").first.click()
        self.then_the_heading_is("Why do you open records today?")
        self.page.go_back()
        self.then_the_heading_is("1 child found")
        self.when_choosing("State: Washington")
        self.then_the_heading_is("2 children found")

    def test_and_is_told_what_to_try_when_nobody_fits(self) -> None:
        self.given_signed_in_as("primary")
        self.when_searching_for("Xochitl Zamora 1 May 2015")
        self.then_the_heading_is("No child found")
        self.then_the_page_says("Try fewer words")
        self.then_the_page_is_sound()

    def test_and_hears_how_many_there_are_and_reaches_them_by_keyboard(self) -> None:
        self.given_signed_in_as("primary")
        self.when_going_to("/children/search/")
        self.page.get_by_label("Name, birth date").focus()
        self.page.keyboard.type("Guadalupe Hernandez")
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", level=1)).to_be_focused()
        expect(self.page).to_have_title("2 children found · openmsix")
        for key in ("Tab", "Enter", "Tab"):
            self.page.keyboard.press(key)
        expect(self.page.locator(".om-hit a").first).to_be_focused()
        self.then_the_page_is_sound()

    def test_and_comes_back_to_the_same_children(self) -> None:
        self.given_signed_in_as("primary")
        self.when_searching_for("Guadalupe Hernandez")
        self.page.locator(".om-hit a").first.click()
        self.then_the_heading_is("Why do you open records today?")
        self.page.go_back()
        self.then_the_heading_is("2 children found")
        expect(self.page.get_by_label("Name, birth date")).to_have_value("Guadalupe Hernandez")

    def test_and_is_told_what_was_not_understood_and_what_was_looked_for_instead(self) -> None:
        self.given_signed_in_as("primary")
        self.when_searching_for("Guadalupe Hernandez 2010-02-31")
        self.then_the_page_says("2010-02-31 is not a day of the calendar")
        self.then_the_page_says("Looked for instead: names Guadalupe Hernandez, born Feb 2010.")
        self.then_the_page_is_sound()

    def test_and_is_told_that_the_filters_hide_all(self) -> None:
        self.given_signed_in_as("primary")
        self.when_searching_for("Guadalupe Hernandez")
        self.when_narrowing_to("State", "Maine")
        self.then_the_page_says("The filters leave nobody. Without them 2 children fit what you typed.")
        self.then_the_page_is_sound()
        self.when_choosing("Search without filters")
        self.then_the_heading_is("2 children found")

    def test_and_is_told_that_a_digit_of_an_msix_id_may_be_wrong(self) -> None:
        self.given_signed_in_as("secondary", "FL")
        for known_elsewhere_or_nowhere in (LUPE, "741852963075"):
            self.when_searching_for(known_elsewhere_or_nowhere)
            self.then_the_page_says("No record that your role may see has the MSIX ID")

    def when_searching_for(self, text: str) -> None:
        self.when_going_to("/children/search/")
        self.page.locator("main").get_by_label("Name, birth date").fill(text)
        self.page.locator("main").get_by_role("button", name="Search").click()

    def when_narrowing_to(self, filter_name: str, value: str) -> None:
        self.page.locator("main").get_by_label(filter_name, exact=True).select_option(label=value)
        self.page.locator("main").get_by_role("button", name="Search").click()

    def then_the_first_child_is(self, *words: str) -> None:
        first = self.page.locator(".om-hit").first
        for word in words:
            expect(first.get_by_role("heading")).to_contain_text(word)

    def then_the_first_child_was_found_because(self, why: str) -> None:
        expect(self.page.locator(".om-hit").first).to_contain_text(why)


class TestRegistrarReadsARecord(Journey):
    def test_from_the_question_for_the_purpose_to_the_access_history(self) -> None:
        self.given_signed_in_as("primary")
        self.when_opening(LUPE)
        self.then_the_heading_is("Why do you open records today?")
        self.then_the_page_is_sound()
        self.when_choosing("Continue")
        self.then_the_heading_is("Guadalupe Hernandez Garcia")
        self.then_the_arrival_sheet_fits_a_laptop()
        self.then_both_birth_dates_stand("12 Mar 2010", "3 Dec 2010")
        self.then_the_page_says("636 days left")
        self.then_the_page_is_sound()
        self.when_choosing("Who opened it")
        self.then_my_opening_stands_there()
        self.then_the_page_is_sound()

    @pytest.mark.parametrize(
        ("part", "says"),
        [
            ("Moves", "4 enrollments, 3 qualifying moves"),
            ("Courses and credits", "55 clock hours"),
            ("Enrollments", "Mercer County Summer Migrant Program"),
            ("Assessments", "WIDA ACCESS"),
            ("Health", "Chronic condition"),
            ("Family and identity", "Rosa"),
            ("Sources", "Hernandez-Garcia"),
        ],
    )
    def test_each_part_of_the_record(self, part: str, says: str) -> None:
        self.given_signed_in_as("primary")
        self.given_a_purpose_was_chosen(LUPE)
        self.when_choosing(part)
        self.then_the_page_says(says)
        self.then_all_pictures_are_there()
        self.then_the_page_is_sound()

    @pytest.mark.parametrize("part", ["Moves", "Courses and credits", "Enrollments", "Assessments"])
    def test_on_a_telephone_the_chosen_tab_and_every_column_are_in_view(self, part: str) -> None:
        self.given_signed_in_as("primary")
        self.given_a_purpose_was_chosen(LUPE)
        self.page.set_viewport_size({"width": 375, "height": 812})
        self.when_choosing(part)
        expect(self.page.locator(".om-tabs [aria-current]")).to_be_in_viewport(ratio=0.99)
        tables = self.page.locator("main .om-rows")
        assert tables.count()
        for box in (table.bounding_box() for table in tables.all()):
            assert box
            assert box["x"] + box["width"] <= 375
        self.then_the_page_is_sound()

    def test_prints_the_summary_in_both_languages_and_takes_the_data(self) -> None:
        self.given_signed_in_as("primary")
        self.given_a_purpose_was_chosen(LUPE)
        for name, kind in (
            ("Print summary", "pdf"),
            ("en español", "pdf"),
            ("Full record", "pdf"),
            ("JSON", "json"),
        ):
            address = self.page.get_by_role("link", name=name).get_attribute("href")
            assert address is not None
            response = self.page.request.get(address)
            assert response.ok
            assert kind in response.headers["content-type"]

    def test_finds_the_child_again_on_the_home_page(self) -> None:
        self.given_signed_in_as("primary")
        self.given_a_purpose_was_chosen(TWIN)
        self.when_going_to("/")
        self.when_choosing("Luz Hernández García")
        self.then_the_heading_is("Luz Hernández García")

    def test_of_another_state_is_not_open_to_a_secondary_user(self) -> None:
        self.given_signed_in_as("secondary", "FL")
        self.given_a_purpose_was_chosen(LUPE)
        self.then_the_heading_is("There is no such page")

    def test_without_scripts(self, browser: Browser) -> None:
        self.given_signed_in_as("primary")
        self.given_scripts_are_off(browser)
        self.page.goto("/children/search/")
        self.page.locator("main").get_by_label("Name, birth date").fill("Lupe Hernandez")
        self.page.locator("main").get_by_role("button", name="Search").click()
        self.then_the_heading_is("2 children found")
        self.page.locator(".om-hit a").first.click()
        self.when_choosing("Continue")
        self.then_the_page_says("Eligible for migrant services")

    def given_a_purpose_was_chosen(self, msix_id: str) -> None:
        self.when_opening(msix_id)
        self.when_choosing("Continue")

    def when_opening(self, msix_id: str) -> None:
        self.page.goto(f"/children/{Child.objects.get(pk=msix_id).ref}/")

    def then_the_arrival_sheet_fits_a_laptop(self) -> None:
        self.page.set_viewport_size({"width": 1366, "height": 768})
        sheet = self.page.locator(".om-sheet").bounding_box()
        assert sheet is not None
        assert sheet["y"] + sheet["height"] <= 768

    def then_both_birth_dates_stand(self, *days: str) -> None:
        questions = self.page.get_by_role("region", name="Open questions between States")
        for day in days:
            expect(questions).to_contain_text(day)

    def then_my_opening_stands_there(self) -> None:
        row = self.page.get_by_role("row").filter(has_text="arrival sheet").first
        expect(row).to_contain_text("You")
        expect(row).to_contain_text("Primary User")
        expect(row).to_contain_text("Enroll or place a child")

    def then_all_pictures_are_there(self) -> None:
        self.page.wait_for_load_state("networkidle")
        for picture in self.page.locator("main img").all():
            picture.scroll_into_view_if_needed()
            expect(picture).to_have_js_property("complete", True)
            assert picture.evaluate("image => image.naturalWidth") > 0
