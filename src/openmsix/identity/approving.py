"""Approving what nobody answered: a merge or a split whose validation was with every level for all its days. Off unless the installation turns it on; see docs/operating.md.

The real system does so. Here it is off: the second person is there to look, and days that run out look at nothing.
"""

from datetime import datetime

from django.conf import settings

from openmsix.accounts.hats import Hat
from openmsix.deadlines import clock
from openmsix.identity.assigning import PROPOSAL, VALIDATE
from openmsix.identity.models import Proposal
from openmsix.identity.words import ProposalKind, ProposalStatus
from openmsix.worklist.models import Task

AUTOMATIC = Hat.system("automatic approval")
"""Who decides then; the name stands where that of the second person does, in the audit and in the journal too."""

APPROVED = (ProposalKind.MERGE, ProposalKind.SPLIT)
"""What is approved so. To undo one waits for a person always."""


def run_out() -> list[Proposal]:
    """The proposals that are to be approved now: each State that is asked had it at its last level until the end of the days there. None where the setting is off."""
    if not settings.APPROVES_UNANSWERED:
        return []
    asked = Task.objects.open().filter(type=VALIDATE, subject_type=PROPOSAL)
    late = asked.filter(last_due_at__lt=clock.now()).values("subject_id")
    in_time = asked.exclude(last_due_at__lt=clock.now()).values("subject_id")
    waiting = Proposal.objects.open().filter(kind__in=APPROVED, ref__in=late).exclude(ref__in=in_time)
    return list(waiting.order_by("pk"))


def may_be_approved(proposal: Proposal) -> bool:
    """Whether it will be approved if nobody answers."""
    waits = proposal.status == ProposalStatus.OPEN and proposal.kind in APPROVED
    return bool(settings.APPROVES_UNANSWERED and waits)


def approved_after(proposal: Proposal) -> datetime | None:
    """When it will be approved if nobody answers; None as long as it has not come to the last level of every State that is asked."""
    ends = Task.objects.open().about(PROPOSAL, proposal.ref).values_list("last_due_at", flat=True)
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None
