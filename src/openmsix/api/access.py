"""Who may call which operation: every one declares the scope it needs, and works under the hat of the client and its State."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from ninja.security.base import AuthBase

from openmsix.accounts import clients, context
from openmsix.accounts.clients import Bearer
from openmsix.accounts.hats import Hat
from openmsix.accounts.scopes import WORDS, Scope
from openmsix.api import calls
from openmsix.api.problems import Refused

REALM = 'Bearer realm="openmsix"'


class ApiRequest(HttpRequest):
    """A call with a valid token that holds the scope of the operation."""

    bearer: Bearer
    hat: Hat
    limits: dict[str, str]


class Holds(AuthBase):
    """Lets a call in whose token holds the scope, within the client's share of calls.

    Asked before anything of the body is read: two statements, one for the token with its client and State, one that counts.
    """

    openapi_type = "oauth2"
    openapi_flows: ClassVar[dict[str, Any]] = {
        "clientCredentials": {
            "tokenUrl": "/api/v1/token",
            "scopes": {scope.value: words for scope, words in WORDS.items()},
        }
    }

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Bearer:
        """Whom the token speaks for.

        Raises:
            Refused: no valid token, too many calls, or not the scope.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refused(
                "no-token",
                "Send the header Authorization: Bearer TOKEN.",
                headers={"WWW-Authenticate": REALM},
            )
        bearer = clients.bearer(token.strip())
        if bearer is None:
            said = f'{REALM}, error="invalid_token"'
            raise Refused(
                "no-token",
                "The token is unknown, has ended, or its client was ended.",
                headers={"WWW-Authenticate": said},
            )
        request.bearer, request.hat = bearer, bearer.hat  # type: ignore[attr-defined]
        request.limits = calls.count_client(bearer.client.pk).headers  # type: ignore[attr-defined]
        if self.scope not in bearer.scopes:
            said = f'{REALM}, error="insufficient_scope", scope="{self.scope}"'
            raise Refused(
                "scope-missing", f"The scope {self.scope} is needed.", headers={"WWW-Authenticate": said}
            )
        return bearer


def under_the_hat(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Do an operation in one transaction that knows whose hat is worn; one that `commits_by_itself` in as many as it needs."""
    alone = getattr(operation, "commits_by_itself", False)

    @wraps(operation)
    def done(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with context.wearing(getattr(request, "hat", None)):
            if alone:
                return operation(request, *args, **kwargs)  # type: ignore[no-any-return]
            with transaction.atomic():
                return operation(request, *args, **kwargs)  # type: ignore[no-any-return]

    return done


def commits_by_itself(operation: Callable[..., Any]) -> Callable[..., Any]:
    """The operation opens its own transactions: it waits for others' work, or streams for long."""
    operation.commits_by_itself = True  # type: ignore[attr-defined]
    return operation
