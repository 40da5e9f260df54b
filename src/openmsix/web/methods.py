"""The methods of the site: it reads and it writes, nothing else. Which of the two a view serves, the view says (`require_safe`, `require_POST`)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

READ = frozenset({"GET", "HEAD"})
WRITE = frozenset({"POST"})


def served_by_class(view: Callable[..., Any]) -> frozenset[str] | None:
    """What a class of views serves; None for a function, which says so itself."""
    served = getattr(view, "view_class", None)
    if served is None:
        return None
    return (READ if hasattr(served, "get") else frozenset()) | (
        WRITE if hasattr(served, "post") else frozenset()
    )


class MethodsMiddleware:
    """Refuses every other method, whoever asks and before anything else is done: views of other packages take some for writing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on what reads or writes."""
        return self.get_response(request) if request.method in READ | WRITE else _refused(READ | WRITE)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Hold classes of views to what they serve: some send a person elsewhere first."""
        served = served_by_class(view)
        return None if served is None or request.method in served else _refused(served)


def _refused(served: frozenset[str]) -> HttpResponse:
    return HttpResponseNotAllowed(sorted(served))
