"""The decision layer: from scored pairs to who is who. Pure functions over frames; rows may come in any order.

What stands above any weight, in this order: pairs that people found to be different; the vetoes; the same Student
Identifier in the same State; one live record per child per State; agreement with every record of a child, not with
one of them; two existing children are never joined. Wrong merges are worse than missed ones, so whatever is
doubtful becomes a question to people.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import Any

import polars as pl

from openmsix.matching.clusters import Clusters, Edge, Records, pair_of
from openmsix.matching.compare import BIRTH_DATE, GIVEN, MULTIPLE_BIRTH, STATE_ID, VETOES
from openmsix.matching.model import Model
from openmsix.matching.scorer import Score


class Verdict(StrEnum):
    """What two records are, as far as the model can tell."""

    SAME = "same"
    POSSIBLE = "possible"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Decisions:
    """What becomes of the new records: each of them is in `links` or in `mint`, once.

    Attributes:
        links: `record_id`; `msix_id` of the existing child it joins, or else `founder`, the new record whose new
            child it joins; `beside`, the record whose likeness decided; `weight` of that pair.
        possibles: `record_id_l` (new), `record_id_r`, `weight` and `reasons` (names of vetoes and of the rules below)
            of pairs that may be one child: one row for each two children, their likest records.
        mint: `record_id` of each new record that founds a new child.
    """

    links: pl.DataFrame
    possibles: pl.DataFrame
    mint: pl.DataFrame


RULES = {
    "weight_too_low": "the likeness is too small to be sure",
    "one_live_record_per_state": "the child would have two live records in one State",
    "not_mutually_best": "another record of the same State is as good a match",
    "unlike_another_record": "another record of the child does not agree",
    "two_existing_children": "two existing children would become one",
}
"""The reasons for asking people that are not vetoes."""

_PAIR = ("record_id_l", "record_id_r")
_PAIR_TYPES = dict.fromkeys(_PAIR, pl.Int64)
_LINKS: dict[str, Any] = {
    "record_id": pl.Int64,
    "msix_id": pl.String,
    "founder": pl.Int64,
    "beside": pl.Int64,
    "weight": pl.Float64,
}
_POSSIBLES: dict[str, Any] = {
    **_PAIR_TYPES,
    "weight": pl.Float64,
    "reasons": pl.List(pl.String),
}


def verdict(score: Score, model: Model) -> Verdict:
    """The verdict on one pair, before what is known of other records."""
    levels = {reached.comparison: [reached.level] for reached in score.levels}
    row = pl.DataFrame(
        {"weight": [score.weight], "vetoes": [list(score.vetoes)], **levels}, schema_overrides=_VETOES
    )
    return Verdict(with_verdicts(row, model)["verdict"].item())


_VETOES = {"vetoes": pl.List(pl.String)}


def with_verdicts(scored: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Scored pairs with a column `verdict`, before what is known of other records.

    Same: the weight is sure and no veto stands. Possible: the weight is worth a look, or sure but for one veto. Two
    vetoes that speak against it make two children, for between siblings the whole family agrees; so do different
    given names when both are said to be of a multiple birth. The same Student Identifier in one State decides for
    the same child, unless given name and birth date both speak against it: then people are asked.
    """

    def reached(comparison_number: int, name: str) -> pl.Expr:
        return pl.col(name) == comparison_number

    names_differ = reached(GIVEN.number("different"), "given_name")
    born_apart = pl.col("birth_date").is_in([BIRTH_DATE.number("year_only"), BIRTH_DATE.number("different")])
    same_id = reached(STATE_ID.number("same"), "state_student_id")
    twins = reached(MULTIPLE_BIRTH.number("both"), "multiple_birth") & names_differ
    against = (
        pl.col("vetoes").list.set_intersection([veto.name for veto in VETOES if veto.against]).list.len()
    )
    free = pl.col("vetoes").list.len() == 0
    sure = pl.col("weight") >= model.same_above
    likely = pl.col("weight") >= model.possible_above
    return scored.with_columns(
        pl.when(twins & ~same_id)
        .then(pl.lit(Verdict.DIFFERENT.value))
        .when((sure & free) | (same_id & ~(names_differ & born_apart)))
        .then(pl.lit(Verdict.SAME.value))
        .when(same_id | (likely & free) | (sure & (against < 2)))
        .then(pl.lit(Verdict.POSSIBLE.value))
        .otherwise(pl.lit(Verdict.DIFFERENT.value))
        .alias("verdict")
    )


def unscored_pairs(
    scored: pl.DataFrame, *, new: pl.DataFrame, membership: pl.DataFrame, model: Model
) -> pl.DataFrame:
    """The pairs that `decide` needs besides `scored`, to compare a new record with all records of a child.

    The arguments are those of `decide`. The answer has `record_id_l` and `record_id_r`; score these pairs and add
    them to `scored`, or `decide` will take each of them for a disagreement.
    """
    same = with_verdicts(scored, model).filter(pl.col("verdict") == Verdict.SAME).select(_PAIR)
    records = _records(_among(new, same), membership)
    pairs = [
        pair
        for group in records.connected(same.iter_rows())
        if len(group) > len(_PAIR)
        for pair in records.pairs_with_new(group)
    ]
    known = pl.concat(
        [scored.select(_PAIR), scored.select(_PAIR[::-1]).rename(dict(zip(_PAIR[::-1], _PAIR, strict=True)))]
    )
    return pl.DataFrame(sorted(pairs), schema=_PAIR_TYPES, orient="row").join(
        known, on=_PAIR, how="anti", maintain_order="left"
    )


def _among(new: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Those of the new records that stand in a pair."""
    standing = pl.concat([pairs[name] for name in _PAIR]).unique()
    return new.filter(pl.col("record_id").is_in(standing.implode()))


def decide(
    scored: pl.DataFrame,
    *,
    new: pl.DataFrame,
    membership: pl.DataFrame,
    known_different: pl.DataFrame,
    model: Model,
) -> Decisions:
    """Decide where each new record belongs.

    Args:
        scored: pairs from either engine, with those of `unscored_pairs`; at least one record of each pair is new.
        new: `record_id` and `state_code` of the records to be placed.
        membership: `record_id`, `msix_id` and `state_code` of the linked records of every child that occurs in
            `scored`, all its records. `live` (boolean, true when absent) is false for a record its State withdrew.
        known_different: `record_id_l` and `record_id_r` of pairs that people found to be two children.
        model: the trained model, for its thresholds.
    """
    judged = with_verdicts(scored, model).filter(pl.col("verdict") != Verdict.DIFFERENT)
    apart = {pair_of(*pair) for pair in known_different.select(_PAIR).iter_rows()}
    same_id = pl.col("state_student_id") == STATE_ID.number("same")
    edges = [
        Edge(left, right, weight, tuple(vetoes), said == Verdict.SAME, decisive)
        for left, right, weight, vetoes, said, decisive in judged.select(
            *_PAIR, "weight", "vetoes", "verdict", same_id
        ).iter_rows()
        if pair_of(left, right) not in apart
    ]
    involved = _among(new, judged)
    clusters = Clusters(_records(involved, membership), edges, apart)
    clusters.grow()
    alone = new.join(involved, on="record_id", how="anti")["record_id"]
    return _decisions(clusters, alone)


def _records(new: pl.DataFrame, membership: pl.DataFrame) -> Records:
    live = membership.filter("live") if "live" in membership.columns else membership
    return Records(
        new=dict(new.select("record_id", "state_code").iter_rows()),
        child_of={
            record: str(child) for record, child in membership.select("record_id", "msix_id").iter_rows()
        },
        live_in=dict(live.select("record_id", "state_code").iter_rows()),
    )


def _decisions(clusters: Clusters, alone: Iterable[int]) -> Decisions:
    surest = _surest_beside(clusters)
    links, mint = [], list(alone)
    for cluster in set(clusters.of.values()):
        child = next((party for party in cluster if isinstance(party, str)), None)
        records = sorted(party for party in cluster if isinstance(party, int))
        founder = None if child else records.pop(0)
        if founder is not None:
            mint.append(founder)
        links += [(record, child, founder, *surest[record]) for record in records]
    possibles = [
        (one.edge.left, one.edge.right, one.edge.weight, list(one.reasons)) for one in clusters.questions
    ]
    return Decisions(
        links=pl.DataFrame(sorted(links, key=itemgetter(0)), schema=_LINKS, orient="row"),
        possibles=pl.DataFrame(sorted(possibles), schema=_POSSIBLES, orient="row"),
        mint=pl.DataFrame({"record_id": sorted(mint)}, schema={"record_id": pl.Int64}),
    )


def _surest_beside(clusters: Clusters) -> dict[int, tuple[int, float]]:
    """For each record the surest pair within its child: the other record and the weight."""
    surest: dict[int, Edge] = {}
    for edge in reversed(clusters.surest_first):
        if edge.sure and clusters.cluster(edge.left) is clusters.cluster(edge.right):
            surest[edge.left] = surest[edge.right] = edge
    return {
        record: (edge.right if record == edge.left else edge.left, edge.weight)
        for record, edge in surest.items()
    }
