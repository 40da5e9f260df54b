"""Every change of the MSIX IDs of a State's students, so that the State's own system can follow."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.identity import changes as id_changes
from openmsix.identity.models import IdChange
from openmsix.web.access import HatRequest, opens
from openmsix.web.downloads import attachment
from openmsix.web.lists import chips, page_of

KINDS = (("first", _("First MSIX ID")), ("other", _("Another MSIX ID than before")))


@opens(Permission.SEE_ID_CHANGES)
@require_safe
def changes(request: HatRequest) -> HttpResponse:
    """The changes after the mark in the address, the oldest first."""
    since = _mark(request)
    rows = id_changes.told_after(request.hat.state_code, since)
    kind = chips(request, "kind", _("Kind"), KINDS, everything=_("All"))
    if kind.value:
        rows = rows.filter(before__isnull=kind.value == "first")
    page = page_of(request, rows)
    last = IdChange.objects.filter(state_code=request.hat.state_code).order_by("-pk").first()
    context = {"page": page, "since": since, "last": last, "filters": [kind]}
    return render(request, "ids/changes.html", context)


@opens(Permission.SEE_ID_CHANGES)
@require_safe
def as_csv(request: HatRequest) -> StreamingHttpResponse:
    """The same changes as a CSV file."""
    since = _mark(request)
    state = request.hat.state_code
    return attachment(
        f"id-changes-{state}-after-{since}.csv",
        "text/csv; charset=utf-8",
        id_changes.as_csv(id_changes.changes_after(state or "", since)),
    )


def _mark(request: HatRequest) -> int:
    """The number of the last change that the State has seen; 0 for none. Anything but a number counts as none."""
    given = request.GET.get("since", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
