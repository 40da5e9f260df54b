"""What the log says of a refused request: one line with its status and the name of the page.

Neither the address nor what was typed is told: both may name a child. A wrong host is told, for the operator may have to allow it.
"""

import logging

from django.urls import Resolver404, resolve

WRONG_HOST = "django.security.DisallowedHost"


class PlainRefusals(logging.Filter):
    """Makes one plain line of each refusal (4xx); whatever else is logged stays as it is."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record on, a refusal in plain words."""
        status = getattr(record, "status_code", None)
        if isinstance(status, int) and 400 <= status < 500:
            record.exc_info = record.exc_text = None
            if record.name != WRONG_HOST:
                record.msg, record.args = "%s refused at %s", (status, _page(record))
        return True


def _page(record: logging.LogRecord) -> str:
    try:
        return resolve(record.request.path_info).view_name  # type: ignore[attr-defined]
    except (AttributeError, Resolver404):
        return "no page of ours"
