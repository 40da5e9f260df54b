"""The room as Django knows it."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """What arrives: submissions, their parts, the answers and the findings."""

    name = "openmsix.intake"
