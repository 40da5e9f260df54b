"""Sending every logger of a process through the gate, and what Python itself would print of a fault too."""

import logging
import os
import sys
import threading
from types import TracebackType
from typing import Any

from .events import tell

FORM, LEVEL = "OPENMSIX_LOG_FORMAT", "OPENMSIX_LOG_LEVEL"


def configuration(*, form: str, level: str, **filters: str) -> dict[str, Any]:
    """Python's logging as it is set up: one handler at the root, with the gate as its formatter. Loggers that packages give handlers of their own lose them.

    Those of other packages tell from WARNING on, or all at DEBUG: what they say besides is of little use without its values.

    `filters`: by name, classes that turn records of a library into events of ours.
    """
    others = "WARNING" if level == "INFO" else level
    ours = {"handlers": [], "propagate": True, "level": "NOTSET"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"gate": {"()": "openmsix.logs.gate.formatter", "form": form}},
        "filters": {name: {"()": path} for name, path in filters.items()},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "gate", "filters": [*filters]}
        },
        "root": {"handlers": ["console"], "level": others},
        "loggers": {
            "openmsix": {"level": level},
            **{name: dict(ours) for name in ("django", "django.server", "_granian", "granian.access")},
        },
    }


def runs_long() -> None:
    """Say that this process, or those it starts, run for long: unless told otherwise they tell of each request and stage, save at a terminal."""
    if not (sys.stderr and sys.stderr.isatty()):
        os.environ.setdefault(LEVEL, "INFO")


def catch_the_rest() -> None:
    """Tell through the gate also what Python prints by itself: warnings, and faults that nothing caught, in any thread."""
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda given: None if given.exc_type is SystemExit else _tell(given.exc_value)
    sys.unraisablehook = lambda given: _tell(given.exc_value)


def _uncaught(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _tell(fault)


def _tell(fault: BaseException | None) -> None:
    if fault is not None:
        tell("program.fault", exc=fault)
