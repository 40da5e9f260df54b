"""Answers whatever is asked under /api/, before sessions, cookies, languages and forms of the pages come in: the API has none of them.

Only what stands before it in the settings touches the API: numbers of requests, HTTPS, static files, the content security policy.
"""

from collections.abc import Callable

from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.urls import resolve
from django.utils.log import log_response

from openmsix.api import problems, sizes
from openmsix.api.problems import KINDS, Problem

ROOT = "/api/"


class ApiMiddleware:
    """The door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer what is asked of the API; let everything else on to the pages."""
        if not request.path_info.startswith(ROOT):
            return self.get_response(request)
        answer = _answer(request)
        answer.headers.setdefault("Cache-Control", "no-store")
        for name, value in getattr(request, "limits", {}).items():
            answer.headers.setdefault(name, value)
        return answer


def _answer(request: HttpRequest) -> HttpResponseBase:
    try:
        request.get_host()  # one that is not ours is a bad request, as for the pages
        sizes.check(request)
        if request.method == "HEAD":  # the server leaves the body out
            request.method = "GET"
        view, args, kwargs = request.resolver_match = resolve(request.path_info)
        answer: HttpResponseBase = view(request, *args, **kwargs)
    except Exception as fault:
        return _of_fault(fault, request)
    if isinstance(answer, HttpResponseNotAllowed):
        return _refused(Problem(KINDS["method-not-allowed"], headers={"Allow": answer["Allow"]}), request)
    return answer


def _of_fault(fault: Exception, request: HttpRequest) -> HttpResponse:
    problem = problems.of(fault)
    if problem is not None and problem.kind.status < 500:
        return _refused(problem, request)
    answer = (problem or Problem(KINDS["fault"])).response(request)
    if problem is None:
        got_request_exception.send(sender=ApiMiddleware, request=request)
    log_response(
        "%s: %s", answer.reason_phrase, request.path, response=answer, request=request, exception=fault
    )
    return answer


def _refused(problem: Problem, request: HttpRequest) -> HttpResponse:
    answer = problem.response(request)
    log_response("%s: %s", answer.reason_phrase, request.path, response=answer, request=request)
    return answer
