"""The list of submissions: of the own State, or of all States for the nation."""

from collections.abc import Iterable

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from openmsix.accounts.permissions import Permission
from openmsix.intake.models import Submission
from openmsix.intake.states import Status
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import chips, page_of

from .words import KIND_WORDS, STATUS_KINDS, STATUS_WORDS


@opens(Permission.SEE_SUBMISSIONS)
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
    prepare(page)
    return render(request, "submissions/list.html", {"page": page, "filters": filters})


def prepare(submissions: Iterable[Submission]) -> None:
    """Give each submission the words and the color of its status, and how many students had no findings."""
    for submission in submissions:
        counts = submission.counts
        submission.clean = counts.get("accepted", 0) - counts.get("with_findings", 0)  # type: ignore[attr-defined]
        submission.status_words = STATUS_WORDS[submission.status]  # type: ignore[attr-defined]
        submission.status_kind = STATUS_KINDS[submission.status]  # type: ignore[attr-defined]


def seen(request: HatRequest, ref: str) -> Submission:
    """The submission with this reference, if the hat may see it; else it is as if there were none."""
    submission = get_object_or_404(Submission.objects.visible_to(request.hat), ref=ref)
    prepare([submission])
    return submission
