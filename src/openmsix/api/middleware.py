"""Answers whatever is asked under /api/, before sessions, cookies, languages and forms of the pages come in: the API has none of them.

Only what stands before it in the settings touches the API: HTTPS, static files, the content security policy.
"""

import logging
import re
import uuid
from collections.abc import Callable

from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.urls import resolve
from django.utils.log import log_response

from openmsix.api import problems, sizes
from openmsix.api.problems import KINDS, Problem

ROOT = "/api/"
REQUEST_ID = "X-Request-ID"
log = logging.getLogger(__name__)


class ApiMiddleware:
    """The door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer what is asked of the API; let everything else on to the pages."""
        if not request.path_info.startswith(ROOT):
            return self.get_response(request)
        request_id = _request_id(request)
        answer = _answer(request, request_id)
        answer[REQUEST_ID] = request_id
        answer.headers.setdefault("Cache-Control", "no-store")
        for name, value in getattr(request, "limits", {}).items():
            answer.headers.setdefault(name, value)
        return answer


def _request_id(request: HttpRequest) -> str:
    """The caller's own id of the request if it is harmless, else a new one."""
    given = request.headers.get(REQUEST_ID, "")
    return given if re.fullmatch(r"[A-Za-z0-9_-]{8,64}", given) else uuid.uuid4().hex


def _answer(request: HttpRequest, request_id: str) -> HttpResponseBase:
    try:
        request.get_host()  # one that is not ours is a bad request, as for the pages
        sizes.check(request)
        if request.method == "HEAD":  # the server leaves the body out
            request.method = "GET"
        view, args, kwargs = request.resolver_match = resolve(request.path_info)
        answer: HttpResponseBase = view(request, *args, **kwargs)
    except Exception as fault:
        return _of_fault(fault, request, request_id)
    if isinstance(answer, HttpResponseNotAllowed):
        return _refused(
            Problem(KINDS["method-not-allowed"], headers={"Allow": answer["Allow"]}), request, request_id
        )
    return answer


def _of_fault(fault: Exception, request: HttpRequest, request_id: str) -> HttpResponse:
    problem = problems.of(fault, request)
    if problem is not None and problem.kind.status < 500:
        return _refused(problem, request, request_id)
    answer = (problem or Problem(KINDS["fault"])).response(request_id)
    if problem is None:
        got_request_exception.send(sender=ApiMiddleware, request=request)
    log.error("Request %s of the API failed", request_id)
    log_response(
        "%s: %s", answer.reason_phrase, request.path, response=answer, request=request, exception=fault
    )
    return answer


def _refused(problem: Problem, request: HttpRequest, request_id: str) -> HttpResponse:
    answer = problem.response(request_id)
    log_response("%s: %s", answer.reason_phrase, request.path, response=answer, request=request)
    return answer
