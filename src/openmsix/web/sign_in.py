"""How signing in behaves: what allauth asks us while it checks a password or a second step."""

import base64
import hashlib
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy

from openmsix.accounts import actions
from openmsix.accounts.hats import Hat
from openmsix.accounts.models import User

FORGOTTEN = "account/email/password_reset_key"
"""How allauth calls the mail for a forgotten password."""
CHOSEN = "language"  # in the session: the language chosen before signing in


def speak(response: HttpResponse, locale: str) -> None:
    """Let the pages speak this language from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        locale,
        max_age=365 * 24 * 60 * 60,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def choose(request: HttpRequest, locale: str) -> None:
    """The person wants this language: keep it with the account, or until there is one in this session."""
    if isinstance(request.user, User):
        by = getattr(request, "hat", None) or Hat.bare(request.user)
        actions.set_language(user=request.user, locale=locale, by=by)
    else:
        request.session[CHOSEN] = locale


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped package
    """Accounts are made by people who may, never by signing up; each sign-in and change of password is written down."""

    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": gettext_lazy(
            "Too many wrong passwords were tried. Wait five minutes, then try again."
        )
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account for themselves."""
        return False

    def set_password(self, user: User, password: str) -> None:
        """Change the password, and write it down."""
        actions.set_password(user=user, password=password, by=Hat.bare(user))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write down that somebody could not sign in to an account."""
        super().authentication_failed(request, **credentials)
        actions.note_failed_sign_in(email=credentials.get("email") or "")

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The mail for a forgotten password in our own words, in the language of whoever reads it; the others as the library has them."""
        if template_prefix != FORGOTTEN:
            return super().render_mail(template_prefix, email, context, headers)  # type: ignore[no-any-return]
        user: User = context["user"]
        with translation.override(user.locale):
            subject, body = _forgotten(context["password_reset_url"])
        to = [email] if isinstance(email, str) else email
        return EmailMessage(subject, body, self.get_from_email(), to, headers=headers)

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Write down who signed in, and speak the person's language."""
        actions.note_sign_in(user=user)
        if chosen := request.session.pop(CHOSEN, None):
            actions.set_language(user=user, locale=chosen, by=Hat.bare(user))
        response: HttpResponse = super().post_login(request, user, **more)
        speak(response, user.locale)
        return response


def _forgotten(link: str) -> tuple[str, str]:
    """Subject and body of the mail to whoever forgot the password. It names nobody."""
    parts = (
        gettext("Somebody, probably you, asked openmsix for a new password for this e-mail address."),
        gettext("Choose it here:"),
        link,
        gettext("The link works once and for a few days."),
        gettext("If it was not you, do nothing: your password stays as it is."),
    )
    return f"openmsix: {gettext('choose a new password')}", "\n\n".join(parts) + "\n"


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # untyped package
    """The secrets of authenticator apps and recovery codes are kept encrypted with a key derived from the site's."""

    def encrypt(self, text: str) -> str:
        """The secret as it is kept."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret as the app knows it."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        """The name under which an authenticator app keeps the account."""
        return "openmsix"


def _box() -> Fernet:
    key = hashlib.sha256(b"second step of sign-in " + str(settings.SECRET_KEY).encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
