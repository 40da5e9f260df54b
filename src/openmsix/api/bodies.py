"""What a caller sends, on the disk: as the one file of a form, or as the whole body. It is never held in memory."""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from types import MappingProxyType

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest

from openmsix.api.problems import Refused

FORM = "multipart/form-data"
JSON = "application/json"
BLOCK = 1 << 20

NAMES: Mapping[str, str] = MappingProxyType(
    {
        JSON: "batch.json",
        "application/zip": "submission.zip",
        "application/x-zip-compressed": "submission.zip",
        "application/xml": "submission.xml",
        "text/xml": "submission.xml",
        "application/octet-stream": "submission",
    }
)
"""The kinds of whole bodies that are taken, and the name of a file that came without one. What a file really is, the intake finds out."""

ACCEPT_POST = ", ".join((FORM, *NAMES))


@dataclass(frozen=True)
class Sent:
    """A file as it was sent. `digest`: SHA-256 of its content."""

    path: Path
    name: str
    digest: str
    kind: str


@contextmanager
def on_disk(request: HttpRequest) -> Iterator[Sent]:
    """The file that was sent, while the block runs.

    Raises:
        Refused: the body is of a kind that is not taken, holds no file or more than one, is empty, or ended too early.
    """
    kind = (request.content_type or "").lower()
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused(
            "wrong-media-type",
            "Send the body without Content-Encoding.",
            headers={"Accept-Post": ACCEPT_POST},
        )
    if kind == FORM:
        try:
            yield _of_form(request)
        finally:
            request.close()  # which takes what was uploaded off the disk
    elif kind in NAMES:
        handle, path = tempfile.mkstemp(prefix="api-")
        try:
            with os.fdopen(handle, "wb") as file:
                digest, size = _copy(request, file.write)
            _check_whole(request, size)
            yield Sent(Path(path), _name(request) or NAMES[kind], digest, kind)
        finally:
            Path(path).unlink()
    else:
        said = f"{kind or 'A body without Content-Type'} is not taken here. Send {ACCEPT_POST}."
        raise Refused(
            "wrong-media-type", said if _is_plain(kind) else "", headers={"Accept-Post": ACCEPT_POST}
        )


def _is_plain(kind: str) -> bool:
    return re.fullmatch(r"[a-z0-9.+/-]{0,100}", kind) is not None


def _of_form(request: HttpRequest) -> Sent:
    files = [file for _, named in request.FILES.lists() for file in named]
    if len(files) != 1:
        raise Refused(
            "not-received", f"The form holds {len(files) or 'no'} files. Send one file in each call."
        )
    [file] = files
    assert isinstance(file, TemporaryUploadedFile)  # the settings put every upload on the disk
    if not file.size:
        raise Refused("not-received", "The file is empty.")
    digest = hashlib.sha256()
    for block in file.chunks(BLOCK):  # never closed here: closing takes it off the disk
        digest.update(block)
    return Sent(
        Path(file.temporary_file_path()),
        file.name or "submission",
        digest.hexdigest(),
        file.content_type or "",
    )


def _copy(request: HttpRequest, write: Callable[[bytes], int]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := request.read(BLOCK):
        digest.update(block)
        size += write(block)
    return digest.hexdigest(), size


def _check_whole(request: HttpRequest, size: int) -> None:
    said = request.META.get("CONTENT_LENGTH") or "0"
    if said.isdecimal() and size < int(said):
        raise Refused("body-cut-short", f"{size:,} of {int(said):,} bytes came.")
    if not size:
        raise Refused(
            "not-received", "The body is empty. Send the file as the body, or as the one file of a form."
        )


def _name(request: HttpRequest) -> str:
    """The name of the file that stands in Content-Disposition, without folders. The intake takes out what no name has."""
    message = Message()
    message["Content-Disposition"] = request.headers.get("Content-Disposition", "")
    return re.split(r"[\\/]", message.get_filename() or "")[-1]
