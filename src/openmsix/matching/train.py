"""Training: a model from records whose children are known.

How often true pairs reach a level (m) is counted from the labels. Expectation-maximisation is not used: blocks that do
not fix the given name are full of siblings, and it would learn that true pairs often disagree on the given name.
How often two children reach it (u) is counted on random pairs. Thresholds are chosen on other records.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
import polars as pl
from splink import DuckDBAPI, Linker

from openmsix.matching.batch import score_candidates
from openmsix.matching.compare import BY_NAME, COMPARISONS
from openmsix.matching.model import Model, comparison_settings
from openmsix.matching.prepare import prepare
from openmsix.matching.verdict import Verdict, with_verdicts

RANDOM_PAIRS = 2e7
LEAST_M = 2e-3
"""No level counts as rarer than this among true pairs: States make more kinds of errors than were made up."""
LEAST_U = 1e-5
"""No level counts as rarer than this among random pairs, of which only a sample is seen."""

MOST_RARITY = 3.0
"""Bits that rarity may add: how rare a name is where nobody trained is not known, and cousins share rare names."""
PRECISION = 0.999
"""The share of true pairs that automatic matches must reach, on records the model was not trained on."""
GROWTH = 4.0
"""Bits added to that weight: the chance of a stranger as alike grows with the number of children, here to 16 times
those trained on (measured elsewhere: a weight of 9 at 100,000 records did what took 16 at a million)."""

_HIGHEST = 40  # a model that is not precise at this weight is not worth using
_LISTED_FROM = 3  # a name is listed with its own frequency from this number of records


def train(
    records: pl.DataFrame, *, version: str, seed: int = 1, random_pairs: float = RANDOM_PAIRS
) -> dict[str, Any]:
    """A model's content from labelled records; its thresholds are still at zero.

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
    with duckdb.connect() as connection:
        linker = Linker(DuckDBAPI(connection).register(prepared.to_arrow()), settings, log_level=None)
        linker.training.estimate_u_using_random_sampling(max_pairs=random_pairs, seed=seed)
        linker.training.estimate_m_from_label_column("person_id")
        trained = linker.misc.save_model_to_json(out_path=None)
    settings["comparisons"] = [_finished(comparison) for comparison in trained["comparisons"]]
    return settings


def _finished(trained: Mapping[str, Any]) -> dict[str, Any]:
    """A trained comparison, no probability below the least; levels that only serve vetoes weigh nothing."""
    weighed = BY_NAME[trained["output_column_name"]].weighed
    levels = []
    for level in trained["comparison_levels"]:
        kept = {name: value for name, value in level.items() if not name.startswith("fix_")}
        if not level.get("is_null_level"):
            m, u = (level.get(name, 0.0) for name in ("m_probability", "u_probability"))
            kept["m_probability"] = max(m, LEAST_M) if weighed else 0.5
            kept["u_probability"] = max(u, LEAST_U) if weighed else 0.5
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
        "unlisted": float(f"{1 / len(values):.4g}"),
    }


@dataclass(frozen=True)
class Quality:
    """How well a model did on labelled records, counted in pairs.

    Attributes:
        blocking_recall: true pairs that share a block key.
        precision, recall: of the verdict "same".
        recall_with_people: true pairs that are the same or possible.
        possible_per_1000: pairs that people would see, for 1,000 records.
    """

    records: int
    true_pairs: int
    blocking_recall: float
    precision: float
    recall: float
    recall_with_people: float
    possible_per_1000: float


def calibrated(content: Mapping[str, Any], held_out: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """The model with its thresholds, and with its quality on each of the held-out sets by their names.

    Possible begins at even odds. Same begins `GROWTH` above the least whole weight from which on the pairs without a
    veto reach `PRECISION` in every set.
    """
    model = Model.from_dict(content)
    scored = {
        name: _labelled(score_candidates(*_all_new(records), model), records)
        for name, records in held_out.items()
    }
    same_above = GROWTH + max(_least_precise_weight(pairs) for pairs in scored.values())
    final = {**content, "same_above": same_above, "possible_above": 0.0}
    model = Model.from_dict(final)
    quality = {name: asdict(_quality(pairs, held_out[name], model)) for name, pairs in scored.items()}
    return {**final, "training": {**content["training"], "held_out": quality}}


def measured(records: pl.DataFrame, model: Model) -> Quality:
    """How well a model does on labelled records."""
    return _quality(_labelled(score_candidates(*_all_new(records), model), records), records, model)


def _all_new(records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    prepared = prepare(records)
    return prepared.clear(), prepared


def _labelled(scored: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    person = dict(records.select("record_id", "person_id").iter_rows())
    left, right = (pl.col(side).replace_strict(person) for side in ("record_id_l", "record_id_r"))
    return scored.with_columns((left == right).alias("true"))


def _least_precise_weight(pairs: pl.DataFrame) -> float:
    free = pairs.filter(pl.col("vetoes").list.len() == 0)
    for weight in range(_HIGHEST):
        kept = free.filter(pl.col("weight") >= weight)
        if _count(kept) >= PRECISION * len(kept):
            return float(weight)
    return float(_HIGHEST)


def _count(pairs: pl.DataFrame) -> int:
    return int(pairs["true"].sum())


def _quality(pairs: pl.DataFrame, records: pl.DataFrame, model: Model) -> Quality:
    sizes = records.group_by("person_id").len()["len"]
    true_pairs = int((sizes * (sizes - 1) // 2).sum())
    judged = with_verdicts(pairs, model)
    same = judged.filter(pl.col("verdict") == Verdict.SAME)
    possible = judged.filter(pl.col("verdict") == Verdict.POSSIBLE)
    return Quality(
        records=len(records),
        true_pairs=true_pairs,
        blocking_recall=round(_count(pairs) / true_pairs, 4),
        precision=round(_count(same) / max(len(same), 1), 5),
        recall=round(_count(same) / true_pairs, 4),
        recall_with_people=round((_count(same) + _count(possible)) / true_pairs, 4),
        possible_per_1000=round(1000 * len(possible) / len(records), 1),
    )
