"""The journey of a State Data Administrator, and of the Office of Migrant Education, to the quality of identity."""

from datetime import date

import pytest

from openmsix.reports import actions
from openmsix.students.models import Child
from tests.children import named, say
from tests.journeys.journey import Journey

SUSPECT = "300100200315"


@pytest.fixture(scope="module")
def suspect(site: object) -> Child:
    """A child of whom Texas and Washington say two birth years."""
    for state, born in (("TX", date(2012, 5, 4)), ("WA", date(2013, 5, 4))):
        say(SUSPECT, state, f"{state}QUALITY1", named("Citlali", "Barrientos", born))
    actions.reckon()
    return Child.objects.get(pk=SUSPECT)


class TestStateLooksAtTheQualityOfIdentity(Journey):
    """From the figures to the list, and to the sources of a child."""

    def test_a_number_leads_to_its_list_and_to_the_records(self, suspect: Child) -> None:
        self.given_signed_in_as("state_data_administrator", "TX")
        self.when_going_to("/")
        self.page.get_by_role("navigation").get_by_role("link", name="Quality").click()
        self.then_the_heading_is("Quality of identity")
        self.then_the_page_says("suspected wrong merges")
        self.then_the_page_is_sound()
        self.page.locator('a[href*="reason=birth_years"]').click()
        self.then_the_heading_is("Children whose records may be of two")
        self.then_the_page_says("4 May 2013")
        self.then_the_page_is_sound()
        self.when_choosing("Citlali Barrientos")
        self.when_choosing("Continue")
        assert self.page.url.endswith(f"/children/{suspect.ref}/sources/")

        self.when_going_to("/quality/linked/")
        self.then_the_page_is_sound()
        self.when_going_to("/quality/duplicates/")
        self.then_the_page_is_sound()
        self.when_going_to("/quality/decisions/")
        self.then_the_page_is_sound()
        self.when_going_to("/quality/")
        self.page.get_by_role("button", name="Reckon anew").click()
        self.then_the_page_says("The figures are being reckoned anew.")
        self.when_going_to("/help/quality")
        self.then_the_page_is_sound()

    def test_the_office_sees_numbers_only(self, suspect: Child) -> None:
        self.given_signed_in_as("ome", "TX")
        self.when_going_to("/quality/")
        self.then_the_heading_is("Quality of identity: the nation")
        self.then_the_page_is_sound()
        assert self.page.locator('main a[href*="/quality/"]').count() == 0
        self.page.get_by_label("Figures of").select_option("TX")
        self.page.get_by_role("button", name="Show").click()
        self.then_the_heading_is("Quality of identity: Texas")
        self.then_the_page_is_sound()
