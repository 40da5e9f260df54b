"""The page of the metrics, written from their declarations."""

from openmsix.dictionary.markdown import table

from .declared import METRICS, Source


def page() -> str:
    """`metrics.md`."""
    lines = [
        "# The metrics",
        "",
        "This page is made from `openmsix.ops.metrics.declared`. Do not edit it.",
        "",
        "`/metrics` tells them in Prometheus' text format. A counter is told with `_total` behind its name, a histogram with `_bucket`, `_sum` and `_count`.",
        "",
    ]
    for source in Source:
        told = [each for each in METRICS if each.source == source]
        lines += [
            f"## {source.name.capitalize()}: {source.value}",
            "",
            table(
                ("metric", "kind", "labels", "what it says"),
                ((f"`{each.name}`", each.kind, ", ".join(each.labels), each.meaning) for each in told),
            ),
        ]
    return "\n".join(lines)
