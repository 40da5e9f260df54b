"""Linking against Splink alone: the same records, model and block keys, read from the database in both."""

from typing import Any

import polars as pl

from tests.benchmarks.memory import of_placing
from tests.benchmarks.report import Line
from tests.benchmarks.timing import timed


def measure() -> list[Line]:
    """All records of the nation placed at once, as if none had a child yet, against bare `predict` and `cluster` over them."""
    from openmsix.identity import rows
    from openmsix.matching.model import Model

    model = Model.load()
    spent: dict[str, float] = {}
    with timed(spent, "ours"):
        records, pairs, children = _ours(model)
    with timed(spent, "splink"):
        predicted = _bare(model)
    megabytes = of_placing(rows.everyone())
    return [
        Line(
            "Linking: candidates, weights, decisions",
            f"{records:,} records, {pairs:,} pairs weighed, {children:,} children in {spent['ours']:.1f} s, {megabytes:,} MB",
            f"bare Splink predict and cluster: {predicted:,} pairs in {spent['splink']:.1f} s",
            spent["ours"] / spent["splink"],
            "at most 1.3 times, under 3,000 MB",
        )
    ]


def _ours(model: Any) -> tuple[int, int, int]:
    from openmsix.identity import rows
    from openmsix.matching.batch import placed_at_once

    everyone = rows.everyone()
    decisions, scored = placed_at_once(everyone, model)
    return everyone.height, scored.height, decisions.mint.height


def as_read() -> pl.DataFrame:
    """All prepared records with their block keys, read from PostgreSQL."""
    from openmsix import staging
    from openmsix.identity import rows
    from openmsix.matching.blocking import KEYS

    keys = ", ".join(key.name for key in KEYS)
    columns = ", ".join(f"m.{name}" for name in rows.PREPARED if name != "record_id")
    return staging.read(
        f"SELECT m.state_record_id, {columns}, {keys} FROM {rows.TABLE} m ORDER BY 1",
        {**rows.PREPARED, **dict.fromkeys((key.name for key in KEYS), pl.Int64)},
    )


def by_keys(model: Any) -> dict[str, Any]:
    """The model's settings with Splink's own blocking, by the same keys."""
    from splink import block_on

    from openmsix.matching.blocking import KEYS

    return dict(model.splink) | {
        "blocking_rules_to_generate_predictions": [block_on(key.name) for key in KEYS]
    }


def _bare(model: Any) -> int:
    """Splink as anybody would use it: its own blocking by the keys, its own predict, the term frequencies of the records."""
    import duckdb
    from splink import DuckDBAPI, Linker

    prepared = as_read()
    with duckdb.connect() as connection:
        database = DuckDBAPI(connection)
        linker = Linker(database.register(prepared.to_arrow()), by_keys(model), log_level=None)
        predicted = linker.inference.predict(threshold_match_weight=model.weighed_from)
        linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_weight=model.same_above
        )
        [(pairs,)] = predicted.as_duckdbpyrelation().aggregate("count(*)").fetchall()
        return int(pairs)
