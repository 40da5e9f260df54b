"""Placing new records: which child each belongs to, or that it is a new one. `judge` only reads; `place` writes nothing but new IDs."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from openmsix.identity import candidates, evidence, members, minting
from openmsix.identity.sent import OWN, REFUSED, Sent
from openmsix.identity.words import Origin, Reason
from openmsix.matching.model import Model
from openmsix.matching.verdict import Decisions, decide, unscored_pairs

LINKS = {
    "state_record_id": pl.Int64,
    "msix_id": pl.String,
    "reason": pl.String,
    "weight": pl.Float64,
    "evidence": pl.String,
}
"""Columns of links to write; `evidence` is JSON. There may also be `refused`, see `identity.evidence`."""

PAIRS = {
    "left_id": pl.Int64,
    "right_id": pl.Int64,
    "weight": pl.Float64,
    "source": pl.String,
    "evidence": pl.String,
}
"""Columns of questions to write, the older record at the left; `evidence` is JSON."""


@dataclass(frozen=True)
class Placed:
    """Where new records belong (`LINKS`), and the questions that are left (`PAIRS`)."""

    links: pl.DataFrame
    pairs: pl.DataFrame


@dataclass(frozen=True)
class Judged:
    """What is decided about records that no sent MSIX ID placed, and the weighed pairs on which it rests."""

    decisions: Decisions
    scored: pl.DataFrame


def judge(records: pl.DataFrame, followed: pl.DataFrame, scored: pl.DataFrame, model: Model) -> Judged:
    """Decide where records belong that no sent MSIX ID placed.

    `records`: `record_id` and `state_code`. `followed`: `record_id`, `state_code` and `msix_id` of those that join the child whose ID they
    sent: they count as records of their children. `scored`: see `candidates.scored`.
    """
    membership = _membership(scored["record_id_r"], followed)
    placed_or_new = pl.concat([membership["record_id"], records["record_id"]])
    scored = scored.filter(pl.col("record_id_r").is_in(placed_or_new.implode()))
    new = records.select("record_id", "state_code")
    more = candidates.score(unscored_pairs(scored, new=new, membership=membership, model=model), model)
    scored = pl.concat([scored, more])
    different = members.known_different(records["record_id"])
    decisions = decide(scored, new=new, membership=membership, known_different=different, model=model)
    return Judged(decisions, scored)


def _membership(known: pl.Series, followed: pl.DataFrame) -> pl.DataFrame:
    """All records of the children to which these records are linked, or will be because of the ID they sent."""
    joining = followed.filter(pl.col("record_id").is_in(known.implode()))
    msix_ids = pl.concat([members.children_of(known), joining["msix_id"]]).unique()
    members_now = members.members_of(msix_ids).rename({"member_id": "record_id"})
    members_then = followed.filter(pl.col("msix_id").is_in(msix_ids.implode())).with_columns(live=True)
    return pl.concat([members_now, members_then.select(members_now.columns)])


def place(judged: Judged, sent: Sent, model: Model) -> Placed:
    """Give every record that was judged its MSIX ID. Links that followed sent IDs must have been written."""
    decisions, scored = judged.decisions, judged.scored
    founded = _founded(decisions.mint["record_id"].sort(), sent)
    joined = _joined(decisions, founded, scored)
    refused = pl.concat([sent.refused, _late_for_unknown(sent, founded, model)])
    return Placed(
        links=_with_refused(pl.concat([founded, joined]), refused).sort("state_record_id"),
        pairs=_pairs(decisions, refused, scored),
    )


def _founded(founders: pl.Series, sent: Sent) -> pl.DataFrame:
    """New children: under the MSIX ID that came with the record if nobody here knew it, else under a minted one."""
    named = sent.unknown.filter(pl.col("record_id").is_in(founders.implode())).unique(
        "msix_id", keep="first", maintain_order=True
    )
    minting.keep(named["msix_id"], Origin.SENT)
    nameless = founders.filter(~founders.is_in(named["record_id"].implode()))
    minted = pl.DataFrame(
        {"record_id": nameless, "msix_id": pl.Series(minting.mint(len(nameless)), dtype=pl.String)}
    )
    return _as_links(
        pl.concat(
            [
                named.with_columns(reason=pl.lit(Reason.SENT.value)),
                minted.with_columns(reason=pl.lit(Reason.NEW.value)),
            ]
        ).with_columns(weight=pl.lit(None, dtype=pl.Float64), evidence=pl.lit("{}"))
    )


def _joined(decisions: Decisions, founded: pl.DataFrame, scored: pl.DataFrame) -> pl.DataFrame:
    """Records that join a child, an existing one or one founded just now."""
    ids = founded.select(founder="state_record_id", founded_id="msix_id")
    links = decisions.links.join(ids, on="founder", how="left").with_columns(
        pl.coalesce("msix_id", "founded_id")
    )
    explained = _explained(links.select("record_id", "beside"), scored)
    return _as_links(
        links.join(explained, on=["record_id", "beside"], how="left").with_columns(
            reason=pl.lit(Reason.MATCHED.value)
        )
    )


def _as_links(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.rename({"record_id": "state_record_id"}).select(
        pl.col(name).cast(kind) for name, kind in LINKS.items()
    )


def _late_for_unknown(sent: Sent, founded: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Records that sent an unknown MSIX ID which another record of this submission has founded: refused as well, see `sent.REFUSED`."""
    holders = founded.filter(pl.col("reason") == Reason.SENT.value).select(
        "msix_id", beside="state_record_id"
    )
    late = sent.unknown.join(holders, on="msix_id").filter(pl.col("record_id") != pl.col("beside"))
    scored = candidates.score(late.select(record_id_l="record_id", record_id_r="beside"), model)
    weighed = late.with_columns(reasons=pl.lit([OWN])).join(
        scored.rename({"record_id_l": "record_id", "record_id_r": "beside"}), on=["record_id", "beside"]
    )
    return evidence.of_pairs(weighed, beside="beside").select(list(REFUSED))


def _with_refused(links: pl.DataFrame, refused: pl.DataFrame) -> pl.DataFrame:
    """The links with a column `refused`: as JSON, the MSIX ID that the State sent and that was not followed, and why."""
    told = refused.select(
        pl.col("record_id").alias("state_record_id"),
        pl.struct("msix_id", "reasons").struct.json_encode().alias("refused"),
    )
    return links.join(told, on="state_record_id", how="left")


def _pairs(decisions: Decisions, refused: pl.DataFrame, scored: pl.DataFrame) -> pl.DataFrame:
    """The questions: what the model holds possible, and sent MSIX IDs that were not followed."""
    possible = decisions.possibles.select(
        record_id="record_id_l",
        beside="record_id_r",
        weight="weight",
        reasons="reasons",
        source=pl.lit("model"),
    )
    explained = _explained(possible.select("record_id", "beside", "reasons"), scored)
    claimed = refused.drop_nulls("beside").with_columns(source=pl.lit("sent"))
    asked = pl.concat(
        [claimed.drop("msix_id"), possible.join(explained, on=["record_id", "beside"], how="left")],
        how="diagonal",
    ).with_columns(
        left_id=pl.min_horizontal("record_id", "beside"), right_id=pl.max_horizontal("record_id", "beside")
    )
    return once([asked.select(pl.col(name).cast(kind) for name, kind in PAIRS.items())]).sort(
        "left_id", "right_id"
    )


def once(pairs: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Questions from several sources, each pair of records once: the first source speaks."""
    return pl.concat(pairs).unique(["left_id", "right_id"], keep="first", maintain_order=True)


def _explained(pairs: pl.DataFrame, scored: pl.DataFrame) -> pl.DataFrame:
    """`record_id`, `beside` and `evidence` of pairs, whichever of the two stands first in `scored`."""
    if "reasons" not in pairs.columns:
        pairs = pairs.with_columns(reasons=pl.lit([], dtype=pl.List(pl.String)))
    levels = scored.drop("weight", "vetoes")
    turned = levels.rename({"record_id_l": "beside", "record_id_r": "record_id"})
    straight = levels.rename({"record_id_l": "record_id", "record_id_r": "beside"})
    both = pl.concat([straight, turned.select(straight.columns)]).unique(
        ["record_id", "beside"], keep="first"
    )
    found = pairs.join(both, on=["record_id", "beside"], how="left", maintain_order="left")
    return evidence.of_pairs(found, beside="beside").select("record_id", "beside", "evidence")
