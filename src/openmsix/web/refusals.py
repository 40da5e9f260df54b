"""What the log says of a request that was refused, or that a fault of ours broke: its status and the name of the page.

Django's own lines about it become events of ours here. Neither the address nor what was typed is told, nor the words of a fault: each may name a child.
A wrong host is told, for the operator may have to allow it.
"""

import logging
from typing import Any

from django.urls import Resolver404, resolve

from openmsix.logs.events import EVENT, FIELDS_GIVEN
from openmsix.logs.faults import told
from openmsix.ops.older import is_database_away
from openmsix.web.watching.numbers import number_of

WRONG_HOST = "django.security.DisallowedHost"
NO_PAGE = "no page of ours"


class PlainRefusals(logging.Filter):
    """Makes one event of each refusal (4xx), of each request while the database is away (503), and of each fault of ours (500)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record on, Django's about a request as an event."""
        status = getattr(record, "status_code", None)
        fault = record.exc_info[1] if record.exc_info else None
        if isinstance(status, int) and 400 <= status < 500:
            record.exc_info = record.exc_text = None
            if record.name == WRONG_HOST:
                _becomes(record, "request.wrong_host", status=status, host=_host(record))
            else:
                _becomes(record, "request.refused", status=status, route=_page(record))
        elif isinstance(status, int) and is_database_away(fault):
            # One line a request is enough: where each met it says nothing.
            record.exc_info = record.exc_text = None
            _becomes(record, "request.no_database", status=503, route=_page(record), **_kinds(fault))
        elif isinstance(status, int):
            _becomes(record, "request.fault", status=status, route=_page(record))
        return True


def _kinds(fault: BaseException | None) -> dict[str, Any]:
    return told(fault) | {"at": None} if fault else {}


def _becomes(record: logging.LogRecord, event: str, **fields: Any) -> None:
    # Django tells some of it when the request is no longer at hand.
    number = number_of(getattr(record, "request", None)) or None
    record.__dict__ |= {EVENT: event, FIELDS_GIVEN: {"request": number, **fields}}


def _host(record: logging.LogRecord) -> str:
    return str(getattr(getattr(record, "request", None), "META", {}).get("HTTP_HOST", ""))


def _page(record: logging.LogRecord) -> str:
    return page_at(getattr(getattr(record, "request", None), "path_info", ""))


def page_at(path: str) -> str:
    """The name of the page at an address."""
    try:
        return resolve(path).view_name or NO_PAGE
    except Resolver404:
        return NO_PAGE
