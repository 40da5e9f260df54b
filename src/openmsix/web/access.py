"""Who may open which address.

Every view declares its rule with `opens`, `opens_to_signed_in` or `opens_to_all`; a view without one opens to
nobody. Views of other packages stand in `OTHERS`, by where they are defined. The rule says who comes in;
what one sees inside is a filter of the rooms (`visible_to(hat)`, `for_hat(hat)`), whose default is nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse

from openmsix.accounts import context, hats
from openmsix.accounts.hats import Hat
from openmsix.accounts.models import User
from openmsix.accounts.permissions import Permission

HAT_IN_SESSION = "holding"
NOT_KEPT = "private, no-store"


class HatRequest(HttpRequest):
    """A request to a page that `opens` to a permission: somebody is signed in and wears a hat."""

    user: User
    hat: Hat


class SignedInRequest(HttpRequest):
    """A request of somebody who is signed in and may not wear a hat yet."""

    user: User
    hat: Hat | None
    hats: list[Hat]


@dataclass(frozen=True)
class Rule:
    """Who may open a view: everyone, everyone signed in, or who wears a hat with one of the permissions."""

    everyone: bool = False
    permissions: frozenset[Permission] = frozenset()

    def admits(self, hat: Hat | None) -> bool:
        """Whether somebody signed in, who wears this hat or none, comes in."""
        if not self.permissions:
            return True
        return hat is not None and any(hat.may(permission) for permission in self.permissions)


ALL = Rule(everyone=True)
SIGNED_IN = Rule()

# The views of other packages, and the page of another door.
OTHERS: Mapping[str, Rule] = {
    "openmsix.api.pages.page": ALL,
    "allauth.account.views.LoginView": ALL,
    "allauth.account.views.LogoutView": ALL,
    "allauth.account.views.AccountInactiveView": ALL,
    "allauth.account.views.PasswordResetDoneView": ALL,
    "allauth.account.views.PasswordResetFromKeyView": ALL,
    "allauth.account.views.PasswordResetFromKeyDoneView": ALL,
    "allauth.account.views.ReauthenticateView": SIGNED_IN,
    "allauth.account.views.PasswordChangeView": SIGNED_IN,
    "allauth.account.views.PasswordSetView": SIGNED_IN,
    # Comes after the password and before being signed in; allauth holds it to that stage.
    "allauth.mfa.base.views.AuthenticateView": ALL,
    "allauth.mfa.base.views.ReauthenticateView": SIGNED_IN,
    "allauth.mfa.base.views.IndexView": SIGNED_IN,
    "allauth.mfa.totp.views.ActivateTOTPView": SIGNED_IN,
    "allauth.mfa.totp.views.DeactivateTOTPView": SIGNED_IN,
    "allauth.mfa.recovery_codes.views.ViewRecoveryCodesView": SIGNED_IN,
    "allauth.mfa.recovery_codes.views.GenerateRecoveryCodesView": SIGNED_IN,
    "allauth.mfa.recovery_codes.views.DownloadRecoveryCodesView": SIGNED_IN,
}

View = TypeVar("View", bound=Callable[..., Any])


def _declare(view: View, rule: Rule) -> View:
    view.opens_to = rule  # type: ignore[attr-defined]
    return view


def opens(*permissions: Permission) -> Callable[[View], View]:
    """The view (a function or a class) opens to whoever wears a hat with one of these permissions."""
    rule = Rule(permissions=frozenset(permissions))
    return lambda view: _declare(view, rule)


def opens_to_signed_in(view: View) -> View:
    """The view opens to everyone signed in, with a hat or without."""
    return _declare(view, SIGNED_IN)


def opens_to_all(view: View) -> View:
    """The view opens to everyone, signed in or not."""
    return _declare(view, ALL)


def rule_of(view: Callable[..., Any]) -> Rule | None:
    """The rule of a view; none if nobody declared one."""
    declarer = getattr(view, "view_class", view)
    declared = getattr(view, "opens_to", None) or getattr(declarer, "opens_to", None)
    if isinstance(declared, Rule):
        return declared
    return OTHERS.get(f"{declarer.__module__}.{declarer.__qualname__}")


def hat_worn(request: HttpRequest, held: list[Hat]) -> Hat | None:
    """The hat chosen in this session, or the only one there is. None while several wait for a choice."""
    chosen = request.session.get(HAT_IN_SESSION)
    worn = [hat for hat in held if hat.holding_id == chosen]
    if worn:
        return worn[0]
    return held[0] if len(held) == 1 else None


class AccessMiddleware:
    """Sets `request.hat` (and `request.hats`, all that may be worn) and holds every view to its rule."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Find out who comes, under which hat."""
        held = (
            hats.of(request.user) if isinstance(request.user, User) or request.user.is_authenticated else []
        )
        request.hats = held  # type: ignore[attr-defined]
        request.hat = hat_worn(request, held) if held else None  # type: ignore[attr-defined]
        signed_in = request.user.is_authenticated
        with context.wearing(request.hat):  # type: ignore[attr-defined]
            answer = self.get_response(request)
        if signed_in or request.user.is_authenticated:
            # Any page may name a child, and browsers of offices are shared: nothing of it stays behind.
            answer["Cache-Control"] = NOT_KEPT
        return answer

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Let the request in, send it to sign in or to choose a hat, or refuse it."""
        rule = rule_of(view)
        if rule is None:
            raise PermissionDenied("This page has no rule that says who may open it.")
        if rule.everyone:
            return None
        if not request.user.is_authenticated:
            return _send(request, redirect_to_login(request.get_full_path(), str(settings.LOGIN_URL)).url)
        if rule.admits(request.hat):  # type: ignore[attr-defined]
            return None
        if request.hat is None and request.hats:  # type: ignore[attr-defined]
            return _send(request, f"{reverse('people:hats')}?{urlencode({'next': request.get_full_path()})}")
        raise PermissionDenied("The hat being worn does not open this page.")


def _send(request: HttpRequest, where: str) -> HttpResponseBase:
    """To another page; for a part of a page that htmx asks for, the whole page goes there."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": resolve_url(where)})
    return HttpResponseRedirect(where)
