"""Proposals: what one person asks for that moves records between children, and a second person validates or refuses.

The second person is of another State where two States are concerned, and never the one who started it. Until it is answered nothing is changed, and no other proposal may name
one of the children. The acts run alone in the nation, as all that decides who is who.
"""

import secrets
from collections.abc import Collection, Iterable
from typing import Any

from django.db import IntegrityError, transaction

from openmsix import typed
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted, Permission
from openmsix.audit import actions as audit
from openmsix.deadlines import clock
from openmsix.identity import assigning, entries, merging, resting, settling, splitting
from openmsix.identity.actions import take_turn
from openmsix.identity.answering import is_of, is_starter, obstacle, validators
from openmsix.identity.assigning import PROPOSAL
from openmsix.identity.models import CandidatePair, Proposal, ProposedChild, ProposedRecord
from openmsix.identity.refusing import NotDecided, Why
from openmsix.identity.words import PairStatus, ProposalKind, ProposalStatus
from openmsix.intake.arrival import REF_LETTERS
from openmsix.typed import LONGEST_REASON
from openmsix.worklist import actions as worklist


@transaction.atomic
def merge(*, master: str, others: Collection[str], by: Hat, reason: str) -> Proposal:
    """Children are one child, as a person found without being asked: the proposal to merge them, to which a second person must agree.

    Args:
        master: the child whose MSIX ID stays.
        others: the children whose records go over to it.
        by: who proposes it.
        reason: in one line, without names.

    Raises:
        NotPermitted: the person may not propose it.
        NotDecided: it is one child only, one of them is not there, another proposal about one of them waits, or no reason is given.
    """
    why = one_line(reason)
    by.check(Permission.PROPOSE)
    take_turn()
    children = {master, *others}
    if len(children) == 1:
        raise NotDecided(Why.ONE_CHILD)
    if not merging.are_there(children):
        raise NotDecided(Why.NOT_THERE)
    check_free(children)
    return told(proposed(children, pair=None, by=by, reason=why, master=master), by)


@transaction.atomic
def split(*, msix_id: str, records: Collection[int], by: Hat, reason: str) -> Proposal:
    """Records of a child are another child's: the proposal to split them off, to which a second person must agree.

    Args:
        msix_id: the child, whose MSIX ID stays with the other records.
        records: the state records that are of the other child.
        by: who proposes it.
        reason: in one line, without names.

    Raises:
        NotPermitted: the person may not propose it.
        NotDecided: these are not some of the child's records, another proposal about the child waits, or no reason is given.
    """
    why, records = one_line(reason), set(records)
    by.check(Permission.PROPOSE)
    take_turn()
    if not splitting.may_leave(msix_id, records):
        raise NotDecided(Why.NOT_SOME)
    check_free([msix_id])
    made = proposed({msix_id}, pair=None, by=by, reason=why, kind=ProposalKind.SPLIT, records=records)
    return told(made, by)


@transaction.atomic
def undo(*, done: Proposal, by: Hat, reason: str) -> Proposal:
    """A merge or a split was wrong: the proposal to undo it, to which a second person must agree. `reason`: in one line, without names.

    Raises:
        NotPermitted: the person is of another State, or decides no tasks.
        NotDecided: it does not hold, its records have gone elsewhere, another proposal about the child waits, or no reason is given.
    """
    why = one_line(reason)
    by.check(Permission.DECIDE_TASKS)
    take_turn()
    done = Proposal.objects.select_for_update(of=("self",)).get(pk=done.pk)
    children = merging.children_of(done)
    if not is_of(by, validators(children, "")):
        raise NotPermitted(f"{by.label} does not decide for these States.")
    if done.kind == ProposalKind.UNDO or done.status != ProposalStatus.DONE or done.is_undone:
        raise NotDecided(Why.NOT_HELD, ref=done.ref)
    check_free(children)
    if merging.links_to_undo(done) is None:
        raise NotDecided(Why.MOVED_ON, ref=done.ref)
    return told(
        proposed(children, pair=done.pair, by=by, reason=why, kind=ProposalKind.UNDO, undoes=done), by
    )


def told(proposal: Proposal, by: Hat) -> Proposal:
    """The proposal, of which the second person, the audit and the journal were told; last in its transaction."""
    ask_for_validation(proposal, by)
    note(by, "proposed", PROPOSAL, proposal.ref, reason=proposal.reason)
    entries.keep_proposing(proposal=proposal, by=by)
    return proposal


def waiting_about(msix_ids: Iterable[str]) -> Proposal | None:
    """The proposal about one of these children that waits for a second person, if one does."""
    taken = ProposedChild.objects.filter(open=True, msix_id__in=list(msix_ids)).select_related("proposal")
    first = taken.first()
    return first.proposal if first else None


def locks(msix_ids: Iterable[str]) -> dict[str, str]:
    """Of these children those that a proposal names which waits for a second person, each with its number."""
    taken = ProposedChild.objects.filter(open=True, msix_id__in=list(msix_ids))
    return dict(taken.values_list("msix_id", "proposal__ref"))


def check_free(msix_ids: Iterable[str]) -> None:
    """Raises: NotDecided: a proposal about one of these children waits."""
    if waits := waiting_about(msix_ids):
        raise NotDecided(Why.PROPOSED, ref=waits.ref)


def proposed(
    msix_ids: Collection[str],
    *,
    pair: CandidatePair | None,
    by: Hat,
    reason: str,
    kind: ProposalKind = ProposalKind.MERGE,
    undoes: Proposal | None = None,
    records: Collection[int] = (),
    master: str = "",
) -> Proposal:
    """Write a proposal down. `msix_ids`: the children that it names; `records`: what a split would let go; `master`: whose MSIX ID stays, if that was chosen."""
    proposal = Proposal.objects.create(
        ref=_new_ref(),
        kind=kind,
        undoes=undoes,
        master_id=undoes.master_id if undoes else master or merging.master_of(msix_ids),
        pair=pair,
        reason=reason,
        started_at=clock.now(),
        started_by=by.actor,
        started_by_id=by.actor_id,
        started_for=by.state_code,
        states=validators(msix_ids, by.state_code),
    )
    ProposedRecord.objects.bulk_create(
        ProposedRecord(proposal=proposal, state_record_id=record) for record in sorted(records)
    )
    try:
        with transaction.atomic():
            ProposedChild.objects.bulk_create(
                ProposedChild(proposal=proposal, msix_id=msix_id) for msix_id in sorted(msix_ids)
            )
    except IntegrityError:
        check_free(msix_ids)
        raise
    return proposal


def _new_ref() -> str:
    """A name that a person can read to another one on the telephone."""
    while True:
        ref = f"M-{clock.today():%Y%m%d}-{''.join(secrets.choice(REF_LETTERS) for _ in range(4))}"
        if not Proposal.objects.filter(ref=ref).exists():
            return ref


def ask_for_validation(proposal: Proposal, by: Hat) -> None:
    """Open the tasks in which a second person answers."""
    worklist.open_tasks(assigning.of_proposal(proposal), by=by)


@transaction.atomic
def validate(*, proposal: Proposal, by: Hat) -> list[str]:
    """Agree, as the second person: the children become one or two, or that is undone. The MSIX IDs that are touched, to be shown anew; none if a child is not there any more
    as it was, for then the proposal lapses and nothing is merged.

    Raises:
        NotPermitted: the person may not be the second one.
        NotDecided: it was decided before.
    """
    proposal = _answer(proposal, by)
    since = entries.reached()
    done = _carry_out(proposal, by)
    if done is None:
        end(proposal, ProposalStatus.LAPSED, by=by)
        entries.keep_deciding(what="lapsed", pairs=[], by=by, reason="", proposal=proposal)
        return []
    touched, pairs = done
    end(proposal, ProposalStatus.DONE, by=by)
    entries.keep_merging(since, proposal=proposal, pairs=pairs, apart=keeps_apart(proposal), by=by)
    return touched


def keeps_apart(proposal: Proposal) -> bool:
    """Whether the records that a proposal moves are known to be another child's than those that stay: of a split, and where a merge is undone that no near match led to."""
    if proposal.undoes is None:
        return proposal.kind == ProposalKind.SPLIT
    return proposal.undoes.kind == ProposalKind.MERGE and proposal.pair is None


def _carry_out(proposal: Proposal, by: Hat) -> tuple[list[str], list[int]] | None:
    """The MSIX IDs that are touched, and the candidate pairs that were answered by it; None if it is not possible any more."""
    named = proposal.named
    if proposal.kind == ProposalKind.MERGE:
        return (named, merging.carry_out(proposal, by=by)) if merging.are_there(named) else None
    if proposal.kind == ProposalKind.SPLIT:
        touched = splitting.carry_out(proposal, by=by)
        return (touched, []) if touched else None
    links = merging.links_to_undo(proposal.undoes) if proposal.undoes else None
    if links is None:
        return None
    merging.join(links, by=by)
    if keeps_apart(proposal):
        splitting.keep_apart(proposal, links["state_record_id"].to_list(), by=by)
    if proposal.pair is None:
        return named, []
    settling.settle(proposal.pair, PairStatus.DIFFERENT, by=by, reason=proposal.reason)
    return named, [proposal.pair.pk]


@transaction.atomic
def refuse(*, proposal: Proposal, by: Hat, reason: str) -> None:
    """Refuse, as the second person: everything stays as it is. A near match is settled as two children by that. `reason`: in one line, without names.

    Raises:
        NotPermitted: the person may not be the second one.
        NotDecided: it was decided before, or no reason is given.
    """
    why = one_line(reason)
    proposal = _answer(proposal, by)
    pairs = []
    if proposal.undoes is None and proposal.pair is not None and proposal.pair.status == PairStatus.OPEN:
        settling.settle(proposal.pair, PairStatus.DIFFERENT, by=by, reason=why)
        pairs = [proposal.pair.pk]
    end(proposal, ProposalStatus.REFUSED, by=by, because=why)
    entries.keep_deciding(what="refused", pairs=pairs, by=by, reason=why, proposal=proposal)


@transaction.atomic
def withdraw(*, proposal: Proposal, by: Hat) -> None:
    """Take a proposal back, as the person who started it: everything stays as it is, and a near match that led to it is asked again.

    Raises:
        NotPermitted: somebody else started it.
        NotDecided: it was decided before.
    """
    by.check(Permission.PROPOSE)
    proposal = _waiting(proposal)
    if not is_starter(by, proposal):
        raise NotPermitted(Why.NOT_YOURS.value % {"ref": proposal.ref})
    end(proposal, ProposalStatus.WITHDRAWN, by=by)
    entries.keep_deciding(what="taken_back", pairs=[], by=by, reason="", proposal=proposal)


def _waiting(proposal: Proposal) -> Proposal:
    """Take the turn; the proposal as it is now, if it waits still."""
    take_turn()
    proposal = (
        Proposal.objects.select_for_update(of=("self",)).select_related("pair", "undoes").get(pk=proposal.pk)
    )
    if proposal.status != ProposalStatus.OPEN:
        raise NotDecided(Why.DECIDED)
    return proposal


def _answer(proposal: Proposal, by: Hat) -> Proposal:
    """Take the turn; the proposal as it is now, if this person may be the second one."""
    by.check(Permission.DECIDE_TASKS)
    proposal = _waiting(proposal)
    if found := obstacle(by, proposal):
        why, of = found
        raise NotPermitted(why.value % of)
    return proposal


def end(proposal: Proposal, status: ProposalStatus, *, by: Hat, because: str = "") -> None:
    """Give a proposal its end: its children may be named by another one, and its tasks are over."""
    proposal.status, proposal.decided_at, proposal.decided_because = status, clock.now(), because
    proposal.decided_by, proposal.decided_by_id = by.actor, by.actor_id
    proposal.save(update_fields=["status", "decided_at", "decided_because", "decided_by", "decided_by_id"])
    proposal.children.update(open=False)
    settling.end_tasks(PROPOSAL, [proposal.ref], by=by, outcome=status.value)
    put_back = status in (ProposalStatus.LAPSED, ProposalStatus.WITHDRAWN)
    if put_back and proposal.pair and proposal.pair.status == PairStatus.OPEN:
        # The question was put aside for the proposal, and is still one.
        asked = {*proposal.states, proposal.started_for} - {""}
        worklist.open_tasks(assigning.of_pair(proposal.pair, sorted(asked)), by=by)
        resting.rest([proposal.pair.pk], by=by)
    note(by, status.value, PROPOSAL, proposal.ref, reason=because)


def one_line(reason: str, *, may_be_empty: bool = False) -> str:
    """The reason without what would make more lines of it.

    Raises:
        NotDecided: there is none, or it is longer than a line.
    """
    line = typed.one_line(reason)
    if len(line) > LONGEST_REASON or not (line or may_be_empty):
        raise NotDecided(Why.NO_REASON, most=LONGEST_REASON)
    return line


def note(by: Hat, what: str, subject_type: str, subject_id: str, **detail: Any) -> None:
    told = {name: value for name, value in detail.items() if value}
    audit.record(
        by=by,
        action=f"identity:{subject_type}:{what}",
        subject_type=subject_type,
        subject_id=subject_id,
        detail=told,
    )
