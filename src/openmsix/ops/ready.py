"""Making Django ready for a command that needs the database."""

import os


def check_there_is_an_exchange() -> None:
    """For a command that only reads: refuse to make an empty exchange where there is none.

    Raises:
        SystemExit: no database is named, and this installation has none of its own yet; the message says how to begin.
    """
    from openmsix.config import home

    if not there_is_an_exchange():
        raise SystemExit(
            f"There is no exchange in {home.home()} yet: begin with `openmsix demo` (a made-up nation) or `openmsix serve` (an empty one), or name "
            "the folder or database of another one in OPENMSIX_HOME or DATABASE_URL."
        )


def there_is_an_exchange() -> bool:
    """Whether a database is named, or this installation has one of its own. A home that is a file counts: what is wrong with it is told where it is opened."""
    from openmsix.config import embedded, home

    return bool(os.environ.get("DATABASE_URL")) or home.home().is_file() or embedded.folder().exists()


def django_ready() -> None:
    """Load the settings and the rooms; starts the embedded database if no other is named."""
    import django
    from django.apps import apps

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openmsix.config.settings")
    if not apps.ready:
        django.setup()
