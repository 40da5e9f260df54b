"""The people of the demonstration: one sign-in for each role, at made-up places of one State."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from openmsix.places.models import Kind, Place

from .actions import create_user, hold_role
from .hats import Hat
from .models import Holding, User
from .roles import ROLES


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who shows what a role sees. `level` is the kind of place at which the role is held; `elsewhere`: in another State than the others."""

    email: str
    name: str
    role: str
    level: Kind
    elsewhere: bool = False


PEOPLE = (
    DemoPerson("registrar@demo.example", "Rosa Delgado", "primary", Kind.SCHOOL),
    DemoPerson("counselor@demo.example", "James Whitfield", "secondary", Kind.SCHOOL),
    DemoPerson("district@demo.example", "Anh Nguyen", "district_data_administrator", Kind.DISTRICT),
    DemoPerson("region@demo.example", "Marcus Bell", "regional_data_administrator", Kind.REGION),
    DemoPerson("state@demo.example", "Elena Ortiz", "state_data_administrator", Kind.STATE),
    DemoPerson(
        "other-state@demo.example", "Samuel Reed", "state_data_administrator", Kind.STATE, elsewhere=True
    ),
    DemoPerson("users@demo.example", "Priya Raman", "user_administrator", Kind.STATE),
    DemoPerson("submitter@demo.example", "Tom Lindqvist", "batch_submitter", Kind.STATE),
    DemoPerson("privacy@demo.example", "Grace Okafor", "privacy_act_administrator", Kind.STATE),
    DemoPerson("ome@demo.example", "Daniel Reyes", "ome", Kind.NATION),
    DemoPerson("operator@demo.example", "Mina Sato", "operator", Kind.NATION),
)


def people(elsewhere: str | None = "") -> list[tuple[DemoPerson, Place]]:
    """Each person with the place where the role is held.

    A school of the first State that has schools and regions, and the district, region, State and nation
    around it. Roles of a level that this State has not are left out. Whoever is elsewhere is in the State of this
    code, for what concerns two States takes a person of each; without a code at the next State that has schools
    too, for only such States submit; with None left out.
    """
    around = _places_of_a_state()
    other = _other(around.get(Kind.STATE), elsewhere)
    there = {Kind.STATE: other} if other else {}
    found = [(person, (there if person.elsewhere else around).get(person.level)) for person in PEOPLE]
    return [(person, place) for person, place in found if place is not None]


def _other(here: Place | None, elsewhere: str | None) -> Place | None:
    if here is None or elsewhere is None:
        return None
    others = _by_what_they_have().exclude(pk=here.pk)
    return (others.filter(state_code=elsewhere) if elsewhere else others).first()


def make_demo_people(*, password: str, by: Hat, elsewhere: str | None = "") -> list[tuple[str, str]]:
    """Make the accounts that are not there yet; for each role its name, with the place of who is elsewhere, and the address to sign in with. `elsewhere`: see `people`."""
    return [_make(person, place, password, by) for person, place in people(elsewhere)]


@transaction.atomic
def _make(person: DemoPerson, place: Place, password: str, by: Hat) -> tuple[str, str]:
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = create_user(email=person.email, name=person.name, password=password, by=by)
    if not Holding.objects.live().filter(user=user, role=person.role).exists():
        hold_role(user=user, role=person.role, place=place, by=by)
    role = ROLES[person.role].name
    return f"{role}, {place.name}" if person.elsewhere else role, user.email


def _by_what_they_have() -> QuerySet[Place]:
    """The States: first those with schools, of these first those with regions."""
    inside = Place.objects.filter(state_code=OuterRef("state_code"))
    states = Place.objects.states().annotate(
        schools=Exists(inside.filter(kind=Kind.SCHOOL, provisional=False)),
        regions=Exists(inside.filter(kind=Kind.REGION)),
    )
    return states.order_by("-schools", "-regions", "code")


def _places_of_a_state() -> dict[Kind, Place]:
    """One place of each kind, each within the next, as far as there are such."""
    state = _by_what_they_have().first()
    if state is None:
        return {}
    found = {Kind.STATE: state}
    schools = Place.objects.within(state).filter(kind=Kind.SCHOOL, provisional=False)
    in_region = schools.filter(parent__parent__kind=Kind.REGION)
    school = in_region.order_by("code").first() or schools.order_by("code").first()
    if school is not None:
        found |= {Kind(place.kind): place for place in Place.objects.holding(school)}
    region = Place.objects.within(state).filter(kind=Kind.REGION).order_by("code").first()
    if region is not None:
        found.setdefault(Kind.REGION, region)
    return found | {Kind.NATION: Place.objects.nation()}
