"""All addresses of the API, under /api/v1/."""

import json
import re
from typing import Any, NoReturn

from django.http import Http404, HttpRequest
from django.urls import URLPattern, path
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from openmsix.api import document, ids, students, submissions, tokens
from openmsix.api.access import under_the_hat
from openmsix.api.problems import NoJson

DESCRIPTION = """\
A State's own systems send submissions, ask about students and follow MSIX IDs. Get a token with the client's id and secret, and send it with every call.
Whatever is refused is answered with problem+json (RFC 9457)."""


class _EachNameOnce(Parser):
    """Reads JSON in which no object has a name twice: of two values nobody can tell which one is meant."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body.

        Raises:
            NoJson: it is no such JSON; Ninja answers that it cannot be read (see `problems.of`).
        """
        try:
            read: dict[str, Any] = json.loads(request.body, object_pairs_hook=_once)
        except json.JSONDecodeError as fault:
            raise NoJson(f"The body is no JSON from line {fault.lineno}, column {fault.colno} on.") from fault
        except UnicodeDecodeError as fault:
            raise NoJson(f"The body is not UTF-8 from its byte {fault.start + 1} on.") from fault
        except RecursionError as fault:
            raise NoJson("The parts of the body stand too deep in one another.") from fault
        return read


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise NoJson(f"In an object of the body {_told(max(names, key=names.count))} is there twice.")
    return found


def _told(name: str) -> str:
    """The name as it may be told: what does not look as ours do may be a value that strayed."""
    return f"the name {name}" if re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) else "a name"


api = NinjaAPI(
    title="openmsix",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    parser=_EachNameOnce(),
)


def _raise(request: HttpRequest, fault: Exception | type[Exception]) -> NoReturn:
    """Let the door's middleware answer every fault, so that all have one shape."""
    raise fault


for kind in (Exception, Http404, HttpError, ValidationError):
    api.add_exception_handler(kind, _raise)
api.add_decorator(under_the_hat, mode="operation")
api.add_router("", tokens.router)
api.add_router("/submissions", submissions.router)
api.add_router("/students", students.router)
api.add_router("/id-changes", ids.router)

app_name = "api"
urlpatterns = [
    path("openapi.json", document.as_json, name="openapi"),
    *(entry for entry in api.urls[0] if isinstance(entry, URLPattern) and entry.name != "api-root"),
]
