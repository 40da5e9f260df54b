"""The gate through which every line of every logger passes: ours and those of other packages.

An event of ours is told by its name and its safe fields. Of any other line it is told who wrote it and where; its message only where it stands word for
word in the program that wrote it: then it holds no value. Values filled into it, and the words of faults, are left out.
"""

import ast
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from .events import EVENT, EVENTS, FIELDS_GIVEN
from .faults import place, told
from .fields import LEFT_OUT, safe
from .within import at_hand

OTHER = "log"  # the event of a line that is none of ours
_LOGGER = re.compile(r"[A-Za-z_][\w.]{0,119}")


def line(record: logging.LogRecord) -> dict[str, Any]:
    """A record as the log may tell it."""
    name = getattr(record, EVENT, None)
    event = name if name in EVENTS else OTHER
    given: dict[str, Any] = {**at_hand(), **getattr(record, FIELDS_GIVEN, {})}
    made = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname if record.levelname in logging.getLevelNamesMapping() else str(record.levelno),
        "event": event,
    }  # fmt: skip
    if event == OTHER:
        made |= {
            "logger": record.name if _LOGGER.fullmatch(record.name) else LEFT_OUT,
            "message": _message(record),
        }
        given |= {"by": place(record.pathname, record.lineno, record.funcName or "-")} | _of_library(record)
    fault = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if fault is not None:
        given |= told(fault)
    return made | safe(given)


def _message(record: logging.LogRecord) -> str:
    """The message as it stands in the program, its gaps unfilled."""
    given = record.msg
    return given if isinstance(given, str) and given in _texts_of(record.pathname) else LEFT_OUT


@lru_cache(maxsize=512)
def _texts_of(file: str) -> frozenset[str]:
    """The texts that stand in a program as they are."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    # The pieces of a text with filled gaps are no texts of their own.
    pieces = {
        id(piece) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values
    }
    return frozenset(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces
    )  # fmt: skip


def _of_library(record: logging.LogRecord) -> dict[str, Any]:
    """What procrastinate says beside its messages: what it does, to which job."""
    job = getattr(record, "job", None)
    found: dict[str, Any] = {"action": getattr(record, "action", None)}
    if isinstance(job, Mapping):
        found |= {"job": job.get("id"), "attempt": job.get("attempts"), "lane": job.get("queue")}
    return {name: value for name, value in found.items() if value is not None}


class JsonLines(JsonFormatter):
    """One JSON object a line, for a program that gathers logs."""

    def format(self, record: logging.LogRecord) -> str:
        """The safe line and nothing else."""
        return self.serialize_log_record(line(record))


class PlainLines(logging.Formatter):
    """The same in words, for people at a terminal. Where a fault passed stands in lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """The safe line in words."""
        told = line(record)
        words = EVENTS[told["event"]].words if told["event"] in EVENTS else "{logger}: {message}"
        if "fault" in told and "{fault}" not in words:
            words += ": {fault}"
        shown = ("by", "request", "sqlstate", "constraint") if "at" in told else ("by",)
        more = ", ".join(f"{name} {told[name]}" for name in shown if name in told)
        said = f"{told['time']} {told['level']} {words.format_map(_Said(told))}{f' ({more})' if more else ''}"
        return "\n  ".join([said, *told.get("at", [])])


class _Said(dict[str, Any]):
    """The fields of a line, for its words: what is missing is a dash."""

    def __missing__(self, key: str) -> str:
        return "-"

    def __getitem__(self, key: str) -> Any:
        found = super().__getitem__(key)
        return " after ".join(found) if key == "fault" and isinstance(found, list) else found


def formatter(form: str = "") -> logging.Formatter:
    """The formatter of the form chosen: json, plain, or, where nothing is, plain at a terminal and JSON elsewhere."""
    if form not in ("json", "plain"):
        form = "plain" if sys.stderr is not None and sys.stderr.isatty() else "json"
    return JsonLines() if form == "json" else PlainLines()
