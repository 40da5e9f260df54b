"""What the home pages of administrators answer, and what they lead to."""

from datetime import date

import pytest
from django.test import Client

from openmsix.accounts import actions
from openmsix.accounts.models import Holding, User
from openmsix.deadlines import clock
from tests.people import BY, PASSWORD, person, places_in

pytestmark = [pytest.mark.one_engine, pytest.mark.django_db]


def home_of(role: str, state: str = "TX") -> str:
    client = Client()
    client.force_login(person(role, state))
    return client.get("/").content.decode()


def test_a_user_administrator_sees_who_has_access_in_the_own_state_and_nobody_else() -> None:
    person("primary", "TX")
    person("primary", "CA")
    page = home_of("user_administrator")
    assert "2 people have access in Texas" in page
    assert "primary.tx@example.org" in page
    assert "primary.ca@example.org" not in page
    assert "never" in page


def test_who_has_left_is_not_listed() -> None:
    gone = person("primary", "TX")
    Holding.objects.filter(user=gone).update(since=date(2020, 1, 1), until=clock.today())
    closed = actions.create_user(email="closed@example.org", name="Closed", password=PASSWORD, by=BY)
    actions.hold_role(user=closed, role="secondary", place=places_in("TX").school, by=BY)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    assert "1 person has access in Texas" in home_of("user_administrator")


@pytest.mark.parametrize("role", ["secondary", "privacy_act_administrator"])
def test_where_the_home_page_is_the_only_place_there_is_no_list_of_places(role: str) -> None:
    assert 'class="om-places"' not in home_of(role)


@pytest.mark.parametrize("role", ["user_administrator", "privacy_act_administrator"])
def test_no_home_page_promises_what_is_not_there(role: str) -> None:
    assert "later version" not in home_of(role)


def test_the_privacy_act_administrator_is_sent_to_the_tab_by_its_name() -> None:
    assert "“Who opened it”" in home_of("privacy_act_administrator")
