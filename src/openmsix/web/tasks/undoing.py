"""Proposing to undo a merge or a split: the records, what would change back, and the reason."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from openmsix import decisions
from openmsix.accounts.permissions import NotPermitted, Permission
from openmsix.identity.effect import of_undoing
from openmsix.identity.merging import children_of
from openmsix.identity.models import Proposal
from openmsix.identity.refusing import NotDecided, Why
from openmsix.identity.words import ProposalKind
from openmsix.typed import LONGEST_REASON
from openmsix.web.access import HatRequest, opens
from openmsix.web.children import purpose

from . import seen
from .effects import told
from .merges import KIND_WORDS, crumbs_of, may_undo
from .proposal_form import form
from .records import records_of
from .words import in_words, one_of


@opens(Permission.DECIDE_TASKS)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HatRequest, ref: str) -> HttpResponseBase:
    """What undoing it would do, and why it shall be undone."""
    done = get_object_or_404(Proposal.objects.visible_to(request.hat), ref=ref)
    if not may_undo(request.hat, done):
        return _instead(request, done)
    chosen = purpose.of(request)
    if chosen is None:
        return purpose.ask_first(request)
    errors: dict[str, str] = {}
    if request.method == "POST":
        with decisions.in_turn():
            errors = seen.unlike(request, _mark(done)) or _undone(request, done)
        if not errors:
            return redirect("tasks:merges")
    effect = of_undoing(done)
    context = {
        "proposal": done,
        "kind": KIND_WORDS[ProposalKind(done.kind)],
        "records": records_of(done, request.hat, chosen, effect.moved if effect else ()),
        "effect": told(effect),
        "moved_on": "" if effect else in_words(Why.MOVED_ON, {"ref": done.ref}),
        "seen": _mark(done),
        "errors": errors,
        **form(request, children_of(done)),
        "crumbs": [*crumbs_of(request.hat), (done.ref, reverse("tasks:merge", args=[done.ref]))][-2:],
    }
    return render(request, "tasks/undo.html", context, status=422 if errors else 200)


def _instead(request: HatRequest, done: Proposal) -> HttpResponseBase:
    """The page of what cannot be undone says how it stands; and if somebody was faster, the message does."""
    if waits := done.undoings.open().first():
        messages.warning(request, in_words(Why.PROPOSED, {"ref": waits.ref}))
    elif done.is_undone:
        messages.warning(request, in_words(Why.NOT_HELD, {"ref": done.ref}))
    return redirect("tasks:merge", ref=done.ref)


def _mark(done: Proposal) -> str:
    return seen.mark(children_of(done), done.ref)


def _undone(request: HatRequest, proposal: Proposal) -> dict[str, str]:
    """Propose to undo it; what is wrong with that, by the field that it is about."""
    reason = request.POST.get("reason", "")
    try:
        states = decisions.undo(done=proposal, by=request.hat, reason=reason).states
    except NotDecided as why:
        said = in_words(why.refusal.why, why.refusal.of)
        return {"page" if reason.strip() and len(reason) <= LONGEST_REASON else "reason": said}
    except NotPermitted as why:
        return {"page": str(why)}
    words = _(
        "Proposed to undo it. A Data Administrator of %(states)s validates that; until then nothing changes."
    )
    messages.success(request, words % {"states": one_of(states)})
    return {}
