"""Linking against Splink alone: the same records, model and block keys, read from the database in both."""

from typing import Any

from tests.benchmarks.report import Line
from tests.benchmarks.timing import timed


def measure() -> list[Line]:
    """All records of the nation placed at once, as if none had a child yet, against bare `predict` over them."""
    from openmsix.matching.model import Model

    model = Model.load()
    spent: dict[str, float] = {}
    with timed(spent, "ours"):
        records, pairs, children = _ours(model)
    with timed(spent, "splink"):
        predicted = _bare(model)
    return [
        Line(
            "Linking: candidates, weights, decisions",
            f"{records:,} records, {pairs:,} pairs weighed, {children:,} children in {spent['ours']:.1f} s",
            f"bare Splink predict: {predicted:,} pairs in {spent['splink']:.1f} s",
            spent["ours"] / spent["splink"],
            "at most 1.5 times",
        )
    ]


def _ours(model: Any) -> tuple[int, int, int]:
    import polars as pl

    from openmsix import staging
    from openmsix.identity import candidates, rows
    from openmsix.matching.verdict import decide, unscored_pairs

    everyone = staging.read(
        f"SELECT state_record_id, state_code FROM {rows.TABLE} ORDER BY 1",
        {"record_id": pl.Int64, "state_code": pl.String},
    )
    nobody = pl.DataFrame(
        schema={"record_id": pl.Int64, "msix_id": pl.String, "state_code": pl.String, "live": pl.Boolean}
    )
    scored = candidates.many(everyone["record_id"], model)
    known = {"new": everyone, "membership": nobody}
    more = candidates.score(unscored_pairs(scored, **known, model=model), model)
    different = pl.DataFrame(schema={"record_id_l": pl.Int64, "record_id_r": pl.Int64})
    decisions = decide(pl.concat([scored, more]), **known, known_different=different, model=model)
    return everyone.height, scored.height, decisions.mint.height


def _bare(model: Any) -> int:
    """Splink as anybody would use it: its own blocking by the keys, its own predict, the term frequencies of the records."""
    import duckdb
    import polars as pl
    from splink import DuckDBAPI, Linker, block_on

    from openmsix import staging
    from openmsix.identity import rows
    from openmsix.matching.blocking import KEYS

    keys = ", ".join(key.name for key in KEYS)
    columns = ", ".join(f"m.{name}" for name in rows.PREPARED if name != "record_id")
    prepared = staging.read(
        f"SELECT m.state_record_id, {columns}, {keys} FROM {rows.TABLE} m ORDER BY 1",
        {**rows.PREPARED, **dict.fromkeys((key.name for key in KEYS), pl.Int64)},
    )
    settings = dict(model.splink) | {
        "blocking_rules_to_generate_predictions": [block_on(key.name) for key in KEYS]
    }
    with duckdb.connect() as connection:
        database = DuckDBAPI(connection)
        linker = Linker(database.register(prepared.to_arrow()), settings, log_level=None)
        predicted = linker.inference.predict(threshold_match_weight=model.possible_above)
        [(pairs,)] = predicted.as_duckdbpyrelation().aggregate("count(*)").fetchall()
        return int(pairs)
