"""The room as Django knows it."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What the States said, by version."""

    name = "openmsix.records"
