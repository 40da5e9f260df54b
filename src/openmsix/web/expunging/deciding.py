"""One request: what would be removed, who asked and why; approving and declining it; how far it is; and the tombstone that stays."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.deadlines import clock
from openmsix.expunge import actions, effect, rules
from openmsix.expunge.models import Expunging, Kind, Status
from openmsix.expunge.refusing import NotPossible
from openmsix.students.models import Child
from openmsix.typed import LONGEST_REASON
from openmsix.web.access import HatRequest, opens

from .words import in_words

USUAL = timedelta(minutes=5)
"""So long the worker takes at most, if nothing holds it up."""


@dataclass(frozen=True)
class Named:
    """What a request names, to whom that may be told: its identifier, and the page about it, if the hat may open one."""

    identifier: str
    address: str = ""


@opens(Permission.EXPUNGE)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HatRequest, ref: str) -> HttpResponse:
    """The request as it stands, and the two answers to it."""
    asked = _seen(request, ref)
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _answered(request, asked)
        if not errors:
            return redirect("expunging:request", ref=ref)
    context = {
        "asked": asked,
        "errors": errors,
        "given": {name: request.POST.get(name, "") for name in ("typed", "reason")},
        "is_asker": request.hat.actor_id == asked.requested_by_id,
        "longest_reason": LONGEST_REASON,
        "is_slow": _is_slow(asked),
        "crumbs": [(_("Expunging"), reverse("expunging:list"))],
    }
    if asked.status == Status.REQUESTED:
        context |= _to_decide(asked, request.hat)
    return render(request, "expunging/request.html", context, status=422 if errors else 200)


def _seen(request: HatRequest, ref: str) -> Expunging:
    return get_object_or_404(Expunging.objects.visible_to(request.hat), ref=ref)


def _to_decide(asked: Expunging, hat: Hat) -> dict[str, Any]:
    """What the second person has to know. The numbers are counted now, since more may have come meanwhile."""
    stands = rules.obstacle(hat, asked)
    try:
        numbers, gone = effect.as_it_stands(asked), ""
    except NotPossible as why:
        numbers, gone = asked.effect, in_words(why.refusal)
    return {
        "numbers": numbers,
        "obstacle": gone or (in_words(stands) if stands else ""),
        "named": _named(asked, hat),
    }


def _named(asked: Expunging, hat: Hat) -> Named | None:
    """What is to be expunged. Who may open no child's record is not told which child it is."""
    subject = asked.subject
    if "submission" in subject:
        address = reverse("submissions:detail", args=[subject["submission"]])
        return Named(subject["submission"], address if hat.may(Permission.SEE_SUBMISSIONS) else "")
    if not hat.may(Permission.OPEN_RECORD):
        return None
    linked = effect.msix_ids(asked)
    child = Child.objects.visible_to(hat).filter(msix_id__in=linked).first()
    address = reverse("children:sources", args=[child.ref]) if child else ""
    if asked.kind == Kind.CHILD:
        return Named(subject["msix_id"], address)
    return Named(f"{subject['state_code']} {subject['state_student_id']}", address)


def _answered(request: HatRequest, asked: Expunging) -> dict[str, str]:
    """Do what was answered; what is wrong with the answer, by the field that it is about."""
    answer = request.POST.get("answer")
    try:
        if answer == "approve":
            if request.POST.get("typed", "").strip().upper() != asked.ref:
                return {"typed": _("Type the number of the request: %(ref)s") % {"ref": asked.ref}}
            actions.approve(asked=asked, by=request.hat)
            messages.success(request, _("Approved. The worker removes it now."))
        elif answer == "decline":
            actions.decline(asked=asked, reason=request.POST.get("reason", ""), by=request.hat)
            messages.success(request, _("Declined. Nothing was removed."))
    except NotPossible as why:
        asked.refresh_from_db()
        field = "reason" if answer == "decline" and asked.status == Status.REQUESTED else "page"
        return {field: in_words(why.refusal)}
    return {}


@opens(Permission.EXPUNGE)
@require_safe
def now(request: HatRequest, ref: str) -> HttpResponse:
    """The part of the page that tells that it is being removed; when that has ended, the browser loads the page anew."""
    asked = _seen(request, ref)
    if asked.status != Status.APPROVED:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "expunging/now.html", {"asked": asked, "is_slow": _is_slow(asked)})


def _is_slow(asked: Expunging) -> bool:
    return (
        asked.status == Status.APPROVED
        and asked.decided_at is not None
        and clock.now() - asked.decided_at > USUAL
    )
