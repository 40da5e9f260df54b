"""The journey of a State Data Administrator: children came to another State, whose data are due, and until when."""

from pathlib import Path

import pytest

from openmsix import flow
from openmsix.accounts.hats import Hat
from openmsix.students.models import Child
from tests import parts
from tests.journeys.journey import Journey

OPERATOR = Hat.system("operator")
STAYS = {"TX": ("20260820", "4800001"), "FL": ("20261012", "1200001")}


def _sent(state: str, folder: Path) -> None:
    one = parts.child(1, f"{state}MOVED1")
    day, district = STAYS[state]
    one["students"][0]["reporting_state"] = state
    one["demographics"][0] |= {"first_name": "Xochitl", "last_name_1": "Zamudio", "last_name_2": "", "female_parent_first_name": "Eva", "female_parent_last_name": "Zamudio"}  # fmt: skip
    one["enrollments"][0] |= {"enrollment_date": day, "school_district_id": district, "school_id": "", "residency_date": ""}  # fmt: skip
    one["qualifying_moves"][0] |= {"to_state": "NM", "to_city": "Hatch"}
    header = {**parts.HEADER, "submitting_state": state, "submission_date": "20261123150000000"}
    path = folder / f"{state}-moved.zip"
    path.write_bytes(parts.part({"header": [header], **one}))
    received = flow.receive(path=path, file_name=path.name, by=OPERATOR, queue=False)
    flow.take_in(received.pk)


@pytest.fixture(scope="module")
def moved(site: object, tmp_path_factory: pytest.TempPathFactory) -> Child:
    """A child of Texas who came to Florida in October."""
    folder = tmp_path_factory.mktemp("moved")
    _sent("TX", folder)
    _sent("FL", folder)
    return Child.objects.get(first_name="Xochitl", live=True)


class TestStateSeesWhoMoved(Journey):
    """From the home page to the list, the child, and the mails."""

    def test_the_former_state_sees_who_came_where_and_until_when(self, moved: Child) -> None:
        self.given_signed_in_as("state_data_administrator", "TX")
        self.when_going_to("/")
        self.then_the_page_says("of your place came elsewhere")
        self.then_the_page_is_sound()
        self.when_choosing("See who, and until when")
        self.then_the_heading_is("Children who came to another State or district")
        self.then_the_page_says("Xochitl Zamudio")
        self.then_the_page_says("30 Nov 2026")
        self.then_the_page_says("4 working days left")
        self.then_the_page_is_sound()
        self.when_choosing("Overdue")
        self.then_the_page_says("None with these filters.")
        self.then_the_page_is_sound()
        self.when_choosing("Show all")
        self.when_choosing("Xochitl Zamudio")
        self.when_choosing("Continue")
        self.then_the_page_says("Changes of residence")
        self.then_the_page_says("the State from which it came sends what is new by 30 Nov 2026")
        self.then_the_page_is_sound()
        assert self.page.url.endswith(f"/children/{moved.ref}/moves/")

        self.when_going_to("/account/")
        self.then_the_page_is_sound()
        self.page.get_by_text("Never").click()
        self.page.get_by_role("button", name="Save mails").click()
        self.then_the_page_says("Saved.")
        self.when_going_to("/help/moves")
        self.then_the_page_is_sound()
