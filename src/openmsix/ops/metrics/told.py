"""The numbers of the database in Prometheus' text format."""

from collections.abc import Iterable, Iterator

from django.db import Error
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family

from openmsix.ops.health import asking
from openmsix.ops.health.facts import Numbers

from . import declared, tallies
from .declared import METRICS, Metric, Source

Rows = Iterable[tuple[tuple[str, ...], float]]


class _Told:
    """What `generate_latest` asks for the families."""

    def __init__(self, families: list[Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Family]:
        yield from self._families


def exposed() -> bytes:
    """Ask once, and write. While the database is away, that alone is told."""
    try:
        told = [*_gauges(asking.numbers()), *_counted()]
    except Error:
        told = [_gauge(declared.DATABASE_UP, [((), 0)])]
    registry = CollectorRegistry()
    registry.register(_Told(told))
    return generate_latest(registry)


def _gauges(numbers: Numbers) -> Iterator[Family]:
    for metric, rows in _rows(numbers):
        yield _gauge(metric, rows)


def _gauge(metric: Metric, rows: Rows) -> Family:
    family = GaugeMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    for labels, value in rows:
        family.add_metric(labels, value)
    return family


def _rows(numbers: Numbers) -> Iterator[tuple[Metric, Rows]]:
    lanes, database = numbers.lanes, numbers.database
    yield declared.DATABASE_UP, [((), 1)]
    yield declared.SUBMISSIONS, numbers.submissions.items()
    yield declared.LANE_WAITING, (((each.name,), each.waiting) for each in lanes)
    yield declared.LANE_HELD, (((each.name,), each.held) for each in lanes)
    yield declared.LANE_AT_HAND, (((each.name,), each.at_hand) for each in lanes)
    yield declared.LANE_OLDEST, (((each.name,), each.oldest_seconds) for each in lanes)
    yield declared.JOBS_FAILED, [((), numbers.jobs_failed)]
    yield declared.WORKERS, [((), len(numbers.workers))]
    yield declared.WORKER_SIGN, _if_known(numbers.last_sign_seconds)
    yield declared.OPEN_TASKS, (((type_,), count) for type_, count in numbers.open_tasks.items())
    yield declared.UNSEALED, [((), numbers.unsealed_seconds)]
    yield declared.DATABASE_BYTES, [((), database.size)]
    yield declared.SESSIONS, [((), database.sessions)]
    yield declared.MOST_SESSIONS, [((), database.most_sessions)]
    yield declared.DISK_FREE, (((each.name,), each.free) for each in numbers.disks)
    yield declared.DISK_TOTAL, (((each.name,), each.total) for each in numbers.disks)
    yield declared.BACKUP, _if_known(numbers.backup_at.timestamp() if numbers.backup_at else None)


def _if_known(value: float | None) -> Rows:
    return [] if value is None else [((), value)]


def _counted() -> Iterator[Family]:
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for measure, labels, value in tallies.read():
        found.setdefault(measure, []).append((labels, value))
    for metric in METRICS:
        if metric.source == Source.TALLY:
            family = _histogram if metric.buckets else _counter
            yield family(metric, found.get(metric.name, []))


def _counter(metric: Metric, rows: list[tuple[dict[str, str], float]]) -> Family:
    family = CounterMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    for labels, value in rows:
        family.add_metric([labels[name] for name in metric.labels], value)
    return family


def _histogram(metric: Metric, rows: list[tuple[dict[str, str], float]]) -> Family:
    family = HistogramMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    by_labels: dict[tuple[str, ...], dict[str, float]] = {}
    for labels, value in rows:
        by_labels.setdefault(tuple(labels[name] for name in metric.labels), {})[labels["le"]] = value
    for values, found in by_labels.items():
        ends = [(f"{end:g}", found.get(f"{end:g}", 0.0)) for end in metric.buckets]
        family.add_metric(values, [*ends, ("+Inf", found[tallies.COUNT])], sum_value=found[tallies.SUM])
    return family
