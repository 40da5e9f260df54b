"""The pages of one child: the arrival sheet on top, then each part of the record under its own address."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.expunge import rules
from openmsix.identity.models import Proposal
from openmsix.students import queries
from openmsix.students.record import ConsolidatedRecord
from openmsix.web.access import HatRequest, opens
from openmsix.web.children import access as openings
from openmsix.web.children import pictures, present, purpose
from openmsix.web.templatetags.openmsix import in_fours

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PARTS: Mapping[str, "StrPromise"] = {
    "moves": _("Moves"),
    "courses": _("Courses and credits"),
    "enrollments": _("Enrollments"),
    "assessments": _("Assessments"),
    "health": _("Health"),
    "family": _("Family and identity"),
}


def opened(request: HatRequest, ref: str, what: str) -> ConsolidatedRecord | HttpResponseBase:
    """The record, with its disclosure; or where to go instead: to the question for the purpose, or to the living record."""
    chosen = purpose.of(request)
    if chosen is None:
        return purpose.ask_first(request)
    try:
        return queries.open_record(ref=ref, by=request.hat, purpose=chosen, what=what)
    except queries.NotReachable as error:
        raise Http404 from error
    except queries.Moved as error:
        here = gettext("MSIX ID %(former)s was retired into this one, %(now)s. Its records are here.")
        divided = gettext(
            "MSIX ID %(former)s is retired and leads here, to %(now)s. Some of its records were split off since: they are another child's now."
        )
        words = here if error.whole else divided
        messages.info(request, words % {"former": in_fours(error.former), "now": in_fours(error.now)})
        return HttpResponsePermanentRedirect(_address(error.ref, what))


def _page(
    request: HatRequest,
    ref: str,
    what: str,
    template: str,
    more: Callable[[ConsolidatedRecord], dict[str, Any]],
) -> HttpResponseBase:
    record = opened(request, ref, what)
    if not isinstance(record, ConsolidatedRecord):
        return record
    context = {
        "record": record,
        "born": record.identity["birth_date"],
        "sex": record.identity["sex"],
        "tabs": _tabs(request, ref, what),
        "purpose": purpose.in_words(purpose.of(request) or ""),
        "proposed": _proposed(record, request.hat),
        "may_propose": request.hat.may(Permission.PROPOSE),
        "may_print": request.hat.may(Permission.PRINT_RECORD),
        **more(record),
    }
    return render(request, template, context)


def _proposed(record: ConsolidatedRecord, hat: Hat) -> dict[str, Any] | None:
    """The proposal about the child that waits, and whether this hat may look at it."""
    waiting = Proposal.objects.open().filter(children__msix=record.msix_id, children__open=True)
    ref = waiting.values_list("ref", flat=True).first()
    if ref is None:
        return None
    return {"ref": ref, "ref_shown": waiting.visible_to(hat).exists()}


def _address(ref: str, what: str) -> str:
    """The page of a child that shows `what`: a part of the record, its sources or who opened it; else the arrival sheet."""
    if what in PARTS:
        return reverse("children:section", args=[ref, what])
    return reverse(f"children:{what if what in ('sources', 'access') else 'record'}", args=[ref])


def _tabs(request: HatRequest, ref: str, what: str) -> list[tuple[str, str, bool]]:
    """Name, address and whether it is the present one."""
    names = {"record": gettext("Arrival sheet"), **{part: str(name) for part, name in PARTS.items()}}
    if request.hat.may(Permission.SEE_SOURCES):
        names["sources"] = gettext("Sources")
    names["access"] = gettext("Who opened it")
    return [(name, _address(ref, one), one == what) for one, name in names.items()]


@opens(Permission.OPEN_RECORD)
@require_safe
def arrival(request: HatRequest, ref: str) -> HttpResponseBase:
    """The arrival sheet: one screen that answers what a registrar asks first."""
    return _page(
        request,
        ref,
        "record",
        "children/arrival.html",
        lambda record: present.arrival(record, queries.near_children(record, request.hat)),
    )


@opens(Permission.OPEN_RECORD)
@require_safe
def section(request: HatRequest, ref: str, part: str) -> HttpResponseBase:
    """One part of the record."""
    if part not in PARTS:
        raise Http404
    return _page(request, ref, part, f"children/{part}.html", present.PARTS[part])


@opens(Permission.SEE_SOURCES)
@require_safe
def sources(request: HatRequest, ref: str) -> HttpResponseBase:
    """Every state record exactly as sent, one column each."""
    return _page(
        request,
        ref,
        "sources",
        "children/sources.html",
        lambda record: (
            present.sources(record)
            | {"may_expunge": _may_expunge(record, request), "may_split": _may_split(record, request)}
        ),
    )


def _may_expunge(record: ConsolidatedRecord, request: HatRequest) -> bool:
    """Whether this person may ask that a record of the child is expunged."""
    return rules.may_take_part(request.hat, {source.state_code for source in record.sources})


def _may_split(record: ConsolidatedRecord, request: HatRequest) -> bool:
    """Whether this person may propose that some of the records are another child's."""
    return request.hat.may(Permission.PROPOSE) and len(record.sources) > 1


@opens(Permission.OPEN_RECORD)
@require_safe
def access(request: HatRequest, ref: str) -> HttpResponseBase:
    """Who opened the record, when and why."""
    return _page(
        request, ref, "access", "children/access.html", lambda record: openings.context(record, request.hat)
    )


@opens(Permission.OPEN_RECORD)
@require_safe
def picture(request: HatRequest, ref: str, name: str, digest: str) -> HttpResponse:
    """A chart of a page that was just opened, as an image."""
    try:
        record = queries.record_for_picture(ref=ref, by=request.hat)
    except (queries.NotReachable, queries.Moved) as error:
        raise Http404 from error
    image = pictures.drawn(record, name)
    if image is None or image.digest != digest:
        raise Http404
    return HttpResponse(image.svg(), content_type="image/svg+xml")
