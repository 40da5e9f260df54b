"""How a submission may go from one status to the next."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import models


class Status(models.TextChoices):
    """Where a submission stands."""

    RECEIVING = "receiving", "Waiting for its other parts"
    RECEIVED = "received", "Received"
    CHECKING = "checking", "Being checked"
    WAITING = "waiting", "Waiting for a person to confirm"
    STORING = "storing", "Being stored"
    LINKING = "linking", "Being linked"
    PUBLISHING = "publishing", "Being published"
    PUBLISHED = "published", "Published"
    REJECTED = "rejected", "Rejected"
    FAILED = "failed", "Stopped by a fault of ours"


S = Status

TRANSITIONS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        S.RECEIVING: frozenset({S.RECEIVED, S.REJECTED}),
        S.RECEIVED: frozenset({S.CHECKING, S.FAILED}),
        # A run that broke off begins again with the checks: what is known may have changed meanwhile.
        S.CHECKING: frozenset({S.STORING, S.REJECTED, S.FAILED}),
        S.WAITING: frozenset({S.RECEIVED, S.REJECTED}),
        S.STORING: frozenset({S.CHECKING, S.WAITING, S.LINKING, S.FAILED}),
        S.LINKING: frozenset({S.PUBLISHING, S.FAILED}),
        S.PUBLISHING: frozenset({S.PUBLISHED, S.FAILED}),
        S.FAILED: frozenset({S.RECEIVED, S.LINKING, S.PUBLISHING}),
        S.PUBLISHED: frozenset(),
        S.REJECTED: frozenset(),
    }
)
"""From each status, those that may follow."""

WHY: Mapping[tuple[Status, Status], str] = MappingProxyType(
    {
        (S.RECEIVING, S.RECEIVED): "the last part has come",
        (S.RECEIVING, S.REJECTED): "withdrawn by its sender",
        (S.RECEIVED, S.CHECKING): "its turn has come",
        (S.CHECKING, S.STORING): "checked",
        (S.STORING, S.WAITING): "it would close or empty many students",
        (S.CHECKING, S.REJECTED): "the file cannot be used",
        (S.WAITING, S.RECEIVED): "a person confirmed, or the State's students changed",
        (S.WAITING, S.REJECTED): "a person declined, or a newer full submission came",
        (S.STORING, S.CHECKING): "resumed",
        (S.STORING, S.LINKING): "stored",
        (S.LINKING, S.PUBLISHING): "linked",
        (S.PUBLISHING, S.PUBLISHED): "done",
        (S.FAILED, S.RECEIVED): "tried again",
        (S.FAILED, S.LINKING): "tried again after it was stored",
        (S.FAILED, S.PUBLISHING): "tried again after it was linked",
    }
)

RUNNING = frozenset({S.RECEIVED, S.CHECKING, S.STORING, S.LINKING, S.PUBLISHING})
"""The worker has it, or will."""

STORED = frozenset({S.LINKING, S.PUBLISHING, S.PUBLISHED})
"""Its students were stored."""

AT_REST = frozenset({S.PUBLISHED, S.REJECTED})
"""Nothing will happen to it any more."""


class NotPossible(Exception):
    """The submission's status does not allow this; the text says what stands in the way, in plain words."""


def may_go(now: str, then: str) -> bool:
    """Whether a submission of status `now` may take the status `then`."""
    return Status(then) in TRANSITIONS[Status(now)]
