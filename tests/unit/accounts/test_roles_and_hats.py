"""What each role allows, where it is held, and what a hat says."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from openmsix.accounts import actions, demo, hats
from openmsix.accounts.document import roles_page
from openmsix.accounts.hats import Hat
from openmsix.accounts.models import Holding, User
from openmsix.accounts.permissions import NotPermitted, Permission
from openmsix.accounts.queries import people_within
from openmsix.accounts.roles import NO_ROLE, ROLES, SYSTEM, Reach
from openmsix.audit.models import Event
from openmsix.deadlines import clock
from openmsix.places.models import Kind, Place
from tests.people import BY, PASSWORD, person, places_in

P = Permission
READ = {P.SEARCH_CHILDREN, P.OPEN_RECORD, P.PRINT_RECORD}
ALL_OF_IT = READ | {P.SEE_SOURCES, P.SEE_ACCESS_HISTORY}
DECIDE = ALL_OF_IT | {P.SEE_MOVES, P.SEE_TASKS, P.DECIDE_TASKS, P.PROPOSE}

# role, where it is held, which children it reaches, what it allows
TABLE = [
    ("secondary", "district school project facility region state", "state", READ),
    ("primary", "district school project facility region state", "all", ALL_OF_IT | {P.SEE_MOVES, P.PROPOSE}),
    ("district_data_administrator", "district", "all", DECIDE),
    ("regional_data_administrator", "region", "all", DECIDE),
    (
        "state_data_administrator",
        "state",
        "all",
        DECIDE | {P.SEE_SUBMISSIONS, P.SEE_ID_CHANGES, P.CONFIRM_CLOSURES, P.EXPUNGE, P.SEE_QUALITY},
    ),
    ("user_administrator", "state region", "none", {P.MANAGE_USERS}),
    ("batch_submitter", "state", "none", {P.SUBMIT_FILES, P.SEE_SUBMISSIONS, P.SEE_ID_CHANGES}),
    ("privacy_act_administrator", "state nation", "all", ALL_OF_IT),
    ("ome", "nation", "none", {P.SEE_NATIONAL_REPORTS, P.EXPUNGE}),
    ("operator", "nation", "none", {P.OPERATE, P.EXPUNGE}),
]


@pytest.mark.parametrize(("key", "levels", "reach", "permissions"), TABLE, ids=[row[0] for row in TABLE])
def test_each_role_is_as_the_table_says(
    key: str, levels: str, reach: str, permissions: set[Permission]
) -> None:
    role = ROLES[key]
    assert role.levels == tuple(levels.split())
    assert role.reach == reach
    assert role.permissions == permissions


def test_roles_are_held_at_kinds_of_places_there_are() -> None:
    assert {level for role in ROLES.values() for level in role.levels} <= set(Kind.values)


def test_the_documentation_tells_of_every_role_and_permission() -> None:
    page = roles_page()
    assert all(f"| {role.name} | `{role.key}` | {role.description} |" in page for role in ROLES.values())
    assert "| submit a State's files |  |  |  |  |  |  | yes |  |  |  |" in page
    assert page.count("| yes ") == sum(len(role.permissions) for role in ROLES.values())


def test_the_table_leaves_no_role_out() -> None:
    assert list(ROLES) == [row[0] for row in TABLE]


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_a_role_that_reaches_no_child_opens_none(role: object) -> None:
    assert (role.reach == Reach.NONE) == role.permissions.isdisjoint(READ)  # type: ignore[attr-defined]


def test_who_submits_a_file_never_confirms_its_closures() -> None:
    both = [role.key for role in ROLES.values() if {P.SUBMIT_FILES, P.CONFIRM_CLOSURES} <= role.permissions]
    assert both == []


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_belongs_to_a_role(permission: Permission) -> None:
    assert any(permission in role.permissions for role in ROLES.values())


@pytest.mark.django_db
def test_the_reach_of_a_hat_of_another_state_ends_at_its_border() -> None:
    (hat,) = hats.of(person("state_data_administrator", "TX"))
    assert hat.may(P.CONFIRM_CLOSURES, state="TX")
    assert not hat.may(P.CONFIRM_CLOSURES, state="CA")
    with pytest.raises(NotPermitted, match=re.escape("State Data Administrator, Texas may not confirm")):
        hat.check(P.CONFIRM_CLOSURES, state="CA")
    with pytest.raises(NotPermitted):
        hat.check(P.SUBMIT_FILES, state="TX")


@pytest.mark.django_db
def test_a_hat_says_who_in_which_role_and_where() -> None:
    user = person("primary", "TX")
    places = places_in("TX")
    (hat,) = hats.of(user)
    assert (hat.actor_id, hat.actor, hat.state_code) == (user.pk, "primary.tx@example.org", "TX")
    assert hat.place_path == places.district.path
    assert hat.place_path.startswith(places.state.path)
    assert hat.label == "Primary User, TX Valley District"


def test_the_systems_hat_may_everything_and_one_for_a_state_only_there() -> None:
    assert SYSTEM.permissions == frozenset(Permission)
    assert Hat.system("worker").may(P.SUBMIT_FILES, state="TX")
    of_texas = Hat.system("operator", state_code="TX")
    assert of_texas.may(P.SUBMIT_FILES, state="TX")
    assert not of_texas.may(P.SUBMIT_FILES, state="CA")
    assert of_texas.place_path == "/US/TX/"


@pytest.mark.django_db
def test_a_person_without_a_role_may_nothing() -> None:
    user = actions.create_user(email="new@example.org", name="New", password=PASSWORD, by=BY)
    assert hats.of(user) == []
    bare = Hat.bare(user)
    assert not any(bare.may(permission) for permission in Permission)
    assert bare.reach == NO_ROLE.reach == Reach.NONE
    assert people_within(bare) == []


@pytest.mark.django_db
@pytest.mark.parametrize("ends", ["closed account", "ended today", "not begun"])
def test_what_is_not_in_force_today_is_no_hat(ends: str) -> None:
    user = person("primary")
    holding = Holding.objects.get(user=user)
    if ends == "closed account":
        User.objects.filter(pk=user.pk).update(is_active=False)
    elif ends == "ended today":
        actions.end_role(holding=holding, by=BY)
    else:
        Holding.objects.update(since=clock.today() + timedelta(days=1))
    assert hats.of(User.objects.get(pk=user.pk)) == []


@pytest.mark.django_db
def test_a_role_is_held_only_where_it_may_be() -> None:
    user = person("primary")
    places = places_in("TX")
    with pytest.raises(actions.NotHeldThere, match="Batch Submitter is not held at a school"):
        actions.hold_role(user=user, role="batch_submitter", place=places.school, by=BY)
    with pytest.raises(IntegrityError, match="role_held_where_it_may_be"), transaction.atomic():
        Holding.objects.create(user=user, role="batch_submitter", place=places.school)
    with pytest.raises(IntegrityError, match="role_held_where_it_may_be"), transaction.atomic():
        Holding.objects.create(user=user, role="emperor", place=places.nation)


@pytest.mark.django_db
def test_a_role_is_held_once_at_a_place() -> None:
    user = person("primary")
    again = actions.hold_role(user=user, role="primary", place=places_in("TX").district, by=BY)
    assert Holding.objects.get(user=user) == again
    with pytest.raises(IntegrityError, match="one_open_holding"), transaction.atomic():
        Holding.objects.create(user=user, role="primary", place=places_in("TX").district)


@pytest.mark.django_db
def test_an_address_is_given_once_whatever_its_letters() -> None:
    user = actions.create_user(email=" Ana.Ruiz@Example.ORG ", name="Ana", password=None, by=BY)
    assert user.email == "ana.ruiz@example.org"
    assert not user.has_usable_password()
    assert User.objects.get_by_natural_key("ANA.RUIZ@example.org") == user
    User.objects.update(is_active=False)
    with pytest.raises(actions.AddressTaken):
        actions.create_user(email="ANA.ruiz@example.org", name="Another Ana", password=None, by=BY)
    with pytest.raises(IntegrityError, match="email_is_in_lower_case"), transaction.atomic():
        User.objects.create(email="B@example.org", name="B")


@pytest.mark.django_db
def test_passwords_are_kept_as_argon2() -> None:
    assert person("primary").password.startswith("argon2$argon2id$")


@pytest.mark.django_db
def test_each_change_of_a_person_is_written_down() -> None:
    user = person("primary")
    actions.set_password(user=user, password="another long secret", by=Hat.bare(user))
    actions.set_language(user=user, locale="es", by=Hat.bare(user))
    actions.note_sign_in(user=user)
    actions.note_failed_sign_in(email=user.email.upper())
    actions.note_failed_sign_in(email="a mistyped secret")
    actions.note_hat(hat=hats.of(user)[0])
    actions.end_role(holding=Holding.objects.get(), by=BY)
    told = Event.objects.filter(action__startswith="accounts:").order_by("id")
    assert list(told.values_list("action", "actor")) == [
        ("accounts:user:created", "test"),
        ("accounts:role:held", "test"),
        ("accounts:password:changed", user.email),
        ("accounts:language:changed", user.email),
        ("accounts:user:signed_in", user.email),
        ("accounts:user:sign_in_failed", "sign-in"),
        ("accounts:hat:chosen", user.email),
        ("accounts:role:ended", "test"),
    ]


@pytest.mark.django_db
def test_people_within_a_place_are_those_of_all_places_in_it() -> None:
    registrar, state, elsewhere = (
        person("primary", "TX"),
        person("batch_submitter", "TX"),
        person("primary", "CA"),
    )
    assert people_within(hats.of(state)[0]) == sorted([registrar.pk, state.pk])
    assert people_within(hats.of(registrar)[0]) == [registrar.pk]
    assert people_within(hats.of(elsewhere)[0]) == [elsewhere.pk]


@pytest.mark.django_db
def test_the_demonstration_has_a_sign_in_for_each_role_and_one_of_another_state_and_a_second_run_adds_none() -> (
    None
):
    places = places_in("TX")
    first = demo.make_demo_people(password=PASSWORD, by=BY)
    names = [ROLES[one.role].name for one in demo.PEOPLE]
    assert [name.split(", ")[0] for name, _ in first] == names
    assert "State Data Administrator, Alaska" in [name for name, _ in first]
    assert {one.role for one in demo.PEOPLE} == set(ROLES)
    at_other_state = Holding.objects.filter(user__email="other-state@demo.example")
    assert at_other_state.get().place.state_code == "AK"
    held = {holding.role: holding.place for holding in Holding.objects.exclude(pk__in=at_other_state)}
    assert held["primary"] == places.school
    assert held["district_data_administrator"] == places.district
    assert held["regional_data_administrator"] == places.region
    assert held["batch_submitter"] == places.state
    assert held["ome"] == places.nation
    assert demo.make_demo_people(password=PASSWORD, by=BY) == first
    assert User.objects.count() == Holding.objects.count() == len(ROLES) + 1


@pytest.mark.django_db
def test_the_demonstrations_other_state_is_one_that_submits() -> None:
    places_in("CA")
    places_in("TX")
    demo.make_demo_people(password=PASSWORD, by=BY)
    states = dict(Holding.objects.values_list("user__email", "place__state_code"))
    assert states["submitter@demo.example"] == "CA"
    assert states["other-state@demo.example"] == "TX", "Alaska comes first, and has no schools here"


@pytest.mark.django_db
def test_without_made_up_places_the_demonstration_leaves_local_roles_out() -> None:
    assert Place.objects.filter(kind="school").count() == 0
    made = demo.make_demo_people(password=PASSWORD, by=BY)
    assert "Primary User" not in [name for name, _ in made]
    assert "Office of Migrant Education" in [name for name, _ in made]
