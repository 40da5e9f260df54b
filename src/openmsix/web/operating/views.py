"""The parts of the operator's page that are asked for by themselves."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.deadlines import clock
from openmsix.ops import health
from openmsix.ops.health import asking
from openmsix.web.access import HatRequest, opens

from . import chart, present


@opens(Permission.OPERATE)
@require_safe
def now(request: HatRequest) -> HttpResponse:
    """How it stands now: what the page renews itself with."""
    return render(request, "operating/now.html", present.shown(health.report()))


@opens(Permission.OPERATE)
@require_safe
def throughput(request: HatRequest, digest: str) -> HttpResponse:
    """The drawing of the last 24 hours; `digest` changes with it, so that a browser asks anew."""
    return HttpResponse(chart.drawn(asking.hours(clock.now())), content_type="image/svg+xml")
