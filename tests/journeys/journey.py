"""What every journey can do: sign in, go somewhere, read, and hold each page to the same standard.

Each page that a journey visits is judged at 1280 and at 375 pixels: no violation of WCAG 2.2 AA that axe can find,
one h1, nothing wider than the screen, also at 400% zoom. A violation of the Content-Security-Policy or an error in the console fails
the journey at once.
"""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect

from tests.journeys.site import Site
from tests.people import PASSWORD

DESKTOP = ViewportSize(width=1280, height=900)
ZOOMED = ViewportSize(width=320, height=225)  # a desktop at 400%
PHONE = ViewportSize(width=375, height=812)
STANDARD = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} blocked ${event.blockedURI} ${event.sample}`));
"""


class Journey:
    """The base of all journeys. `page` is the browser's page, `site` the running exchange."""

    site: Site
    page: Page

    @pytest.fixture(autouse=True)
    def _open_browser(self, site: Site, browser: Browser) -> Iterator[None]:
        self.site = site
        context = browser.new_context(viewport=DESKTOP, accept_downloads=True, base_url=site.address)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.set_default_timeout(15_000)
        context.add_init_script(TELL_VIOLATIONS)
        self.page = context.new_page()
        self.faults: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        yield
        context.close()
        assert not self.faults, "the browser complained: " + "; ".join(self.faults)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not self._expected(message.text):
            self.faults.append(message.text)

    def _expected(self, text: str) -> bool:
        """The browser logs the status of pages that are refused or sent back on purpose."""
        return bool(re.search(r"status of (403|404|422)", text))

    # given

    def given_signed_in_as(self, role: str, state_code: str = "TX") -> None:
        """Somebody with this role has signed in."""
        user = self.site.person(role, state_code)
        self.page.goto("/sign-in/")
        self.page.get_by_label("Email").fill(user.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Agree and sign in").click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    def given_scripts_are_off(self, browser: Browser) -> None:
        """From here on the browser runs no scripts; the session goes on."""
        state = self.page.context.storage_state()
        context = browser.new_context(
            viewport=DESKTOP, base_url=self.site.address, java_script_enabled=False, storage_state=state
        )
        self.page = context.new_page()

    # when

    def when_going_to(self, address: str) -> None:
        """The person opens an address."""
        self.page.goto(address)

    def when_choosing(self, name: str | re.Pattern[str]) -> None:
        """The person follows a link or presses a button of this name in the page itself."""
        main = self.page.locator("main")
        main.get_by_role("link", name=name).or_(main.get_by_role("button", name=name)).first.click()

    # then

    def then_the_heading_is(self, words: str | re.Pattern[str]) -> None:
        """The page's one h1 reads so."""
        expect(self.page.locator("h1")).to_have_text(words)

    def then_the_page_says(self, words: str) -> None:
        """The words stand in the page."""
        expect(self.page.locator("main")).to_contain_text(words)

    def then_the_page_is_sound(self) -> None:
        """The page meets the standard at desktop and phone width."""
        expect(self.page.locator("h1")).to_have_count(1)
        self._fits(ZOOMED)
        for size in (DESKTOP, PHONE):
            self._fits(size)
            found = Axe().run(self.page, options=STANDARD).response["violations"]
            assert not found, f"{self.page.url} at {size['width']}: {_told(found)}"
        self.page.set_viewport_size(DESKTOP)

    def _fits(self, size: ViewportSize) -> None:
        """Nothing is wider than a screen of this size."""
        self.page.set_viewport_size(size)
        width = self.page.evaluate("document.scrollingElement.scrollWidth")
        assert width <= size["width"], f"{self.page.url} is {width} pixels wide at {size['width']}"


def _told(violations: list[dict[str, object]]) -> str:
    """Each violation with the first elements that have it."""
    return "; ".join(
        f"{each['id']} ({each['help']}): {[node['target'] for node in each['nodes'][:3]]}"  # type: ignore[index]
        for each in violations
    )
