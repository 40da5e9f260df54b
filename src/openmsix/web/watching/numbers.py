"""The number of a request."""

from django.http import HttpRequest


def number_of(request: HttpRequest | None) -> str:
    """The number of a request, by which its lines are found in the log; nothing if it has none."""
    return str(getattr(request, "number", ""))
