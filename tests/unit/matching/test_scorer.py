import json
from importlib.resources import files

import polars as pl
import pytest

from openmsix.matching.batch import candidates, score_candidates, score_given_pairs
from openmsix.matching.compare import COMPARISONS, STATE_ID
from openmsix.matching.model import Model, ModelMismatch
from openmsix.matching.prepare import prepare
from openmsix.matching.scorer import SCORED, score, score_pairs
from openmsix.matching.verdict import Verdict, verdict, with_verdicts
from openmsix.synth.trial import records

MODEL = Model.load()


@pytest.fixture(scope="module")
def prepared() -> pl.DataFrame:
    sent = records(12_000, 99)
    again = sent.head(300).with_columns(pl.col("record_id") + 1_000_000)  # one State, one Student Identifier
    return prepare(pl.concat([sent, again]))


@pytest.fixture(scope="module")
def scored(prepared: pl.DataFrame) -> pl.DataFrame:
    return score_candidates(prepared.clear(), prepared, MODEL)


def test_both_engines_reach_the_same_levels_weights_and_vetoes(
    prepared: pl.DataFrame, scored: pl.DataFrame
) -> None:
    strangers = pl.DataFrame(
        {
            "record_id_l": prepared["record_id"].sample(20_000, with_replacement=True, seed=1),
            "record_id_r": prepared["record_id"].sample(20_000, with_replacement=True, seed=2),
        }
    ).unique()
    pairs = (
        pl.concat([scored.select("record_id_l", "record_id_r"), strangers])
        .unique()
        .sort("record_id_l", "record_id_r")
    )
    by_splink = score_given_pairs(prepared, pairs, MODEL).sort("record_id_l", "record_id_r")
    by_python = score_pairs(prepared, pairs, MODEL)
    assert len(by_python) > 35_000
    assert (by_splink["weight"] - by_python["weight"]).abs().max() < 1e-6  # type: ignore[operator]
    assert by_splink.drop("weight").equals(by_python.drop("weight"))


def test_left_out_are_only_pairs_that_are_different_by_their_weight(
    prepared: pl.DataFrame,
) -> None:
    born = pl.when(pl.col("record_id") % 2 == 0).then(pl.date(1990, 1, 1)).otherwise("birth_date")
    # Every tenth record's State gives its number to another child too.
    twice = (
        prepared.head(3_000)
        .with_columns(birth_date=born, state_student_id=(pl.col("record_id") // 10).cast(pl.String))
        .with_columns(
            state_code=pl.when(pl.col("record_id") % 10 < 2).then(pl.lit("CA")).otherwise("state_code")
        )
    )
    everything = score_candidates(twice.clear(), twice, MODEL)
    least = MODEL.possible_above
    kept = score_candidates(twice.clear(), twice, MODEL, least=least)
    by_identifier = pl.col("state_student_id") == STATE_ID.number("same")
    expected = everything.filter((pl.col("weight") >= least) | by_identifier)
    assert expected.filter(by_identifier & (pl.col("weight") < least)).height > 0
    assert expected.height < everything.height
    assert kept.drop("weight").equals(expected.drop("weight"))
    assert (kept["weight"] - expected["weight"]).abs().max() < 1e-6  # type: ignore[operator]
    different = with_verdicts(everything, MODEL).join(kept, on=["record_id_l", "record_id_r"], how="anti")
    assert set(different["verdict"]) == {Verdict.DIFFERENT}


def test_every_level_is_reached_by_some_pair(scored: pl.DataFrame) -> None:
    for comparison in COMPARISONS:
        assert set(range(len(comparison.levels))) <= set(scored[comparison.name].unique()), comparison.name


def test_a_pair_weighs_the_same_both_ways(prepared: pl.DataFrame, scored: pl.DataFrame) -> None:
    some = scored.head(3_000)
    turned = some.select(record_id_l="record_id_r", record_id_r="record_id_l")
    back = score_pairs(prepared, turned, MODEL)
    assert (back["weight"] - some["weight"]).abs().max() < 1e-9  # type: ignore[operator]
    assert back["vetoes"].equals(some["vetoes"])


def test_one_pair_scored_alone_is_the_pair_scored_with_others(
    prepared: pl.DataFrame, scored: pl.DataFrame
) -> None:
    rows = {row["record_id"]: row for row in prepared.iter_rows(named=True)}
    some = with_verdicts(scored, MODEL).sample(300, seed=5)
    for pair in some.iter_rows(named=True):
        found = score(rows[pair["record_id_l"]], rows[pair["record_id_r"]], MODEL)
        assert found.weight == pytest.approx(pair["weight"], abs=1e-9)
        told = sum(level.weight for level in found.levels) + sum(one.bits for one in found.together)
        assert told + MODEL.prior_weight == pytest.approx(found.weight)
        assert {level.comparison: level.level for level in found.levels} == {
            c.name: pair[c.name] for c in COMPARISONS
        }
        assert list(found.vetoes) == pair["vetoes"]
        assert verdict(found, MODEL) == pair["verdict"]


def test_candidates_are_new_with_existing_and_new_with_new_once_each(prepared: pl.DataFrame) -> None:
    existing, new = prepared.head(8_000), prepared.slice(8_000, 4_000)
    pairs = candidates(existing, new)
    assert (
        len(pairs)
        == pairs.select(pl.min_horizontal(pl.all()), pl.max_horizontal(pl.all()).alias("other")).n_unique()
    )
    assert set(pairs["record_id_l"]) <= set(new["record_id"])
    with_new = pairs.filter(pl.col("record_id_r").is_in(new["record_id"].to_list()))
    assert 0 < len(with_new) < len(pairs)
    assert (with_new["record_id_l"] < with_new["record_id_r"]).all()


def test_nothing_new_or_nothing_alike_gives_no_pairs(prepared: pl.DataFrame) -> None:
    assert score_candidates(prepared, prepared.clear(), MODEL).schema == pl.Schema(SCORED)
    assert score_candidates(prepared.clear(), prepared.head(1), MODEL).is_empty()
    assert score_pairs(
        prepared, pl.DataFrame(schema={"record_id_l": pl.Int64, "record_id_r": pl.Int64}), MODEL
    ).is_empty()


def test_a_shared_rare_name_weighs_more_than_a_common_one() -> None:
    common, rare = (
        prepare(pl.DataFrame({"record_id": [1], "first_name": ["Ana"], "last_name_1": [name]})).row(
            0, named=True
        )
        for name in ("García", "Zacatelco")
    )
    assert score(rare, rare, MODEL).weight > score(common, common, MODEL).weight + 2


def test_a_model_of_other_comparisons_is_refused() -> None:
    content = json.loads((files("openmsix.matching") / "models" / "current.json").read_text(encoding="utf-8"))
    content["splink"]["comparisons"][0]["comparison_levels"][1]["sql_condition"] = "given_1_l = given_1_r"
    with pytest.raises(ModelMismatch):
        Model.from_dict(content)


def test_the_shipped_model_is_small_and_says_how_good_it_is() -> None:
    path = files("openmsix.matching") / "models" / "current.json"
    assert len(path.read_bytes()) < 2_000_000
    assert MODEL.version
    assert len(MODEL.training["evaluated"]) >= 2
    assert all(quality["precision"] >= 0.999 for quality in MODEL.training["evaluated"].values())


def test_few_pairs_weigh_what_they_weigh_among_many() -> None:
    prepared = prepare(records(400, 3))
    pairs = candidates(prepared.clear(), prepared).sort("record_id_l", "record_id_r")
    many = score_pairs(prepared, pairs, Model.load())
    assert many.height > 64
    few = pl.concat(score_pairs(prepared, part, Model.load()) for part in pairs.iter_slices(20))
    assert (many["weight"] - few["weight"]).abs().max() < 1e-9  # type: ignore[operator]
    assert many.drop("weight").equals(few.drop("weight"))


@pytest.mark.parametrize("at_once", [20, 1_000_000])
def test_pairs_of_little_weight_are_left_out_unless_one_state_gives_both_one_number(at_once: int) -> None:
    prepared = prepare(records(400, 3)).with_columns(
        # some children share their number with another child of the State
        state_student_id=pl.when(pl.col("record_id") % 7 == 0).then(pl.lit("7")).otherwise("state_student_id")
    )
    pairs = candidates(prepared.clear(), prepared).sort("record_id_l", "record_id_r")
    every = score_pairs(prepared, pairs, MODEL)
    likely = pl.col("weight") >= MODEL.possible_above
    same_number = pl.col("state_student_id") == STATE_ID.number("same")
    kept = pl.concat(
        score_pairs(prepared, part, MODEL, least=MODEL.possible_above) for part in pairs.iter_slices(at_once)
    )
    expected = every.filter(likely | same_number)
    assert expected.filter(~likely).height
    assert expected.height < every.height
    assert (kept["weight"] - expected["weight"]).abs().max() < 1e-9  # type: ignore[operator]
    assert kept.drop("weight").equals(expected.drop("weight"))
