"""People and places for tests:

a State with a region, a district and a school, and anybody in any role there.
"""

from dataclasses import dataclass
from functools import cache

from django.contrib.auth.hashers import make_password

from openmsix.accounts import actions, hats
from openmsix.accounts.hats import Hat
from openmsix.accounts.models import User
from openmsix.accounts.roles import ROLES
from openmsix.deadlines import clock
from openmsix.places.models import Kind, Place, Source

PASSWORD = "correct horse battery staple"
BY = Hat.system("test")


@dataclass(frozen=True)
class Places:
    """One place of each kind, each within the next."""

    nation: Place
    state: Place
    region: Place
    district: Place
    school: Place

    def of_kind(self, kind: str) -> Place:
        """The place of this kind."""
        places: tuple[Place, ...] = (self.nation, self.state, self.region, self.district, self.school)
        return next(place for place in places if place.kind == kind)


def places_in(state_code: str) -> Places:
    """A region, a district and a school in this State; made if they are not there."""
    state = Place.objects.state(state_code)
    region = _place(Kind.REGION, f"{state_code}-R-1", "Region 1", state)
    number = {"TX": "48", "CA": "06", "FL": "12"}[state_code]
    district = _place(Kind.DISTRICT, f"{number}00001", f"{state_code} Valley District", region)
    school = _place(Kind.SCHOOL, f"{number}0000100001", f"{state_code} Lincoln Elementary", district)
    return Places(nation=Place.objects.nation(), state=state, region=region, district=district, school=school)


def _place(kind: Kind, code: str, name: str, parent: Place) -> Place:
    place, _ = Place.objects.get_or_create(
        kind=kind,
        code=code,
        defaults={
            "name": name,
            "parent": parent,
            "state_code": parent.state_code,
            "path": f"{parent.path}{code}/",
            "source": Source.STATE,
            "updated_at": clock.now(),
        },
    )
    return place


def person(role: str, state_code: str = "TX", number: int = 1) -> User:
    """Somebody who holds the role at the first level at which it is held, in this State or, for roles of the nation, there. `number`: which of several."""
    email = f"{role}{number if number > 1 else ''}.{state_code}@example.org".lower()
    user = User.objects.filter(email=email).first()
    if user is None:
        user = actions.create_user(email=email, name=ROLES[role].name, password=None, by=BY)
        user.password = _hashed()
        user.save(update_fields=["password"])
        place = places_in(state_code).of_kind(ROLES[role].levels[0])
        actions.hold_role(user=user, role=role, place=place, by=BY)
    return user


@cache
def _hashed() -> str:
    """`PASSWORD` as it is kept. Hashing takes an eighth of a second by intent; most people of the tests never type it."""
    return make_password(PASSWORD)


def hat(role: str, state_code: str = "TX", number: int = 1) -> Hat:
    """The hat that this person wears."""
    return hats.of(person(role, state_code, number))[0]
