"""Columns that the model does not know: what is learned of them from the file itself."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import pytest

from openmsix.matching.evaluate import Evaluation, judged
from openmsix.matching.learning import folded
from openmsix.matching.matched import Matched, matched
from openmsix.matching.model import Model
from openmsix.matching.settings import Settings
from openmsix.synth.trial import records

MODEL = Model.load()


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    """Records with a telephone of the family, which one in eight has changed, and a ticket drawn by lot."""
    known = records(3_000, 91).with_columns(record_id=pl.int_range(pl.len()))
    chance = np.random.default_rng(5)
    moved = pl.Series(chance.random(known.height) < 1 / 8)
    other = pl.Series(chance.integers(10**6, 10**7, known.height)).cast(pl.String)
    ticket = pl.Series(chance.integers(0, 50, known.height)).cast(pl.String)
    own = (pl.col("family_id") * 7919 + 10**6).cast(pl.String)
    return known.with_columns(phone=pl.when(moved).then(other).otherwise(own), ticket=ticket)


def done(people: pl.DataFrame, told: Mapping[str, Any]) -> tuple[Matched, Evaluation]:
    found = matched(people, MODEL, Settings.model_validate(told))
    return found, judged(
        people, found.prepared, found.decisions, found.scored, found.model, more_keys=found.keys
    )


def test_a_column_that_speaks_for_one_family_finds_more_pairs_and_links_no_siblings(
    people: pl.DataFrame,
) -> None:
    _, without = done(people, {})
    _, with_it = done(people, {"extra": {"phone": "code"}})
    assert with_it.recall > without.recall
    assert with_it.precision >= 0.999
    assert with_it.siblings_linked == 0


def test_a_column_that_says_nothing_changes_next_to_nothing(people: pl.DataFrame) -> None:
    bare, _ = done(people, {})
    noisy, _ = done(people, {"extra": {"ticket": "code"}})
    both = noisy.scored.join(bare.scored, on=["record_id_l", "record_id_r"], suffix="_bare")
    changed = (both["weight"] - both["weight_bare"]).abs()
    assert changed.max() < 1  # type: ignore[operator]


def test_a_block_of_ones_own_brings_pairs_together_that_share_no_key_of_the_model() -> None:
    two = pl.DataFrame(
        {
            "record_id": [0, 1, 2],
            "first_name": ["Ana", "Anna Maria", "Pedro"],
            "badge": ["ÁX 7", "ax  7", "B2"],
        }
    )
    assert done_pairs(two, {}) == []
    assert done_pairs(two, {"blocks": [["badge"]], "deciding": {"possible_from": -99.0}}) == [(0, 1)]


def done_pairs(rows: pl.DataFrame, told: Mapping[str, Any]) -> list[tuple[int, int]]:
    found = matched(rows, MODEL, Settings.model_validate(told))
    return list(found.scored.select("record_id_l", "record_id_r").iter_rows())


def test_without_vetoes_weight_alone_decides() -> None:
    twins = pl.DataFrame(
        {
            "record_id": [0, 1],
            "first_name": ["Ana", "Pedro"],
            "last_name_1": ["Xicotencatl", "Xicotencatl"],
            "birth_date": ["2014-03-12"] * 2,
            "female_parent_first_name": ["Rosaura", "Rosaura"],
            "female_parent_last_name": ["Tzintzun", "Tzintzun"],
        }
    ).with_columns(pl.col("birth_date").str.to_date())
    sure = {"same_from": -50.0, "possible_from": -60.0}
    assert matched(twins, MODEL, Settings.model_validate({"deciding": sure})).decisions.links.is_empty()
    free = Settings.model_validate({"deciding": {**sure, "vetoes": False}})
    assert matched(twins, MODEL, free).decisions.links.height == 1


def test_case_accents_and_blanks_of_own_columns_do_not_count() -> None:
    told = folded(pl.Series(["  Calle   Sánchez 12", "CALLE SANCHEZ 12", "", None]))
    assert told.to_list() == ["calle sanchez 12", "calle sanchez 12", None, None]
