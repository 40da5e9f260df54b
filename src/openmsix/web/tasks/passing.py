"""Passing a task on: to another place of the same level or a lower one, or to one person there; and how a task came to where it lies."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from openmsix import decisions
from openmsix.accounts.models import Holding
from openmsix.accounts.permissions import Permission
from openmsix.identity.assigning import CLOCKS
from openmsix.places.models import Place
from openmsix.typed import LONGEST_REASON
from openmsix.web.access import HatRequest, opens
from openmsix.worklist import passing
from openmsix.worklist.models import Task
from openmsix.worklist.refusing import NotPassed, Why

from .words import in_words


@dataclass(frozen=True)
class Shown:
    """A place to which a task may be passed, and its people, each with whether it was chosen."""

    place: Place
    chosen: bool
    people: list[tuple[Holding, bool]]


@opens(Permission.DECIDE_TASKS)
@require_http_methods(["GET", "HEAD", "POST"])
def pass_on(request: HatRequest, number: int) -> HttpResponse:
    """To whom, and why."""
    tasks = Task.objects.open().for_hat(request.hat).filter(type__in=CLOCKS).select_related("place")
    task = get_object_or_404(tasks, pk=number)
    desks, to = passing.desks(task), request.POST.get("to", "")
    alone = {holding.user_id for desk in desks for holding in desk.holdings} <= {request.hat.actor_id}
    errors = _passed(request, task, desks, to) if request.method == "POST" else {}
    if request.method == "POST" and not errors:
        return redirect("tasks:list")
    shown = [
        Shown(
            desk.place,
            to == f"place-{desk.place.pk}",
            [
                (holding, to == f"person-{holding.pk}")
                for holding in desk.holdings
                if holding.user_id != task.assigned_to_id
            ],
        )
        for desk in desks
    ]
    context = {
        "task": task,
        "desks": shown,
        "alone": alone,
        "errors": errors,
        "reason": request.POST.get("reason", ""),
        "longest_reason": LONGEST_REASON,
        "crumbs": [(_("Tasks"), reverse("tasks:list"))],
    }
    return render(request, "tasks/pass.html", context, status=422 if errors else 200)


def _passed(request: HatRequest, task: Task, desks: list[passing.Desk], to: str) -> dict[str, str]:
    """Pass it on; what is wrong with that, by the field that it is about."""
    choices: dict[str, Place | Holding] = {f"place-{desk.place.pk}": desk.place for desk in desks}
    choices |= {f"person-{holding.pk}": holding for desk in desks for holding in desk.holdings}
    if to not in choices:
        return {"to": in_words(Why.NOWHERE, {})}
    try:
        decisions.reassign(task=task, to=choices[to], by=request.hat, reason=request.POST.get("reason", ""))
    except NotPassed as why:
        field = {"NO_REASON": "reason", "NOWHERE": "to"}.get(why.refusal.why.name, "page")
        return {field: in_words(why.refusal.why, why.refusal.of)}
    chosen = choices[to]
    whom = f"{chosen.user.name}, {chosen.place.name}" if isinstance(chosen, Holding) else chosen.name
    messages.success(request, _("The task was passed on to %(whom)s.") % {"whom": whom})
    return {}


def steps(task: Task) -> Iterator[dict[str, Any]]:
    """How a task came to where it lies, the first step first."""
    for step in task.passed:
        yield {**step, "day": _day(step["at"])}


def _day(moment: str) -> date:
    return datetime.fromisoformat(moment).date()
