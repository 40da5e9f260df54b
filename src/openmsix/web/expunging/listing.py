"""The requests that concern the hat's State, or all of them for the nation: those that wait first, then what became of the others."""

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.expunge import rules
from openmsix.expunge.models import WAITING, Expunging, Status
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import Facet, narrowed, page_of

from .words import STATUS_WORDS


@opens(Permission.EXPUNGE)
@require_safe
def listing(request: HatRequest) -> HttpResponse:
    """What waits, and what ended."""
    seen = Expunging.objects.visible_to(request.hat)
    ended = seen.exclude(status__in=WAITING)
    outcomes = [(key.value, STATUS_WORDS[key], Q(status=key)) for key in Status if key not in WAITING]
    filters, ended = narrowed(request, ended, [Facet("status", _("Outcome"), _("All"), outcomes)])
    waiting = [
        (asked, asked.status == Status.REQUESTED and rules.obstacle(request.hat, asked) is None)
        for asked in seen.filter(status__in=WAITING).newest_first()
    ]
    context = {"waiting": waiting, "page": page_of(request, ended.newest_first()), "filters": filters}
    return render(request, "expunging/list.html", context)


def waiting_for(hat: Hat) -> int:
    """How many requests this hat may approve."""
    waiting = Expunging.objects.visible_to(hat).waiting()
    return sum(rules.obstacle(hat, asked) is None for asked in waiting)
