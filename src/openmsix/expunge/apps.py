"""The room as Django knows it."""

from django.apps import AppConfig


class ExpungeConfig(AppConfig):
    """Removing what was sent in error."""

    name = "openmsix.expunge"
