"""What programs ask: is the process alive (`/healthz`), can it do its work (`/readyz`), how many of what (`/metrics`).

They are answered before everything else: no session, no host name, no redirect to HTTPS, for who asks them stands behind the proxy. Whether alive or ready
everybody may know: the answer names what fails in plain words and nothing more. The metrics open to who bears the token of OPENMSIX_METRICS_TOKEN, and to nobody
where there is none.
"""

import hmac
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from openmsix.ops.health.ready import Kept
from openmsix.ops.metrics import told
from openmsix.web.access import NOT_KEPT, opens_to_all

from . import counted
from .addresses import ALIVE, METRICS, READY

_ready = Kept()


def _plain(text: str, status: int = 200, **headers: str) -> HttpResponse:
    made = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8", headers=headers)
    made["Cache-Control"] = NOT_KEPT
    made["X-Content-Type-Options"] = "nosniff"
    return made


@transaction.non_atomic_requests
@opens_to_all
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked."""
    return _plain("alive\n")


@transaction.non_atomic_requests
@opens_to_all
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 if it can do its work; else 503 with what fails, each in a line."""
    faults = _ready.faults()
    if faults:
        return _plain("\n".join(["not ready", *faults]) + "\n", 503, **{"Retry-After": "5"})
    return _plain("ready\n")


@transaction.non_atomic_requests
@opens_to_all
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers, for who bears the token."""
    given, token = request.headers.get("Authorization", ""), settings.METRICS_TOKEN
    if not (token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())):
        words = "The metrics open to who bears the token of OPENMSIX_METRICS_TOKEN, and to nobody where it is not set.\n"
        return _plain(words, 401, **{"WWW-Authenticate": 'Bearer realm="metrics"'})
    answer = HttpResponse(counted.exposed() + told.exposed(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    answer["Cache-Control"] = NOT_KEPT
    return answer


_VIEWS: dict[str, Callable[[HttpRequest], HttpResponse]] = {ALIVE: alive, READY: ready, METRICS: metrics}


class ProbesMiddleware:
    """Answers the probes, whatever else the site asks of a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a probe; pass on anything else."""
        view = _VIEWS.get(request.path_info)
        return view(request) if view else self.get_response(request)
