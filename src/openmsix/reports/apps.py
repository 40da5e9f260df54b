"""The room as Django knows it."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Numbers, and the lists behind them."""

    name = "openmsix.reports"
