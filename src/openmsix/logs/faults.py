"""A fault as the log tells it: its kinds, its places, and PostgreSQL's codes; never its words, which may quote a row."""

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .fields import MOST_PLACES

MOST_KINDS = 12


def led_to(fault: BaseException) -> Iterator[BaseException]:
    """The fault, and what led to it, one after the other."""
    seen: set[int] = set()
    now: BaseException | None = fault
    while now is not None and id(now) not in seen:
        yield now
        seen.add(id(now))
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)


def told(fault: BaseException) -> dict[str, Any]:
    """`fault`, `at`, and of a fault of the database `sqlstate` and `constraint`."""
    chain = list(led_to(fault))[:MOST_KINDS]
    found: dict[str, Any] = {"fault": [kind(each) for each in chain]}
    # What led to a fault came first: so the innermost place of all stands last where nothing led to it, and first otherwise.
    at = [place for each in reversed(chain) for place in places(each)]
    found["at"] = at[-MOST_PLACES:]
    for each in chain:
        if sqlstate := getattr(each, "sqlstate", None):
            found["sqlstate"] = sqlstate
            found["constraint"] = getattr(getattr(each, "diag", None), "constraint_name", None)
    return found


def kind(fault: BaseException) -> str:
    """The name of the fault's class, with its module unless that is Python's own."""
    module, name = type(fault).__module__, type(fault).__qualname__
    return name if module == "builtins" else f"{module}.{name}"


def places(fault: BaseException) -> list[str]:
    """File, line and function of each step, the innermost last."""
    steps = traceback.walk_tb(fault.__traceback__)
    return [place(frame.f_code.co_filename, line, frame.f_code.co_name) for frame, line in steps]


def place(file: str, line: int, function: str) -> str:
    """A place by its file within the package; the folders before that are this machine's own."""
    parts = Path(file).parts
    for root in ("site-packages", "src"):
        if root in parts:
            parts = parts[len(parts) - parts[::-1].index(root) :]
            break
    else:
        parts = parts[-2:]
    return f"{'/'.join(part.replace(' ', '_') for part in parts)}:{line} in {function}"
