"""Who may answer a question about who is who, and who may be the second person of a proposal."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import Q

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.deadlines import clock
from openmsix.identity.assigning import PROPOSAL
from openmsix.identity.models import Link, Proposal, ProposalWords
from openmsix.identity.refusing import Why
from openmsix.identity.words import ProposalStatus
from openmsix.worklist.models import Task, Tasks

LATELY = timedelta(days=14)


def is_of(hat: Hat, states: Collection[str]) -> bool:
    """Whether a person is a Data Administrator of one of these States, at whichever level."""
    return hat.may(Permission.DECIDE_TASKS) and hat.state_code in ("", *states)


def may_answer(hat: Hat, states: Collection[str], subject_type: str, subject_id: str) -> bool:
    """Whether a person may answer a question about records of these States.

    Where a task about it lies in the person's State, the Data Administrators of its level there and those above them; where none does, those of the State alone.
    """
    if not is_of(hat, states):
        return False
    asked = Task.objects.open().about(subject_type, subject_id).filter(state_code=hat.state_code)
    if hat.state_code and asked.exists():
        return asked.for_hat(hat).exists()
    return hat.place_kind in ("state", "nation")


def validators(msix_ids: Collection[str], started_for: str) -> list[str]:
    """The States whose Data Administrators may be the second person: those with records of the children, but that of the first person if there is another one."""
    live = Link.objects.live().filter(msix_id__in=msix_ids)
    states = sorted(set(live.order_by().values_list("state_code", flat=True)))
    others = [state for state in states if state != started_for]
    return others or states


def is_starter(hat: Hat, proposal: Proposal) -> bool:
    """Whether this person started the proposal. By the sign-in too: a rebuilt exchange knows no numbers of people."""
    by_number = hat.actor_id is not None and hat.actor_id == proposal.started_by_id
    return by_number or hat.actor == proposal.started_by


def started_by(hat: Hat) -> ProposalWords:
    """The proposals that this person started; see `is_starter`."""
    if hat.actor_id is None:
        return Proposal.objects.none()
    return Proposal.objects.filter(Q(started_by_id=hat.actor_id) | Q(started_by=hat.actor))


def own_proposals(hat: Hat) -> list[str]:
    """The numbers of the proposals that this person started and that wait for a second one."""
    return list(started_by(hat).open().values_list("ref", flat=True))


def answered_lately(hat: Hat) -> ProposalWords:
    """The proposals of this person that ended in the last two weeks without them, the last first: who started one is to hear of it."""
    ended = (
        started_by(hat).filter(decided_at__gte=clock.now() - LATELY).exclude(status=ProposalStatus.WITHDRAWN)
    )
    return ended.order_by("-decided_at", "-pk")


def tasks_waiting_for(hat: Hat) -> Tasks:
    """The open tasks at a hat's place that this person may end: without those that need a second person, where this one is the first."""
    return Task.objects.open().for_hat(hat).exclude(subject_type=PROPOSAL, subject_id__in=own_proposals(hat))


def obstacle(hat: Hat, proposal: Proposal) -> tuple[Why, dict[str, Any]] | None:
    """Why this person cannot be the second one; None if nothing stands against it."""
    if not is_of(hat, proposal.states):
        return Why.OTHER_STATE, {"ref": proposal.ref, "states": ", ".join(proposal.states)}
    if hat.actor_id is not None and is_starter(hat, proposal):
        return Why.SAME_PERSON, {"ref": proposal.ref}
    if not may_answer(hat, proposal.states, PROPOSAL, proposal.ref):
        return Why.OTHER_PLACE, {"ref": proposal.ref}
    return None
