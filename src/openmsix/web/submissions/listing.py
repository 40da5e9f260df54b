"""The list of submissions: of the own State, or of all States for the nation."""

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.intake.models import Submission
from openmsix.intake.states import Status
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import chips, page_of

from .words import KIND_WORDS, STATUS_WORDS


@opens(Permission.SEE_SUBMISSIONS)
@require_safe
def listing(request: HatRequest) -> HttpResponse:
    """The submissions, the newest first."""
    submissions = Submission.objects.visible_to(request.hat)
    statuses = dict(submissions.order_by().values_list("status").annotate(Count("id")))
    options = [(status, STATUS_WORDS[status]) for status in Status.values if status in statuses]
    filters = [
        chips(request, "status", _("Status"), options, everything=_("All"), counts=statuses),
        chips(request, "kind", _("Kind"), KIND_WORDS.items(), everything=_("Both")),
    ]
    for chosen in filters:
        if chosen.value:
            submissions = submissions.filter(**{chosen.key: chosen.value})
    page = page_of(request, submissions.newest_first())
    return render(request, "submissions/list.html", {"page": page, "filters": filters})


def seen(request: HatRequest, ref: str) -> Submission:
    """The submission with this reference, if the hat may see it; else it is as if there were none."""
    return get_object_or_404(Submission.objects.visible_to(request.hat), ref=ref)
