"""Times taken, and lines about what goes on."""

import contextlib
import statistics
import time
from collections.abc import Iterator


@contextlib.contextmanager
def timed(into: dict[str, float], name: str) -> Iterator[None]:
    """Add the seconds of the block to an entry."""
    started = time.perf_counter()
    yield
    into[name] = into.get(name, 0.0) + time.perf_counter() - started


def say(words: str) -> None:
    """A line about what is going on."""
    print(f"[{time.strftime('%H:%M:%S')}] {words}", flush=True)


def p95(seconds: list[float]) -> float:
    """The time that 95 of 100 calls do not take longer than."""
    return statistics.quantiles(seconds, n=20)[-1]
