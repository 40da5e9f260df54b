"""Where the questions about who is who lie: with the desk of the district that had the child last, of those whose State is asked. See `worklist.levels`."""

from collections.abc import Collection, Iterable

import polars as pl

from openmsix.identity.models import CandidatePair, Link, Proposal
from openmsix.identity.words import ProposalKind
from openmsix.records.queries import last_districts
from openmsix.worklist import levels
from openmsix.worklist.actions import NewTask

NEAR_MATCH = "near_match"
"""The type of the task in which people decide a candidate pair."""

VALIDATE = "validate_merge"
"""The type of the task in which a second person answers a proposal."""

PAIR, PROPOSAL = "candidate_pair", "proposal"
"""What such tasks are about."""

CLOCKS = {NEAR_MATCH: "near_match", VALIDATE: "validation"}
"""By which clocks they are passed up, by type."""

ASKED = {
    "model": "Two records may be one child",
    "sent": "A student was sent with the MSIX ID of another record: are they one child?",
}
"""What is asked, by the source of the candidate pair."""

TO_VALIDATE = {
    ProposalKind.MERGE: "Validate that two records are one child",
    ProposalKind.SPLIT: "Validate that records of one child are of two children",
    ProposalKind.UNDO: "Validate that a merge or a split is undone",
}
"""What the second person is asked."""


def of_pairs(pairs: pl.DataFrame, state_code: str) -> pl.DataFrame:
    """The tasks in which people of a State decide candidate pairs, as `worklist.open_tasks` takes them. `pairs`: `id`, `source`, `left_id`, `right_id`."""
    records = pl.concat([pairs.select(number="id", state_record_id=side) for side in ("left_id", "right_id")])
    lying = _lying(pairs.select(number="id"), records, state_code)
    return lying.join(pairs.select("source", number="id"), on="number", maintain_order="left").select(
        pl.lit(NEAR_MATCH).alias("type"),
        pl.lit(PAIR).alias("subject_type"),
        pl.col("number").cast(pl.String).alias("subject_id"),
        "place_id",
        "level",
        pl.col("source").replace_strict(ASKED).alias("title"),
        pl.lit(CLOCKS[NEAR_MATCH]).alias("clock_name"),
    )


def of_pair(pair: CandidatePair, states: Iterable[str]) -> list[NewTask]:
    """The tasks in which people of these States decide a candidate pair."""
    return [
        NewTask(NEAR_MATCH, PAIR, str(pair.pk), place_id, level, ASKED[pair.source], CLOCKS[NEAR_MATCH])
        for state in states
        for place_id, level in [_desk([pair.left_id, pair.right_id], state)]
    ]


def of_proposal(proposal: Proposal) -> list[NewTask]:
    """The tasks in which a second person answers a proposal."""
    children = proposal.children.values("msix")
    records = list(Link.objects.live().filter(msix__in=children).values_list("state_record_id", flat=True))
    title = TO_VALIDATE[ProposalKind(proposal.kind)]
    return [
        NewTask(VALIDATE, PROPOSAL, proposal.ref, place_id, level, title, CLOCKS[VALIDATE])
        for state in proposal.states
        for place_id, level in [_desk(records, state)]
    ]


def _desk(state_record_ids: Collection[int], state_code: str) -> tuple[int, str]:
    """The place and the level of the desk of a State for one question about these records."""
    records = pl.DataFrame({"state_record_id": list(state_record_ids)}, schema={"state_record_id": pl.Int64})
    [one] = _lying(pl.DataFrame({"number": [0]}), records.with_columns(number=pl.lit(0)), state_code).rows(
        named=True
    )
    return one["place_id"], one["level"]


def _lying(things: pl.DataFrame, records: pl.DataFrame, state_code: str) -> pl.DataFrame:
    """`place_id` and `level` of each thing's desk in a State. `things`: `number`; `records`: `number` and `state_record_id`, those of other States too."""
    of_state = pl.lit(state_code).alias("state_code")
    districts = last_districts(records.with_columns(of_state))
    about = things.with_columns(of_state).join(
        districts, on=["number", "state_code"], how="left", maintain_order="left"
    )
    return levels.lying(about)
