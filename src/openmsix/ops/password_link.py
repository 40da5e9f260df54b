"""The link by which a person chooses a password: it works once and not for long, so that nobody else ever knows the password."""

import os
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from openmsix.config.home import served_at

if TYPE_CHECKING:
    from openmsix.accounts.hats import Hat
    from openmsix.accounts.models import User

LOCAL_SITE = "http://localhost:8000"


def site(given: str) -> str:
    """Where a browser finds the pages: what is given, else the first origin of `OPENMSIX_ORIGINS`, else where they are or were served on this machine.

    Raises:
        typer.BadParameter: what is given is no address of a site.
    """
    origins = [one for one in os.environ.get("OPENMSIX_ORIGINS", "").split() if "*" not in one]
    address = (given or next(iter(origins), "") or _served_here()).rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
        raise typer.BadParameter(
            f"{given} is no address of a site. Give one such as https://msix.example.org."
        )
    return address


def _served_here() -> str:
    try:
        return served_at().read_text(encoding="utf-8").strip() or LOCAL_SITE
    except OSError:
        return LOCAL_SITE


def make(*, user: "User", site: str, by: "Hat") -> str:
    """A new link. The present password, if there is one, holds until the person chooses another."""
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str
    from django.db import transaction
    from django.urls import reverse

    from openmsix.accounts import actions

    with transaction.atomic():
        actions.note_password_link(user=user, by=by)
        key = default_token_generator.make_token(user)
    named = {"uidb36": user_pk_to_url_str(user), "key": key}
    return f"{site}{reverse('account_reset_password_from_key', kwargs=named)}"


def days() -> int:
    """For how many days a link works."""
    from django.conf import settings

    return timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT).days
