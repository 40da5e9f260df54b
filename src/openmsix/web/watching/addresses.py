"""The addresses that machines ask."""

ALIVE, READY, METRICS = "/healthz", "/readyz", "/metrics"
PROBES = frozenset({ALIVE, READY, METRICS})
