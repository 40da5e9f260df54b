"""The batch engine: Splink on DuckDB weighs every pair of records that share a block key."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import duckdb
import polars as pl
from splink import DuckDBAPI, Linker

from openmsix.logs import tell
from openmsix.matching.blocking import block_keys, sharing
from openmsix.matching.compare import COMPARISONS
from openmsix.matching.model import RARITY_FEATURES, Model
from openmsix.matching.prepare import COLUMNS
from openmsix.matching.scorer import SCORED, finished, score_pairs
from openmsix.matching.verdict import Decisions, decide, unscored_pairs

SLICE = 3_000_000
"""Pairs that are weighed at once, counted once for each key by which they are found."""

_MEMBERSHIP = {"record_id": pl.Int64, "msix_id": pl.String, "state_code": pl.String, "live": pl.Boolean}
_PAIRS = {"record_id_l": pl.Int64, "record_id_r": pl.Int64}


def _compared() -> list[str]:
    """The columns that a comparison reads: others only take memory."""
    when = (level.when for one in COMPARISONS for level in one.levels if level.when)
    asked = " ".join(one.python() for one in (*when, *(one.missing for one in COMPARISONS)))
    read = {"record_id", *re.findall(r"\b(\w+)_[lr]\b", asked)}
    return [name for name in COLUMNS if name in read]


_COMPARED = _compared()


def score_candidates(
    existing: pl.DataFrame,
    new: pl.DataFrame,
    model: Model,
    *,
    least: float | None = None,
    more_keys: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Weigh each new record against the existing and the other new records that share a block key with it.

    Args:
        existing: prepared records already known; may be empty.
        new: prepared records to be placed; no `record_id` occurs in both.
        model: the trained model.
        least: pairs of less weight are left out, but for those of one Student Identifier in one State: these are never different by weight alone.
        more_keys: `record_id` of every record, and columns of which records share one to be compared, besides the block keys.

    Returns:
        The columns of `SCORED`, each pair once: `record_id_l` is new, `record_id_r` is existing or a new record
        with a greater id. Sorted by both.
    """
    involved = pl.concat([existing.select(COLUMNS), new.select(COLUMNS)])
    scored = [
        _scored(involved, pairs, model, least)
        for pairs in _in_slices(existing, new, more_keys)
        if pairs.height
    ]
    if not scored:
        return pl.DataFrame(schema=SCORED)
    return pl.concat(scored).sort("record_id_l", "record_id_r")


def _scored(involved: pl.DataFrame, pairs: pl.DataFrame, model: Model, least: float | None) -> pl.DataFrame:
    if least is None:
        return score_given_pairs(involved, pairs, model)
    named, others = _by_state_id(involved, pairs)
    return pl.concat(
        [score_pairs(involved, named, model), score_given_pairs(involved, others, model, least=least)]
    )


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
    return pl.concat(_in_slices(existing, new))


def _in_slices(
    existing: pl.DataFrame, new: pl.DataFrame, more_keys: pl.DataFrame | None = None
) -> Iterator[pl.DataFrame]:
    """The pairs of `candidates`, those of some new records at a time: all at once would not fit into memory."""
    keys = pl.concat(
        [
            block_keys(records).with_columns(pl.lit(is_new).alias("is_new"))
            for records, is_new in ((existing, False), (new, True))
        ]
    )
    if more_keys is not None:
        keys = keys.join(more_keys, on="record_id")
    shared = [by_key for by_key in _sharing(keys) if by_key.height]
    slices = max(1, -(-sum(map(_count, shared)) // SLICE))
    for number in range(slices):
        found = [_pairs(by_key, number, slices) for by_key in shared]
        yield _once(pl.concat(found)) if found else pl.DataFrame(schema=_PAIRS)


def _sharing(keys: pl.DataFrame) -> Iterator[pl.DataFrame]:
    for name, shared, oversized in sharing(keys):
        if oversized.height:
            tell(
                "linking.key_left_out", key=name, values=oversized.height, records=oversized["records"].sum()
            )
        yield shared


def _count(shared: pl.DataFrame) -> int:
    """How many pairs share a value of a key."""
    of_value = shared.group_by("value").agg(
        pl.len().cast(pl.Int64), new=pl.col("is_new").sum().cast(pl.Int64)
    )
    new = pl.col("new")
    pairs = new * (pl.col("len") - new) + new * (new - 1) // 2
    return int(of_value.select(pairs.sum()).item() or 0)


def _pairs(shared: pl.DataFrame, number: int, slices: int) -> pl.DataFrame:
    """Each new record of a slice with every other one that has the same value; two new records once."""
    of_slice = pl.col("is_new") & (pl.col("record_id") % slices == number)
    new = shared.filter(of_slice).select("value", pl.col("record_id").alias("record_id_l"))
    other = shared.select("value", "is_new", pl.col("record_id").alias("record_id_r"))
    is_once = ~pl.col("is_new") | (pl.col("record_id_l") < pl.col("record_id_r"))
    return new.join(other, on="value").filter(is_once).select("record_id_l", "record_id_r")


def _once(pairs: pl.DataFrame) -> pl.DataFrame:
    """Each of the pairs once, sorted: as fast as `unique`, in a fifth of its memory."""
    by_record = pairs.sort(list(_PAIRS))
    other = [pl.col(name) != pl.col(name).shift() for name in _PAIRS]
    return by_record.filter(pl.any_horizontal(other).fill_null(value=True))


def placed_at_once(
    prepared: pl.DataFrame,
    model: Model,
    *,
    known_different: pl.DataFrame | None = None,
    scored: pl.DataFrame | None = None,
    weighed: Callable[[pl.DataFrame], pl.DataFrame] = lambda scored: scored,
    all_alike: bool = True,
) -> tuple[Decisions, pl.DataFrame]:
    """Decide who is who among prepared records, as if none had a child yet: a pure function of the records, the model and `known_different`.

    The records may stand in any order. Gives, and takes besides, what `placed` does.
    """
    by_record = prepared["record_id"].is_sorted()  # sorting holds all of them twice
    records = prepared if by_record else prepared.sort("record_id")
    nobody = pl.DataFrame(schema=_MEMBERSHIP)
    return placed(
        records.clear(),
        records,
        nobody,
        model,
        known_different=known_different,
        scored=scored,
        weighed=weighed,
        all_alike=all_alike,
    )


def placed(
    existing: pl.DataFrame,
    new: pl.DataFrame,
    membership: pl.DataFrame,
    model: Model,
    *,
    known_different: pl.DataFrame | None = None,
    scored: pl.DataFrame | None = None,
    weighed: Callable[[pl.DataFrame], pl.DataFrame] = lambda scored: scored,
    all_alike: bool = True,
) -> tuple[Decisions, pl.DataFrame]:
    """Weigh new records against existing ones and each other, and decide where they belong.

    Args:
        existing, new: prepared records.
        membership, known_different, all_alike: see `verdict.decide`; `membership` has all existing records.
        scored: the pairs, if they were weighed before.
        weighed: what becomes of further pairs that the model has weighed, where `scored` has other weights.

    Returns:
        The decisions, and the pairs that were weighed: those that may be one child and those that the decision needed besides.
    """
    if scored is None:
        scored = score_candidates(existing, new, model, least=model.possible_above)
    known = {"new": new.select("record_id", "state_code"), "membership": membership}
    everybody = pl.concat([existing, new])
    more = weighed(score_pairs(everybody, unscored_pairs(scored, **known, model=model), model))
    scored = pl.concat([scored, more])
    different = pl.DataFrame(schema=_PAIRS) if known_different is None else known_different
    return decide(scored, **known, known_different=different, model=model, all_alike=all_alike), scored


@contextmanager
def in_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of its own that draws no progress into the output of commands, and leaves nothing of what it wrote to disk when memory was short."""
    with TemporaryDirectory(prefix="openmsix-linking.") as scratch, duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SET temp_directory = '{scratch}'")
        yield connection


def score_given_pairs(
    prepared: pl.DataFrame, pairs: pl.DataFrame, model: Model, *, least: float | None = None
) -> pl.DataFrame:
    """Weigh the given pairs of prepared records with Splink; the columns of `SCORED`, in no particular order.

    `least`: pairs of less weight are left out.
    """
    with in_memory() as connection:
        _bound(connection, prepared.height)
        database = DuckDBAPI(connection)
        linker = _linker(database, prepared, model)
        blocked = pairs.select(
            pl.col("record_id_l").alias("join_key_l"),
            pl.col("record_id_r").alias("join_key_r"),
            pl.lit("0").alias("match_key"),
        )
        linker.table_management.register_blocked_pairs_for_predict(database.register(blocked.to_arrow()))
        predicted = linker.inference.predict(
            threshold_match_weight=None if least is None else model.before_reranking(least),
            warning_mode="never",
        ).as_duckdbpyrelation()
        levels = (
            f"CAST(gamma_{comparison.name} AS TINYINT) AS {comparison.name}" for comparison in COMPARISONS
        )
        columns = ", ".join(("record_id_l", "record_id_r", "match_weight AS weight", *levels))
        scored = finished(predicted.project(columns).pl(), model)
    return scored if least is None else scored.filter(pl.col("weight") >= least)


MEGABYTES_A_THREAD, BYTES_A_RECORD = 200, 400
"""The memory in which the pairs of a slice are weighed; at half of it they still are, at a quarter no more."""


def _bound(connection: duckdb.DuckDBPyConnection, records: int) -> None:
    """Let DuckDB write to disk what does not fit, rather than take most of the machine's memory; the rows may come in any order then."""
    [(threads,)] = connection.execute("SELECT current_setting('threads')").fetchall()
    megabytes = MEGABYTES_A_THREAD * threads + BYTES_A_RECORD * records // 1_000_000
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"SET memory_limit = '{megabytes}MB'")


def _linker(database: DuckDBAPI, prepared: pl.DataFrame, model: Model) -> Linker:
    """Splink over these records with the trained settings and the model's own frequencies of names."""
    records = database.register(prepared.select(_COMPARED).to_arrow())
    # The settings were looked over when the model was trained; to do so again takes as long as to weigh a small State.
    linker = Linker(records, dict(model.quick_splink), log_level=None, validate_settings=False)
    for feature in RARITY_FEATURES:
        values = prepared.get_column(feature).drop_nulls().unique().to_list()
        shares = pl.DataFrame(
            {feature: values, f"tf_{feature}": [model.share(feature, value) for value in values]},
            schema={feature: pl.String, f"tf_{feature}": pl.Float64},
        )
        linker.table_management.register_term_frequency_lookup(database.register(shares.to_arrow()), feature)
    return linker
