"""A State's own system for tests: a client with a token, and its calls."""

import base64
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.idp.oidc.models import Token
from django.test import Client
from django.utils import timezone

from openmsix.accounts import clients
from openmsix.accounts.clients import Made
from openmsix.accounts.scopes import Scope
from openmsix.places.models import Place
from tests.people import BY

ROOT = "/api/v1"
EVERY = tuple(Scope)
FORM = "application/x-www-form-urlencoded"


def client_of(state: str = "TX", scopes: Iterable[Scope] = EVERY, name: str = "Nightly export") -> Made:
    """A client of a State."""
    return clients.add_client(place=Place.objects.state(state), name=name, scopes=tuple(scopes), by=BY)


def basic(client_id: str, secret: str) -> str:
    """The header of HTTP Basic."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def ask_token(client_id: str, secret: str, **more: str) -> Any:
    """The answer to a request for a token."""
    return Client().generic(
        "POST",
        f"{ROOT}/token",
        urlencode({"grant_type": "client_credentials", **more}),
        content_type=FORM,
        headers={"Authorization": basic(client_id, secret)},
    )


@dataclass(frozen=True)
class System:
    """A State's system that has a token."""

    made: Made
    token: str

    def call(self, method: str, path: str, body: bytes = b"", kind: str = "", **headers: str) -> Any:
        """The answer to a call; `headers` with underscores for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client(raise_request_exception=False).generic(
            method,
            path if path.startswith("/") else f"{ROOT}/{path}",
            body,
            content_type=kind,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": kind, **named},
        )

    def get(self, path: str) -> Any:
        """Read something."""
        return self.call("GET", path)

    def post(self, path: str, data: Mapping[str, Any], **headers: str) -> Any:
        """Ask with JSON."""
        return self.call("POST", path, json.dumps(data).encode(), "application/json", **headers)

    def send(self, content: bytes, kind: str = "application/zip", **headers: str) -> Any:
        """Send a file as the whole body."""
        return self.call("POST", "submissions", content, kind, **headers)


def system(state: str = "TX", scopes: Iterable[Scope] = EVERY) -> System:
    """A State's system with a token of all its scopes."""
    made = client_of(state, scopes)
    return System(made, token_of(made, scopes))


def token_of(made: Made, scopes: Iterable[Scope]) -> str:
    """A token of a client as the provider gives one, without its slow check of the secret."""
    value = secrets.token_urlsafe(16)
    token = Token(client=made.client.client, type=Token.Type.ACCESS_TOKEN)
    token.expires_at = timezone.now() + timedelta(minutes=15)
    token.set_value(value)
    token.set_scopes(list(scopes))
    token.save()
    return value


def problem(answer: Any) -> str:
    """The key of the problem that an answer is."""
    assert answer["Content-Type"] == "application/problem+json", answer.content
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["request_id"] == answer["X-Request-ID"]
    return str(told["type"].rpartition("#")[2])
