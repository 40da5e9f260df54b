"""Training: a model from records whose children are known.

How often true pairs reach a level (m) is counted from the labels. Expectation-maximisation is not used: blocks that do
not fix the given name are full of siblings, and it would learn that true pairs often disagree on the given name.
How often two children reach it (u) is counted on random pairs. The reranker is fitted to the pairs of other families, and the thresholds are chosen on
others again (`calibrate`).
"""

from collections.abc import Mapping
from typing import Any

import polars as pl
from splink import DuckDBAPI, Linker

from openmsix.matching.batch import in_memory, score_candidates
from openmsix.matching.compare import BY_NAME, COMPARISONS
from openmsix.matching.model import Model, comparison_settings
from openmsix.matching.prepare import prepare
from openmsix.matching.reranker import NAMES, fit
from openmsix.matching.scorer import score_pairs

FOR_RECORDS = 1_000_000
"""How many records a nation has that the model is for. The chance of a stranger as alike grows with their number."""
RANDOM_PAIRS = 2e7
LEAST_M = 2e-3
"""No level counts as rarer than this among true pairs: States make more kinds of errors than were made up."""
LEAST_U = 1e-5
"""No level counts as rarer than this among random pairs, of which only a sample is seen."""
NOTHING = 0.5
"""Stands for both where a level is to weigh nothing, and for the share of a name where nobody has one."""

WEIGHED_FROM = -8.0
"""Below this weight the reranker is not asked: it never lifted such a pair to a question in training."""

MOST_RARITY = 3.0
"""Bits that rarity may add: how rare a name is where nobody trained is not known, and cousins share rare names."""
OF_PEOPLE = 20.0
"""A pair that people decided stands for so many made-up ones of its kind."""
_LISTED_FROM = 3  # a name is listed with its own frequency from this number of records


def reranked(
    content: Mapping[str, Any],
    records: pl.DataFrame,
    *,
    decided: tuple[pl.DataFrame, pl.DataFrame] | None = None,
) -> dict[str, Any]:
    """The model with a reranker, fitted to the candidates among labelled records of families that the model has not seen.

    Args:
        content: the model.
        records: the labelled records.
        decided: prepared records, and pairs of them that people decided (`record_id_l`, `record_id_r`, `true`); each counts `OF_PEOPLE` times. Alone they
            would mislead: people are asked of doubtful pairs only.
    """
    bare = {**content, "reranker": None}
    model = Model.from_dict(bare)
    prepared = prepare(records)
    scored = score_candidates(prepared.clear(), prepared, model, least=model.weighed_from)
    labelled = _labelled(scored, records).select(*NAMES, "weight", "true", "counts")
    if decided:
        known, pairs = decided
        more = score_pairs(known, pairs, model).with_columns(pairs["true"], counts=pl.lit(OF_PEOPLE))
        labelled = pl.concat(
            [labelled, more.filter(pl.col("weight") >= model.weighed_from).select(labelled.columns)]
        )
    return {**bare, "reranker": fit(labelled).as_dict()}


def _labelled(scored: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """The pairs with `true`, and `counts`: a pair of strangers stands for as many as there would be in a nation of `FOR_RECORDS`."""
    family = "family_id" if "family_id" in records.columns else "person_id"
    who = records.select("record_id", "person_id", family=family)
    both = scored.join(who, left_on="record_id_l", right_on="record_id", maintain_order="left").join(
        who, left_on="record_id_r", right_on="record_id", suffix="_other", maintain_order="left"
    )
    growth = max(1.0, FOR_RECORDS / records.height)
    return both.with_columns(
        true=pl.col("person_id") == pl.col("person_id_other"),
        counts=pl.when(pl.col("family") == pl.col("family_other")).then(1.0).otherwise(growth),
    )


def train(
    records: pl.DataFrame, *, version: str, seed: int = 1, random_pairs: float = RANDOM_PAIRS
) -> dict[str, Any]:
    """A model's content from labelled records; it has no reranker yet, and its thresholds are still at zero.

    Args:
        records: the input of `prepare`, with `person_id`: the same for all records of one child.
        version: the name of the model, stored with each verdict made by it.
        seed: for the sample of random pairs.
        random_pairs: how many of them to look at.
    """
    prepared = prepare(records).with_columns(records["person_id"])
    settings = _trained_settings(prepared, seed, random_pairs)
    return {
        "version": version,
        "splink": settings,
        "frequencies": _frequencies(prepared),
        "single_surname": round(prepared["surname_2"].null_count() / len(prepared), 4),
        "same_above": 0.0,
        "possible_above": 0.0,
        "weighed_from": WEIGHED_FROM,
        "reranker": None,
        "training": {
            "records": len(records),
            "children": records["person_id"].n_unique(),
            "seed": seed,
            "random_pairs": int(random_pairs),
        },
    }


def _trained_settings(prepared: pl.DataFrame, seed: int, random_pairs: float) -> dict[str, Any]:
    settings = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_id",
        "probability_two_random_records_match": _share_of_true_pairs(prepared),
        "retain_matching_columns": True,  # Splink keeps the levels only together with the compared columns
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [comparison_settings(comparison) for comparison in COMPARISONS],
    }
    with in_memory() as connection:
        linker = Linker(DuckDBAPI(connection).register(prepared.to_arrow()), settings, log_level=None)
        linker.training.estimate_u_using_random_sampling(max_pairs=random_pairs, seed=seed)
        linker.training.estimate_m_from_label_column("person_id")
        trained = linker.misc.save_model_to_json(out_path=None)
    settings["comparisons"] = [_finished(comparison) for comparison in trained["comparisons"]]
    return settings


def _finished(trained: Mapping[str, Any]) -> dict[str, Any]:
    """A trained comparison, no probability below the least; levels that only serve vetoes weigh nothing, and so does what no record says."""
    seen = any("m_probability" in level for level in trained["comparison_levels"])
    weighed = seen and BY_NAME[trained["output_column_name"]].weighed
    levels = []
    for level in trained["comparison_levels"]:
        kept = {name: value for name, value in level.items() if not name.startswith("fix_")}
        if not level.get("is_null_level"):
            m, u = (level.get(name, 0.0) for name in ("m_probability", "u_probability"))
            kept["m_probability"] = max(m, LEAST_M) if weighed else NOTHING
            kept["u_probability"] = max(u, LEAST_U) if weighed else NOTHING
            if "tf_adjustment_column" in kept:
                kept["tf_minimum_u_value"] = kept["u_probability"] / 2**MOST_RARITY
        levels.append(kept)
    return {**trained, "comparison_levels": levels}


def _share_of_true_pairs(prepared: pl.DataFrame) -> float:
    sizes = prepared.group_by("person_id").len()["len"]
    return float((sizes * (sizes - 1)).sum()) / (len(prepared) * (len(prepared) - 1))


def _frequencies(prepared: pl.DataFrame) -> dict[str, Any]:
    surnames = pl.concat([prepared["surname_1"], prepared["surname_2"].rename("surname_1")])
    columns = {"given": prepared["given"], "surname": surnames, "birth_city": prepared["birth_city"]}
    return {name: _shares(values.drop_nulls()) for name, values in columns.items()}


def _shares(values: pl.Series) -> dict[str, Any]:
    counts = values.alias("name").to_frame().group_by("name").len()
    listed = counts.filter(pl.col("len") >= _LISTED_FROM).sort("len", "name", descending=[True, False])
    return {
        "shares": {name: float(f"{count / len(values):.4g}") for name, count in listed.rows()},
        "unlisted": float(f"{1 / len(values):.4g}") if len(values) else NOTHING,
    }
