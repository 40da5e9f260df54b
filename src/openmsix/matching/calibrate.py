"""Choosing the thresholds of a trained model, on labelled records of families that it has not seen.

A weight that is sure among some thousand children is not among a million: the chance of a stranger as alike grows with their number (measured elsewhere: a
weight of 9 at 100,000 records did what took 16 at a million). So wrong links between families are counted as often as they would come about in a nation of
`FOR_RECORDS`; wrong links within a family are counted as they are.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from openmsix.matching.batch import placed_at_once
from openmsix.matching.evaluate import PRECISION, clusters
from openmsix.matching.model import Model
from openmsix.matching.prepare import prepare
from openmsix.matching.train import FOR_RECORDS

POSSIBLE_ABOVE = -4.0
"""Bits: from odds of one to sixteen on, a pair is worth a person's look."""
LOWEST, HIGHEST, STEP = 1.0, 20.0, 0.5
"""The weights that are tried, the lowest first. No pair is linked at odds of less than two to one, whatever the labels say."""

_PAIR = ("record_id", "record_id_other")


def calibrated(content: Mapping[str, Any], records: pl.DataFrame) -> dict[str, Any]:
    """The model with its thresholds.

    Args:
        content: a trained model.
        records: labelled, with `person_id` and, if it is known, `family_id`; otherwise each wrong link counts as one between families.
    """
    model = replace(Model.from_dict(content), possible_above=POSSIBLE_ABOVE, same_above=LOWEST)
    who = records.select(
        "record_id", "person_id", family_id="family_id" if "family_id" in records.columns else "person_id"
    )
    prepared = prepare(records)
    _, scored = placed_at_once(prepared, model)
    growth = max(1.0, FOR_RECORDS / records.height)
    weight = LOWEST
    while weight < HIGHEST:
        decisions, _ = placed_at_once(prepared, replace(model, same_above=weight), scored=scored)
        right, near, far = _linked(clusters(decisions), who)
        if right >= PRECISION * (right + near + far * growth):
            break
        weight += STEP
    return {**content, "same_above": weight, "possible_above": POSSIBLE_ABOVE}


def _linked(cluster_of: pl.DataFrame, who: pl.DataFrame) -> tuple[int, int, int]:
    """Linked pairs that are right, wrong within a family, and wrong between families."""
    several = cluster_of.filter(pl.col("cluster").is_duplicated()).join(who, on="record_id")
    pairs = several.join(several, on="cluster", suffix="_other").filter(pl.col(_PAIR[0]) < pl.col(_PAIR[1]))
    same = pairs["person_id"] == pairs["person_id_other"]
    family = pairs["family_id"] == pairs["family_id_other"]
    return int(same.sum()), int((~same & family).sum()), int((~same & ~family).sum())
