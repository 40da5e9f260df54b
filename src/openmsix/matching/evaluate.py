"""How well a model does on records whose children are known: links and questions as the exchange would make them, counted in pairs.

No threshold is chosen here: the model comes with its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from typing import Any

import polars as pl

from openmsix.matching.batch import placed_at_once
from openmsix.matching.blocking import block_keys, sharing
from openmsix.matching.model import Model
from openmsix.matching.prepare import prepare
from openmsix.matching.scorer import score_pairs
from openmsix.matching.verdict import Decisions, Verdict, with_verdicts

PRECISION = 0.999
"""The share of true pairs that automatic links must reach."""

SHOWN = (-5.0, 25.0)
"""The weights whose thresholds are told."""

_PAIR = ("record_id_l", "record_id_r")
_FAR = 50.0  # bits; more are not told apart


@dataclass(frozen=True)
class Group:
    """How the model did on the pairs in which a record of the group stands.

    Attributes:
        true_pairs: pairs of records of one child.
        recall: those linked automatically.
        recall_with_people: those linked, or asked about.
        wrong: pairs linked that are of two children.
    """

    name: str
    true_pairs: int
    recall: float
    recall_with_people: float
    wrong: int


@dataclass(frozen=True)
class Threshold:
    """What a threshold of weight alone would do with the pairs that no veto stands against."""

    weight: float
    precision: float
    recall: float


@dataclass(frozen=True)
class Evaluation:
    """How well a model did.

    Attributes:
        candidates_recall: true pairs that share a block key.
        precision, recall: of automatic links, all pairs of records of one child counted.
        recall_with_people: true pairs linked, or asked about.
        questions_per_1000: near matches for 1,000 records.
        siblings_linked: linked pairs of two children of one family with different given names; None if families are not known.
        recall_at_precision: the best recall of a threshold of weight alone at `PRECISION`.
    """

    version: str
    records: int
    children: int
    true_pairs: int
    candidates_recall: float
    precision: float
    recall: float
    recall_with_people: float
    questions_per_1000: float
    siblings_linked: int | None
    recall_at_precision: float
    groups: tuple[Group, ...]
    thresholds: tuple[Threshold, ...]

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall of automatic links."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def evaluate(records: pl.DataFrame, model: Model) -> Evaluation:
    """Measure a model.

    Args:
        records: the input of `prepare`, with `person_id` (the same for all records of one child), and where they are known `family_id`, and `groups`, a
            list of words in which figures are told apart.
        model: the model, with its thresholds.
    """
    prepared = prepare(records)
    decisions, scored = placed_at_once(prepared, model)
    return judged(records, prepared, decisions, scored, model)


def judged(
    records: pl.DataFrame,
    prepared: pl.DataFrame,
    decisions: Decisions,
    scored: pl.DataFrame,
    model: Model,
    *,
    more_keys: pl.DataFrame | None = None,
) -> Evaluation:
    """As `evaluate`, of decisions that were made already. `more_keys`: see `batch.score_candidates`."""
    person = records.select("record_id", "person_id")
    true = _true_pairs(person)
    cluster_of = clusters(decisions)
    linked = _pairs_within(cluster_of, "cluster").join(true.with_columns(true=True), on=_PAIR, how="left")
    linked = linked.with_columns(pl.col("true").fill_null(False))
    asked = _asked(true, decisions, cluster_of)
    found = int(linked["true"].sum())
    groups = tuple(_groups(records, true, linked, asked))
    thresholds, best = _thresholds(scored, true)
    return Evaluation(
        version=model.version,
        records=len(records),
        children=records["person_id"].n_unique(),
        true_pairs=true.height,
        candidates_recall=_share(_candidates_among(prepared, true, more_keys), true.height),
        precision=_share(found, linked.height),
        recall=_share(found, true.height),
        recall_with_people=_share(found + asked.height, true.height),
        questions_per_1000=1000 * decisions.possibles.height / max(len(records), 1),
        siblings_linked=_siblings(records, prepared, linked),
        recall_at_precision=best,
        groups=groups,
        thresholds=thresholds,
    )


def clusters(decisions: Decisions) -> pl.DataFrame:
    """`record_id` and `cluster` (the record that founded it) of records that were placed at once."""
    founders = decisions.mint.select("record_id", cluster="record_id")
    return pl.concat([founders, decisions.links.select("record_id", cluster="founder")]).sort("record_id")


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _true_pairs(person: pl.DataFrame) -> pl.DataFrame:
    return _pairs_within(person.drop_nulls("person_id"), "person_id")


def _pairs_within(records: pl.DataFrame, group: str) -> pl.DataFrame:
    """All pairs of records of one group, the lesser first."""
    several = records.filter(pl.col(group).is_duplicated())
    left, right = (several.select(group, pl.col("record_id").alias(name)) for name in _PAIR)
    return left.join(right, on=group).filter(pl.col(_PAIR[0]) < pl.col(_PAIR[1])).select(_PAIR)


def _asked(true: pl.DataFrame, decisions: Decisions, cluster_of: pl.DataFrame) -> pl.DataFrame:
    """The true pairs that are not linked and whose two children stand in one question."""
    child = dict(cluster_of.iter_rows())

    def sides(pairs: pl.DataFrame) -> pl.DataFrame:
        left, right = (pl.col(name).replace_strict(child, return_dtype=pl.Int64) for name in _PAIR)
        return pairs.with_columns(low=pl.min_horizontal(left, right), high=pl.max_horizontal(left, right))

    apart = sides(true).filter(pl.col("low") != pl.col("high"))
    return apart.join(sides(decisions.possibles.select(_PAIR)), on=["low", "high"], how="semi").select(_PAIR)


def _candidates_among(prepared: pl.DataFrame, true: pl.DataFrame, more_keys: pl.DataFrame | None) -> int:
    """How many of the true pairs share a block key: only records of these pairs need be looked at, but bucket caps count all."""
    found: list[pl.DataFrame] = []
    keys = block_keys(prepared)
    for _, shared, _ in sharing(keys if more_keys is None else keys.join(more_keys, on="record_id")):
        left, right = (shared.select("value", pl.col("record_id").alias(name)) for name in _PAIR)
        one = true.join(left, on=_PAIR[0]).join(right, on=[_PAIR[1], "value"]).select(_PAIR)
        found.append(one)
    return pl.concat(found).unique().height


def _siblings(records: pl.DataFrame, prepared: pl.DataFrame, linked: pl.DataFrame) -> int | None:
    if "family_id" not in records.columns:
        return None
    who = prepared.select("record_id", "given").join(records.select("record_id", "family_id"), on="record_id")
    wrong = linked.filter(~pl.col("true"))
    for name in _PAIR:
        wrong = wrong.join(who, left_on=name, right_on="record_id", suffix="_other")
    same_family = pl.col("family_id") == pl.col("family_id_other")
    return wrong.filter(same_family & (pl.col("given") != pl.col("given_other"))).height


def _groups(
    records: pl.DataFrame, true: pl.DataFrame, linked: pl.DataFrame, asked: pl.DataFrame
) -> Iterator[Group]:
    if not isinstance(
        records.schema.get("groups"), pl.List
    ):  # a file's own column of that name is none of ours
        return
    of = records.select("record_id", "groups").explode("groups").drop_nulls()

    def counted(pairs: pl.DataFrame) -> dict[str, int]:
        sides = [pairs.join(of, left_on=name, right_on="record_id") for name in _PAIR]
        each = pl.concat(side.select(*_PAIR, "groups") for side in sides).unique()
        return dict(each.group_by("groups").len().iter_rows())

    all_of, wrong_of = counted(true), counted(linked.filter(~pl.col("true")))
    linked_of, asked_of = counted(linked.filter("true")), counted(asked)
    for name, pairs in sorted(all_of.items(), key=lambda one: (-one[1], one[0])):
        got = linked_of.get(name, 0)
        yield Group(name, pairs, got / pairs, (got + asked_of.get(name, 0)) / pairs, wrong_of.get(name, 0))


def by_threshold(pairs: pl.DataFrame, true_pairs: int) -> tuple[tuple[Threshold, ...], float]:
    """Precision and recall of each whole weight, and the best recall at `PRECISION`. `pairs`: `weight` and `true` of those without a veto."""
    ranked = pairs.sort("weight", descending=True).with_columns(
        precision=pl.col("true").cum_sum() / pl.int_range(1, pl.len() + 1), found=pl.col("true").cum_sum()
    )
    precise = max(ranked.filter(pl.col("precision") >= PRECISION)["found"].to_list(), default=0)
    told = ranked.filter(pl.col("weight").is_between(*SHOWN))
    each = told.group_by(pl.col("weight").floor().cast(pl.Int64).alias("whole")).last().sort("whole")
    rows = each.select("whole", "precision", "found").iter_rows()
    table = tuple(
        Threshold(float(whole), precision, _share(found, true_pairs)) for whole, precision, found in rows
    )
    return table, _share(precise, true_pairs)


def _thresholds(scored: pl.DataFrame, true: pl.DataFrame) -> tuple[tuple[Threshold, ...], float]:
    lesser = scored.filter(pl.col("vetoes").list.len() == 0).select(
        pl.min_horizontal(_PAIR).alias(_PAIR[0]), pl.max_horizontal(_PAIR).alias(_PAIR[1]), "weight"
    )
    free = lesser.join(true.with_columns(true=True), on=_PAIR, how="left").with_columns(
        pl.col("true").fill_null(False)
    )
    return by_threshold(free, true.height)


@dataclass(frozen=True)
class Agreement:
    """How a model judges pairs that people decided.

    Attributes:
        pairs: how many.
        linked_apart: pairs that people hold for two children and the model would link.
        surprise: bits a pair by which what people said surprises the model (cross-entropy); less is better.
    """

    pairs: int
    linked_apart: int
    surprise: float


def agreement(prepared: pl.DataFrame, pairs: pl.DataFrame, model: Model) -> Agreement:
    """How a model judges pairs of prepared records: `record_id_l`, `record_id_r` and `true` (one child, as people say)."""
    judged = with_verdicts(score_pairs(prepared, pairs, model), model).with_columns(pairs["true"])
    apart = judged.filter((pl.col("verdict") == Verdict.SAME) & ~pl.col("true"))
    against = pl.when("true").then(-pl.col("weight")).otherwise(pl.col("weight"))
    surprise = judged.select((1 + (against.clip(-_FAR, _FAR) * log(2)).exp()).log(2).mean()).item()
    return Agreement(pairs.height, apart.height, surprise or 0.0)


def disagreements(candidate: Agreement, present: Agreement) -> list[str]:
    """Why people's decisions speak against a model that is to take the place of the one in use; none where they do not."""
    found = []
    if candidate.linked_apart > present.linked_apart:
        found.append(
            f"it would link {candidate.linked_apart} of the pairs that people hold for two children, the model in use {present.linked_apart}"
        )
    if candidate.surprise > present.surprise:
        found.append(
            f"what people decided surprises it by {candidate.surprise:.3f} bits a pair, the model in use by {present.surprise:.3f}"
        )
    return found


def shortcomings(candidate: Evaluation, present: Evaluation) -> list[str]:
    """Why a model is not to be promoted over the one in use, both measured on the same records; none where it is better."""
    found = []
    if candidate.precision < min(PRECISION, present.precision):
        found.append(
            f"its links are right in {candidate.precision:.5f}, those of the model in use in {present.precision:.5f}"
        )
    if (candidate.siblings_linked or 0) > (present.siblings_linked or 0):
        found.append("it links more siblings of different given names")
    if candidate.recall <= present.recall:
        found.append(
            f"it links {candidate.recall:.4f} of the true pairs, the model in use {present.recall:.4f}"
        )
    if (
        candidate.recall_with_people < present.recall_with_people
        and candidate.questions_per_1000 >= present.questions_per_1000
    ):
        found.append("with more questions it finds fewer of the true pairs")
    return found


def as_facts(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as it stands in a model's file."""
    one = evaluation
    return {
        "records": one.records,
        "true_pairs": one.true_pairs,
        "candidates_recall": round(one.candidates_recall, 4),
        "precision": round(one.precision, 5),
        "recall": round(one.recall, 4),
        "recall_with_people": round(one.recall_with_people, 4),
        "questions_per_1000": round(one.questions_per_1000, 1),
        "siblings_linked": one.siblings_linked,
        "groups": {
            group.name: [
                group.true_pairs,
                round(group.recall, 4),
                round(group.recall_with_people, 4),
                group.wrong,
            ]
            for group in one.groups
        },
    }
