"""What a State lets an API client of its own do: scopes in the words of OAuth, each with what it allows.

A client has only the scopes it was given, and a token only those of them that it asked for. Nothing here lets a client speak for another State.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from .permissions import Permission as P
from .roles import API_CLIENT, Reach, Role


class Scope(StrEnum):
    """One scope."""

    SUBMISSIONS_WRITE = "submissions:write"
    SUBMISSIONS_READ = "submissions:read"
    STUDENTS_SEARCH = "students:search"
    STUDENTS_READ = "students:read"
    IDS_READ = "ids:read"


ALLOWS: Mapping[Scope, frozenset[P]] = MappingProxyType(
    {
        Scope.SUBMISSIONS_WRITE: frozenset({P.SUBMIT_FILES}),
        Scope.SUBMISSIONS_READ: frozenset({P.SEE_SUBMISSIONS}),
        Scope.STUDENTS_SEARCH: frozenset({P.SEARCH_CHILDREN}),
        # The record as data holds what each State sent.
        Scope.STUDENTS_READ: frozenset({P.OPEN_RECORD, P.PRINT_RECORD, P.SEE_SOURCES}),
        Scope.IDS_READ: frozenset({P.SEE_ID_CHANGES}),
    }
)

WORDS: Mapping[Scope, str] = MappingProxyType(
    {
        Scope.SUBMISSIONS_WRITE: "send the State's files and batches, and be answered",
        Scope.SUBMISSIONS_READ: "read the State's submissions and receipts",
        Scope.STUDENTS_SEARCH: "find children of all States, and compare a student with them",
        Scope.STUDENTS_READ: "read the consolidated record of a child",
        Scope.IDS_READ: "read the changes of MSIX IDs of the State's students",
    }
)

_REACHING = frozenset({Scope.STUDENTS_SEARCH, Scope.STUDENTS_READ})


def role_of(scopes: Iterable[Scope]) -> Role:
    """The role of a client that holds these scopes and nothing else.

    Like a Primary User it reaches every child, for the child that a State asks about was mostly another State's; without a scope about students it
    reaches none.
    """
    held = frozenset(scopes)
    return replace(
        API_CLIENT,
        permissions=frozenset[P]().union(*(ALLOWS[scope] for scope in held)),
        reach=Reach.ALL if held & _REACHING else Reach.NONE,
    )


def known(names: Iterable[str]) -> frozenset[Scope]:
    """Those of the names that are scopes; others allow nothing."""
    return frozenset(Scope(name) for name in names if name in list(Scope))
