"""What the shipped model does on children it was neither trained on nor calibrated with."""

from dataclasses import replace

import polars as pl
import pytest

from openmsix.matching.batch import placed_at_once, score_candidates
from openmsix.matching.calibrate import LOWEST, calibrated
from openmsix.matching.evaluate import Evaluation, evaluate
from openmsix.matching.model import Model
from openmsix.matching.prepare import prepare
from openmsix.matching.scorer import score_pairs
from openmsix.matching.train import reranked, train
from openmsix.matching.verdict import Decisions, decide, unscored_pairs
from openmsix.synth.trial import records, training

MODEL = Model.load()


def placed(existing: pl.DataFrame, new: pl.DataFrame, membership: pl.DataFrame) -> Decisions:
    """The whole way of a batch: weigh, complete, decide."""
    scored = score_candidates(existing, new, MODEL)
    missing = unscored_pairs(scored, new=new, membership=membership, model=MODEL)
    scored = pl.concat([scored, score_pairs(pl.concat([existing, new]), missing, MODEL)])
    nobody = pl.DataFrame(schema={"record_id_l": pl.Int64, "record_id_r": pl.Int64})
    return decide(scored, new=new, membership=membership, known_different=nobody, model=MODEL)


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(records(20_000, 77), MODEL)


def test_on_other_children_nearly_all_links_are_right_and_nearly_all_pairs_are_found_or_asked(
    evaluation: Evaluation,
) -> None:
    assert evaluation.precision >= 0.999
    assert evaluation.recall >= 0.97
    assert evaluation.recall_with_people >= 0.99
    assert evaluation.questions_per_1000 <= 20
    assert evaluation.candidates_recall >= 0.995
    assert evaluation.siblings_linked == 0


def test_each_group_of_names_has_figures_of_its_own(evaluation: Evaluation) -> None:
    groups = {group.name: group for group in evaluation.groups}
    assert {
        "double surnames", "single surnames", "hyphens", "particles", "indigenous names", "nicknames", "accents lost", "keyboard and scanner",
        "names joined or swapped", "default birth dates", "twins", "siblings born within a year", "two errors at once",
        "cousins with the given name and first surname of each other",
    } <= set(groups)  # fmt: skip
    assert groups["all"].true_pairs == evaluation.true_pairs
    assert all(group.recall <= group.recall_with_people <= 1 for group in groups.values())
    assert groups["two errors at once"].recall < groups["all"].recall


def test_without_birthplace_the_figures_hold(evaluation: Evaluation) -> None:
    bare = evaluate(records(20_000, 77).drop("birth_city", "birth_state", "birth_country"), MODEL)
    assert bare.precision >= 0.999
    assert bare.recall >= 0.97


def test_all_at_once_is_a_pure_function_of_the_records_in_whatever_order() -> None:
    prepared = prepare(records(3_000, 81))
    straight, _ = placed_at_once(prepared, MODEL)
    shuffled, _ = placed_at_once(prepared.sample(fraction=1.0, shuffle=True, seed=9), MODEL)
    assert straight.links.equals(shuffled.links)
    assert straight.mint.equals(shuffled.mint)
    assert straight.possibles.equals(shuffled.possibles)


def test_states_submitting_one_after_another_give_children_of_one_person_each() -> None:
    sent = records(6_000, 78)
    prepared, person = prepare(sent), dict(sent.select("record_id", "person_id").iter_rows())
    child: dict[int, str] = {}
    for state in sorted(sent["state_code"].unique()):
        new = prepared.filter(pl.col("state_code") == state)
        existing = prepared.filter(pl.col("record_id").is_in(list(child)))
        membership = existing.select(
            "record_id",
            pl.Series("msix_id", [child[record] for record in existing["record_id"]], dtype=pl.String),
            "state_code",
        )
        decisions = placed(existing, new, membership)
        child |= {record: f"M{record}" for record in decisions.mint["record_id"]}
        for record, msix_id, founder in decisions.links.select("record_id", "msix_id", "founder").iter_rows():
            child[record] = msix_id or f"M{founder}"
    people = pl.DataFrame({"child": child.values(), "person": [person[record] for record in child]})
    mixed = people.group_by("child").agg(pl.col("person").n_unique()).filter(pl.col("person") > 1)
    assert len(mixed) <= 4
    assert people["child"].n_unique() < people["person"].n_unique() * 1.08


def test_a_model_is_trained_step_by_step_on_families_that_no_step_before_has_seen() -> None:
    content = train(training(5_000, 79), version="trial", seed=1, random_pairs=2e6)
    final = calibrated(reranked(content, training(5_000, 80)), training(5_000, 81))
    model = Model.from_dict(final)
    assert model.same_above >= LOWEST
    assert model.reranker
    found = evaluate(records(5_000, 82), model)
    assert found.precision >= 0.995
    assert found.recall > 0.9


def test_a_reranked_model_beats_the_same_model_without_its_reranker(evaluation: Evaluation) -> None:
    bare = evaluate(records(20_000, 77), replace(MODEL, reranker=None))
    assert bare.recall_at_precision < evaluation.recall_at_precision
