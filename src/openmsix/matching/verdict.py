"""The decision layer: from scored pairs to who is who. Pure functions over frames; rows may come in any order.

What stands above any weight, in this order: pairs that people found to be different; the vetoes; the same Student
Identifier in the same State; one live record per child per State; agreement with every record of a child, not with
one of them; two existing children are never joined. Wrong merges are worse than missed ones, so whatever is
doubtful becomes a question to people.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl

from openmsix.logs import tell
from openmsix.matching.agreeing import agreeing
from openmsix.matching.clusters import Clusters, Edge, Pair, Question, Records, pair_of
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
    levels = {reached.comparison: reached.level for reached in score.levels}
    return _verdict(levels, score.weight, score.vetoes, model)


def _verdict(levels: Mapping[str, int], weight: float, vetoes: Sequence[str], model: Model) -> Verdict:
    rules = _rules(levels.__getitem__, weight, not vetoes, _against(vetoes), model)
    return next((said for said, holds in rules if holds), Verdict.DIFFERENT)


def with_verdicts(scored: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Scored pairs with a column `verdict`, before what is known of other records; see `_rules`."""
    free = pl.col("vetoes").list.len() == 0
    rules = _rules(pl.col, pl.col("weight"), free, _AGAINST_EACH, model)
    said = pl.lit(Verdict.DIFFERENT.value)
    for verdict, holds in reversed(rules):
        said = pl.when(holds).then(pl.lit(verdict.value)).otherwise(said)
    return scored.with_columns(said.alias("verdict"))


_AGAINST = frozenset(veto.name for veto in VETOES if veto.against)
_AGAINST_EACH = pl.col("vetoes").list.set_intersection(sorted(_AGAINST)).list.len()


def _against(vetoes: Sequence[str]) -> int:
    """How many of these speak against one child; as `_AGAINST_EACH` of many pairs."""
    return sum(veto in _AGAINST for veto in vetoes)


def _rules(
    level: Callable[[str], Any], weight: Any, free: Any, against: Any, model: Model
) -> tuple[tuple[Verdict, Any], ...]:
    """The verdicts with what must hold for each; the first that holds is said, and `DIFFERENT` where none does.

    Same: the weight is sure and no veto stands. Possible: the weight is worth a look, or sure but for one veto. Two
    vetoes that speak against it make two children, for between siblings the whole family agrees; so do different
    given names when both are said to be of a multiple birth. The same Student Identifier in one State decides for
    the same child, unless given name and birth date both speak against it: then people are asked.

    Args:
        level: gives the number of a comparison's level by its name. As all that follows, of one pair or, as expressions, of many.
        weight: in bits.
        free: whether no veto stands.
        against: how many vetoes stand that speak against one child.
        model: for its thresholds.
    """
    given, born, number = level("given_name"), level("birth_date"), level("state_student_id")
    names_differ = given == GIVEN.number("different")
    twins = names_differ & (level("multiple_birth") == MULTIPLE_BIRTH.number("both"))
    name_or_birth_agree = (given != GIVEN.number("different")) | (
        (born != BIRTH_DATE.number("year_only")) & (born != BIRTH_DATE.number("different"))
    )
    same_id = number == STATE_ID.number("same")
    return (
        (Verdict.DIFFERENT, twins & (number != STATE_ID.number("same"))),
        (Verdict.SAME, ((weight >= model.same_above) & free) | (same_id & name_or_birth_agree)),
        (Verdict.POSSIBLE, same_id | ((weight >= model.possible_above) & (against < 2))),
    )


def _doubts_number(weight: Any, against: Any, model: Model) -> Any:
    """Whether people are asked about two records in spite of their one Student Identifier; of one pair or, as an expression, of many.

    One record said twice is the same student whatever is said. But two records with one identifier differ in its type, or in capitals: a State has two series of
    them, which may meet by chance, so that nothing may speak against it.
    """
    return (against > 0) | (weight < model.possible_above)


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
    apart = {pair_of(*pair) for pair in known_different.select(_PAIR).iter_rows()}
    if scored.height <= _FEW:
        edges = _edges_one_by_one(scored, apart, model)
        return _one_by_one(edges, _records(new, membership), apart, all_alike=all_alike)
    pairs = _possibly_one(scored, known_different, model)
    membership = _with_live(membership)
    agreed = agreeing(pairs, new=new, membership=membership)
    links, founders = _placed(agreed, pairs)
    disputed = _beyond(pairs, agreed)
    standing = pl.concat([agreed["record_id"], *(disputed[name] for name in _PAIR)]).unique()
    alone = new.filter(~pl.col("record_id").is_in(standing.implode()))
    rest = _one_by_one(
        [Edge(*row) for row in disputed.select(_EDGE).iter_rows()],
        _records(*_standing_in(disputed, new, membership)),
        apart,
        all_alike=all_alike,
    )
    return Decisions(
        links=pl.concat([links, rest.links]).sort("record_id"),
        possibles=rest.possibles,
        mint=pl.concat([founders, alone["record_id"].cast(pl.Int64), rest.mint["record_id"]])
        .sort()
        .to_frame("record_id"),
    )


def _possibly_one(scored: pl.DataFrame, known_different: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The pairs that are not different by the model or by people's word, with what the rules ask of them (`_EDGE`)."""
    apart = pl.concat(
        [
            known_different.select(_PAIR),
            known_different.select(record_id_l="record_id_r", record_id_r="record_id_l"),
        ]
    )
    same_id = pl.col("state_student_id") == STATE_ID.number("same")
    return (
        with_verdicts(scored, model)
        .filter(pl.col("verdict") != Verdict.DIFFERENT)
        .join(apart, on=_PAIR, how="anti")
        .with_columns(
            sure=(pl.col("verdict") == Verdict.SAME)
            & ~(same_id & _doubts_number(pl.col("weight"), _AGAINST_EACH, model)),
            same_id=same_id,
        )
    )


_FEW = 512
"""So many pairs are put together one by one in less time than the groups that agree are found as columns; both ways end the same (see `agreeing`)."""
_EDGE = (*_PAIR, "weight", "vetoes", "sure", "same_id")


def _edges_one_by_one(scored: pl.DataFrame, apart: set[Pair], model: Model) -> list[Edge]:
    """As `_possibly_one`, of few pairs."""
    edges = []
    for row in scored.iter_rows(named=True):
        said = _verdict(row, row["weight"], row["vetoes"], model)
        one, other = row["record_id_l"], row["record_id_r"]
        if said is not Verdict.DIFFERENT and pair_of(one, other) not in apart:
            same_id = row["state_student_id"] == STATE_ID.number("same")
            doubted = same_id and _doubts_number(row["weight"], _against(row["vetoes"]), model)
            sure = said is Verdict.SAME and not doubted
            edges.append(Edge(one, other, row["weight"], row["vetoes"], sure, same_id))
    return edges


def _one_by_one(edges: list[Edge], records: Records, apart: set[Pair], *, all_alike: bool) -> Decisions:
    """The decisions about records that are put together pair by pair."""
    clusters = Clusters(records, edges, apart, all_alike=all_alike)
    clusters.grow()
    surest: dict[int, Edge] = {}
    for edge in clusters.surest_first:
        if edge.sure and clusters.cluster(edge.left) is clusters.cluster(edge.right):
            surest.setdefault(edge.left, edge)
            surest.setdefault(edge.right, edge)
    links, mint = [], []
    for party, cluster in clusters.of.items():
        if isinstance(party, str):
            continue
        child = next((other for other in cluster if isinstance(other, str)), None)
        founder = None if child else min(cluster)
        if party == founder:
            mint.append(party)
        else:
            edge = surest[party]
            beside = edge.right if edge.left == party else edge.left
            links.append((party, child, founder, beside, edge.weight))
    return Decisions(
        links=pl.DataFrame(links, schema=_LINKS, orient="row").sort("record_id"),
        possibles=_possibles(clusters.questions),
        mint=pl.DataFrame({"record_id": sorted(mint)}, schema={"record_id": pl.Int64}),
    )


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
        live_in={
            record: state
            for record, state, live in _with_live(membership)
            .select("record_id", "state_code", "live")
            .iter_rows()
            if live
        },
    )


def _possibles(questions: Iterable[Question]) -> pl.DataFrame:
    """The questions as rows. Where a record has more than `MOST_QUESTIONS`, the likest are asked: the same child sent five hundred times is no hundred thousand questions."""
    rows = [(one.edge.left, one.edge.right, one.edge.weight, list(one.reasons)) for one in questions]
    every = pl.DataFrame(rows, schema=_POSSIBLES, orient="row")
    if every.height <= MOST_QUESTIONS:
        return every.sort(_PAIR)
    every = every.sort("weight", *_PAIR, descending=[True, False, False])
    asked = every.filter(pl.int_range(pl.len()).over("record_id_l") < MOST_QUESTIONS)
    if asked.height < every.height:
        records = every.join(asked, on=_PAIR, how="anti")["record_id_l"].n_unique()
        tell("linking.not_asked", questions=every.height - asked.height, records=records, most=MOST_QUESTIONS)
    return asked.sort(_PAIR)
