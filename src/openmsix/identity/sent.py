"""MSIX IDs that came with the students: which of them are followed, and why the others are not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from openmsix.identity import candidates, evidence, queries
from openmsix.identity.members import known_different, members_of
from openmsix.matching.compare import COMPARISONS
from openmsix.matching.model import Model
from openmsix.matching.verdict import Verdict, with_verdicts

OWN = "one_live_record_per_state"
APART = "known_different"
UNSURE = "weight_too_low"
_VERDICTS = pl.Enum([each.value for each in (Verdict.SAME, Verdict.POSSIBLE, Verdict.DIFFERENT)])


@dataclass(frozen=True)
class Sent:
    """What the sent MSIX IDs lead to.

    `links`: `record_id`, `msix_id`, `weight`, `evidence` of records that join the child whose ID they sent.
    `refused`: the columns of `REFUSED`; `msix_id` is the living child, `beside` its likest record. `unknown`:
    `record_id` and `msix_id` where nobody here knows the ID.
    """

    links: pl.DataFrame
    refused: pl.DataFrame
    unknown: pl.DataFrame


LED: Mapping[str, Any] = {
    "record_id": pl.Int64,
    "msix_id": pl.String,
    "weight": pl.Float64,
    "evidence": pl.String,
}
REFUSED: Mapping[str, Any] = {
    "record_id": pl.Int64,
    "msix_id": pl.String,
    "beside": pl.Int64,
    "weight": pl.Float64,
    "reasons": pl.List(pl.String),
    "evidence": pl.String,
}
NOTHING_SENT = Sent(
    links=pl.DataFrame(schema=LED),
    refused=pl.DataFrame(schema=REFUSED),
    unknown=pl.DataFrame(schema={"record_id": pl.Int64, "msix_id": pl.String}),
)


def follow(records: pl.DataFrame, model: Model) -> Sent:
    """Follow each sent MSIX ID that lives, or leads to a living one, and whose child is compatible with the record.

    A record is compatible if the model takes it and some record of the child for the same, if no veto stands
    between it and any record of the child, if nobody found them to be different, and if the child has no other
    live record in its State. A child without records is compatible with any. Of several that send one ID for
    one child the likest is taken.

    `records`: `record_id`, `state_code`, `msix_id_sent`.
    """
    asked = records.drop_nulls("msix_id_sent").rename({"msix_id_sent": "asked"})
    if asked.is_empty():
        return NOTHING_SENT
    found = asked.join(queries.living_ids(asked["asked"]), on="asked")
    known = queries.existing(asked["asked"])
    unknown = asked.filter(~pl.col("asked").is_in(known.implode())).select("record_id", msix_id="asked")
    judged = _judged(found, model)
    fits = judged.filter(pl.col("reasons").list.len() == 0)
    # The likest record of the State is the child's one live record there; the others of the State are doubtful.
    taken = fits.sort("weight", "record_id", descending=[True, False], nulls_last=True).unique(
        ["msix_id", "state_code"], keep="first", maintain_order=True
    )
    late = fits.join(taken, on="record_id", how="anti").with_columns(reasons=pl.lit([OWN]))
    refused = pl.concat(
        [judged.filter(pl.col("reasons").list.len() > 0), evidence.of_pairs(late, beside="beside")]
    )
    return Sent(
        links=taken.select(list(LED)),
        refused=refused.select(list(REFUSED)).sort("record_id"),
        unknown=unknown.sort("record_id"),
    )


def astray(records: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Sent MSIX IDs whose child is not the one that the record has.

    `records`: `seq`, `record_id`, `state_code`, `msix_id_sent` and `own`, the MSIX ID that the record has.

    Returns:
        The same rows with `msix_id` (the living child of the ID sent), `beside` (its likest record, null if it has none), `weight`,
        `evidence`, `reasons`, and `verdict`, the model's on the two.
    """
    asked = records.drop_nulls("msix_id_sent").rename({"msix_id_sent": "asked"})
    found = asked.join(queries.living_ids(asked["asked"]), on="asked").filter(
        pl.col("msix_id") != pl.col("own")
    )
    return _judged(found, model).sort("seq")


def _judged(found: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Each record beside the child it names: the likest record of the child, every reason against, and the verdict on the two.

    The verdict is that on the pair that is most the same; people's word that two are different stands above it.
    """
    pairs = found.join(members_of(found["msix_id"]), on="msix_id", suffix="_of_child")
    scored = with_verdicts(
        candidates.score(pairs.select(record_id_l="record_id", record_id_r="member_id"), model), model
    ).rename({"record_id_l": "record_id", "record_id_r": "member_id"})
    known = known_different(found["record_id"]).rename(
        {"record_id_l": "record_id", "record_id_r": "member_id"}
    )
    marked = pairs.join(scored, on=["record_id", "member_id"]).join(
        known.with_columns(apart=True), on=["record_id", "member_id"], how="left"
    )
    alone = pl.lit([], dtype=pl.List(pl.String))
    in_one_state = pl.col("live") & (pl.col("state_code") == pl.col("state_code_of_child"))
    reasons = (
        pl.col("vetoes")
        .list.concat(pl.when("apart").then(pl.lit([APART])).otherwise(alone))
        .list.concat(pl.when(in_one_state).then(pl.lit([OWN])).otherwise(alone))
    )
    likest = (
        marked.with_columns(reasons=reasons, verdict=pl.col("verdict").cast(_VERDICTS))
        .sort("weight", "member_id", descending=[True, False])
        .group_by("record_id", maintain_order=True)
        .agg(
            pl.col("weight", *(comparison.name for comparison in COMPARISONS)).first(),
            pl.col("member_id").first().alias("beside"),
            pl.col("reasons").explode().drop_nulls().unique(maintain_order=True),
            pl.col("verdict").sort().first(),
        )
    )
    return _weighed(found.join(likest, on="record_id", how="left"))


def _weighed(judged: pl.DataFrame) -> pl.DataFrame:
    """The reasons, the verdict on the whole child, and the evidence; a child without records has none of them."""
    judged = judged.with_columns(pl.col("reasons").fill_null(pl.lit([], dtype=pl.List(pl.String))))
    unsure = (pl.col("verdict") != Verdict.SAME.value) & (pl.col("reasons").list.len() == 0)
    reasons = pl.when(unsure).then(pl.lit([UNSURE])).otherwise("reasons")
    apart = pl.col("reasons").list.contains(APART)
    verdict = (
        pl.when(apart).then(pl.lit(Verdict.DIFFERENT.value)).otherwise(pl.col("verdict").cast(pl.String))
    )
    return evidence.of_pairs(judged.with_columns(reasons=reasons, verdict=verdict), beside="beside")
