"""The tasks that wait within the hat's place: what, where, since when, until when."""

from datetime import timedelta

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.deadlines import clock
from openmsix.identity.answering import own_proposals
from openmsix.identity.assigning import PROPOSAL
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import Facet, narrowed, page_of
from openmsix.worklist.models import LEVELS, Task

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
    filters, tasks = narrowed(request, Task.objects.open().for_hat(request.hat), _facets())
    page = page_of(request, tasks.select_related("place", "assigned_to").most_urgent_first())
    near = pairs(page, request.hat)
    own = own_proposals(request.hat)
    context = {
        "page": page,
        "told": [(task, _kind(task.type), near.get(task.pk), task.subject_id in own) for task in page],
        "own": tasks.filter(subject_type=PROPOSAL, subject_id__in=own).count() if own else 0,
        "filters": filters,
        "decided_here": DECIDED_HERE,
    }
    return render(request, "tasks/list.html", context)


def _facets() -> list[Facet]:
    """By what the tasks may be narrowed: kind, level, due date, and how long they wait."""
    levels = [(level, level_name(level), Q(level=level)) for level in LEVELS]
    ages = [(key, words, _opened(least, most)) for key, words, least, most in AGES]
    overdue = Q(due_at__lt=clock.now())
    return [
        Facet("type", _("Kind"), _("All kinds"), [(key, _kind(key), Q(type=key)) for key in TYPES]),
        Facet("level", _("Level"), _("All levels"), levels),
        Facet("due", _("Due"), _("All due dates"), [("over", _("Overdue"), overdue)]),
        Facet("age", _("Waiting"), _("Any time"), ages),
    ]


def _kind(key: str) -> str | Promise:
    """A type of task in words."""
    return TYPES.get(key, key.replace("_", " "))


def _opened(least: int | None, most: int | None) -> Q:
    """The condition on the day of opening: at least and less than so many days ago."""
    now = clock.now()
    since = Q() if least is None else Q(opened_at__lte=now - timedelta(days=least))
    return since if most is None else since & Q(opened_at__gt=now - timedelta(days=most))
