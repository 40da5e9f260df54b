"""How large a body may be, said before any of it is read, from the headers alone. Files come to one address only."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from openmsix.api.problems import Refused
from openmsix.intake.limits import LARGEST_FILE

FRAME = 1_000_000  # bytes of a sent form around its file


def most_bytes(request: HttpRequest) -> int:
    """How many bytes this request may bring."""
    if request.path_info == reverse("api:submit"):
        return LARGEST_FILE + FRAME
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


def check(request: HttpRequest) -> None:
    """Refuse what says that it is larger than it may be, or does not say how large it is."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and request.headers.get("Transfer-Encoding"):
        raise Refused("length-required")
    if length.isdecimal() and int(length) > (most := most_bytes(request)):
        raise Refused("too-large", f"At most {most:,} bytes are taken here; none of it was read.")
