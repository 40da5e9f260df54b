"""The decision layer: from scored pairs to who is who. Pure functions over frames; rows may come in any order.

What stands above any weight, in this order: pairs that people found to be different; the vetoes; the same Student
Identifier in the same State; one live record per child per State; agreement with every record of a child, not with
one of them; two existing children are never joined. Wrong merges are worse than missed ones, so whatever is
doubtful becomes a question to people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from logging import getLogger
from typing import Any

import polars as pl

from openmsix.matching.agreeing import agreeing
from openmsix.matching.clusters import Clusters, Edge, Question, Records, pair_of
from openmsix.matching.compare import BIRTH_DATE, GIVEN, MULTIPLE_BIRTH, STATE_ID
from openmsix.matching.model import Model
from openmsix.matching.scorer import Score
from openmsix.matching.vetoes import VETOES


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

REASONS: Mapping[str, str] = {**RULES, **{veto.name: veto.words for veto in VETOES}}
"""Every reason for asking people by its name, in words."""

MOST_QUESTIONS = 5
"""So many questions are asked about a new record at once."""

log = getLogger(__name__)

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
        .when(same_id | (likely & (against < 2)))
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
    if same.is_empty():
        return same
    membership = _with_live(membership)
    agreed = agreeing(same.with_columns(sure=True), new=new, membership=membership)
    open_ended = _beyond(same, agreed)
    records = _records(*_standing_in(open_ended, new, membership))
    pairs = [
        pair
        for group in records.connected(open_ended.iter_rows())
        if len(group) > len(_PAIR)
        for pair in records.pairs_with_new(group)
    ]
    known = pl.concat(
        [scored.select(_PAIR), scored.select(_PAIR[::-1]).rename(dict(zip(_PAIR[::-1], _PAIR, strict=True)))]
    )
    return pl.DataFrame(sorted(pairs), schema=_PAIR_TYPES, orient="row").join(
        known, on=_PAIR, how="anti", maintain_order="left"
    )


def _with_live(membership: pl.DataFrame) -> pl.DataFrame:
    return membership if "live" in membership.columns else membership.with_columns(live=True)


def _beyond(pairs: pl.DataFrame, agreed: pl.DataFrame) -> pl.DataFrame:
    """The pairs outside the groups in which all agree; such a group has no pair that leads out of it."""
    return pairs.filter(~pl.col("record_id_l").is_in(agreed["record_id"].implode()))


def _standing_in(
    pairs: pl.DataFrame, new: pl.DataFrame, membership: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Those of the new records, and of the children with all their records, that stand in a pair."""
    standing = pl.col("record_id").is_in(pl.concat([pairs[name] for name in _PAIR]).unique().implode())
    return new.filter(standing), membership.join(membership.filter(standing), on="msix_id", how="semi")


def decide(
    scored: pl.DataFrame,
    *,
    new: pl.DataFrame,
    membership: pl.DataFrame,
    known_different: pl.DataFrame,
    model: Model,
    all_alike: bool = True,
) -> Decisions:
    """Decide where each new record belongs.

    Args:
        scored: pairs from either engine, with those of `unscored_pairs`; at least one record of each pair is new.
        new: `record_id` and `state_code` of the records to be placed.
        membership: `record_id`, `msix_id` and `state_code` of the linked records of every child that occurs in
            `scored`, all its records. `live` (boolean, true when absent) is false for a record its State withdrew.
        known_different: `record_id_l` and `record_id_r` of pairs that people found to be two children.
        model: the trained model, for its thresholds.
        all_alike: whether a record must be like each record of a child, or the same as one of them is enough. Never the latter for children in families.
    """
    pairs = _possibly_one(scored, known_different, model)
    if pairs.is_empty():
        return Decisions(
            links=pl.DataFrame(schema=_LINKS),
            possibles=pl.DataFrame(schema=_POSSIBLES),
            mint=new.select(pl.col("record_id").cast(pl.Int64).sort()),
        )
    membership = _with_live(membership)
    few = pairs.height <= _FEW
    agreed = _AGREED if few else agreeing(pairs, new=new, membership=membership)
    disputed = pairs if few else _beyond(pairs, agreed)
    clusters = Clusters(
        _records(*_standing_in(disputed, new, membership)),
        [Edge(*row) for row in disputed.select(_EDGE).iter_rows()],
        {pair_of(*pair) for pair in known_different.select(_PAIR).iter_rows()},
        all_alike=all_alike,
    )
    clusters.grow()
    alone = new.filter(~pl.col("record_id").is_in(pl.concat([pairs[name] for name in _PAIR]).implode()))
    placed = [
        _placed(groups, own)
        for groups, own in ((agreed, pairs), (_grown(clusters), disputed))
        if groups.height
    ]
    minted = [*(founders for _, founders in placed), alone["record_id"]]
    return Decisions(
        links=pl.concat(links for links, _ in placed).sort("record_id"),
        possibles=_possibles(clusters.questions),
        mint=pl.concat(minted).sort().to_frame("record_id"),
    )


def _possibly_one(scored: pl.DataFrame, known_different: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The pairs that are not different by the model or by people's word, with what the rules ask of them (`_EDGE`)."""
    apart = pl.concat(
        [
            known_different.select(_PAIR),
            known_different.select(record_id_l="record_id_r", record_id_r="record_id_l"),
        ]
    )
    return (
        with_verdicts(scored, model)
        .filter(pl.col("verdict") != Verdict.DIFFERENT)
        .join(apart, on=_PAIR, how="anti")
        .with_columns(
            sure=pl.col("verdict") == Verdict.SAME,
            same_id=pl.col("state_student_id") == STATE_ID.number("same"),
        )
    )


_AGREED = pl.DataFrame(schema={"record_id": pl.Int64, "msix_id": pl.String, "group": pl.Int64})
_FEW = 64
"""So many pairs are put together one by one in less time than the groups that agree are found as columns; both ways end the same (see `agreeing`)."""
_EDGE = (*_PAIR, "weight", "vetoes", "sure", "same_id")


def _placed(groups: pl.DataFrame, pairs: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """Links of the new records of groups, each to the existing child or to the one that the first record founds; and these founders.

    `groups`: as from `agreeing`. `pairs`: those that stand in the groups, and others.
    """
    record = pl.col("record_id")
    of_group = groups.group_by("group").agg(
        pl.col("msix_id").drop_nulls().first().alias("child"), record.min().alias("first")
    )
    placed = groups.filter(pl.col("msix_id").is_null()).join(of_group, on="group")
    founds = pl.col("child").is_null() & (record == pl.col("first"))
    links = placed.filter(~founds).select(
        "record_id",
        msix_id="child",
        founder=pl.when(pl.col("child").is_null()).then("first"),
    )
    beside = links.join(_surest(_within(groups, pairs)), on="record_id")
    return (
        beside.select(pl.col(name).cast(kind) for name, kind in _LINKS.items()),
        placed.filter(founds)["record_id"],
    )


def _within(groups: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """The sure pairs whose two records are in one group."""
    left, right = (groups.select("group", pl.col("record_id").alias(side)) for side in _PAIR)
    sure = pairs.filter("sure")
    return sure.join(left, on="record_id_l").join(right, on=["record_id_r", "group"])


def _surest(pairs: pl.DataFrame) -> pl.DataFrame:
    """Of each record the surest pair: the other record (`beside`) and the `weight`; in the order of `Clusters.surest_first`."""
    ranked = pairs.sort(
        "same_id", "weight", *_PAIR, descending=[True, True, False, False], maintain_order=True
    ).with_row_index("rank")
    sides = [
        ranked.select("rank", record_id=own, beside=other, weight="weight")
        for own, other in (_PAIR, _PAIR[::-1])
    ]
    return pl.concat(sides).sort("rank").unique("record_id", keep="first").drop("rank")


def _records(new: pl.DataFrame, membership: pl.DataFrame) -> Records:
    return Records(
        new=dict(new.select("record_id", "state_code").iter_rows()),
        child_of={
            record: str(child) for record, child in membership.select("record_id", "msix_id").iter_rows()
        },
        live_in=dict(membership.filter("live").select("record_id", "state_code").iter_rows()),
    )


def _grown(clusters: Clusters) -> pl.DataFrame:
    """The groups that grew pair by pair, in the columns of `agreeing`."""
    members = [
        (record, clusters.records.child_of.get(record), number)
        for number, cluster in enumerate(set(clusters.of.values()))
        for record in clusters.members(cluster)
    ]
    return pl.DataFrame(
        members, schema={"record_id": pl.Int64, "msix_id": pl.String, "group": pl.Int64}, orient="row"
    )


def _possibles(questions: Iterable[Question]) -> pl.DataFrame:
    """The questions as rows. Where a record has more than `MOST_QUESTIONS`, the likest are asked: the same child sent five hundred times is no hundred thousand questions."""
    rows = [(one.edge.left, one.edge.right, one.edge.weight, list(one.reasons)) for one in questions]
    every = pl.DataFrame(rows, schema=_POSSIBLES, orient="row").sort(
        "weight", *_PAIR, descending=[True, False, False]
    )
    asked = every.filter(pl.int_range(pl.len()).over("record_id_l") < MOST_QUESTIONS)
    if asked.height < every.height:
        log.warning(
            "%d questions about %d records are not asked: each has %d already",
            every.height - asked.height,
            every.join(asked, on=_PAIR, how="anti")["record_id_l"].n_unique(),
            MOST_QUESTIONS,
        )
    return asked.sort(_PAIR)
