"""Where the vendored files are, read from the manifest that `vendor.py` writes."""

import functools
import json
from pathlib import Path
from typing import Any

MANIFEST = Path(__file__).parent / "static" / "vendor" / "manifest.json"


@functools.cache
def manifest() -> dict[str, Any]:
    """The manifest: `packages` by short name, `files` with their sha256."""
    content: dict[str, Any] = json.loads(MANIFEST.read_text())
    return content


@functools.cache
def path(package: str, file: str) -> str:
    """The path of a vendored file under the static folder.

    Raises:
        KeyError: there is no such file.
    """
    place = f"{manifest()['packages'][package]['home']}/{file}"
    if place not in manifest()["files"]:
        raise KeyError(place)
    return f"vendor/{place}"
