"""The page of the quality of identity: figures with their drawings and tables, each of which leads to its list."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.places.states import states
from openmsix.reports import actions
from openmsix.reports.models import NATION
from openmsix.reports.queries import open_tasks, quality, tasks_waiting
from openmsix.web.access import HatRequest, opens
from openmsix.worklist.models import Task

from . import present


@opens(Permission.SEE_QUALITY, Permission.SEE_NATIONAL_REPORTS)
@require_safe
def page(request: HatRequest) -> HttpResponse:
    """How sure is it who is who? Of the own State with its lists, or of the nation in numbers."""
    state = _state(request)
    shown = present.shown(quality(state), _waiting(request.hat, state), state)
    context = {
        **shown,
        "state": state,
        "state_name": states()[state].name if state else "",
        "leads": bool(request.hat.state_code),
        "states": [] if request.hat.state_code else [(code, one.name) for code, one in states().items()],
    }
    return render(request, "quality/page.html", context)


@opens(Permission.SEE_QUALITY, Permission.SEE_NATIONAL_REPORTS)
@require_POST
def anew(request: HatRequest) -> HttpResponse:
    """Let the worker reckon the figures anew."""
    if actions.ask(by=request.hat):
        messages.success(request, _("The figures are being reckoned anew. Open this page again in a minute."))
    else:
        messages.info(request, _("The figures are being reckoned anew already."))
    return redirect("quality:page")


@opens(Permission.SEE_QUALITY, Permission.SEE_NATIONAL_REPORTS)
@require_safe
def picture(request: HatRequest, name: str, digest: str) -> HttpResponse:
    """A drawing of the page; `digest` changes with it, so that a browser asks anew."""
    state = _state(request)
    charts = present.charts(quality(state), _waiting(request.hat, state))
    if name not in charts:
        raise Http404
    return HttpResponse(charts[name].drawn(), content_type="image/svg+xml")


def _state(request: HatRequest) -> str:
    """Whose figures are shown: those of the hat's State, else of the State that the nation's hat asks for, else of all."""
    if request.hat.state_code:
        return request.hat.state_code
    asked = request.GET.get("state", "")
    return asked if asked in states() else NATION


def _waiting(hat: Hat, state: str) -> dict[str, dict[str, int]]:
    seen = Task.objects.open().for_hat(hat) if hat.may(Permission.SEE_TASKS) else open_tasks(state)
    return tasks_waiting(seen)
