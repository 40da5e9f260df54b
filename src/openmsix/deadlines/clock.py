"""The one clock. Everything that asks for today or now asks here, so that tests and the demo can set it.

`OPENMSIX_TODAY=2026-11-23` sets the day for a whole process; `fixed(day)` sets it for a block of code, and `fixed(moment)` lets the clock stand there.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time

_fixed: ContextVar[date | None] = ContextVar("fixed", default=None)


def _day_set() -> date | None:
    if (fixed := _fixed.get()) is not None:
        return fixed.date() if isinstance(fixed, datetime) else fixed
    named = os.environ.get("OPENMSIX_TODAY")
    return date.fromisoformat(named) if named else None


def today() -> date:
    """The present day, in UTC."""
    return _day_set() or datetime.now(UTC).date()


def now() -> datetime:
    """The present moment, in UTC, on the day that `today` gives."""
    if isinstance(standing := _fixed.get(), datetime):
        return standing
    moment = datetime.now(UTC)
    day = _day_set()
    return datetime.combine(day, moment.timetz()) if day else moment


def start_of(day: date) -> datetime:
    """The first moment of a day, in UTC."""
    return datetime.combine(day, time(tzinfo=UTC))


def end_of(day: date) -> datetime:
    """The last moment of a day, in UTC."""
    return datetime.combine(day, time.max, tzinfo=UTC)


@contextmanager
def fixed(day: date) -> Iterator[None]:
    """Within the block it is this day or, if a moment is given (in UTC), this moment."""
    token = _fixed.set(day)
    try:
        yield
    finally:
        _fixed.reset(token)
