"""The conductor of what people decide about who is who: each decision under the hat of the person, and the children shown as they are from then on. No queries, no rules."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import transaction

from openmsix.accounts.context import wearing
from openmsix.accounts.hats import Hat
from openmsix.accounts.models import Holding
from openmsix.identity import accepting, actions, approving, deciding, doubting, proposing, words
from openmsix.identity.accepting import Accepted
from openmsix.identity.models import CandidatePair, Link, Proposal
from openmsix.identity.refusing import NotDecided
from openmsix.identity.relinking import Relinked
from openmsix.intake.faults import PASSING
from openmsix.logs import tell
from openmsix.matching.model import Model
from openmsix.notices import actions as notices
from openmsix.places.models import Place
from openmsix.students import actions as students
from openmsix.worklist import passing
from openmsix.worklist.models import Task

CLOCK = Hat.system(words.CLOCK)
"""Who acts when days have run out."""
WORKER = Hat.system("worker")
"""Who doubts what States say."""


@contextmanager
def in_turn() -> Iterator[None]:
    """Nobody else decides who is who until the end of this: what is looked at within is so still when it is decided."""
    with transaction.atomic():
        actions.take_turn()
        yield


def different(*, pair: CandidatePair, by: Hat, reason: str = "") -> None:
    """A person says that a near match is two children. See `identity.deciding.different`."""
    with wearing(by):
        deciding.different(pair=pair, by=by, reason=reason)


def same(*, pair: CandidatePair, by: Hat, reason: str = "") -> Proposal:
    """A person says that a near match is one child; a second person must agree. See `identity.deciding.same`."""
    with wearing(by):
        return deciding.same(pair=pair, by=by, reason=reason)


def ask(*, pair: CandidatePair, by: Hat, text: str) -> list[str]:
    """A person writes to the other State about a near match. See `identity.deciding.ask`."""
    with wearing(by):
        return deciding.ask(pair=pair, by=by, text=text)


def validate(*, proposal: Proposal, by: Hat) -> bool:
    """The second person agrees: the children are one, or are two again, and shown so. False if that was not possible any more. See `identity.proposing.validate`."""
    with wearing(by), transaction.atomic():
        touched = proposing.validate(proposal=proposal, by=by)
        if touched:
            notices.notice_of(msix_ids=touched, by=by)
            students.rebuild(msix_ids=touched)
        _doubt_again(proposal)
    return bool(touched)


def _doubt_again(ended: Proposal) -> None:
    """Propose what could not be proposed as long as this proposal waited."""
    with wearing(WORKER):
        doubting.doubt_again(msix_ids=ended.named, by=WORKER)


def undo(*, done: Proposal, by: Hat, reason: str) -> Proposal:
    """A person says that a merge or a split was wrong; a second person must agree. See `identity.proposing.undo`."""
    with wearing(by):
        return proposing.undo(done=done, by=by, reason=reason)


def merge(*, master: str, others: Collection[str], by: Hat, reason: str) -> Proposal:
    """A person says that children are one, without having been asked; a second person must agree. See `identity.proposing.merge`."""
    with wearing(by):
        return proposing.merge(master=master, others=others, by=by, reason=reason)


def withdraw(*, proposal: Proposal, by: Hat) -> None:
    """Whoever started a proposal takes it back. See `identity.proposing.withdraw`."""
    with wearing(by), transaction.atomic():
        proposing.withdraw(proposal=proposal, by=by)
        _doubt_again(proposal)


def accept(*, found: Relinked, model: Model, by: Hat) -> Accepted:
    """The operator accepts what a model would make otherwise: people are asked. See `identity.accepting.accept`."""
    with wearing(by):
        return accepting.accept(found, model, by=by)


def split(*, msix_id: str, records: Collection[int], by: Hat, reason: str) -> Proposal:
    """A person says that records of a child are another child's; a second person must agree. See `identity.proposing.split`."""
    with wearing(by):
        return proposing.split(msix_id=msix_id, records=records, by=by, reason=reason)


def refuse(*, proposal: Proposal, by: Hat, reason: str) -> None:
    """The second person refuses: they stay two children. See `identity.proposing.refuse`."""
    with wearing(by), transaction.atomic():
        proposing.refuse(proposal=proposal, by=by, reason=reason)
        _doubt_again(proposal)


def reassign(*, task: Task, to: Place | Holding, by: Hat, reason: str) -> Task:
    """A person passes a task on to a place, or to one person there. See `worklist.passing.reassign`."""
    with wearing(by):
        return passing.reassign(task=task, to=to, by=by, reason=reason)


def approve_unanswered() -> int:
    """Carry out the merges and splits that nobody answered in all days of all levels, where the installation says so; how many. See `identity.approving`.

    One that cannot be carried out holds up none behind it: the log tells of it, and the next run tries it again. A fault of the
    surroundings that may pass (see `intake.faults`) is raised, for it would be the same with the next.
    """
    with wearing(approving.AUTOMATIC):
        waiting = approving.run_out()
    done = 0
    for proposal in waiting:
        try:
            done += validate(proposal=proposal, by=approving.AUTOMATIC)
        except NotDecided:
            continue  # somebody answered just now
        except PASSING:
            raise
        except Exception as fault:
            tell("proposal.not_approved", proposal=proposal.ref, exc=fault)
    return done


def escalate() -> dict[str, int]:
    """Pass up one level what nobody decided in the days of its level; how many went where. See `worklist.passing.escalate`."""
    with wearing(CLOCK):
        return passing.escalate(by=CLOCK)


def undo_link(*, link: Link, by: Hat, reason: str) -> Link:
    """Undo a link and show both children as they are from now on; the link that holds now.

    Raises: identity.actions.NotUndone.
    """
    with wearing(by), transaction.atomic():
        now = actions.undo(link=link, by=by, reason=reason)
        notices.notice_of(msix_ids=[link.msix_id, now.msix_id], by=by)
        students.rebuild(msix_ids=[link.msix_id, now.msix_id])
    return now
