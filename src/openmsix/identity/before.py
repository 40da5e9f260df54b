"""What people decided before about the same children, so that whoever decides anew does not undo it without knowing."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from openmsix.identity.models import Link, Proposal, ProposalWords
from openmsix.identity.settling import differences
from openmsix.identity.words import ProposalKind, ProposalStatus

REFUSED, UNDONE, DIFFERENT = "refused", "undone", "different"
"""A proposal was refused; one was carried out and undone; records were found to be of two children."""


@dataclass(frozen=True)
class Before:
    """One decision. `kind`: see `REFUSED`. `ref`: the proposal, empty where there was none. `by`: the sign-in of who decided it; `reason`: theirs, empty if none was given."""

    kind: str
    ref: str
    at: datetime
    by: str
    reason: str


def decided_before(msix_ids: Collection[str], *, but: Proposal | None = None) -> list[Before]:
    """What was decided about just these children, the last first; `but`: the proposal that is asked about now."""
    told = list(_of_proposals(msix_ids, but))
    reasons = {(one.by, one.reason) for one in told}
    # A refusal and an undoing leave known differences behind, which say the same once more.
    known = (one for one in _of_records(msix_ids) if (one.by, one.reason) not in reasons)
    return sorted([*told, *known], key=lambda one: one.at, reverse=True)


def _of_proposals(msix_ids: Collection[str], but: Proposal | None) -> Iterator[Before]:
    for proposal in _about(msix_ids).prefetch_related("undoings"):
        if proposal == but:
            continue
        undone = next((one for one in proposal.undoings.all() if one.status == ProposalStatus.DONE), None)
        if proposal.status == ProposalStatus.REFUSED and proposal.decided_at:
            yield Before(
                REFUSED, proposal.ref, proposal.decided_at, proposal.decided_by, proposal.decided_because
            )
        elif undone and undone.decided_at:
            yield Before(UNDONE, proposal.ref, undone.decided_at, undone.started_by, undone.reason)


def _about(msix_ids: Collection[str]) -> ProposalWords:
    """The merges and splits that name each of these children and that were decided."""
    found = Proposal.objects.exclude(kind=ProposalKind.UNDO)
    found = found.filter(status__in=(ProposalStatus.REFUSED, ProposalStatus.DONE))
    for msix_id in msix_ids:
        found = found.filter(children__msix=msix_id)
    return found


def _of_records(msix_ids: Collection[str]) -> Iterator[Before]:
    """The last time that records of two of the children were found to be of two."""
    records: dict[str, list[int]] = {msix_id: [] for msix_id in msix_ids}
    for record, msix_id in (
        Link.objects.live().filter(msix_id__in=msix_ids).values_list("state_record", "msix_id")
    ):
        records[msix_id].append(record)
    seen: set[tuple[str, str]] = set()
    for one, other in combinations(records, 2):
        for known in differences(records[one], records[other]).order_by("-decided_at"):
            if (known.decided_by, known.reason) not in seen:
                seen.add((known.decided_by, known.reason))
                yield Before(DIFFERENT, "", known.decided_at, known.decided_by, known.reason)
