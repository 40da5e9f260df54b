"""Accepting what a model would make otherwise. Nothing is joined or parted by it: people are asked, of what they have not decided yet.

For two children that would become one, and for pairs that the model is in doubt of, a near match is opened; for a child that would become two, a split is
proposed, which a person of its States validates or refuses.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
from django.db import transaction

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.audit import actions as audit
from openmsix.identity import entries, evidence, proposing, rows, writing
from openmsix.identity.actions import take_turn
from openmsix.identity.models import Proposal
from openmsix.identity.placing import PAIRS
from openmsix.identity.refusing import NotDecided
from openmsix.identity.relinking import Relinked, digests
from openmsix.identity.words import ProposalKind, ProposalStatus
from openmsix.matching.model import Model
from openmsix.matching.scorer import score_pairs

_PAIR = ("record_id_l", "record_id_r")


@dataclass(frozen=True)
class Accepted:
    """How many near matches were opened, and how many splits proposed."""

    questions: int
    splits: int


@transaction.atomic
def accept(found: Relinked, model: Model, *, by: Hat) -> Accepted:
    """Ask people about each change that a model would make. May be repeated: nobody is asked twice.

    `found`: as from `relinking.compare` with this model. What has changed since is left out, be it a link or what a State says.
    """
    take_turn()
    since = entries.reached()
    questions = writing.write_pairs(_questions(found, model), by=by, model_version=model.version)
    if questions:
        entries.keep_relinking(since, by=by, model_version=model.version)
    reason = f"Linkage model {model.version} holds these records for another child's."
    splits = sum(
        _propose(msix_id, leaving, by, reason) for msix_id, leaving in _leaving(_parts_as_seen(found))
    )
    accepted = Accepted(questions, splits)
    audit.record(
        by=by,
        action="identity:links:relinked",
        subject_type="model",
        subject_id=model.version,
        detail=vars(accepted),
    )
    return accepted


def _questions(found: Relinked, model: Model) -> pl.DataFrame:
    """`placing.PAIRS`, and `state_code` of the record that came later: the pairs whose two records are as they were, and of two children still."""
    asked = pl.concat([found.joined, found.asked]).unique(_PAIR, keep="first", maintain_order=True)
    now = _as_seen(found, pl.concat(asked[name] for name in _PAIR))
    for side in ("l", "r"):
        asked = asked.join(
            now.rename(
                {"record_id": f"record_id_{side}", "msix_id": f"child_{side}", "state_code": f"state_{side}"}
            ),
            on=f"record_id_{side}",
        )
    apart = asked.filter(pl.col("child_l") != pl.col("child_r"))
    levels = score_pairs(rows.some(now["record_id"]), apart.select(_PAIR), model).drop("weight", "vetoes")
    later = pl.col("record_id_l") > pl.col("record_id_r")
    weighed = apart.hstack(levels.drop(_PAIR))
    return (
        evidence.of_pairs(weighed, beside="record_id_r")
        .with_columns(
            left_id=pl.min_horizontal(_PAIR),
            right_id=pl.max_horizontal(_PAIR),
            source=pl.lit("model"),
            state_code=pl.when(later).then("state_l").otherwise("state_r"),
        )
        .select(*PAIRS, "state_code")
    )


def _as_seen(found: Relinked, records: pl.Series) -> pl.DataFrame:
    """Those of the records that are live and of which their State says what it said then: `record_id`, `msix_id`, `state_code`."""
    linked = staging.read(
        """
        SELECT l.state_record_id, l.msix_id, l.state_code FROM identity_link l
        JOIN identity_matchrow m ON m.state_record_id = l.state_record_id AND m.live
        WHERE l.closed_at IS NULL AND l.state_record_id = ANY(%(ids)s)
        """,
        {"record_id": pl.Int64, "msix_id": pl.String, "state_code": pl.String},
        {"ids": records.unique().to_list()},
    )
    unchanged = digests(rows.some(linked["record_id"])).join(found.seen, on=["record_id", "digest"])
    return linked.join(unchanged, on="record_id", how="semi")


def _parts_as_seen(found: Relinked) -> pl.DataFrame:
    """The parts of the children all of whose records are as they were."""
    as_seen = _as_seen(found, found.parts["record_id"])["record_id"]
    whole = pl.col("record_id").is_in(as_seen.implode()).all().over("now")
    return found.parts.filter(whole)


def _leaving(parts: pl.DataFrame) -> Iterator[tuple[str, list[int]]]:
    """Of each child the records that would leave it first: the largest part stays, of those as large the one with the oldest record, and the next one leaves."""
    if parts.is_empty():
        return
    each = parts.group_by("now", "then").agg(pl.col("record_id").sort(), pl.len().alias("records"))
    ranked = each.sort("now", "records", pl.col("record_id").list.first(), descending=[False, True, False])
    for (child,), of_child in ranked.group_by("now", maintain_order=True):
        yield str(child), of_child["record_id"][1].to_list()


def _propose(msix_id: str, leaving: list[int], by: Hat, reason: str) -> bool:
    """Propose a split, unless people refused just that, another proposal waits, or the child is not as it was."""
    refused = Proposal.objects.filter(
        kind=ProposalKind.SPLIT, master=msix_id, status=ProposalStatus.REFUSED
    ).prefetch_related("records")
    if any({one.state_record_id for one in proposal.records.all()} == set(leaving) for proposal in refused):
        return False
    try:
        with transaction.atomic():
            proposing.split(msix_id=msix_id, records=leaving, by=by, reason=reason)
    except NotDecided:
        return False
    return True
