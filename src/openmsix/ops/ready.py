"""Making Django ready for a command that needs the database."""

import os


def django_ready() -> None:
    """Load the settings and the rooms; starts the embedded database if no other is named."""
    import django
    from django.apps import apps

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openmsix.config.settings")
    if not apps.ready:
        django.setup()
