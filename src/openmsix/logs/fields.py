"""The list of safe fields: what a line of the log may hold besides its time, level and event.

A field that is not on the list is left out; a value that does not look as its field says is left out too, so that no free text, and with it no
name or birth date, comes through by mistake.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

LEFT_OUT = "(left out)"
MOST_PLACES = 60
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True)
class Field:
    """One field: its name, what it says, and whether a value may stand in it."""

    name: str
    meaning: str
    admits: Callable[[Any], bool]


def _looks(pattern: str) -> Callable[[Any], bool]:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def _each(admits: Callable[[Any], bool], most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list | tuple) and len(value) <= most and all(map(admits, value))


_NAME = r"[A-Za-z_<][\w.<>]{0,119}"
_WORD = r"[a-z][a-z_]{0,39}"
_PLACE = rf"[\w./<>-]{{1,160}}:\d+ in {_NAME}"

_ALL = (
    Field("request", "the number of a request; the answer bears it as X-Request-ID", _looks(r"[0-9a-f]{16}")),
    Field("route", "the name of the page, never its address", _looks(r"[a-z0-9_-]+(:[a-z0-9_-]+)*|no page of ours")),
    Field("method", "the method of the request", METHODS.__contains__),
    Field("status", "the status of the answer", lambda value: _number(value) and 100 <= value < 600),
    Field("ms", "milliseconds until the answer", _number),
    Field("role", "the role of the hat worn, never the person", _looks(_WORD)),
    Field("host", "a host name that was refused; the operator may have to allow it", _looks(r"[A-Za-z0-9.:\[\]-]{1,253}")),
    Field("submission", "the reference of a submission", _looks(r"[A-Z]{2}-\d{8}-[0-9A-Z]{1,12}")),
    Field("proposal", "the reference of a merge or a split", _looks(r"M-\d{8}-[0-9A-Z]{1,12}")),
    Field("state", "a State's two letters", _looks(r"[A-Z]{2}")),
    Field("stage", "a stage of taking in", _looks(_WORD)),
    Field("standing", "the status of a submission", _looks(_WORD)),
    Field("lane", "a lane of the queue", _looks(r"[a-z][a-z0-9_-]{0,39}")),
    Field("job", "the number of a job", _number),
    Field("attempt", "how often the job was begun", _number),
    Field("worker", "the number of a worker", _number),
    Field("seconds", "how long it took", _number),
    Field("students", "how many students", _number),
    Field("rejected", "how many students were rejected", _number),
    Field("findings", "how many findings", _number),
    Field("rows", "how many rows", _number),
    Field("records", "how many records", _number),
    Field("questions", "how many near matches", _number),
    Field("most", "how many there may be at most", _number),
    Field("values", "how many values, never which", _number),
    Field("key", "a block key of the linkage, by its name", _looks(r"k_[a-z0-9_]{1,40}")),
    Field("action", "what a library says it does, in its own code word", _looks(_WORD)),
    Field("fault", "the kinds of a fault, the outermost first, never its words", _each(_looks(_NAME), 12)),
    Field("sqlstate", "PostgreSQL's code of the fault", _looks(r"[0-9A-Z]{5}")),
    Field("constraint", "the constraint of the database that was broken", _looks(r"[a-z][a-z0-9_]{0,62}")),
    Field("by", "file, line and function that wrote the line, of another package", _looks(_PLACE)),
    Field("at", "file, line and function where it passed, the innermost last", _each(_looks(_PLACE), MOST_PLACES)),
)  # fmt: skip

FIELDS: Mapping[str, Field] = MappingProxyType({field.name: field for field in _ALL})


def safe(given: Mapping[str, Any]) -> dict[str, Any]:
    """Of what is given, what a line may hold, in the order of the list."""
    return {
        name: given[name] if field.admits(given[name]) else LEFT_OUT
        for name, field in FIELDS.items()
        if given.get(name) is not None
    }
