"""Near matches that were decided: by whom, how, and both children, so that a decision is found again."""

from collections.abc import Iterable

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.identity import resting
from openmsix.identity.assigning import NEAR_MATCH, PAIR
from openmsix.identity.models import CandidatePair, Proposal
from openmsix.identity.words import PairStatus
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import Facet, narrowed, page_of
from openmsix.worklist.models import Task

from .pairs import pairs

STANDING = {
    PairStatus.OPEN: gettext_lazy("Open still"),
    PairStatus.DIFFERENT: gettext_lazy("Two children"),
    PairStatus.SAME: gettext_lazy("One child"),
    PairStatus.WITHDRAWN: gettext_lazy("No longer in question"),
}


ANSWERS = {
    "same, to be validated": gettext_lazy("answered: same child"),
    "different": gettext_lazy("answered: two children"),
}
"""What the person said, by the outcome of the task."""


@opens(Permission.DECIDE_TASKS)
@require_safe
def listing(request: HatRequest) -> HttpResponse:
    """The near matches that were decided at the hat's place, the latest first."""
    ended = Task.objects.ended().for_hat(request.hat).filter(type=NEAR_MATCH, subject_type=PAIR)
    ended = ended.exclude(outcome=resting.OUTCOME)
    ends = [(status.value, words, _ended_so(status)) for status, words in STANDING.items()]
    filters, ended = narrowed(request, ended, [Facet("end", _("Decided"), _("All"), ends)])
    page = page_of(request, ended.select_related("place", "closed_by").order_by("-closed_at", "-pk"))
    shown = pairs(page, request.hat)
    proposals = _last_proposals(page)
    standing = CandidatePair.objects.in_bulk([int(task.subject_id) for task in page])
    told = [
        (
            task,
            shown.get(task.pk),
            _standing(standing.get(int(task.subject_id))),
            ANSWERS.get(task.outcome, ""),
            proposals.get(int(task.subject_id)),
        )
        for task in page
    ]
    context = {
        "page": page,
        "told": told,
        "filters": filters,
        "crumbs": [(_("Tasks"), reverse("tasks:list"))],
    }
    return render(request, "tasks/decided.html", context)


def _last_proposals(tasks: Iterable[Task]) -> dict[int, Proposal]:
    """The proposal, the last one where there were several, to which each near match led, by the pair's number."""
    pairs = [int(task.subject_id) for task in tasks]
    found = Proposal.objects.filter(pair__in=pairs).prefetch_related("undoings").order_by("pk")
    return {proposal.pair_id: proposal for proposal in found if proposal.pair_id}


def _ended_so(status: PairStatus) -> Q:
    """The condition on tasks whose question stands like that now."""
    so = CandidatePair.objects.filter(status=status).annotate(ref=Cast("pk", TextField()))
    return Q(subject_id__in=so.values("ref"))


def _standing(pair: CandidatePair | None) -> Promise:
    """How the question stands; one whose records were expunged is a question no longer."""
    return STANDING[PairStatus(pair.status) if pair else PairStatus.WITHDRAWN]
