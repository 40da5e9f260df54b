"""Requests, counted in each process of the pages.

One process counts for itself. Where several answer at one address, they share the folder named in PROMETHEUS_MULTIPROC_DIR, as prometheus-client defines
it, and any of them tells the numbers of all.
"""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from openmsix.ops.metrics.declared import REQUEST_SECONDS, REQUESTS

disable_created_metrics()  # type: ignore[no-untyped-call]
_OWN = CollectorRegistry()
_REQUESTS = Counter(REQUESTS.name, REQUESTS.meaning, REQUESTS.labels, registry=_OWN)
_SECONDS = Histogram(
    REQUEST_SECONDS.name,
    REQUEST_SECONDS.meaning,
    REQUEST_SECONDS.labels,
    buckets=REQUEST_SECONDS.buckets,
    registry=_OWN,
)


def request(*, route: str, status: int, seconds: float) -> None:
    """Count one request that was answered."""
    _REQUESTS.labels(route=route, status=str(status)).inc()
    _SECONDS.labels(route=route).observe(seconds)


def exposed() -> bytes:
    """The numbers in Prometheus' text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(_OWN)
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return generate_latest(shared)
