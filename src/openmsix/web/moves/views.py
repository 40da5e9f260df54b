"""The list of children who came to another State or district, for the place where they were before."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.audit import actions as audit
from openmsix.notices.actions import look_back
from openmsix.notices.models import ChangeOfResidence, ChangeWords
from openmsix.places.models import Kind, Place
from openmsix.places.states import states
from openmsix.students.models import Child
from openmsix.web.access import HatRequest, opens
from openmsix.web.children.words import state_name
from openmsix.web.lists import Words, chips, page_of

from .words import told

STANDINGS: Mapping[str, tuple[Promise, Callable[[ChangeWords], ChangeWords]]] = MappingProxyType(
    {
        "running": (gettext_lazy("Data due"), lambda found: found.of_one_child().running().unanswered()),
        "overdue": (gettext_lazy("Overdue"), lambda found: found.of_one_child().over().unanswered()),
        "answered": (gettext_lazy("New data sent"), lambda found: found.of_one_child().answered()),
        "none": (gettext_lazy("No move: two children"), lambda found: found.of_two_children()),
    }
)
PLACES = {"to": "to_state", "district": "from_district"}
"""Filters by place, with the column that each asks."""


def running(hat: Hat) -> int:
    """How many changes of residence from the hat's place wait for data whose time runs."""
    return ChangeOfResidence.objects.visible_to(hat).of_one_child().running().unanswered().count()


@opens(Permission.SEE_MOVES)
@require_safe
def listing(request: HatRequest) -> HttpResponse:
    """Changes of residence from the hat's place, the latest first."""
    seen = ChangeOfResidence.objects.visible_to(request.hat)
    choices = _choices(request.hat)
    by_standing = chips(
        request,
        "standing",
        _("Standing"),
        [(key, words) for key, (words, _narrow) in STANDINGS.items()],
        everything=_("All"),
    )
    found = seen
    if by_standing.value:
        found = STANDINGS[by_standing.value][1](found)
    chosen = {key: _chosen(request, key, options) for key, options in choices.items()}
    for key, value in chosen.items():
        found = found.filter(**{PLACES[key]: value}) if value else found
    page = page_of(request, found.newest_first())
    context = {
        "page": page,
        "rows": _with_children(told(page), request.hat),
        "filters": [by_standing],
        "standing": by_standing.value,
        "choices": [
            (key, label, choices[key], chosen[key])
            for key, label in (("to", _("Came to")), ("district", _("Came from")))
            if len(choices[key]) > 1
        ],
        "since": look_back(),
        "filtered": by_standing.value or any(chosen.values()),
    }
    return render(request, "moves/list.html", context)


def _choices(hat: Hat) -> dict[str, list[tuple[str, Words]]]:
    """By which places the list may be filtered: any State, and the districts of the hat's own place."""
    own = Place.objects.filter(kind=Kind.DISTRICT, path__startswith=hat.place_path).order_by("name", "code")
    return {
        "to": [(code, state_name(code)) for code in states()],
        "district": [(code, name) for code, name in own.values_list("code", "name")],
    }


def _chosen(request: HatRequest, key: str, options: list[tuple[str, Words]]) -> str:
    value = request.GET.get(key, "")
    return value if value in {code for code, _name in options} else ""


def _with_children(rows: list[Any], hat: Hat) -> list[tuple[Any, Child | None]]:
    """Each with its child, as far as the hat may open records. The audit keeps that they were listed."""
    ids = {row.msix_id for row in rows if row.msix_id}
    children = Child.objects.visible_to(hat).in_bulk(ids) if hat.may(Permission.OPEN_RECORD) else {}
    if children:
        audit.record(
            by=hat,
            action="notices:changes:listed",
            subject_type="changes",
            subject_id="",
            detail={"changes": len(rows), "children": len(children)},
        )
    return [(row, children.get(row.msix_id)) for row in rows]
