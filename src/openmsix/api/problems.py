"""Every refusal and fault in one shape, problem+json (RFC 9457): what is wrong, and what to do about it. No child's data stands in one."""

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import ninja.errors
from django.core import exceptions as django_exceptions
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse

from openmsix.accounts.permissions import NotPermitted
from openmsix.intake.arrival import NotReceived
from openmsix.intake.kept import CannotOpen
from openmsix.matching.model_file import ModelNotUsable
from openmsix.ops.older import is_database_away
from openmsix.students.queries import NotReachable

MEDIA_TYPE = "application/problem+json"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
LATER = MappingProxyType({"Retry-After": "60"})


@dataclass(frozen=True)
class Kind:
    """A kind of problem. `key` never changes its meaning; `mend`: what the caller does about it."""

    key: str
    status: HTTPStatus
    title: str
    mend: str


_ALL = (
    Kind("bad-request", HTTPStatus.BAD_REQUEST, "The request cannot be read", "Mend the request; sending the same again does not help."),
    Kind("body-cut-short", HTTPStatus.BAD_REQUEST, "The body ended before it was whole", "Send it again."),
    Kind("no-token", HTTPStatus.UNAUTHORIZED, "A valid token is needed", "Get a new token and call again. If none is given, the client was ended: ask the operator."),
    Kind("scope-missing", HTTPStatus.FORBIDDEN, "The token lacks the scope", "Ask for a token with the scope; if the client does not have it, ask the operator."),
    Kind("not-permitted", HTTPStatus.FORBIDDEN, "The client may not do this", "Ask the operator what the client may do."),
    Kind("not-found", HTTPStatus.NOT_FOUND, "There is no such thing, or none that the client may see", "Check the address. What another State owns looks the same as what does not exist."),
    Kind("method-not-allowed", HTTPStatus.METHOD_NOT_ALLOWED, "The address does not serve this method", "The header Allow names those it serves."),
    Kind("not-checked-yet", HTTPStatus.CONFLICT, "There is no receipt yet", "Ask again after the seconds of Retry-After."),
    Kind("key-at-hand", HTTPStatus.CONFLICT, "A call with this idempotency key is still at hand", "Ask again after the seconds of Retry-After."),
    Kind("length-required", HTTPStatus.LENGTH_REQUIRED, "The request does not say how long its body is", "Send the header Content-Length."),
    Kind("too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large; none of it was read", "Split a file into parts; make other bodies smaller."),
    Kind("wrong-media-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "A body of this kind is not taken here", "The header Accept-Post names the kinds that are."),
    Kind("invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "A value is missing or wrong", "`errors` names each value and what it must be."),
    Kind("not-received", HTTPStatus.UNPROCESSABLE_ENTITY, "The file was not taken", "`detail` says why and what to do. Nothing was kept."),
    Kind("key-of-another-body", HTTPStatus.UNPROCESSABLE_ENTITY, "The idempotency key was used for another body", "Use a new key for each thing that you send."),
    Kind("too-many-calls", HTTPStatus.TOO_MANY_REQUESTS, "Too many calls in this minute", "Wait the seconds of Retry-After."),
    Kind("fault", HTTPStatus.INTERNAL_SERVER_ERROR, "A fault of ours", "Call again later; with an idempotency key nothing is done twice. Tell the operator the request_id."),
    Kind("unavailable", HTTPStatus.SERVICE_UNAVAILABLE, "The exchange cannot answer just now", "Call again after the seconds of Retry-After."),
)  # fmt: skip

KINDS: Mapping[str, Kind] = MappingProxyType({kind.key: kind for kind in _ALL})


class Refused(Exception):
    """The call ends with this problem. `detail` and `errors` hold no child's data."""

    def __init__(
        self,
        key: str,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(key)
        self.problem = Problem(KINDS[key], detail, dict(headers or {}), tuple(errors))


class NoJson(ValueError):
    """A body is no JSON that can be read; the message says where, and holds no value."""


@dataclass(frozen=True)
class Problem:
    """One refusal or fault. `detail`: what is wrong this time, in a sentence."""

    kind: Kind
    detail: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[Mapping[str, str], ...] = ()

    def as_data(self, request_id: str) -> dict[str, Any]:
        """The body of the answer."""
        told: dict[str, Any] = {
            "type": f"{reverse('api_help:page')}#{self.kind.key}",
            "title": self.kind.title,
            "status": int(self.kind.status),
            "detail": self.detail or self.kind.mend,
            "request_id": request_id,
        }
        return told | ({"errors": [dict(error) for error in self.errors]} if self.errors else {})

    def response(self, request: HttpRequest) -> JsonResponse:
        """The answer; it bears the number that the log gave the request."""
        return JsonResponse(
            self.as_data(getattr(request, "number", "")),
            status=self.kind.status,
            content_type=MEDIA_TYPE,
            headers=dict(self.headers),
        )


def of(fault: Exception) -> Problem | None:
    """The problem that an exception stands for; None for a fault of ours."""
    match fault:
        case Refused():
            return fault.problem
        case Http404() | NotReachable():
            return Problem(KINDS["not-found"])
        case NotReceived():
            return Problem(KINDS["not-received"], str(fault))
        case NotPermitted():
            return Problem(KINDS["not-permitted"], str(fault))
        case django_exceptions.PermissionDenied():
            return Problem(KINDS["not-permitted"])
        case ninja.errors.ValidationError():
            return Problem(KINDS["invalid"], errors=tuple(map(_error, fault.errors)))
        case django_exceptions.RequestDataTooBig():
            return Problem(KINDS["too-large"])
        case UnreadablePostError():
            return Problem(KINDS["body-cut-short"])
        case ninja.errors.HttpError(status_code=400, __cause__=NoJson() as unread):
            return Problem(KINDS["bad-request"], f"{unread} Mend it; sending the same again does not help.")
        case (
            ninja.errors.HttpError(status_code=400)
            | MultiPartParserError()
            | django_exceptions.SuspiciousOperation()
            | django_exceptions.BadRequest()
        ):
            return Problem(KINDS["bad-request"])
    passing = isinstance(fault, CannotOpen | ModelNotUsable) or getattr(fault, "errno", None) in NO_ROOM
    if passing or is_database_away(fault):
        return Problem(KINDS["unavailable"], headers=LATER)
    return None


def _error(found: Mapping[str, Any]) -> Mapping[str, str]:
    """One wrong value: where it stands, and what is wrong with it. The value itself is not repeated."""
    source, *path = (str(part) for part in found["loc"])
    # Ninja names a body that is one object after the function's own parameter, which nobody has sent.
    where = path[1:] if source == "body" and path else path
    return {"in": source, "name": ".".join(where), "wrong": str(found["msg"]).removeprefix("Value error, ")}
