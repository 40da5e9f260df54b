"""The home page: the first question of whoever wears the hat, answered first."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.identity.answering import tasks_waiting_for
from openmsix.ops import health
from openmsix.students.queries import recently_opened
from openmsix.web.access import SignedInRequest, opens_to_signed_in
from openmsix.web.moves.views import running
from openmsix.web.operating import present
from openmsix.web.tasks.deciding import DECIDED_HERE
from openmsix.web.tasks.merges import answered
from openmsix.web.tasks.pairs import pairs

from . import nation, state
from .people import people

MOST_TASKS = 8


def reader(hat: Hat) -> dict[str, Any]:
    """Who is this child in front of me?"""
    return {"opened": recently_opened(hat), "moves": running(hat), "answered": answered(hat)}


def administrator(hat: Hat) -> dict[str, Any]:
    """What must I decide today?"""
    tasks = tasks_waiting_for(hat)
    urgent = list(tasks.select_related("place").most_urgent_first()[:MOST_TASKS])
    near = pairs(urgent, hat)
    shown = {
        "open_tasks": tasks.count(),
        "tasks": [(task, near.get(task.pk)) for task in urgent],
        "decided_here": DECIDED_HERE,
        "opened": recently_opened(hat),
        "moves": running(hat),
        "answered": answered(hat),
    }
    return shown | (state.submissions(hat) if hat.may(Permission.SEE_SUBMISSIONS) else {})


def submitter(hat: Hat) -> dict[str, Any]:
    """Did my file go in, and what must I mend?"""
    return state.submissions(hat) | state.to_mend(hat) | {"clocks": state.clocks()}


def office(hat: Hat) -> dict[str, Any]:
    """How is the exchange doing for children?"""
    return {"nation": nation.numbers()}


def operator(hat: Hat) -> dict[str, Any]:
    """Does it run?"""
    return present.shown(health.report())


PAGES: Mapping[str, tuple[str, Callable[[Hat], dict[str, Any]]]] = MappingProxyType(
    {
        "secondary": ("home/reader.html", reader),
        "primary": ("home/reader.html", reader),
        "privacy_act_administrator": ("home/privacy.html", reader),
        "district_data_administrator": ("home/administrator.html", administrator),
        "regional_data_administrator": ("home/administrator.html", administrator),
        "state_data_administrator": ("home/administrator.html", administrator),
        "batch_submitter": ("home/submitter.html", submitter),
        "user_administrator": ("home/user_administrator.html", people),
        "ome": ("home/office.html", office),
        "operator": ("home/operator.html", operator),
    }
)


@opens_to_signed_in
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """The home page of the hat; who could wear several is asked first, who has none is told so."""
    if request.hat is None:
        return redirect("people:hats") if request.hats else render(request, "home/no_role.html")
    template, page = PAGES[request.hat.role.key]
    return render(request, template, page(request.hat))
