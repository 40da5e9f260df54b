"""The pages as a Django application: it has templates and static files, and no tables."""

from django.apps import AppConfig


class Web(AppConfig):
    """The web door."""

    name = "openmsix.web"
    verbose_name = "Pages"
