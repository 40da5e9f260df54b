"""What changed since the State's submission before: what was mended, what is still there, what is new."""

from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.intake import comparison
from openmsix.intake.comparison import Became, Compared
from openmsix.intake.models import Submission
from openmsix.intake.wording import Teller
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import PAGE_SIZE, chips

from . import rules
from .listing import seen
from .reading import numbers, submission_before, tally
from .words import CHANGE_WORDS

WORDS = {
    Became.NEW: gettext_lazy("New"),
    Became.STILL: gettext_lazy("Still there"),
    Became.MENDED: gettext_lazy("Mended"),
    Became.NOT_SENT: gettext_lazy("Student not sent again"),
}
HEADINGS = {
    Became.NEW: gettext_lazy("New findings"),
    Became.STILL: gettext_lazy("Findings that are still there"),
    Became.MENDED: gettext_lazy("Findings that are mended"),
    Became.NOT_SENT: gettext_lazy("Findings of students not sent again"),
}
COLORS = {Became.MENDED: "good", Became.STILL: "attention", Became.NEW: "bad", Became.NOT_SENT: "none"}
SHOWN_FIRST = 10

Found = list[tuple[Compared, dict[str, str]]]


@dataclass(frozen=True)
class Part:
    """The findings of which one thing became, as the page shows them. `found`: those that it lists."""

    kind: str
    words: str | Promise
    heading: str | Promise
    color: str
    address: str
    count: int
    found: Found


@opens(Permission.SEE_SUBMISSIONS)
@require_safe
def compare(request: HatRequest, ref: str) -> HttpResponse:
    """The findings of this submission and the one before, by what became of them, and which students changed."""
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
    if before is not None and submission.checked_at is not None:
        context |= _compared(request, submission, before)
    return render(request, "submissions/compare.html", context)


def _compared(request: HatRequest, submission: Submission, before: Submission) -> dict[str, Any]:
    overview = comparison.overview(earlier=before, later=submission, most=SHOWN_FIRST)
    options = [(each.value, words) for each, words in WORDS.items()]
    counts = {each.value: count for each, (count, _first) in overview.items()}
    became = chips(
        request,
        "became",
        gettext_lazy("Findings"),
        options,
        everything=gettext_lazy("Overview"),
        counts=counts,
    )
    words = rules.teller(submission)
    parts = {
        each: _part(each, count, _told(first, words), is_overview=not became.value)
        for each, (count, first) in overview.items()
    }
    context: dict[str, Any] = {"filters": [became], "parts": [parts[each] for each in WORDS]}
    if not became.value:
        return context | {
            "recovered": comparison.recovered(earlier=before, later=submission),
            "changes": tally(numbers(submission).change, CHANGE_WORDS),
        }
    kind = Became(became.value)
    page = Paginator(range(parts[kind].count), PAGE_SIZE).get_page(request.GET.get("page"))
    first = max(0, page.start_index() - 1)
    found = comparison.listed(earlier=before, later=submission, became=kind, first=first, most=PAGE_SIZE)
    return context | {"page": page, "listed": replace(parts[kind], found=_told(found, words))}


def _part(kind: Became, count: int, first: Found, *, is_overview: bool) -> Part:
    address = f"#{kind.value}" if is_overview else f"?became={kind.value}"
    return Part(kind.value, WORDS[kind], HEADINGS[kind], COLORS[kind], address, count, first)


def _told(found: list[Compared], words: Teller) -> Found:
    return [(one, rules.of_compared(one, words)) for one in found]
