"""The tasks that wait within the hat's place: what, where, since when, until when."""

from datetime import timedelta

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.deadlines import clock
from openmsix.identity.answering import own_proposals
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import Filter, chips, page_of
from openmsix.worklist.models import LEVELS, Task, Tasks

from .deciding import DECIDED_HERE
from .pairs import pairs
from .words import level_name

AGES = (
    ("week", _("This week"), None, 7),
    ("month", _("1 to 4 weeks"), 7, 28),
    ("older", _("Older than 4 weeks"), 28, None),
)
TYPES = {
    "near_match": _("Near match"),
    "validate_merge": _("To validate"),
    "confirm_closures": _("Submission to confirm"),
    "expunge": _("Expunging to decide"),
}


@opens(Permission.SEE_TASKS)
@require_safe
def listing(request: HatRequest) -> HttpResponse:
    """Open tasks, the most urgent first: what is overdue stands on top."""
    tasks = Task.objects.open().for_hat(request.hat)
    types = dict(tasks.order_by().values_list("type").annotate(Count("id")))
    by_type = chips(
        request,
        "type",
        _("Kind"),
        [(key, _kind(key)) for key in sorted(types)],
        everything=_("All kinds"),
        counts=types,
    )
    if by_type.value:
        tasks = tasks.filter(type=by_type.value)
    by_level, tasks = _by_level(request, tasks)
    by_due, tasks = _by_due(request, tasks)
    by_age, tasks = _by_age(request, tasks)
    page = page_of(request, tasks.select_related("place", "assigned_to").most_urgent_first())
    near = pairs(page, request.hat)
    own = own_proposals(request.hat)
    told = [(task, _kind(task.type), near.get(task.pk), task.subject_id in own) for task in page]
    filters = [by_type, by_level, by_due, by_age]
    context = {"page": page, "told": told, "filters": filters, "decided_here": DECIDED_HERE}
    return render(request, "tasks/list.html", context)


def _by_level(request: HatRequest, tasks: Tasks) -> tuple[Filter, Tasks]:
    found = dict(tasks.order_by().values_list("level").annotate(Count("id")))
    options = [(level, level_name(level)) for level in LEVELS if level in found]
    chosen = chips(request, "level", _("Level"), options, everything=_("All levels"), counts=found)
    return chosen, tasks.filter(level=chosen.value) if chosen.value else tasks


def _by_due(request: HatRequest, tasks: Tasks) -> tuple[Filter, Tasks]:
    counts = {"over": tasks.overdue().count()}
    chosen = chips(
        request, "due", _("Due"), [("over", _("Overdue"))], everything=_("All due dates"), counts=counts
    )
    return chosen, tasks.overdue() if chosen.value else tasks


def _by_age(request: HatRequest, tasks: Tasks) -> tuple[Filter, Tasks]:
    counts = {key: tasks.filter(**_opened(least, most)).count() for key, _words, least, most in AGES}
    options = [(key, words) for key, words, _least, _most in AGES]
    chosen = chips(request, "age", _("Waiting"), options, everything=_("Any time"), counts=counts)
    for key, _words, least, most in AGES:
        if key == chosen.value:
            tasks = tasks.filter(**_opened(least, most))
    return chosen, tasks


def _kind(key: str) -> str | Promise:
    """A type of task in words."""
    return TYPES.get(key, key.replace("_", " "))


def _opened(least: int | None, most: int | None) -> dict[str, object]:
    """The condition on the day of opening: at least and less than so many days ago."""
    now = clock.now()
    words: dict[str, object] = {}
    if least is not None:
        words["opened_at__lte"] = now - timedelta(days=least)
    if most is not None:
        words["opened_at__gt"] = now - timedelta(days=most)
    return words
