"""The room as Django knows it."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Who is who."""

    name = "openmsix.identity"
