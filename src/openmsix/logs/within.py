"""What is at hand: fields that every line bears while a block runs, such as the number of a request or the submission of a job."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

_at_hand: ContextVar[Mapping[str, Any]] = ContextVar("at_hand", default=MappingProxyType({}))


def at_hand() -> Mapping[str, Any]:
    """The fields of now."""
    return _at_hand.get()


@contextmanager
def within(**fields: Any) -> Iterator[None]:
    """Within the block, every line bears these fields too."""
    token = _at_hand.set({**_at_hand.get(), **fields})
    try:
        yield
    finally:
        _at_hand.reset(token)
