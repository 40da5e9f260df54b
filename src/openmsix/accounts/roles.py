"""Every role on one page: what it is for, where it is held, what it allows, which children it reaches.

The names of the roles are those of the real system. What each allows is the best reconstruction of its
privileges; `mark` says how certain the row is as a whole (V a public source says so, R recalled), and the
comments name what is not certain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from .permissions import Permission as P

# The kinds of places (`places.models.Kind`), named here so that this page can be read without a database.
Level = Literal["nation", "state", "region", "district", "school", "project", "facility"]
LOCAL: tuple[Level, ...] = ("district", "school", "project", "facility")


class Reach(StrEnum):
    """Which children a role reaches. Who reaches a child reaches the whole record, whatever State sent it."""

    ALL = "all"  # every child in the exchange
    STATE = "state"  # children with any record of the own State
    NONE = "none"  # no child


@dataclass(frozen=True)
class Role:
    """A role. `levels` are the kinds of places at which it may be held."""

    key: str
    name: str
    description: str
    levels: tuple[Level, ...]
    permissions: frozenset[P]
    reach: Reach
    mark: str


_READING = frozenset({P.SEARCH_CHILDREN, P.OPEN_RECORD, P.PRINT_RECORD})
_FULL_READING = _READING | {P.SEE_SOURCES, P.SEE_ACCESS_HISTORY}
_DECIDING = _FULL_READING | {P.SEE_MOVES, P.SEE_TASKS, P.DECIDE_TASKS, P.PROPOSE}

_ALL_ROLES = (
    Role(
        key="secondary",
        name="Secondary User",
        description=(
            "School staff who read, search and print the records of children known to their own State."
        ),
        levels=(*LOCAL, "region", "state"),
        # That the reach is the own State and that the view by State is not open are recalled (R-med, R-low).
        permissions=_READING,
        reach=Reach.STATE,
        mark="R",
    ),
    Role(
        key="primary",
        name="Primary User",
        description=(
            "Registrars, counselors, recruiters and program staff who "
            "search all States and read and print every record."
        ),
        levels=(*LOCAL, "region", "state"),
        permissions=_FULL_READING | {P.SEE_MOVES, P.PROPOSE},
        reach=Reach.ALL,
        mark="R",
    ),
    Role(
        key="district_data_administrator",
        name="District Data Administrator",
        description=(
            "Decides the district's tasks: whether records are of the same child, what other States ask for."
        ),
        levels=("district",),
        permissions=_DECIDING,
        reach=Reach.ALL,
        mark="V",
    ),
    Role(
        key="regional_data_administrator",
        name="Regional Data Administrator",
        description="Decides the tasks of a region, and those its districts left undecided.",
        levels=("region",),
        permissions=_DECIDING,
        reach=Reach.ALL,
        mark="V",
    ),
    Role(
        key="state_data_administrator",
        name="State Data Administrator",
        description=(
            "Decides the tasks of a State, reads its receipts, and "
            "confirms submissions that would close many children."
        ),
        levels=("state",),
        # Reading the results of files is recalled (R-med). Confirming is our own two-person rule: never the
        # one who submits.
        permissions=_DECIDING
        | {P.SEE_SUBMISSIONS, P.SEE_ID_CHANGES, P.CONFIRM_CLOSURES, P.EXPUNGE, P.SEE_QUALITY},
        reach=Reach.ALL,
        mark="V",
    ),
    Role(
        key="user_administrator",
        name="User Administrator",
        description="Looks after who has access in a State or region, and asks the operator to give or to end it.",
        levels=("state", "region"),
        # In the real system the role itself makes accounts and ends them; here the operator does, by `openmsix people`.
        permissions=frozenset({P.MANAGE_USERS}),
        reach=Reach.NONE,
        mark="V",
    ),
    Role(
        key="batch_submitter",
        name="State Batch Submitter",
        description=(
            "Sends the State's files and reads their receipts. Sees the "
            "own State's submissions and no child's record."
        ),
        levels=("state",),
        permissions=frozenset({P.SUBMIT_FILES, P.SEE_SUBMISSIONS, P.SEE_ID_CHANGES}),
        reach=Reach.NONE,
        mark="R",
    ),
    Role(
        key="privacy_act_administrator",
        name="Privacy Act Administrator",
        description="Answers parents and students who dispute what a record says, and sees who opened it.",
        levels=("state", "nation"),
        # That the role reads all States' records and the view by State is recalled (R-med, R-low).
        permissions=_FULL_READING,
        reach=Reach.ALL,
        mark="R",
    ),
    Role(
        key="ome",
        name="Office of Migrant Education",
        description="Follows how the exchange does for children, in numbers. Opens no child's record.",
        levels=("nation",),
        # Whether the real role may search is not known ("- or limited", R-med); here it may not.
        permissions=frozenset({P.SEE_NATIONAL_REPORTS, P.EXPUNGE}),
        reach=Reach.NONE,
        mark="R",
    ),
    Role(
        key="operator",
        name="Operator",
        description="Keeps the system running: jobs, sizes, seals. Opens no child's record.",
        levels=("nation",),
        permissions=frozenset({P.OPERATE, P.EXPUNGE}),
        reach=Reach.NONE,
        mark="O",
    ),
)

ROLES: Mapping[str, Role] = MappingProxyType({role.key: role for role in _ALL_ROLES})

SYSTEM = Role(
    key="system",
    name="System",
    description="A job or a command that acts for nobody in particular. No person can hold it.",
    levels=(),
    permissions=frozenset(P),
    reach=Reach.ALL,
    mark="O",
)

API_CLIENT = Role(
    key="api_client",
    name="API client",
    description="A State's own system, which speaks for the State within the scopes it was given. No person can hold it.",
    levels=(),
    permissions=frozenset(),
    reach=Reach.NONE,
    mark="O",
)
"""Allows nothing by itself: what a client may do are its scopes (`scopes.role_of`)."""

NO_ROLE = Role(
    key="none",
    name="No role",
    description="A person who signs in or changes the own account. Allows nothing else.",
    levels=(),
    permissions=frozenset(),
    reach=Reach.NONE,
    mark="O",
)

DROP_BOX = Role(
    key="drop_box",
    name="Drop Box",
    description="A State's own system that sends its files by SFTP and fetches their receipts, known by a key. No person can hold it.",
    levels=(),
    permissions=frozenset({P.SUBMIT_FILES, P.SEE_SUBMISSIONS}),
    reach=Reach.NONE,
    mark="O",
)
