"""Making two children of one: some of its records go over to a new MSIX ID, and are known to be another child's from then on."""

import json
from collections.abc import Collection

import polars as pl

from openmsix.accounts.hats import Hat
from openmsix.identity import merging, minting, placing, settling
from openmsix.identity.models import Link, Proposal
from openmsix.identity.words import Reason


def may_leave(msix_id: str, records: Collection[int]) -> bool:
    """Whether these are records of the child, and not all of them."""
    own = set(Link.objects.live().of_child(msix_id).values_list("state_record", flat=True))
    return bool(records) and set(records) < own


def carry_out(proposal: Proposal, *, by: Hat) -> list[str] | None:
    """Give the records of a proposal a new MSIX ID; the MSIX IDs that are touched. None if they are not the child's any more."""
    leaving = sorted(proposal.records.values_list("state_record", flat=True))
    if not may_leave(proposal.master_id, leaving):
        return None
    [msix_id] = minting.mint(1)
    evidence = json.dumps({"proposal": proposal.ref})
    rows = [(record, msix_id, Reason.SPLIT.value, None, evidence) for record in leaving]
    merging.join(pl.DataFrame(rows, schema=placing.LINKS, orient="row"), by=by)
    keep_apart(proposal, leaving, by=by)
    return [proposal.master_id, msix_id]


def keep_apart(proposal: Proposal, leaving: Collection[int], *, by: Hat) -> None:
    """The records that left and those that stayed are of two children from now on."""
    stayed = Link.objects.live().of_child(proposal.master_id).values_list("state_record", flat=True)
    settling.known_different(leaving, list(stayed), by=by, reason=proposal.reason)
