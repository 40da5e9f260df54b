"""How large a request may be, said before any of it is read.

What a browser sends is read by the first check that asks for a form's token, before a page's rule is asked. So
size is held to here, from the headers alone: much may be sent only where files are sent, by who may send them.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from openmsix.accounts.permissions import Permission
from openmsix.intake.limits import LARGEST_FILE

FRAME = 1_000_000  # bytes of a sent form around its files


def most_bytes(request: HttpRequest) -> int:
    """How many bytes this request may bring, for whoever it comes from."""
    hat = getattr(request, "hat", None)
    sends_files = request.path_info == reverse("submissions:send")
    if sends_files and hat is not None and hat.may(Permission.SUBMIT_FILES):
        return LARGEST_FILE + FRAME
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


def is_too_large(request: HttpRequest) -> bool:
    """Whether the request says that it is larger than it may be, or does not say how large it is."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and request.headers.get("Transfer-Encoding"):
        return True
    return length.isdecimal() and int(length) > most_bytes(request)


class SizeMiddleware:
    """Answers 413 to what is too large, without reading it. Stands after `AccessMiddleware`, which says who comes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the request on, or refuse it."""
        if is_too_large(request):
            return render(request, "errors/413.html", status=413)
        return self.get_response(request)
