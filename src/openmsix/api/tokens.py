"""Tokens for clients, by the OAuth provider of django-allauth; and the public entrance of the API."""

from typing import Any

from allauth.core.context import request_context
from allauth.idp.oidc.internal.oauthlib.utils import get_validator_context
from allauth.idp.oidc.views import TokenView
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from ninja import Router

from openmsix.accounts import clients
from openmsix.accounts.scopes import Scope
from openmsix.api import calls
from openmsix.api.access import commits_by_itself
from openmsix.api.problems import Refused
from openmsix.api.shapes import IndexOut, TokenOut, TokenRefused

router = Router(tags=["Tokens"])
FORM = "application/x-www-form-urlencoded"
GRANT = "client_credentials"
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "enum": [GRANT]},
                        "scope": {
                            "type": "string",
                            "description": f"Fewer scopes than the client has, with spaces between: {' '.join(Scope)}.",
                        },
                        "client_id": {
                            "type": "string",
                            "description": "If it is not sent by HTTP Basic, which is better.",
                        },
                        "client_secret": {"type": "string"},
                    },
                }
            }
        },
    }
}
REFUSED: dict[str, Any] = {"error": "invalid_request", "error_description": "The request cannot be read."}


@router.get(
    "", auth=None, response=IndexOut, url_name="index", operation_id="index", summary="Where things are"
)
def index(request: HttpRequest) -> dict[str, str]:
    """The addresses of the documentation, of this API as OpenAPI, and of tokens."""
    return {
        "documentation": reverse("api_help:page"),
        "openapi": reverse("api:openapi"),
        "token": reverse("api:token"),
    }


@router.post(
    "token",
    auth=None,
    response={200: TokenOut, 400: TokenRefused, 401: TokenRefused},
    url_name="token",
    operation_id="token",
    summary="Get a token",
    openapi_extra=BODY,
)
@commits_by_itself
def token(request: HttpRequest) -> HttpResponse:
    """Get a token for a client, by its id and secret (OAuth 2.0, client credentials). It lives for 15 minutes; get a new one then.

    Refusals are in the shape of OAuth (RFC 6749): `error` and `error_description`.
    """
    request.limits = calls.count_address(request).headers  # type: ignore[attr-defined]
    if request.content_type != FORM:
        raise Refused("wrong-media-type", f"Send {FORM}.", headers={"Accept-Post": FORM})
    with request_context(request):
        try:
            answer: HttpResponse = TokenView.as_view()(request)
        except (ValueError, DataError):  # the database stores no NUL, and nothing real holds one
            return JsonResponse(REFUSED, status=400)
        asked_for = next(iter(get_validator_context().clients), "")
    if answer.status_code == 200:
        clients.note_token(client_id=asked_for)
    elif answer.status_code == 401:
        clients.note_refused_token(client_id=asked_for)
    return answer
