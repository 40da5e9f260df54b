"""The batch engine: Splink on DuckDB weighs every pair of records that share a block key."""

from collections.abc import Iterator
from logging import getLogger

import duckdb
import polars as pl
from splink import DuckDBAPI, Linker

from openmsix.matching.blocking import block_keys, sharing
from openmsix.matching.compare import COMPARISONS
from openmsix.matching.model import RARITY_FEATURES, Model
from openmsix.matching.prepare import COLUMNS
from openmsix.matching.scorer import SCORED, score_pairs, with_vetoes

log = getLogger(__name__)


def score_candidates(
    existing: pl.DataFrame, new: pl.DataFrame, model: Model, *, least: float | None = None
) -> pl.DataFrame:
    """Weigh each new record against the existing and the other new records that share a block key with it.

    Args:
        existing: prepared records already known; may be empty.
        new: prepared records to be placed; no `record_id` occurs in both.
        model: the trained model.
        least: pairs of less weight are left out, but for those of one Student Identifier in one State: these are never different by weight alone.

    Returns:
        The columns of `SCORED`, each pair once: `record_id_l` is new, `record_id_r` is existing or a new record
        with a greater id. Sorted by both.
    """
    pairs = candidates(existing, new)
    if pairs.is_empty():
        return pl.DataFrame(schema=SCORED)
    involved = pl.concat([existing.select(COLUMNS), new.select(COLUMNS)])
    if least is None:
        scored = score_given_pairs(involved, pairs, model)
    else:
        named, others = _by_state_id(involved, pairs)
        scored = pl.concat(
            [
                score_pairs(involved, named, model),
                score_given_pairs(involved, others, model, least=least),
            ]
        )
    return scored.sort("record_id_l", "record_id_r")


def _by_state_id(prepared: pl.DataFrame, pairs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The pairs to which one State gives one Student Identifier, and the others."""
    given = prepared.drop_nulls(["state_code", "state_student_id"])
    several = given.filter(pl.struct("state_code", "state_student_id").is_duplicated())
    number = several.select(
        "record_id", pl.struct("state_code", "state_student_id").rank("dense").alias("number")
    )
    one_number = (
        pairs.join(number, left_on="record_id_l", right_on="record_id")
        .join(number, left_on=["record_id_r", "number"], right_on=["record_id", "number"])
        .select(pairs.columns)
    )
    return one_number, pairs.join(one_number, on=pairs.columns, how="anti")


def candidates(existing: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """The pairs that share a block key: `record_id_l` (new) and `record_id_r` (existing, or new with a greater id).

    Keys shared by too many records are left out and logged by name and size, without their values.
    """
    keys = pl.concat(
        [
            block_keys(records).with_columns(pl.lit(is_new).alias("is_new"))
            for records, is_new in ((existing, False), (new, True))
        ]
    )
    found = [_pairs(shared) for shared in _sharing(keys)]
    return pl.concat(found).unique()


def _sharing(keys: pl.DataFrame) -> Iterator[pl.DataFrame]:
    for name, shared, oversized in sharing(keys):
        if oversized.height:
            log.warning(
                "left out %d values of block key %s, shared by %d records",
                oversized.height,
                name,
                oversized["records"].sum(),
            )
        yield shared


def _pairs(shared: pl.DataFrame) -> pl.DataFrame:
    """Each new record with every other one that has the same value; two new records once."""
    new = shared.filter("is_new").select("value", pl.col("record_id").alias("record_id_l"))
    other = shared.select("value", "is_new", pl.col("record_id").alias("record_id_r"))
    is_once = ~pl.col("is_new") | (pl.col("record_id_l") < pl.col("record_id_r"))
    return new.join(other, on="value").filter(is_once).select("record_id_l", "record_id_r")


def score_given_pairs(
    prepared: pl.DataFrame, pairs: pl.DataFrame, model: Model, *, least: float | None = None
) -> pl.DataFrame:
    """Weigh the given pairs of prepared records with Splink; the columns of `SCORED`, in no particular order.

    `least`: pairs of less weight are left out.
    """
    with duckdb.connect() as connection:
        database = DuckDBAPI(connection)
        linker = _linker(database, prepared, model)
        blocked = pairs.select(
            pl.col("record_id_l").alias("join_key_l"),
            pl.col("record_id_r").alias("join_key_r"),
            pl.lit("0").alias("match_key"),
        )
        linker.table_management.register_blocked_pairs_for_predict(database.register(blocked.to_arrow()))
        predicted = linker.inference.predict(
            threshold_match_weight=least, warning_mode="never"
        ).as_duckdbpyrelation()
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
