"""Which known records may be the same child, and how much speaks for it: two engines, one answer.

A few records are looked up in PostgreSQL by block key and weighed in Python; many are joined and weighed as
columns in DuckDB. Both read the same match rows, keys, cap and model.
"""

import polars as pl

from openmsix import staging
from openmsix.identity import rows
from openmsix.logs import tell
from openmsix.matching.batch import candidates, score_candidates, score_given_pairs
from openmsix.matching.blocking import BUCKET_CAP, KEYS
from openmsix.matching.model import Model
from openmsix.matching.scorer import SCORED, score_pairs

FEW = 5_000
"""Up to this many new records the look-up is faster than reading the whole nation once."""


def scored(new: pl.Series, model: Model) -> pl.DataFrame:
    """Weigh new records against all others that share a block key with them; the columns of `SCORED`.

    Each pair once: `record_id_l` is one of `new`, `record_id_r` another record, or one of `new` with a
    greater id. Pairs that are different by their weight may be left out.
    """
    if new.is_empty():
        return pl.DataFrame(schema=SCORED)
    return few(new, model) if len(new) <= FEW else many(new, model)


def few(new: pl.Series, model: Model) -> pl.DataFrame:
    """As `scored`, by look-up in PostgreSQL and the Python scorer."""
    fresh = f"SELECT * FROM {rows.TABLE} WHERE state_record_id = ANY(%(new)s)"  # noqa: S608  (our own name)
    found = staging.read(
        f"""
        SELECT record_id_l, record_id_r, left_out FROM ({by_key(fresh)}) found
        WHERE left_out IS NOT NULL
          OR record_id_l <> record_id_r AND (record_id_r > record_id_l OR NOT record_id_r = ANY(%(new)s))
        ORDER BY 1, 2
        """,  # noqa: S608  (our own names)
        BY_KEY,
        {"new": new.to_list()},
    )
    return score(pairs_of(found), model, least=model.possible_above)


def many(new: pl.Series, model: Model) -> pl.DataFrame:
    """As `scored`, by joins in DuckDB and Splink."""
    everyone = rows.everyone()
    is_new = pl.col("record_id").is_in(new.implode())
    return score_candidates(
        everyone.filter(~is_new), everyone.filter(is_new), model, least=model.possible_above
    )


def between(new: pl.Series, others: pl.Series, model: Model) -> pl.DataFrame:
    """Weigh new records against certain others that share a block key with them; the columns of `SCORED`, `record_id_l` is one of `new`."""
    everyone = rows.some(pl.concat([new, others]))
    is_new = pl.col("record_id").is_in(new.implode())
    pairs = candidates(everyone.filter(~is_new), everyone.filter(is_new))
    pairs = pairs.filter(pl.col("record_id_r").is_in(others.implode()))
    if pairs.height <= FEW:
        return score_pairs(everyone, pairs, model)
    return score_given_pairs(everyone, pairs, model)


def score(pairs: pl.DataFrame, model: Model, *, least: float | None = None) -> pl.DataFrame:
    """Weigh given pairs of records; those below `least` are left out, see `score_pairs`."""
    if pairs.is_empty():
        return pl.DataFrame(schema=SCORED)
    involved = rows.some(pl.concat([pairs["record_id_l"], pairs["record_id_r"]]))
    return score_pairs(involved, pairs, model, least=least)


BY_KEY = {"record_id_l": pl.Int64, "record_id_r": pl.Int64, "left_out": pl.String}
"""The columns of `by_key`."""


def by_key(fresh: str) -> str:
    """A query for the records that share a block key with those of the query `fresh`, itself over match rows.

    A key that more than `BUCKET_CAP` records share is left out, as in the batch engine: its name stands in `left_out` then, with no
    other record. `pairs_of` takes such rows out again.
    """
    hits = (
        f"""
        SELECT f.state_record_id AS record_id_l, m.state_record_id AS record_id_r, '{key.name}' AS key,
          count(*) OVER (PARTITION BY f.state_record_id) > {BUCKET_CAP} AS too_many
        FROM fresh f CROSS JOIN LATERAL (
          SELECT state_record_id FROM {rows.TABLE} WHERE {key.name} = f.{key.name} LIMIT {BUCKET_CAP + 1}) m
        """  # noqa: S608  (our own names)
        for key in KEYS
    )
    return f"""
        WITH fresh AS MATERIALIZED ({fresh}), hits AS ({" UNION ALL ".join(hits)})
        SELECT DISTINCT record_id_l, CASE WHEN NOT too_many THEN record_id_r END AS record_id_r,
          CASE WHEN too_many THEN key END AS left_out
        FROM hits
        """  # noqa: S608  (our own names)


def pairs_of(found: pl.DataFrame) -> pl.DataFrame:
    """The pairs that `by_key` found; which keys it left out is told to the log."""
    if found["left_out"].null_count() == found.height:
        return found.drop("left_out")
    left_out = found.filter(pl.col("left_out").is_not_null()).group_by("left_out").len().sort("left_out")
    for key, records in left_out.iter_rows():
        tell("linking.asked_without_key", key=key, records=records, most=BUCKET_CAP)
    return found.filter(pl.col("left_out").is_null()).drop("left_out")
