"""Near matches that were decided: by whom, how, and both children, so that a decision is found again."""

from django.db.models import TextField
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
from openmsix.identity.models import CandidatePair
from openmsix.identity.words import PairStatus
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import chips, page_of
from openmsix.worklist.models import Task

from .pairs import pairs

STANDING = {
    PairStatus.OPEN: gettext_lazy("Waits for a second person"),
    PairStatus.DIFFERENT: gettext_lazy("Two children"),
    PairStatus.SAME: gettext_lazy("One child"),
    PairStatus.WITHDRAWN: gettext_lazy("No longer in question"),
}


@opens(Permission.DECIDE_TASKS)
@require_safe
def listing(request: HatRequest) -> HttpResponse:
    """The near matches that were decided at the hat's place, the latest first."""
    ended = Task.objects.ended().for_hat(request.hat).filter(type=NEAR_MATCH, subject_type=PAIR)
    ended = ended.exclude(outcome=resting.OUTCOME)
    by_end = chips(
        request,
        "end",
        _("Decided"),
        [(status.value, words) for status, words in STANDING.items()],
        everything=_("All"),
    )
    if by_end.value:
        so = CandidatePair.objects.filter(status=by_end.value).annotate(ref=Cast("pk", TextField()))
        ended = ended.filter(subject_id__in=so.values("ref"))
    page = page_of(request, ended.select_related("place", "closed_by").order_by("-closed_at", "-pk"))
    shown = pairs(page, request.hat)
    standing = CandidatePair.objects.in_bulk([int(task.subject_id) for task in page])
    told = [(task, shown.get(task.pk), _standing(standing.get(int(task.subject_id)))) for task in page]
    context = {
        "page": page,
        "told": told,
        "filters": [by_end],
        "crumbs": [(_("Tasks"), reverse("tasks:list"))],
    }
    return render(request, "tasks/decided.html", context)


def _standing(pair: CandidatePair | None) -> Promise:
    """How the question stands; one whose records were expunged is a question no longer."""
    return STANDING[PairStatus(pair.status) if pair else PairStatus.WITHDRAWN]
