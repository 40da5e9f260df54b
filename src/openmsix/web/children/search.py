"""The one search box and its results. What was typed stays in the session; the address holds only a token."""

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from openmsix.accounts.permissions import Permission
from openmsix.places.states import states
from openmsix.students.candidates import Filters
from openmsix.students.models import Child
from openmsix.students.search import SHOWN, Results
from openmsix.students.search import search as find
from openmsix.web.access import HatRequest, opens
from openmsix.web.children import search_notes as notes
from openmsix.web.children import words

IN_SESSION = "searches"
KEPT = 20
FIELDS = ("text", "state", "age", "sex", "parent", "school")
BESIDE = "beside"
"""The child for whom another one is looked for, that is to be laid beside it."""
AGES = range(22)
SEXES = ("Female", "Male", "Nonbinary")


@opens(Permission.SEARCH_CHILDREN)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HatRequest) -> HttpResponse:
    """The empty search page, or a search that was typed: kept, and answered under its own address."""
    if request.method != "POST":
        return render(request, "children/find.html", _form({}))
    asked = {field: request.POST.get(field, "").strip()[:200] for field in FIELDS}
    left_out = request.POST.get("without", "")
    if left_out in FIELDS:
        asked[left_out] = ""
    asked = {field: value for field, value in asked.items() if value and _is_sound(field, value)}
    beside = Child.objects.visible_to(request.hat).filter(ref=request.POST.get("beside", "")[:24]).first()
    if not asked:
        onward = reverse("tasks:join", args=[beside.ref]) if beside else reverse("children:search")
        return HttpResponseRedirect(onward)
    if beside:
        asked[BESIDE] = beside.ref
    return HttpResponseRedirect(reverse("children:results", args=[_keep(request, asked)]))


def _keep(request: HttpRequest, asked: dict[str, str]) -> str:
    token = secrets.token_urlsafe(9)
    searches = dict(request.session.get(IN_SESSION, {}))
    searches[token] = asked
    request.session[IN_SESSION] = dict(list(searches.items())[-KEPT:])
    return token


@opens(Permission.SEARCH_CHILDREN)
@require_safe
def results(request: HatRequest, token: str) -> HttpResponse:
    """What a search found, best first."""
    asked = request.session.get(IN_SESSION, {}).get(token)
    if asked is None:  # as after many later searches, or in the history of another session
        return render(request, "children/find.html", {**_form({}), "forgotten": True}, status=404)
    beside = Child.objects.visible_to(request.hat).filter(ref=asked.get(BESIDE, "")).first()
    found = find(asked.get("text", ""), _filters(asked), by=request.hat)
    return render(
        request,
        "children/results.html",
        {
            **_form(asked),
            "found": found,
            "beside": beside,
            "may_propose": request.hat.may(Permission.PROPOSE),
            "shown": SHOWN,
            "hits": [
                (hit, words.reasons(hit), words.missing(hit), notes.relatives(hit)) for hit in found.hits
            ],
            "advice": _advice(found),
            "notes": [*notes.of_dates(found), *notes.of_ids(found), *notes.of_filters(found)],
            "looked_for": notes.looked_for(found.question),
            "chips": [
                (field, words.filter_chip(field, asked[field])) for field in FIELDS[1:] if field in asked
            ],
        },
    )


def _is_sound(field: str, value: str) -> bool:
    """Whether a choice is one that the form offers, and a name more than signs, which would narrow nothing."""
    match field:
        case "state":
            return value in states()
        case "age":
            return value in map(str, AGES)
        case "sex":
            return value in SEXES
        case "parent" | "school":
            return any(sign.isalnum() for sign in value)
        case _:
            return True


def _filters(asked: dict[str, str]) -> Filters:
    return Filters(
        state=asked.get("state", ""),
        age=int(asked["age"]) if "age" in asked else None,
        sex=asked.get("sex", ""),
        parent=asked.get("parent", ""),
        school=asked.get("school", ""),
    )


def _form(asked: dict[str, str]) -> dict[str, Any]:
    return {"asked": asked, "states": states().values(), "sexes": SEXES, "ages": AGES}


def _advice(found: Results) -> str:
    """What to do when there are too many."""
    if not found.more:
        return ""
    if not found.question.dated:
        return _("Add a birth date to narrow it down.")
    return _("Add a second name or a parent's name to narrow it down.")
