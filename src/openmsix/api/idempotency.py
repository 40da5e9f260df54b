"""Idempotency keys: the same key with the same body gives the first answer again, so that a caller who heard nothing may send again.

The first answer is kept for some days. A call that failed by a fault, or was refused, leaves nothing behind: its key may be tried again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction

from openmsix.accounts.models import ApiClient
from openmsix.api.models import FirstAnswer
from openmsix.api.problems import Refused
from openmsix.deadlines import clock

KEPT = timedelta(days=3)
AT_HAND = timedelta(minutes=5)
"""After so long a call that never answered is taken for dead, and its key for free. A call takes a minute at most once its body is here."""

PATTERN = "^[!-~]{1,255}$"
"""Visible ASCII."""


@dataclass
class Turn:
    """The turn of one call with its key: the first answer if there was one already; else the call leaves its own in `answer`."""

    first: FirstAnswer | None = None
    answer: tuple[int, str, str] | None = field(default=None)
    """Status, Location and body."""


@contextmanager
def turn(*, client: ApiClient, key: str | None, digest: str) -> Iterator[Turn]:
    """Have the turn with a key while the block runs; without a key nothing is remembered.

    Raises:
        Refused: the key was used for another body, or a call with it is still at hand.
    """
    if not key:
        yield Turn()
        return
    claimed = _claim(client, key, digest)
    if claimed.status is not None:
        yield Turn(first=claimed)
        return
    mine = Turn()
    try:
        yield mine
    finally:
        _keep(claimed, mine)


def _claim(client: ApiClient, key: str, digest: str) -> FirstAnswer:
    """The first answer to the key; without a status if this call is the one that has to give it."""
    now = clock.now()
    with transaction.atomic():
        kept = FirstAnswer.objects.filter(client=client)
        kept.filter(claimed_at__lt=now - KEPT).delete()
        kept.filter(key=key, status=None, claimed_at__lt=now - AT_HAND).delete()
        found, made = kept.get_or_create(
            client=client, key=key, defaults={"digest": digest, "claimed_at": now}
        )
    if found.digest != digest:
        raise Refused("key-of-another-body")
    if not made and found.status is None:
        raise Refused("key-at-hand", headers={"Retry-After": "5"})
    return found


def _keep(claimed: FirstAnswer, mine: Turn) -> None:
    """Keep the answer; a call that gave none frees its key."""
    if mine.answer is None:
        claimed.delete()
        return
    claimed.status, claimed.location, claimed.body = mine.answer
    claimed.save(update_fields=["status", "location", "body"])
