"""What changed since the State's submission before: what was mended, what is still there, what is new."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.intake import comparison
from openmsix.intake.comparison import Became
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import PAGE_SIZE, chips

from . import rules
from .listing import seen
from .reading import submission_before

WORDS = {
    Became.MENDED: gettext_lazy("Mended"),
    Became.STILL: gettext_lazy("Still there"),
    Became.NEW: gettext_lazy("New"),
    Became.NOT_SENT: gettext_lazy("Student not sent again"),
}
KINDS = {Became.MENDED: "good", Became.STILL: "attention", Became.NEW: "bad", Became.NOT_SENT: ""}


@opens(Permission.SEE_SUBMISSIONS)
@require_safe
def compare(request: HatRequest, ref: str) -> HttpResponse:
    """The findings of this submission and the one before, by what became of them."""
    submission = seen(request, ref)
    before = submission_before(submission)
    context: dict[str, Any] = {
        "submission": submission,
        "before": before,
        "crumbs": [
            (_("Submissions"), reverse("submissions:list")),
            (submission.ref, reverse("submissions:detail", args=[ref])),
        ],
    }
    if before is None or submission.checked_at is None:
        return render(request, "submissions/compare.html", context)
    counts = comparison.counts(earlier=before, later=submission)
    became = chips(
        request,
        "became",
        gettext_lazy("Findings"),
        [(each.value, words) for each, words in WORDS.items()],
        everything=gettext_lazy("Overview"),
        counts={each.value: count for each, count in counts.items()},
    )
    context |= {
        "filters": [became],
        "counts": {each.value: count for each, count in counts.items()},
        "recovered": comparison.recovered(earlier=before, later=submission),
    }
    if became.value:
        kind = Became(became.value)
        page = Paginator(range(counts[kind]), PAGE_SIZE).get_page(request.GET.get("page"))
        first = max(0, page.start_index() - 1)
        found = comparison.listed(earlier=before, later=submission, became=kind, first=first, most=PAGE_SIZE)
        context |= {"page": page, "found": [(one, rules.of_compared(one)) for one in found]}
        context |= {"kind_words": WORDS[kind], "kind_color": KINDS[kind]}
    return render(request, "submissions/compare.html", context)
