"""The samples for Prometheus name only metrics that there are, with labels that they have."""

import re
from pathlib import Path

from openmsix.ops.metrics.declared import METRICS

ALERTS = Path(__file__).resolve().parents[3] / "docs" / "prometheus" / "alerts.yml"
ENDINGS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
TOLD = {f"{each.name}{end}": each for each in METRICS for end in ENDINGS[each.kind]}


def test_every_metric_of_the_alerts_is_told() -> None:
    named = set(re.findall(r"\bopenmsix_[a-z_]+", ALERTS.read_text()))
    assert named
    assert named <= set(TOLD), named - set(TOLD)


def test_every_label_that_the_alerts_choose_by_is_the_metrics_own() -> None:
    for name, label in re.findall(r"\b(openmsix_[a-z_]+)\{([a-z]+)", ALERTS.read_text()):
        assert label in TOLD[name].labels
