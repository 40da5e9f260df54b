"""Adding to what is counted in the database, and reading it: one statement each."""

import json
from collections import Counter
from collections.abc import Iterator

from openmsix import staging

from .declared import Metric

SUM, COUNT = "sum", "count"

_ADD = """
    INSERT INTO ops_tally (measure, labels, value)
    SELECT measure, labels, sum(value)
    FROM unnest(%s::text[], %s::jsonb[], %s::float8[]) AS given (measure, labels, value)
    GROUP BY measure, labels ORDER BY measure, labels
    ON CONFLICT (measure, labels) DO UPDATE SET value = ops_tally.value + excluded.value
"""


class Tallies:
    """Numbers to be added together."""

    def __init__(self) -> None:
        self._given: Counter[tuple[str, str]] = Counter()

    def count(self, metric: Metric, value: float = 1, /, **labels: str) -> None:
        """Add to a counter."""
        self._given[metric.name, json.dumps(labels, sort_keys=True)] += value  # type: ignore[assignment]

    def observe(self, metric: Metric, value: float, /, **labels: str) -> None:
        """Add one value to a histogram: to each bucket that holds it, to its sum and to its count."""
        for end in metric.buckets:
            if value <= end:
                self.count(metric, 1, le=f"{end:g}", **labels)
        self.count(metric, 1, le=COUNT, **labels)
        self.count(metric, value, le=SUM, **labels)

    def add(self) -> None:
        """Write them, and begin anew."""
        if self._given:
            measures, labels = zip(*self._given, strict=True)
            staging.run(_ADD, [list(measures), list(labels), [float(each) for each in self._given.values()]])
            self._given.clear()


def read() -> Iterator[tuple[str, dict[str, str], float]]:
    """Every tally: the name of its metric, its labels, its value."""
    for measure, labels, value in staging.rows(
        "SELECT measure, labels::text, value FROM ops_tally ORDER BY 1, 2"
    ):
        yield measure, json.loads(labels), value
