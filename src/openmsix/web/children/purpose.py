"""Why somebody opens records: asked once a session for each hat, shown on every page, written into each disclosure."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.audit.purposes import Purpose
from openmsix.web.access import HatRequest, opens

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PURPOSES: Mapping[str, "StrPromise"] = {each.value: _(each.words) for each in Purpose}
DEFAULTS: Mapping[str, str] = {
    "district_data_administrator": Purpose.QUALITY,
    "regional_data_administrator": Purpose.QUALITY,
    "state_data_administrator": Purpose.QUALITY,
    "privacy_act_administrator": Purpose.REQUEST,
}
IN_SESSION = "purpose"


def of(request: HatRequest) -> str | None:
    """The purpose chosen in this session under the hat being worn; None if it was not asked yet."""
    chosen: Mapping[str, str] = request.session.get(IN_SESSION, {})
    return chosen.get(str(request.hat.holding_id))


def in_words(purpose: str) -> str:
    """A purpose as it stands on pages; one that is not on the list is shown as it was written down."""
    return str(PURPOSES.get(purpose, purpose))


def default(hat: Hat) -> str:
    """What a hat opens records for most of the time."""
    return DEFAULTS.get(hat.role.key, Purpose.ENROLLMENT)


def ask_first(request: HatRequest) -> HttpResponseRedirect:
    """To the question, and from there back to this page."""
    query = urlencode({"next": request.get_full_path()}, safe="/")
    return HttpResponseRedirect(f"{reverse('children:purpose')}?{query}")


@opens(Permission.OPEN_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HatRequest) -> HttpResponse:
    """The question, and its answer."""
    onward = _onward(request)
    answer = request.POST.get("purpose", "")
    if request.method == "POST" and answer in PURPOSES:
        chosen = dict(request.session.get(IN_SESSION, {}))
        chosen[str(request.hat.holding_id)] = answer
        request.session[IN_SESSION] = chosen
        return HttpResponseRedirect(onward)
    context = {
        "purposes": PURPOSES.items(),
        "chosen": of(request) or default(request.hat),
        "onward": onward,
        "error": gettext("Choose one purpose.") if request.method == "POST" else "",
    }
    return render(request, "children/purpose.html", context, status=422 if context["error"] else 200)


def _onward(request: HttpRequest) -> str:
    onward = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(onward, allowed_hosts=None) and onward.startswith("/")
    return onward if allowed else reverse("home:home")
