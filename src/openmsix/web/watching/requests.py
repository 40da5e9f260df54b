"""Each request as one line of the log and as numbers for the metrics: the name of the page, the status, how long it took, the role. Never its address."""

import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from openmsix.logs import tell, within
from openmsix.logs.fields import METHODS
from openmsix.web.refusals import NO_PAGE, page_at

from . import counted
from .addresses import PROBES

NUMBER = "X-Request-ID"
STATIC = "static"


class WatchMiddleware:
    """Numbers each request, and tells and counts it once it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; the answer bears its number."""
        number = secrets.token_hex(8)
        request.number = number  # type: ignore[attr-defined]
        began = time.perf_counter()
        with within(request=number):
            answer = self.get_response(request)
            seconds = time.perf_counter() - began
            _tell(request, answer.status_code, seconds)
        answer[NUMBER] = number
        return answer


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    route = _route(request)
    method = request.method if request.method in METHODS else None
    ms = round(seconds * 1000, 1)
    if request.path_info in PROBES:
        tell("probe", method=method, route=route, status=status, ms=ms)
        return
    hat = getattr(request, "hat", None)
    tell("request", method=method, route=route, status=status, ms=ms, role=hat.role.key if hat else None)
    counted.request(route=route, status=status, seconds=seconds)


def _route(request: HttpRequest) -> str:
    """The name of the page. Where no view was chosen, it was refused before that, or is a file."""
    if request.resolver_match is not None:
        return request.resolver_match.view_name or NO_PAGE
    if request.path_info.startswith(f"/{str(settings.STATIC_URL).lstrip('/')}"):
        return STATIC
    return page_at(request.path_info)
