"""What a file must be before anything of it is looked at, the same at every door. Pure."""

from pathlib import Path

from openmsix.dictionary.formats import LOOKED_AT

from .formats import DOCUMENTS, format_of
from .unpack import why_no_zip

LARGEST_FILE = 2_000_000_000
"""Bytes; a part holds at most 40,000 students and is far smaller."""


def speaks_against(path: Path, name: str) -> str:
    """Why a whole file cannot be received, in words that begin with its name; empty if nothing speaks against it.

    Args:
        path: where it lies.
        name: what its sender calls it.
    """
    size = path.stat().st_size
    if not size:
        return f"{name} is empty."
    if size > LARGEST_FILE:
        return f"{name} is larger than 2 GB. Split it into parts."
    with path.open("rb") as file:
        if format_of(file.read(LOOKED_AT)) in DOCUMENTS:
            return ""
        reason = why_no_zip(file)
    if not reason:
        return ""
    return f"{name} is not a zip, XML or JSON file: {reason}. Put CSV files into one zip and send that."
