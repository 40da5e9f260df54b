"""The frame around every page: home by hat, help, language, errors, keyboard, weight."""

import pytest
from playwright.sync_api import expect

from openmsix.accounts.roles import ROLES
from tests.journeys.journey import Journey

OPEN_TO_ALL = (
    "/sign-in/",
    "/help/",
    "/help/about",
    "/help/search",
    "/help/receipt",
    "/help/elements",
    "/help/elements/enrollments",
    "/help/codes",
    "/help/checks",
)
FIRST_LOAD_LIMIT = 300_000  # bytes over the wire


class TestFrame(Journey):
    """What stands around every page."""

    @pytest.mark.parametrize("address", OPEN_TO_ALL)
    def test_public_pages_are_sound(self, address: str) -> None:
        self.when_going_to(address)
        self.then_the_page_is_sound()

    @pytest.mark.parametrize("role", ROLES)
    def test_the_home_page_of_each_role_is_sound(self, role: str) -> None:
        self.given_signed_in_as(role)
        self.when_going_to("/")
        expect(self.page.locator(".om-hat__role")).to_have_text(ROLES[role].name)
        self.then_the_page_is_sound()

    @pytest.mark.parametrize("address", ["/tasks/", "/submissions/", "/ids/"])
    def test_pages_without_anything_say_what_would_be_there(self, address: str) -> None:
        self.given_signed_in_as("state_data_administrator", "FL")
        self.when_going_to(address)
        expect(self.page.locator(".om-empty")).to_be_visible()
        self.then_the_page_is_sound()

    def test_errors_say_what_to_do(self) -> None:
        self.given_signed_in_as("batch_submitter")
        self.when_going_to("/tasks/")
        self.then_the_heading_is("This page is not open to you")
        self.then_the_page_is_sound()
        self.when_going_to("/nothing/")
        self.then_the_heading_is("There is no such page")
        self.then_the_page_is_sound()

    def test_the_help_of_a_page_is_about_that_page(self) -> None:
        self.given_signed_in_as("batch_submitter")
        self.when_going_to("/ids/")
        self.page.get_by_role("link", name="Help for this page").click()
        self.then_the_heading_is("Changes of MSIX IDs")

    def test_the_pages_speak_spanish_and_english_again(self) -> None:
        self.given_signed_in_as("primary")
        self.page.get_by_role("button", name="Español").click()
        self.then_the_heading_is("¿Quién es el niño o la niña que tiene delante?")
        expect(self.page.locator("html")).to_have_attribute("lang", "es")
        self.then_the_page_is_sound()
        self.page.get_by_role("button", name="English").click()
        self.then_the_heading_is("Who is the child in front of you?")

    def test_the_keyboard_reaches_the_content_first(self) -> None:
        self.given_signed_in_as("batch_submitter")
        self.when_going_to("/submissions/")
        self.page.keyboard.press("Tab")
        expect(self.page.get_by_role("link", name="Skip to the content")).to_be_focused()
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#main")).to_be_focused()

    def test_a_first_load_is_small(self) -> None:
        sizes: list[int] = []
        self.page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
        self.page.goto("/sign-in/", wait_until="networkidle")
        assert 100_000 < sum(sizes) < FIRST_LOAD_LIMIT, sum(sizes)
