"""The API as a Django application. Its tables hold what HTTP needs: first answers by idempotency key, and counted calls."""

from django.apps import AppConfig


class Api(AppConfig):
    """The API door."""

    name = "openmsix.api"
    verbose_name = "API"
