"""The list of submissions: of the own State, or of all States for the nation."""

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.intake.models import Submission
from openmsix.intake.states import Status
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import Facet, narrowed, page_of

from .words import KIND_WORDS, STATUS_WORDS


@opens(Permission.SEE_SUBMISSIONS)
@require_safe
def listing(request: HatRequest) -> HttpResponse:
    """The submissions, the newest first."""
    facets = [
        Facet("status", _("Status"), _("All"), [(key, STATUS_WORDS[key], Q(status=key)) for key in Status]),
        Facet("kind", _("Kind"), _("Both"), [(key, words, Q(kind=key)) for key, words in KIND_WORDS.items()]),
    ]
    filters, submissions = narrowed(request, Submission.objects.visible_to(request.hat), facets)
    page = page_of(request, submissions.newest_first())
    return render(request, "submissions/list.html", {"page": page, "filters": filters})


def seen(request: HatRequest, ref: str) -> Submission:
    """The submission with this reference, if the hat may see it; else it is as if there were none."""
    return get_object_or_404(Submission.objects.visible_to(request.hat), ref=ref)
