"""The merges that concern a State: those that wait, those that were carried out, refused or undone; and the ways to take one back or to undo it."""

from collections.abc import Collection, Iterable

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from openmsix import decisions
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted, Permission
from openmsix.identity import approving
from openmsix.identity.answering import answered_lately, is_starter
from openmsix.identity.assigning import PROPOSAL
from openmsix.identity.merging import children_of, links_to_undo
from openmsix.identity.models import Proposal
from openmsix.identity.refusing import NotDecided
from openmsix.identity.words import ProposalKind, ProposalStatus
from openmsix.students.models import Child
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import Facet, narrowed, page_of
from openmsix.worklist.models import Task

from .listed import listed
from .words import in_words, one_of

STATUS_WORDS = {
    ProposalStatus.OPEN: gettext_lazy("Waits for a second person"),
    ProposalStatus.DONE: gettext_lazy("Carried out"),
    ProposalStatus.REFUSED: gettext_lazy("Refused"),
    ProposalStatus.LAPSED: gettext_lazy("Not possible any more"),
    ProposalStatus.WITHDRAWN: gettext_lazy("Taken back"),
}
KIND_WORDS = {
    ProposalKind.MERGE: gettext_lazy("Merge"),
    ProposalKind.SPLIT: gettext_lazy("Split"),
    ProposalKind.UNDO: gettext_lazy("Undoing"),
}

UNDONE = gettext_lazy("Carried out, and undone later")
MOVED_ON = gettext_lazy("Carried out, and changed since")
MOST_ANSWERED = 5


def standing(proposal: Proposal) -> str | Promise:
    """How a proposal stands, in words."""
    return UNDONE if proposal.is_undone else STATUS_WORDS[ProposalStatus(proposal.status)]


def answered(hat: Hat) -> list[tuple[Proposal, str | Promise, str | Promise, list[Child]]]:
    """The proposals of this person that ended lately, the last first, with kind and standing in words, and the children it named whom the person may open."""
    if not hat.may(Permission.PROPOSE):
        return []
    ended = list(answered_lately(hat).prefetch_related("children", "undoings")[:MOST_ANSWERED])
    reached = _reached(_named(ended), hat)
    return [
        (
            one,
            KIND_WORDS[ProposalKind(one.kind)],
            standing(one),
            [reached[msix_id] for msix_id in one.named if msix_id in reached],
        )
        for one in ended
    ]


def _named(proposals: Iterable[Proposal]) -> set[str]:
    return {msix_id for one in proposals for msix_id in one.named}


def _reached(msix_ids: Collection[str], hat: Hat) -> dict[str, Child]:
    """The children of proposals whom the hat may open, by MSIX ID; the audit keeps that they were listed."""
    return listed(msix_ids, hat, action="identity:proposals:listed", subject_type="proposals")


@opens(Permission.PROPOSE)
@require_safe
def listing(request: HatRequest) -> HttpResponse:
    """The proposals that concern the hat's State, or that the person started, the latest first. Those that wait lock the children they name."""
    standings = [(key.value, words, Q(status=key)) for key, words in STATUS_WORDS.items()]
    facets = [Facet("status", _("Standing"), _("All"), standings)]
    filters, proposals = narrowed(request, Proposal.objects.visible_to(request.hat), facets)
    page = page_of(
        request, proposals.select_related("undoes").prefetch_related("children", "undoings").newest_first()
    )
    reached = _reached(_named(page), request.hat)
    told = [
        (
            one,
            KIND_WORDS[ProposalKind(one.kind)],
            standing(one),
            [(msix_id, reached.get(msix_id)) for msix_id in one.named],
        )
        for one in page
    ]
    context = {
        "page": page,
        "told": told,
        "filters": filters,
        "crumbs": crumbs_of(request.hat)[:-1],
        "by_clock": approving.AUTOMATIC.actor,
    }
    return render(request, "tasks/merges.html", context)


@opens(Permission.PROPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HatRequest, ref: str) -> HttpResponse:
    """One proposal as it stands, and the ways on: to decide it, to take it back, to undo what was carried out."""
    proposal = get_object_or_404(Proposal.objects.visible_to(request.hat), ref=ref)
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _withdrawn(request, proposal)
        if not errors:
            return redirect("tasks:merges")
    tasks = Task.objects.open().about(PROPOSAL, proposal.ref)
    named, involved = proposal.named, children_of(proposal)
    reached = _reached(involved, request.hat)
    children = [reached[msix_id] for msix_id in involved if msix_id in reached and reached[msix_id].live]
    may_be_undone = may_undo(request.hat, proposal)
    moved_on = may_be_undone and links_to_undo(proposal) is None
    context = {
        "proposal": proposal,
        "kind": KIND_WORDS[ProposalKind(proposal.kind)],
        "status": MOVED_ON if moved_on else standing(proposal),
        "moved_on": moved_on,
        "by_clock": proposal.decided_by == approving.AUTOMATIC.actor,
        "may_be_approved": approving.may_be_approved(proposal),
        "approved_after": approving.approved_after(proposal),
        "children": children,
        "named": named,
        "made": involved[len(named) :],
        "asked_in": one_of(proposal.states),
        "is_own": is_starter(request.hat, proposal),
        "undoings": proposal.undoings.newest_first(),
        "may_undo": may_be_undone and not moved_on,
        "again": _again(proposal, children),
        "may_withdraw": proposal.status == ProposalStatus.OPEN and is_starter(request.hat, proposal),
        "tasks": tasks.select_related("place", "assigned_to"),
        "task": tasks.for_hat(request.hat).first(),
        "errors": errors,
        "crumbs": crumbs_of(request.hat),
    }
    return render(request, "tasks/merge.html", context, status=422 if errors else 200)


def may_undo(hat: Hat, proposal: Proposal) -> bool:
    """Whether this person may propose to undo it: a Data Administrator, of what was carried out and holds, if nobody proposed it before."""
    return (
        hat.may(Permission.DECIDE_TASKS)
        and proposal.kind != ProposalKind.UNDO
        and proposal.status == ProposalStatus.DONE
        and not proposal.is_undone
        and not proposal.undoings.open().exists()
    )


def _again(proposal: Proposal, children: list[Child]) -> str:
    """Where what an undoing undid is proposed anew: an undoing is taken back by the same step that it took back. Empty if there is no such way."""
    undone = proposal.undoes if proposal.status == ProposalStatus.DONE else None
    if undone is None:
        return ""
    if undone.kind == ProposalKind.SPLIT:
        return reverse("tasks:split", args=[children[0].ref]) if len(children) == 1 else ""
    two = [child.ref for child in sorted(children, key=lambda child: child.pk != undone.master_id)]
    return reverse("tasks:join_two", args=two) if len(two) == 2 else ""


def crumbs_of(hat: Hat) -> list[tuple[str, str]]:
    """The way to a proposal, as far as the hat may go it."""
    tasks = [(_("Tasks"), reverse("tasks:list"))] if hat.may(Permission.SEE_TASKS) else []
    return [*tasks, (_("Merges and splits"), reverse("tasks:merges"))]


def _withdrawn(request: HatRequest, proposal: Proposal) -> dict[str, str]:
    """Take it back; what is wrong with that."""
    try:
        decisions.withdraw(proposal=proposal, by=request.hat)
    except NotDecided as why:
        return {"page": in_words(why.refusal.why, why.refusal.of)}
    except NotPermitted as why:
        return {"page": str(why)}
    messages.success(request, _("%(ref)s was taken back. Nothing was changed.") % {"ref": proposal.ref})
    return {}
