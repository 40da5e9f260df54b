"""How often somebody may call: counted in the database that all processes share, one statement a call."""

import hashlib
import time
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from openmsix import staging
from openmsix.api.models import Calls
from openmsix.api.problems import Refused

SECONDS = 60
TOKENS_A_MINUTE = 30  # asked for from one address

_COUNT = f"""
    INSERT INTO {Calls._meta.db_table} AS c (who, minute, calls) VALUES (%(who)s, %(minute)s, 1)
    ON CONFLICT (who) DO UPDATE SET minute = excluded.minute,
      calls = CASE c.minute WHEN excluded.minute THEN c.calls + 1 ELSE 1 END
    RETURNING calls
"""  # noqa: S608  (our own name)


@dataclass(frozen=True)
class Standing:
    """How many calls are left in this minute, and the seconds until the next one begins."""

    most: int
    made: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """The same as headers of an answer."""
        left = max(0, self.most - self.made)
        return {
            "RateLimit-Limit": str(self.most),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(self.seconds),
        }


def count_client(client_id: str) -> Standing:
    """Count a call of a client.

    Raises:
        Refused: it made too many in this minute.
    """
    return _count(client_id, settings.API_CALLS_A_MINUTE)


def count_address(request: HttpRequest) -> Standing:
    """Count a request for a token, by where it comes from; it is kept in hashed form, and not for long.

    Raises:
        Refused: too many came from there in this minute.
    """
    try:
        address = get_adapter().get_client_ip(request)
    except PermissionDenied:  # as behind a proxy that does not tell it: then all share one count
        address = ""
    hashed = hashlib.sha256(f"{settings.SECRET_KEY} {address}".encode()).hexdigest()
    Calls.objects.filter(who__startswith="address ", minute__lt=_minute() - 1).delete()
    return _count(f"address {hashed}", TOKENS_A_MINUTE)


def _minute() -> int:
    return int(time.time()) // SECONDS


def _count(who: str, most: int) -> Standing:
    [(made,)] = staging.rows(_COUNT, {"who": who, "minute": _minute()})
    standing = Standing(most, made, SECONDS - int(time.time()) % SECONDS)
    if made > most:
        raise Refused(
            "too-many-calls",
            f"More than {most} calls in this minute. Wait the seconds of Retry-After, then call again.",
            headers={**standing.headers, "Retry-After": str(standing.seconds)},
        )
    return standing
