"""The merges that concern a State: those that wait, those that were carried out, refused or undone; and the way to undo one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from openmsix import decisions
from openmsix.accounts.permissions import NotPermitted, Permission
from openmsix.identity import proposing
from openmsix.identity.models import Proposal
from openmsix.identity.refusing import NotDecided
from openmsix.identity.words import ProposalKind, ProposalStatus
from openmsix.students.models import Child
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import chips, page_of
from openmsix.worklist.models import Task

from .words import in_words, state_names

STATUS_WORDS = {
    ProposalStatus.OPEN: gettext_lazy("Waits for a second person"),
    ProposalStatus.DONE: gettext_lazy("Carried out"),
    ProposalStatus.REFUSED: gettext_lazy("Refused"),
    ProposalStatus.LAPSED: gettext_lazy("Not possible any more"),
}
KIND_WORDS = {
    ProposalKind.MERGE: gettext_lazy("Merge"),
    ProposalKind.SPLIT: gettext_lazy("Split"),
    ProposalKind.UNDO: gettext_lazy("Undoing"),
}


@opens(Permission.DECIDE_TASKS)
@require_safe
def listing(request: HatRequest) -> HttpResponse:
    """All proposals that concern the hat's State, the latest first."""
    proposals = Proposal.objects.visible_to(request.hat)
    by_status = chips(
        request,
        "status",
        _("Standing"),
        [(status.value, words) for status, words in STATUS_WORDS.items()],
        everything=_("All"),
        counts={status.value: proposals.filter(status=status).count() for status in STATUS_WORDS},
    )
    if by_status.value:
        proposals = proposals.filter(status=by_status.value)
    page = page_of(request, proposals.select_related("undoes").newest_first())
    told = [
        (one, KIND_WORDS[ProposalKind(one.kind)], STATUS_WORDS[ProposalStatus(one.status)]) for one in page
    ]
    crumbs = [(_("Tasks"), reverse("tasks:list"))]
    context = {"page": page, "told": told, "filters": [by_status], "crumbs": crumbs}
    return render(request, "tasks/merges.html", context)


@opens(Permission.DECIDE_TASKS)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HatRequest, ref: str) -> HttpResponse:
    """One proposal as it stands, and the way to undo it if it is a merge that holds."""
    proposal = get_object_or_404(Proposal.objects.visible_to(request.hat), ref=ref)
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _undone(request, proposal)
        if not errors:
            return redirect("tasks:merges")
    waiting = proposal.undoings.open().first()
    context = {
        "proposal": proposal,
        "kind": KIND_WORDS[ProposalKind(proposal.kind)],
        "status": STATUS_WORDS[ProposalStatus(proposal.status)],
        "children": Child.objects.visible_to(request.hat).filter(
            pk__in=proposal.children.values_list("msix_id", flat=True), live=True
        ),
        "undoings": proposal.undoings.newest_first(),
        "may_undo": proposal.kind != ProposalKind.UNDO
        and proposal.status == ProposalStatus.DONE
        and not proposal.is_undone
        and waiting is None,
        "task": Task.objects.open().for_hat(request.hat).about(proposing.PROPOSAL, proposal.ref).first(),
        "errors": errors,
        "reason": request.POST.get("reason", ""),
        "longest_reason": proposing.LONGEST_REASON,
        "crumbs": [(_("Tasks"), reverse("tasks:list")), (_("Merges and splits"), reverse("tasks:merges"))],
    }
    return render(request, "tasks/merge.html", context, status=422 if errors else 200)


def _undone(request: HatRequest, proposal: Proposal) -> dict[str, str]:
    """Propose to undo it; what is wrong with that, by the field that it is about."""
    reason = request.POST.get("reason", "")
    try:
        states = decisions.undo(done=proposal, by=request.hat, reason=reason).states
    except NotDecided as why:
        said = in_words(why.refusal.why, why.refusal.of)
        return {"page" if reason.strip() and len(reason) <= proposing.LONGEST_REASON else "reason": said}
    except NotPermitted as why:
        return {"page": str(why)}
    words = _(
        "Proposed to undo it. A Data Administrator of %(states)s validates that; until then nothing changes."
    )
    messages.success(request, words % {"states": state_names(states)})
    return {}
