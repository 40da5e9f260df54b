"""What the log says of a request that was refused, or that a fault of ours broke: its status and the name of the page.

Neither the address nor what was typed is told, nor the words of a fault: each may name a child. A wrong host is told, for the operator
may have to allow it.
"""

import logging
import traceback

from django.urls import Resolver404, resolve

from openmsix.ops.older import is_database_away

WRONG_HOST = "django.security.DisallowedHost"


class PlainRefusals(logging.Filter):
    """Makes one plain line of each refusal (4xx), and of each request while the database is away.

    Of a fault of ours (500) it leaves the kinds and places; the rest stays as it is.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record on, a refusal in plain words."""
        status = getattr(record, "status_code", None)
        if isinstance(status, int) and 400 <= status < 500:
            record.exc_info = record.exc_text = None
            if record.name != WRONG_HOST:
                record.msg, record.args = "%s refused at %s", (status, _page(record))
        elif record.exc_info and is_database_away(record.exc_info[1]):
            fault = str(record.exc_info[1]).partition("\n")[0]
            record.exc_info = record.exc_text = None
            record.msg, record.args = "503 at %s: the database is away: %s", (_page(record), fault)
        elif record.exc_info and record.exc_info[1] and status == 500:
            told = _kinds_and_places(record.exc_info[1])
            record.exc_info = record.exc_text = None
            record.msg, record.args = "500 at %s: %s", (_page(record), told)
        return True


def _kinds_and_places(fault: BaseException) -> str:
    """A fault and what led to it, the outermost first, each with where it passed."""
    told = f"{type(fault).__name__}\n{''.join(traceback.format_tb(fault.__traceback__))}"
    led = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return f"{told}after {_kinds_and_places(led)}" if led else told


def _page(record: logging.LogRecord) -> str:
    try:
        return resolve(record.request.path_info).view_name  # type: ignore[attr-defined]
    except (AttributeError, Resolver404):
        return "no page of ours"
