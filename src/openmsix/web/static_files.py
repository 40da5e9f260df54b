"""Static files that browsers keep for good: those of packages stand in folders of their version, our own in folders of their content."""

import hashlib
import os
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

VENDOR = "vendor/"


@cache
def own(name: str) -> str:
    """The name of a file of ours that changes with its content: `own-0123456789ab/openmsix.css`. ValueError if there is none."""
    path = finders.find(name)
    if path is None:
        raise ValueError(f"There is no static file {name}")
    return f"own-{hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]}/{name}"


class NamedByContent(StaticFilesStorage):
    """Gives each file of ours the address that changes with its content."""

    def url(self, name: str | None) -> str:
        """The address of a file."""
        if name is None or name.startswith(VENDOR):
            return super().url(name)
        return super().url(own(name))


class StaticMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # untyped package
    """Serves each file of ours also at that address."""

    def add_file_to_dictionary(
        self, url: str, path: str, stat_cache: dict[str, os.stat_result] | None = None
    ) -> None:
        """Serve a file that was found when the process began."""
        super().add_file_to_dictionary(url, path, stat_cache=stat_cache)
        name = url.removeprefix(str(self.static_prefix))
        if url in self.files and not name.startswith(VENDOR):
            super().add_file_to_dictionary(f"{self.static_prefix}{own(name)}", path, stat_cache=stat_cache)
