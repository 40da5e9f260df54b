"""What a model would make of all live records, beside the links as they are. Reads only.

What people, States or the system before have decided stays as it is: those records keep their children, with them the records to which people joined
them, and pairs known to be different stay apart. All
others are placed at once, as if they had come today.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from openmsix import staging
from openmsix.identity import rows
from openmsix.identity.words import Reason
from openmsix.matching.batch import placed
from openmsix.matching.compare import COMPARISONS
from openmsix.matching.model import Model
from openmsix.matching.scorer import score_pairs
from openmsix.matching.verdict import REASONS, Decisions

BY_MACHINE = (Reason.MATCHED, Reason.NEW)
"""Reasons of links that a model made and another may make otherwise."""

BY_PEOPLE = (Reason.DECIDED, Reason.SPLIT, Reason.UNDONE)
"""Reasons of links by which people said that the records that a child had until then, and this one, are one child."""

JOINED, PARTED, ASKED, UNASKED = "joined", "parted", "asked", "unasked"
_TOLD = dict.fromkeys(
    ("student_1", "msix_id_1", "student_2", "msix_id_2", "weight", "differences"), pl.String
) | {"weight": pl.Float64}

_LINKED = {"record_id": pl.Int64, "msix_id": pl.String, "state_code": pl.String, "by_machine": pl.Boolean}
_PAIR = ("record_id_l", "record_id_r")


@dataclass(frozen=True)
class Relinked:
    """What would be otherwise.

    Attributes:
        records, children: the live records, and the children that they are of now.
        children_then: the children that they would be of.
        joined: pairs of records of two children that would become one; `record_id_l`, `record_id_r`, `weight`, and `reasons` for which people are asked.
        parted: pairs of records of one child that would become two; so many of each child as hold its parts together now.
        parts: the records of these children: `record_id`, `now` (the child), `then` (its part).
        asked: pairs that people would be asked about and never were; columns as of `joined`.
        unasked: pairs of open questions that the model would not ask; `record_id_l`, `record_id_r`, `weight`.
        seen: `record_id`, and `digest` of what the model saw of the record.
    """

    records: int
    children: int
    children_then: int
    joined: pl.DataFrame
    parted: pl.DataFrame
    parts: pl.DataFrame
    asked: pl.DataFrame
    unasked: pl.DataFrame
    seen: pl.DataFrame

    @property
    def changes(self) -> dict[str, pl.DataFrame]:
        """The pairs of each kind of change."""
        return {**self.to_ask, UNASKED: self.unasked}

    @property
    def to_ask(self) -> dict[str, pl.DataFrame]:
        """The pairs of each kind of change that people would be asked about."""
        return {JOINED: self.joined, PARTED: self.parted, ASKED: self.asked}


def compare(model: Model) -> Relinked:
    """Place all live records anew with a model, and compare with the links as they are."""
    linked = _linked()
    prepared = rows.everyone().join(linked.select("record_id"), on="record_id", how="semi")
    decisions = _placed(prepared, linked, model)
    now = linked.select("record_id", now="msix_id")
    then = _then(decisions, linked)
    both = now.join(then, on="record_id")
    links = decisions.links.select(record_id_l="record_id", record_id_r="beside", weight="weight")
    joined = _with(links, now).filter(pl.col("now_l") != pl.col("now_r"))
    parts = both.filter(pl.col("then").n_unique().over("now") > 1).sort("record_id")
    possibles = decisions.possibles.select(*_PAIR, "weight", "reasons")
    open_pairs, known = _questions()
    return Relinked(
        records=linked.height,
        children=linked["msix_id"].n_unique(),
        children_then=then["then"].n_unique(),
        joined=joined.select(*_PAIR, "weight", reasons=pl.lit(["two_existing_children"])).sort("weight"),
        parted=_parted(parts, prepared, model),
        parts=parts,
        asked=_ordered(possibles).join(known, on=_PAIR, how="anti").sort("weight", descending=True),
        unasked=_weighed(open_pairs.join(_ordered(possibles), on=_PAIR, how="anti"), model),
        seen=digests(prepared),
    )


def _weighed(pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    scored = score_pairs(rows.some(pl.concat(pairs[name] for name in _PAIR).unique()), pairs, model)
    return scored.select(*_PAIR, "weight").sort("weight", *_PAIR)


def digests(prepared: pl.DataFrame) -> pl.DataFrame:
    """`record_id`, and `digest` of all else that is known of a prepared record."""
    return prepared.select("record_id", digest=prepared.drop("record_id").hash_rows(seed=1))


def _linked() -> pl.DataFrame:
    return staging.read(
        """
        SELECT l.state_record_id, l.msix_id, l.state_code, l.reason = ANY(%(machine)s) AND NOT EXISTS (
          SELECT FROM identity_link d WHERE d.msix_id = l.msix_id AND d.closed_at IS NULL AND d.reason = ANY(%(people)s) AND d.id > l.id)
        FROM identity_link l JOIN identity_matchrow m ON m.state_record_id = l.state_record_id
        WHERE l.closed_at IS NULL AND m.live ORDER BY 1
        """,
        _LINKED,
        {
            "machine": [reason.value for reason in BY_MACHINE],
            "people": [reason.value for reason in BY_PEOPLE],
        },
    )


def _placed(prepared: pl.DataFrame, linked: pl.DataFrame, model: Model) -> Decisions:
    free = linked.filter("by_machine")
    is_new = pl.col("record_id").is_in(free["record_id"].implode())
    membership = linked.filter(~pl.col("by_machine")).select("record_id", "msix_id", "state_code", live=True)
    decisions, _ = placed(
        prepared.filter(~is_new),
        prepared.filter(is_new),
        membership,
        model,
        known_different=_known_different(),
    )
    return decisions


def _known_different() -> pl.DataFrame:
    return staging.read(
        "SELECT left_id, right_id FROM identity_knowndifferent ORDER BY 1, 2", dict.fromkeys(_PAIR, pl.Int64)
    )


def _questions() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The open questions, and all that were ever asked: `record_id_l` is the older record."""
    every = staging.read(
        "SELECT left_id, right_id, status = 'open' FROM identity_candidatepair ORDER BY 1, 2",
        {**dict.fromkeys(_PAIR, pl.Int64), "open": pl.Boolean},
    )
    return every.filter("open").select(_PAIR), every.select(_PAIR)


def _then(decisions: Decisions, linked: pl.DataFrame) -> pl.DataFrame:
    """The child that each record would be of: `then`, the MSIX ID that is fixed, or the record that founds it."""
    fixed = linked.filter(~pl.col("by_machine")).select("record_id", then="msix_id")
    founders = decisions.mint.select("record_id", then=pl.col("record_id").cast(pl.String))
    joining = decisions.links.select(
        "record_id", then=pl.coalesce("msix_id", pl.col("founder").cast(pl.String))
    )
    return pl.concat([fixed, founders, joining])


def _with(pairs: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    left, right = (now.rename({"record_id": name, "now": f"now_{name[-1]}"}) for name in _PAIR)
    return pairs.join(left, on=_PAIR[0]).join(right, on=_PAIR[1])


def _ordered(pairs: pl.DataFrame) -> pl.DataFrame:
    low, high = pl.min_horizontal(_PAIR), pl.max_horizontal(_PAIR)
    return pairs.with_columns(low.alias(_PAIR[0]), high.alias(_PAIR[1]))


def _parted(records: pl.DataFrame, prepared: pl.DataFrame, model: Model) -> pl.DataFrame:
    """For each child that would be parted, the first record of each part beside that of the first part, with what the model says of the two."""
    parts = records.unique(["now", "then"], keep="first", maintain_order=True)
    several = parts.with_columns(first=pl.col("record_id").min().over("now"))
    pairs = several.filter(pl.col("record_id") != pl.col("first")).select(
        record_id_l="record_id", record_id_r="first"
    )
    return score_pairs(prepared, pairs, model).select(*_PAIR, "weight").sort("weight")


def told(pairs: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Pairs in words: State, type and State Student Identifier and MSIX ID of both, weight, and what differs between them; no names."""
    if pairs.is_empty():
        return pl.DataFrame(schema=_TOLD)
    ids = pl.concat(pairs[name] for name in _PAIR).unique()
    who = staging.read(
        """
        SELECT r.id, r.state_code || ' ' || r.state_student_id_type || ' ' || r.state_student_id, l.msix_id
        FROM records_staterecord r JOIN identity_link l ON l.state_record_id = r.id AND l.closed_at IS NULL WHERE r.id = ANY(%(ids)s)
        """,
        {"record_id": pl.Int64, "student": pl.String, "msix_id": pl.String},
        {"ids": ids.to_list()},
    )
    scored = score_pairs(rows.some(ids), pairs.select(_PAIR), model)
    differences = [_differences(row) for row in scored.iter_rows(named=True)]
    told = pairs.with_columns(differences=pl.Series(differences, dtype=pl.String))
    for place, name in enumerate(_PAIR, 1):
        told = told.join(who, left_on=name, right_on="record_id", how="left", maintain_order="left")
        told = told.rename({"student": f"student_{place}", "msix_id": f"msix_id_{place}"})
    return told.with_columns(pl.col("weight").round(1)).select(*_TOLD)


def _differences(row: Mapping[str, Any]) -> str:
    levels = [(one, one.level(row[one.name])) for one in COMPARISONS if one.weighed]
    parts = [
        level.words
        for one, level in levels
        if level and level is not one.levels[0] and level.name != "between_states"
    ]
    vetoes = [REASONS[name] for name in row["vetoes"]]
    return "; ".join(dict.fromkeys((*vetoes, *parts)))
