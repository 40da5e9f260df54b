"""Proposals about children of whom no State speaks any more: nobody could look at what is proposed, so they lapse, and lock nothing."""

from django.db import transaction

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.identity import entries, proposing
from openmsix.identity.actions import take_turn
from openmsix.identity.models import Proposal
from openmsix.identity.words import ProposalKind, ProposalStatus
from openmsix.intake.models import Submission


@transaction.atomic
def lapse(*, submission: Submission, by: Hat) -> int:
    """End the proposals that can be looked at no more since a linked submission closed students; how many. May be repeated."""
    take_turn()
    named = staging.rows(
        """
        SELECT DISTINCT c.proposal_id FROM records_recordversion v
        JOIN identity_link l ON l.state_record_id = v.state_record_id AND l.closed_at IS NULL
        JOIN identity_proposedchild c ON c.msix_id = l.msix_id AND c.open
        WHERE v.closed_by_submission_id = %(submission)s AND v.closed_at IS NOT NULL ORDER BY 1
        """,
        {"submission": submission.pk},
    )
    gone = [
        proposal
        for proposal in Proposal.objects.open().filter(pk__in=[pk for (pk,) in named]).order_by("pk")
        if not _can_be_looked_at(proposal)
    ]
    for proposal in gone:
        proposing.end(proposal, ProposalStatus.LAPSED, by=by)
        entries.keep_deciding(what="lapsed", pairs=[], by=by, reason="", proposal=proposal)
    return len(gone)


def _can_be_looked_at(proposal: Proposal) -> bool:
    """Whether a State speaks of each child that it names; of a split, of each of the two that it would make."""
    records = staging.rows(
        """
        SELECT l.msix_id, l.state_record_id,
          EXISTS (SELECT FROM records_recordversion v WHERE v.state_record_id = l.state_record_id AND v.closed_at IS NULL)
        FROM identity_link l WHERE l.closed_at IS NULL AND l.msix_id = ANY(%(named)s)
        """,
        {"named": proposal.named},
    )
    leaving = set(proposal.records.values_list("state_record", flat=True))
    is_split = proposal.kind == ProposalKind.SPLIT
    sides: dict[object, bool] = {}
    for msix_id, record, is_live in records:
        side = record in leaving if is_split else msix_id
        sides[side] = sides.get(side, False) or is_live
    return all(sides.values())
