"""The hat:

a person in one role at one place. Whoever does something does it under a hat, and the audit writes the hat
down.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from openmsix.places.models import Kind

from .models import ApiClient, Holding, User
from .permissions import NotPermitted, Permission
from .roles import NO_ROLE, SYSTEM, Reach, Role
from .scopes import Scope, role_of

NATION_PATH = "/US/"


@dataclass(frozen=True)
class Hat:
    """Who acts, in which role, at which place.

    `place_path` begins with the paths of all places around it ("/US/TX/4823640/"); `state_code` is empty for
    the nation. `place_id` and `holding_id` are 0 for a job or a command, which stands above all places.
    """

    actor_id: int | None
    actor: str
    role: Role
    place_id: int
    place_path: str
    state_code: str
    label: str
    place_name: str = ""
    place_kind: str = Kind.NATION
    holding_id: int = 0

    @classmethod
    def system(cls, name: str, *, state_code: str = "") -> "Hat":
        """The hat of a job or a command; with `state_code`, of one that acts for that State only."""
        return cls(
            actor_id=None,
            actor=name,
            role=SYSTEM,
            place_id=0,
            place_path=f"{NATION_PATH}{state_code}/" if state_code else NATION_PATH,
            state_code=state_code,
            label=f"{SYSTEM.name}, {state_code}" if state_code else SYSTEM.name,
            place_name=state_code,
            place_kind=Kind.STATE if state_code else Kind.NATION,
        )

    @classmethod
    def bare(cls, user: User) -> "Hat":
        """A person acting for nobody but themselves: signing in, changing the own password."""
        return cls(
            actor_id=user.pk,
            actor=user.email,
            role=NO_ROLE,
            place_id=0,
            place_path="",
            state_code="",
            label=NO_ROLE.name,
        )

    @classmethod
    def from_holding(cls, holding: Holding) -> "Hat":
        """The hat of a person who holds a role at a place."""
        user, place, role = holding.user, holding.place, holding.held
        return cls(
            actor_id=user.pk,
            actor=user.email,
            role=role,
            place_id=place.pk,
            place_path=place.path,
            state_code=place.state_code,
            label=f"{role.name}, {place.name}",
            place_name=place.name,
            place_kind=place.kind,
            holding_id=holding.pk,
        )

    @classmethod
    def of_client(cls, client: ApiClient, scopes: Iterable[Scope]) -> "Hat":
        """The hat of a State's own system: its State, and what these scopes allow."""
        place, role = client.place, role_of(scopes)
        return cls(
            actor_id=None,
            actor=f"API client {client.pk}",
            role=role,
            place_id=place.pk,
            place_path=place.path,
            state_code=place.state_code,
            label=f"{role.name}, {place.name} ({client.name})",
            place_name=place.name,
            place_kind=place.kind,
        )

    @property
    def reach(self) -> Reach:
        """Which children the hat reaches."""
        return self.role.reach

    def may(self, permission: Permission, *, state: str | None = None) -> bool:
        """Whether the hat allows the act; with `state`, whether it allows it for that State's affairs.

        A hat of the nation stands above all States; any other only within its own.
        """
        return permission in self.role.permissions and (state is None or self.state_code in ("", state))

    def check(self, permission: Permission, *, state: str | None = None) -> None:
        """Refuse what the hat does not allow.

        Raises:
            NotPermitted: the hat does not allow the act.
        """
        if not self.may(permission, state=state):
            where = f" of {state}" if state else ""
            raise NotPermitted(f"{self.label} may not {permission.value}{where}.")


def of(user: User) -> list[Hat]:
    """Every hat the person may wear today, the one held longest first.

    Nobody else's, and none for a closed account.
    """
    if not user.is_active:
        return []
    return [Hat.from_holding(holding) for holding in Holding.objects.live().of(user)]
