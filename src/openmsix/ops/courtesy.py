"""Who has many students at hand lets those go first who have few: between two pieces of its work it waits until they are done, though not for ever.

A few changed students are seen within seconds only if the cores are theirs for these seconds. Large submissions are taken in piece by piece (`flow` is told of each),
and lose little by a pause between two.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST = 3.0
"""Seconds of one wait: a few changed students are done by then, and however many of them come one after another, the large go on."""


class Courtesy:
    """Counts who has few at hand within this process."""

    def __init__(self) -> None:
        self._few = 0
        self._changed = threading.Condition()

    @contextmanager
    def first(self) -> Iterator[None]:
        """Within the block somebody has few at hand."""
        with self._changed:
            self._few += 1
        try:
            yield
        finally:
            with self._changed:
                self._few -= 1
                self._changed.notify_all()

    def wait(self, longest: float = LONGEST) -> None:
        """Wait until nobody has few at hand, and no longer than so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._few == 0, longest)
