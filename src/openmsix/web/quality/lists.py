"""The lists behind the figures, for the State that they concern: children, pairs of records, links. The audit keeps which were listed."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.deadlines import clock
from openmsix.identity.models import CandidatePair, Link, PairStatus, Proposal, Reason
from openmsix.identity.words import ProposalKind
from openmsix.intake.models import Submission
from openmsix.records.models import RecordVersion
from openmsix.reports.actions import bands
from openmsix.reports.models import DecidedPair, SuspectedDuplicate, SuspectedMerge
from openmsix.reports.queries import months, told_apart
from openmsix.reports.rates import NOT_WEIGHED
from openmsix.students.models import SearchRow
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import Filter, chips, page_of
from openmsix.web.tasks.merges import KIND_WORDS, standing

from . import words
from .rows import children_of, rows_of

MOST_PROPOSALS = 200
"""Of one day; all of them stand among the merges and splits."""


def _shown(request: HatRequest, template: str, title: str, **context: Any) -> HttpResponse:
    crumbs = [(_("Quality of identity"), reverse("quality:page"))]
    return render(request, template, {"title": title, "crumbs": crumbs, **context})


def _of_month(request: HatRequest) -> tuple[Filter, QuerySet[Submission]]:
    """The chips of the months, and the State's submissions of the one that is chosen, else of all."""
    by_month = chips(
        request,
        "month",
        _("Submitted in"),
        [(name, words.month(name)) for name in reversed(months())],
        everything=_("Any month"),
    )
    sent = Submission.objects.of_state(request.hat.state_code)
    if by_month.value:
        year, number = map(int, by_month.value.split("-"))
        sent = sent.filter(
            received_at__gte=clock.start_of(date(year, number, 1)),
            received_at__lt=clock.start_of(date(year + number // 12, number % 12 + 1, 1)),
        )
    return by_month, sent


@opens(Permission.SEE_QUALITY)
@require_safe
def merges(request: HatRequest) -> HttpResponse:
    """Children whose records may be of two: what their records say, side by side."""
    by_reason = chips(request, "reason", _("Why"), words.SUSPICIONS.items(), everything=_("All"))
    found = SuspectedMerge.objects.visible_to(request.hat).order_by("-records", "pk")
    if by_reason.value:
        found = found.filter(reasons__contains=[by_reason.value])
    page = page_of(request, found)
    children = children_of([one.pk for one in page], request.hat, "suspected merges")
    said: dict[str, list[SearchRow]] = {}
    for row in SearchRow.objects.filter(child__in=list(children)).order_by("state_code", "pk"):
        said.setdefault(row.child_id, []).append(row)
    rows = [
        (children[one.pk], said.get(one.pk, []), [words.SUSPICIONS[reason] for reason in one.reasons])
        for one in page
        if one.pk in children
    ]
    title = _("Children whose records may be of two")
    return _shown(request, "quality/children.html", title, page=page, rows=rows, filters=[by_reason])


def _is_live(side: str) -> Exists:
    """Whether the record on this side of a pair is one that its State has not closed since."""
    return Exists(RecordVersion.objects.live().filter(state_record=OuterRef(side)))


@opens(Permission.SEE_QUALITY)
@require_safe
def duplicates(request: HatRequest) -> HttpResponse:
    """Pairs of records with an open question that are so alike that they may well be one child."""
    by_kind = chips(request, "kind", _("Kept apart by"), words.APART.items(), everything=_("All"))
    still = CandidatePair.objects.filter(_is_live("left"), _is_live("right"), status=PairStatus.OPEN)
    found = SuspectedDuplicate.objects.visible_to(request.hat).filter(pair_id__in=still.values("pk"))
    if by_kind.value:
        found = found.filter(by_rule=by_kind.value == "rule")
    page = page_of(request, found.order_by("-weight", "pk"))
    rows = rows_of([one.pk for one in page], request.hat, "suspected duplicates")
    title = _("Records that may well be of one child")
    return _shown(request, "quality/pairs.html", title, page=page, rows=rows, filters=[by_kind])


@opens(Permission.SEE_QUALITY)
@require_safe
def decided(request: HatRequest) -> HttpResponse:
    """Pairs of records that people decided, by what the model weighed and what they said."""
    every = DecidedPair.objects.visible_to(request.hat)
    by_band = chips(request, "band", _("Match weight"), [(one, words.band(one)) for one in (*bands().names, NOT_WEIGHED)], everything=_("Any"))  # fmt: skip
    by_outcome = chips(request, "outcome", _("People said"), words.OUTCOMES.items(), everything=_("Anything"))
    chosen = {key: one.value for key, one in (("band", by_band), ("outcome", by_outcome)) if one.value}
    page = page_of(request, every.filter(**chosen).order_by("-pk"))
    rows = rows_of([one.pk for one in page], request.hat, "decided pairs")
    title = _("What people said of pairs of records")
    return _shown(request, "quality/pairs.html", title, page=page, rows=rows, filters=[by_band, by_outcome])


@opens(Permission.SEE_QUALITY)
@require_safe
def decisions(request: HatRequest) -> HttpResponse:
    """What was decided on one day, today by default: pairs found to be two children, and what was proposed, agreed or refused."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = clock.today()
    span = (clock.start_of(day), clock.start_of(day + timedelta(days=1)))
    page = page_of(request, told_apart(request.hat.state_code, *span))
    of_day = Q(started_at__gte=span[0], started_at__lt=span[1])
    of_day |= Q(decided_at__gte=span[0], decided_at__lt=span[1])
    proposals = Proposal.objects.visible_to(request.hat).filter(of_day).select_related("undoes")
    rows = rows_of(page, request.hat, "decisions of a day")
    return _shown(
        request,
        "quality/decisions.html",
        _("What was decided on one day"),
        page=page,
        rows=rows,
        day=day,
        proposals=[
            (one, KIND_WORDS[ProposalKind(one.kind)], standing(one))
            for one in proposals.prefetch_related("undoings").newest_first()[:MOST_PROPOSALS]
        ],
    )


@opens(Permission.SEE_QUALITY)
@require_safe
def asked(request: HatRequest) -> HttpResponse:
    """The near matches to which the State's submissions led."""
    by_month, sent = _of_month(request)
    page = page_of(request, CandidatePair.objects.filter(submission__in=sent).order_by("-pk"))
    rows = rows_of([one.pk for one in page], request.hat, "near matches")
    title = _("Near matches of the records that your State submitted")
    return _shown(request, "quality/pairs.html", title, page=page, rows=rows, filters=[by_month])


@opens(Permission.SEE_QUALITY)
@require_safe
def linked(request: HatRequest) -> HttpResponse:
    """The State's records that the model linked by itself, the least sure first."""
    by_month, sent = _of_month(request)
    found = Link.objects.filter(submission__in=sent, reason=Reason.MATCHED).order_by("weight", "pk")
    page = page_of(request, found.select_related("state_record"))
    children = children_of([one.msix_id for one in page], request.hat, "linked records")
    rows = [(one, children.get(one.msix_id)) for one in page]
    title = _("Records that the model linked by itself, the least sure first")
    return _shown(request, "quality/links.html", title, page=page, rows=rows, filters=[by_month])
