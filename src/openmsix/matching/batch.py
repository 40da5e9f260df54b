"""The batch engine: Splink on DuckDB weighs every pair of records that share a block key."""

from logging import getLogger

import duckdb
import polars as pl
from splink import DuckDBAPI, Linker

from openmsix.matching.blocking import KEYS, block_keys, capped
from openmsix.matching.compare import COMPARISONS
from openmsix.matching.model import RARITY_FEATURES, Model
from openmsix.matching.prepare import COLUMNS
from openmsix.matching.scorer import SCORED, with_vetoes

log = getLogger(__name__)


def score_candidates(existing: pl.DataFrame, new: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Weigh each new record against the existing and the other new records that share a block key with it.

    Args:
        existing: prepared records already known; may be empty.
        new: prepared records to be placed; no `record_id` occurs in both.
        model: the trained model.

    Returns:
        The columns of `SCORED`, each pair once: `record_id_l` is new, `record_id_r` is existing or a new record
        with a greater id. Sorted by both.
    """
    pairs = candidates(existing, new)
    if pairs.is_empty():
        return pl.DataFrame(schema=SCORED)
    involved = pl.concat([existing.select(COLUMNS), new.select(COLUMNS)])
    return score_given_pairs(involved, pairs, model).sort("record_id_l", "record_id_r")


def candidates(existing: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """The pairs that share a block key: `record_id_l` (new) and `record_id_r` (existing, or new with a greater id).

    Keys shared by too many records are left out and logged by name and size, without their values.
    """
    keys, oversized = capped(pl.concat([block_keys(existing), block_keys(new)]))
    for name, values, records in (
        oversized.group_by("key").agg(pl.len(), pl.sum("records")).sort("key").rows()
    ):
        log.warning("left out %d values of block key %s, shared by %d records", values, name, records)
    fresh = keys.join(new.select("record_id"), on="record_id", how="semi")
    found = [
        fresh.select(pl.col("record_id").alias("record_id_l"), key.name)
        .drop_nulls()
        .join(keys.select(pl.col("record_id").alias("record_id_r"), key.name).drop_nulls(), on=key.name)
        .select("record_id_l", "record_id_r")
        for key in KEYS
    ]
    pairs = pl.concat(found).unique()
    other_new = pairs.join(new.select(pl.col("record_id").alias("record_id_r")), on="record_id_r", how="semi")
    return pl.concat(
        [
            pairs.join(other_new, on=["record_id_l", "record_id_r"], how="anti"),
            other_new.filter(pl.col("record_id_l") < pl.col("record_id_r")),
        ]
    )


def score_given_pairs(prepared: pl.DataFrame, pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Weigh the given pairs of prepared records with Splink; the columns of `SCORED`, in no particular order."""
    with duckdb.connect() as connection:
        database = DuckDBAPI(connection)
        linker = _linker(database, prepared, model)
        blocked = pairs.select(
            pl.col("record_id_l").alias("join_key_l"),
            pl.col("record_id_r").alias("join_key_r"),
            pl.lit("0").alias("match_key"),
        )
        linker.table_management.register_blocked_pairs_for_predict(database.register(blocked.to_arrow()))
        predicted = linker.inference.predict(warning_mode="never").as_duckdbpyrelation()
        levels = (
            f"CAST(gamma_{comparison.name} AS TINYINT) AS {comparison.name}" for comparison in COMPARISONS
        )
        columns = ", ".join(("record_id_l", "record_id_r", "match_weight AS weight", *levels))
        return with_vetoes(predicted.project(columns).pl())


def _linker(database: DuckDBAPI, prepared: pl.DataFrame, model: Model) -> Linker:
    """Splink over these records with the trained settings and the model's own frequencies of names."""
    records = database.register(prepared.to_arrow())
    # The settings were looked over when the model was trained; to do so again takes as long as to weigh a small State.
    linker = Linker(records, dict(model.splink), log_level=None, validate_settings=False)
    for feature in RARITY_FEATURES:
        values = prepared.get_column(feature).drop_nulls().unique().to_list()
        shares = pl.DataFrame(
            {feature: values, f"tf_{feature}": [model.share(feature, value) for value in values]},
            schema={feature: pl.String, f"tf_{feature}": pl.Float64},
        )
        linker.table_management.register_term_frequency_lookup(database.register(shares.to_arrow()), feature)
    return linker
