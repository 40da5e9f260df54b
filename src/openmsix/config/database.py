"""Which PostgreSQL, and as whom.

Two roles share one database. The owner migrates; the application role (no superuser, owner of nothing) does all else, so that
grants and, later, row-level security stand behind the filters of the code.

`DATABASE_URL` names a PostgreSQL 15 or newer and its owner. Without it the embedded server under `OPENMSIX_HOME` is used. The application
role is `<database>_app` with a password derived from the installation's secret key, unless `OPENMSIX_APP_DATABASE_URL` names it.
"""

import os
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from . import embedded, home

SESSION = "-c client_connection_check_interval=5s -c idle_in_transaction_session_timeout=1h"
LOOKS_LIKE = "must look like postgresql://user:password@host:5432/name."


@dataclass(frozen=True)
class Address:
    """One way into a database."""

    host: str
    port: str
    name: str
    user: str
    password: str
    options: tuple[tuple[str, str], ...] = ()

    def url(self) -> str:
        """The address as one line, for a child process's environment."""
        place = f"{quote(self.user)}:{quote(self.password)}@"
        query = urlencode([("host", self.host), ("port", self.port), *self.options])
        return f"postgresql://{place}/{quote(self.name)}?{query}"

    def django(self, **more: Any) -> dict[str, Any]:
        """The address as an entry of Django's DATABASES."""
        return {
            "ENGINE": "openmsix.config.postgresql",
            "HOST": self.host,
            "PORT": self.port,
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "OPTIONS": dict(self.options) | more.pop("OPTIONS", {}),
            **more,
        }


def from_url(url: str, setting: str = "DATABASE_URL") -> Address:
    """Read a `postgresql://user:password@host:port/name?option=value` address; `setting`: where it stands.

    Raises:
        SystemExit: the address is of another kind or names no database; the message says how it should look.
    """
    try:
        parts = urlsplit(url)
        named_port = parts.port
    except ValueError as fault:
        raise SystemExit(f"{setting} {LOOKS_LIKE} Its host or port cannot be read.") from fault
    options = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise SystemExit(
            f"{setting} {LOOKS_LIKE} It begins with {parts.scheme or 'nothing'}:// and names {'a' if name else 'no'} database."
        )
    host = options.pop("host", "") or unquote(parts.hostname or "")
    port = options.pop("port", "") or str(named_port or "")
    if port and not (port.isdecimal() and 0 < int(port) < 65_536):
        raise SystemExit(f"{setting} {LOOKS_LIKE} Its port must be a number up to 65535.")
    return Address(
        host=host,
        port=port,
        name=name,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=tuple(options.items()),
    )


def owner() -> Address:
    """The address of the role that owns the tables."""
    return from_url(os.environ["DATABASE_URL"]) if os.environ.get("DATABASE_URL") else embedded.address()


def application(owner_address: Address) -> Address:
    """The address of the role that runs the site, the worker and the tests."""
    if named := os.environ.get("OPENMSIX_APP_DATABASE_URL"):
        return from_url(named, "OPENMSIX_APP_DATABASE_URL")
    role = f"{owner_address.name}_app"
    return replace(owner_address, user=role, password=home.role_password(role))


def session_options(address: Address) -> str:
    """What the database is told of each session of the application role, beside what its address says.

    A statement ends within seconds of its client's death, and a transaction of a client that hangs within the
    hour, so that neither keeps a State's submissions waiting. The largest stage computes for minutes between
    two statements.
    """
    return f"{SESSION} {dict(address.options).get('options', '')}".strip()
