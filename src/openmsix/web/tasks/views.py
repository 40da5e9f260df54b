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
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import Filter, chips, page_of
from openmsix.web.quality.words import LEVELS
from openmsix.worklist.models import Task, Tasks

from .deciding import DECIDED_HERE
from .pairs import pairs

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
    """Open tasks, the most urgent first."""
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
    ages = {key: tasks.filter(**_opened(least, most)).count() for key, _words, least, most in AGES}
    by_age = chips(
        request,
        "age",
        _("Waiting"),
        [(key, words) for key, words, _least, _most in AGES],
        everything=_("Any time"),
        counts=ages,
    )
    for key, _words, least, most in AGES:
        if key == by_age.value:
            tasks = tasks.filter(**_opened(least, most))
    by_level = _by_level(request, tasks)
    if by_level.value:
        tasks = tasks.filter(level=by_level.value)
    page = page_of(request, tasks.select_related("place").most_urgent_first())
    near = pairs(page, request.hat)
    told = [(task, _kind(task.type), near.get(task.pk)) for task in page]
    context = {
        "page": page,
        "told": told,
        "filters": [by_type, by_age, by_level],
        "decided_here": DECIDED_HERE,
    }
    return render(request, "tasks/list.html", context)


def _by_level(request: HatRequest, tasks: Tasks) -> Filter:
    """The chips of the levels that decide these tasks."""
    counts = dict(tasks.order_by().values_list("level").annotate(Count("id")))
    return chips(request, "level", _("Decided by"), LEVELS.items(), everything=_("Any level"), counts=counts)


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
