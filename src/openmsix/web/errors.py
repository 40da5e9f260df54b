"""What is shown when a page cannot be: what happened, what was kept, what to do."""

import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template import loader

from openmsix.matching.model_file import ModelNotUsable
from openmsix.ops.older import is_database_away, is_database_older, is_out_of_room
from openmsix.web.watching.numbers import number_of


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the browser sent something that no page asks for."""
    return render(request, "errors/400.html", status=400)


def no_permission(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the hat does not open the page."""
    return render(request, "errors/403.html", status=403)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form came without its token, as when the page stood open too long or cookies are off."""
    return render(request, "errors/expired.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing is here, or nothing that this hat reaches; the two look the same on purpose."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Made without request and database, so that it can always be shown."""
    fault = sys.exc_info()[1]
    told = {
        "number": number_of(request),
        "older": is_database_older(fault),
        "sent": request.method == "POST",
    }
    if is_database_away(fault):
        words = loader.render_to_string("errors/503.html", told)
        return HttpResponse(words, status=503, headers={"Retry-After": "60"})
    if isinstance(fault, ModelNotUsable):
        words = loader.render_to_string("errors/model.html", told)
        return HttpResponse(words, status=503, headers={"Retry-After": "600"})
    if is_out_of_room(fault):
        words = loader.render_to_string("errors/507.html", told)
        return HttpResponse(words, status=507, headers={"Retry-After": "600"})
    return HttpResponse(loader.render_to_string("errors/500.html", told), status=500)


class WrongMethodMiddleware:
    """Puts a page into the empty answer of 405, when an address that only takes forms is opened."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let the request on; explain the refusal."""
        answer = self.get_response(request)
        if isinstance(answer, HttpResponse) and answer.status_code == 405:
            answer.content = loader.render_to_string("errors/405.html", request=request).encode()
        return answer
