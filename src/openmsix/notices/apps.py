"""The room as Django knows it."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """What people are told of children who moved."""

    name = "openmsix.notices"
