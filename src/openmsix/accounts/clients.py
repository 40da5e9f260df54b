"""A State's API clients: made, followed by another one, ended; and whom a token speaks for.

The client's id, its hashed secret, its scopes and the hashes of its tokens are kept by the OAuth provider (`allauth.idp.oidc`). A client has one
secret for its life: whoever wants a new secret makes a client that replaces it, and ends the first one when the State's system uses the second.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.hashers import make_password
from django.db import transaction

from openmsix.audit.actions import record
from openmsix.deadlines import clock
from openmsix.places.models import Kind, Place

from .hats import Hat
from .models import ApiClient
from .scopes import Scope, known

LONGEST_NAME = 100


class NotAClient(ValueError):
    """The client cannot be made or changed as asked; the text says why."""


@dataclass(frozen=True)
class Made:
    """A new client, and its secret, which is told only now and kept nowhere but as a hash."""

    client: ApiClient
    secret: str


@dataclass(frozen=True)
class Bearer:
    """Whom a token speaks for: the client, the scopes of this token, and the hat that follows from both."""

    client: ApiClient
    scopes: frozenset[Scope]
    hat: Hat


@transaction.atomic
def add_client(*, place: Place, name: str, scopes: Collection[Scope], by: Hat) -> Made:
    """Let a State's own system use the API within some scopes.

    Raises:
        NotAClient: the place is no State, or there is no name or no scope.
    """
    made = _make(place, name.strip(), scopes, replaces=None)
    _tell(by, "added", made.client, scopes=sorted(scopes))
    return made


@transaction.atomic
def rotate_client(*, client: ApiClient, by: Hat) -> Made:
    """Make a second client like this one, with a secret of its own. Both hold until the first is ended.

    Raises:
        NotAClient: the client was ended.
    """
    if client.ended_at:
        raise NotAClient(f"The client {client.pk} was ended. Add a new one.")
    made = _make(client.place, client.name, client.scopes, replaces=client)
    _tell(by, "rotated", client, replaced_by=made.client.pk)
    return made


@transaction.atomic
def end_client(*, client: ApiClient, by: Hat) -> None:
    """End a client: its secret opens nothing any more, and its tokens are dead at once."""
    client.ended_at = clock.now()
    client.save(update_fields=["ended_at"])
    library = client.client
    library.secret = make_password(None)  # what no secret opens
    library.save(update_fields=["secret"])
    Token.objects.filter(client=library).delete()
    _tell(by, "ended", client)


@transaction.atomic
def note_token(*, client_id: str) -> None:
    """Write down that a client was given a token, and forget its tokens that ended."""
    Token.objects.filter(client=client_id).expired().delete()
    client = ApiClient.objects.live().select_related("client", "place").get(pk=client_id)
    client.token_at = clock.now()
    client.save(update_fields=["token_at"])
    _tell(Hat.of_client(client, ()), "token_given", client)


@transaction.atomic
def note_refused_token(*, client_id: str) -> None:
    """Write down that somebody asked for a token of this client and was refused. An id that no client has is not kept."""
    client = ApiClient.objects.filter(pk=client_id).first()
    if client is not None:
        _tell(Hat.system("api"), "token_refused", client)


def bearer(token: str) -> Bearer | None:
    """Whom this token speaks for now; None for one that is unknown or ended, or whose client was ended. One query."""
    found = (
        Token.objects.valid()
        .by_value(token)
        .filter(type=Token.Type.ACCESS_TOKEN, client__api__isnull=False, client__api__ended_at=None)
        .select_related("client__api__place", "client__api__client")
        .first()
    )
    if found is None or found.client is None:
        return None
    client: ApiClient = found.client.api
    scopes = known(found.get_scopes()) & client.scopes
    return Bearer(client, scopes, Hat.of_client(client, scopes))


def _make(place: Place, name: str, scopes: Collection[Scope], *, replaces: ApiClient | None) -> Made:
    if place.kind != Kind.STATE:
        raise NotAClient("An API client speaks for a State.")
    if not name or len(name) > LONGEST_NAME:
        raise NotAClient(f"An API client needs a name of at most {LONGEST_NAME} characters.")
    if not scopes:
        raise NotAClient(f"An API client needs one scope or more: {', '.join(Scope)}.")
    secret = secrets.token_urlsafe(32)
    library = Client(
        id=f"{place.state_code.lower()}-{secrets.token_hex(8)}",
        name=name,
        type=Client.Type.CONFIDENTIAL,
        grant_types=Client.GrantType.CLIENT_CREDENTIALS,
        response_types="",
        created_at=clock.now(),
    )
    library.set_secret(secret)
    library.set_scopes(sorted(scopes))
    library.set_default_scopes(sorted(scopes))
    library.save()
    client = ApiClient.objects.create(client=library, place=place, replaces=replaces)
    return Made(client, secret)


def _tell(by: Hat, verb: str, client: ApiClient, **detail: str | list[Scope]) -> None:
    record(
        by=by,
        action=f"accounts:client:{verb}",
        subject_type="client",
        subject_id=client.pk,
        detail={"state": client.place.state_code, **detail},
    )
