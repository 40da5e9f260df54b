"""Choosing a hat, and the own account."""

from allauth.account.views import password_reset
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from openmsix.accounts import actions
from openmsix.accounts.hats import Hat
from openmsix.notices import mailing
from openmsix.web.access import HAT_IN_SESSION, SignedInRequest, opens_to_all, opens_to_signed_in
from openmsix.web.sign_in import choose, speak


@opens_to_signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def hats_held(request: SignedInRequest) -> HttpResponse:
    """Which of my hats do I wear now?"""
    onward = _safe(request, request.POST.get("next") or request.GET.get("next") or "")
    chosen = next((hat for hat in request.hats if str(hat.holding_id) == request.POST.get("holding")), None)
    if chosen is not None:
        request.session[HAT_IN_SESSION] = chosen.holding_id
        actions.note_hat(hat=chosen)
        return HttpResponseRedirect(onward)
    return render(
        request,
        "people/hats.html",
        {"hats": request.hats, "next": onward, "nothing_chosen": request.method == "POST"},
    )


@opens_to_signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: SignedInRequest) -> HttpResponse:
    """What does the system know about me, in which language does it speak to me, and does it write to me?"""
    locale = request.POST.get("locale", "")
    if locale in dict(settings.LANGUAGES):
        choose(request, locale)
        with override(locale):
            messages.success(request, _("Saved. This is the language of your pages from now on."))
        response = HttpResponseRedirect(reverse("people:account"))
        speak(response, locale)
        return response
    if request.POST.get("moves") in ("yes", "no"):
        wanted = request.POST["moves"] == "yes"
        by = request.hat or Hat.bare(request.user)
        actions.set_mail_of_moves(user=request.user, wanted=wanted, by=by)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("people:account"))
    context = {
        "hats": request.hats,
        "languages": settings.LANGUAGES,
        "hears_of_moves": any(hat.role.key in mailing.ROLES for hat in request.hats),
        "sends_mail": settings.SENDS_MAIL,
    }
    return render(request, "people/account.html", context)


@opens_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponseBase:
    """How do I come in without my password? By a mail, or where no mail is sent, by the operator."""
    if settings.SENDS_MAIL:
        answer: HttpResponseBase = password_reset(request)
        return answer
    return render(request, "people/forgotten.html")


@opens_to_all
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak this language from here on."""
    response = HttpResponseRedirect(_safe(request, request.POST.get("next", "")))
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        choose(request, chosen)
        speak(response, chosen)
    return response


def _safe(request: HttpRequest, address: str) -> str:
    """An address of this site, or the home page."""
    here = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if here and address else reverse("home:home")
