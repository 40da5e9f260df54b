"""Proposing that some records of a child are another child's."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from openmsix import decisions
from openmsix.accounts.permissions import Permission
from openmsix.identity.before import decided_before
from openmsix.identity.effect import Effect, of_split
from openmsix.identity.refusing import NotDecided, Why
from openmsix.students.beside import standing
from openmsix.students.models import Child
from openmsix.web.access import HatRequest, opens
from openmsix.web.children import purpose

from . import seen
from .effects import told
from .proposal_form import form
from .records import of_children
from .words import in_words, one_of


@opens(Permission.PROPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HatRequest, child: str) -> HttpResponseBase:
    """The records of a child, those of another child to be chosen among them, and the reason."""
    found = get_object_or_404(Child.objects.visible_to(request.hat), ref=child, live=True)
    chosen = purpose.of(request)
    if chosen is None:
        return purpose.ask_first(request)
    own = {str(record): record for _, record, _ in standing([found.msix_id])}
    asked = dict.fromkeys(request.POST.getlist("leaving"))
    leaving = [own[record] for record in asked if record in own]
    errors: dict[str, str] = {}
    mark = seen.mark([found.msix_id], *sorted(leaving))
    looks = request.POST.get("step") == "look"
    effect = of_split(found.msix_id, leaving) if leaving else None
    if request.method == "POST" and looks:
        errors = _not_chosen(effect)
    elif request.method == "POST" and not looks:
        with decisions.in_turn():
            now = seen.mark([found.msix_id], *sorted(leaving))
            unseen = seen.unlike(request, now, otherwise=seen.NOT_SHOWN)
            errors = _not_chosen(effect) or unseen or _proposed(request, found, leaving)
        if not errors:
            return redirect("children:sources", ref=found.ref)
    context = {
        "child": found,
        "records": of_children([found.msix_id], request.hat, chosen, what="split", leaving=leaving),
        "effect": told(effect),
        "seen": mark,
        **form(request, [found.msix_id]),
        "errors": errors,
        "looks": looks,
        "before": decided_before([found.msix_id]),
        "crumbs": [(_("Record"), reverse("children:sources", args=[found.ref]))],
    }
    return render(request, "tasks/split.html", context, status=422 if errors else 200)


def _not_chosen(effect: Effect | None) -> dict[str, str]:
    return {} if effect else {"leaving": in_words(Why.NOT_SOME, {})}


def _proposed(request: HatRequest, child: Child, leaving: list[int]) -> dict[str, str]:
    """Propose it; what is wrong with that, by the field that it is about."""
    try:
        made = decisions.split(
            msix_id=child.msix_id, records=leaving, by=request.hat, reason=request.POST.get("reason", "")
        )
    except NotDecided as why:
        field = {Why.NO_REASON: "reason", Why.NOT_SOME: "leaving"}.get(Why(why.refusal.why.value), "page")
        return {field: in_words(why.refusal.why, why.refusal.of)}
    words = _(
        "%(ref)s: proposed to split. A Data Administrator of %(states)s validates it; until then nothing changes."
    )
    messages.success(request, words % {"ref": made.ref, "states": one_of(made.states)})
    return {}
