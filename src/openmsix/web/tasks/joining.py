"""Proposing that two children are one, without having been asked: who the other one is, then both side by side with what would change, and the reason."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from openmsix import decisions
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.audit import actions as audit
from openmsix.identity import merging, proposing
from openmsix.identity.before import decided_before
from openmsix.identity.digits import is_in_form
from openmsix.identity.effect import of_merge
from openmsix.identity.queries import living
from openmsix.identity.refusing import NotDecided, Why
from openmsix.students.models import Child
from openmsix.students.queries import recently_opened
from openmsix.students.search import id_trouble
from openmsix.students.search_family import relatives_of
from openmsix.students.words import folded_id
from openmsix.web.access import HatRequest, opens
from openmsix.web.children import purpose, search_notes

from . import seen
from .beside import beside
from .effects import told
from .proposal_form import form
from .records import of_children
from .words import in_words, one_of

MOST_RECENT = 6
LONGEST_ID = 20
"""More of what was typed for an MSIX ID is not shown again."""


@opens(Permission.PROPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HatRequest, child: str) -> HttpResponseBase:
    """Which other child this one is: by MSIX ID, by a search, or one of those that come to mind."""
    found = get_object_or_404(Child.objects.visible_to(request.hat), ref=child)
    errors: dict[str, str] = {}
    typed = request.POST.get("msix_id", "")
    if request.method == "POST":
        other = _by_msix_id(request, typed)
        if other is not None and other.pk != found.pk:
            return redirect("tasks:join_two", child=found.ref, other=other.ref)
        errors = {"msix_id": _not_found(typed, other, request.hat)}
    relatives = [
        one for one in relatives_of([found], request.hat)[found.pk] if one.is_asked or one.may_be_same
    ]
    recent = [one.child for one in recently_opened(request.hat, most=MOST_RECENT) if one.child.pk != found.pk]
    likely = [one.child for one in relatives]
    listed = {found.pk, *(one.pk for one in likely), *(one.pk for one in recent)}
    audit.record(
        by=request.hat,
        action="identity:merge:choosing",
        subject_type="children",
        subject_id="",
        detail={"children": len(listed)},
    )
    context = {
        "child": found,
        "typed": typed[:LONGEST_ID],
        "likely": likely,
        "recent": [one for one in recent if one not in likely],
        "locked_by": proposing.waiting_about([found.msix_id]),
        "errors": errors,
        "crumbs": [(_("Record"), reverse("children:record", args=[found.ref]))],
    }
    return render(request, "tasks/join_choose.html", context, status=422 if errors else 200)


def _not_found(typed: str, other: Child | None, hat: Hat) -> str:
    """Why what was typed names no other child."""
    if other:
        return _("That is this child itself. Choose another one.")
    if not folded_id(typed):
        return _("Type the MSIX ID of the other child: 12 digits.")
    digits = folded_id(typed)
    return search_notes.of_id(digits, id_trouble(digits, hat))


def _by_msix_id(request: HatRequest, typed: str) -> Child | None:
    digits = folded_id(typed)
    now = living(digits) if is_in_form(digits) else None
    return Child.objects.visible_to(request.hat).filter(pk=now).first() if now else None


@opens(Permission.PROPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HatRequest, child: str, other: str) -> HttpResponseBase:
    """Both children side by side, what would change, which MSIX ID stays, and why."""
    if child == other:
        raise Http404
    reached = Child.objects.visible_to(request.hat)
    children = [get_object_or_404(reached, ref=ref) for ref in (child, other)]
    chosen = purpose.of(request)
    if chosen is None:
        return purpose.ask_first(request)
    msix_ids = [one.msix_id for one in children]
    stays = merging.master_of(msix_ids)
    master = request.POST.get("master", stays)
    errors: dict[str, str] = {}
    if master not in msix_ids:
        master, errors = stays, {"master1": _("Choose which of the two MSIX IDs stays.")}
    elif request.method == "POST" and request.POST.get("step") != "look":
        with decisions.in_turn():
            shown = seen.mark(msix_ids, master)
            errors = seen.unlike(request, shown, otherwise=seen.NOT_SHOWN)
            errors = errors or _proposed(request, master, msix_ids)
        if not errors:
            return redirect("children:record", ref=child)
    return _page(request, children, master, chosen, errors)


def _page(
    request: HatRequest, children: list[Child], master: str, chosen: str, errors: dict[str, str]
) -> HttpResponse:
    msix_ids = [one.msix_id for one in children]
    effect = of_merge(master, [msix_id for msix_id in msix_ids if msix_id != master])
    records = of_children(msix_ids, request.hat, chosen, what="merge", leaving=effect.moved)
    context: dict[str, Any] = {
        "children": children,
        "master": master,
        "records": records,
        "effect": told(effect),
        **beside(records, request.hat),
        **form(request, msix_ids),
        "before": decided_before(msix_ids),
        "seen": seen.mark(msix_ids, master),
        "errors": errors,
        "crumbs": [(_("Record"), reverse("children:record", args=[children[0].ref]))],
    }
    return render(request, "tasks/join.html", context, status=422 if errors else 200)


def _proposed(request: HatRequest, master: str, msix_ids: list[str]) -> dict[str, str]:
    """Propose it; what is wrong with that, by the field that it is about."""
    others = [msix_id for msix_id in msix_ids if msix_id != master]
    try:
        made = decisions.merge(
            master=master, others=others, by=request.hat, reason=request.POST.get("reason", "")
        )
    except NotDecided as why:
        field = "reason" if why.refusal.why == Why.NO_REASON else "page"
        return {field: in_words(why.refusal.why, why.refusal.of)}
    words = _(
        "%(ref)s: proposed as one child. A Data Administrator of %(states)s validates it; until then nothing changes."
    )
    messages.success(request, words % {"ref": made.ref, "states": one_of(made.states)})
    return {}
