"""What people decide of near matches: that two records are two children, or that they are one, for which a second person must agree.

That two are different takes one person, for it changes no record, and can be taken back. That two are one moves records from child to child, so a second person validates it:
of another State where two States are concerned, and never the one who started it. The acts run alone in the nation, as all that decides who is who.
"""

import secrets
from collections.abc import Collection, Iterable
from typing import Any

from django.db import IntegrityError, transaction

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted, Permission
from openmsix.audit import actions as audit
from openmsix.deadlines import clock
from openmsix.identity import entries, merging, settling, writing
from openmsix.identity.actions import take_turn
from openmsix.identity.models import CandidatePair, Link, Proposal, ProposedChild
from openmsix.identity.refusing import NotDecided, Why
from openmsix.identity.words import PairStatus, ProposalKind, ProposalStatus
from openmsix.intake.arrival import REF_LETTERS
from openmsix.places.models import Place
from openmsix.worklist import actions as worklist

LONGEST_REASON = 200
LONGEST_MESSAGE = 2_000
VALIDATE = "validate_merge"
"""The type of the task in which a second person answers a proposal."""

TITLES = {
    ProposalKind.MERGE: "Validate that two records are one child",
    ProposalKind.UNDO: "Validate that a merge is undone",
}
"""What the second person is asked."""

PAIR, PROPOSAL = "candidate_pair", "proposal"


def may_answer(hat: Hat, states: Collection[str]) -> bool:
    """Whether a person may answer a near match of records of these States: a Data Administrator of one of them."""
    return hat.may(Permission.DECIDE_TASKS) and hat.state_code in ("", *states)


@transaction.atomic
def different(*, pair: CandidatePair, by: Hat, reason: str = "") -> None:
    """The two records are two children: no weight joins them from now on, and the question is closed.

    Raises:
        NotPermitted: the person is of another State, or decides no tasks.
        NotDecided: it was decided before, or a merge of the two waits for a second person.
    """
    why = one_line(reason, may_be_empty=True)
    pair, _ = _begin(pair, by)
    settling.settle(pair, PairStatus.DIFFERENT, by=by, reason=why)
    _note(by, "different", PAIR, str(pair.pk), reason=why)
    entries.keep_deciding(what="different", pairs=[pair.pk], by=by, reason=why)


@transaction.atomic
def ask(*, pair: CandidatePair, by: Hat, text: str) -> list[str]:
    """Write to the people of the other State about a near match, or answer them; the question waits there too from now on. The States that are asked.

    Raises:
        NotPermitted: the person is of another State, or decides no tasks.
        NotDecided: it was decided before, a merge of the two waits for a second person, or nothing is written.
    """
    words = text.strip()
    if not words or len(words) > LONGEST_MESSAGE:
        raise NotDecided(Why.NO_WORDS, most=f"{LONGEST_MESSAGE:,}")
    pair, msix_ids = _begin(pair, by)
    worklist.write(subject_type=PAIR, subject_id=str(pair.pk), text=words, by=by)
    states = validators(msix_ids, by.state_code)
    worklist.open_tasks(writing.tasks_about(pair, states), by=by)
    return states


@transaction.atomic
def same(*, pair: CandidatePair, by: Hat, reason: str = "") -> Proposal:
    """The two records are one child: the proposal that a second person must agree to. Until then nothing is changed.

    The MSIX ID that stays is that of the child with more live records, of two with as many the one that was minted first.

    Raises:
        NotPermitted: the person is of another State, or decides no tasks.
        NotDecided: it was decided before, the two are one child already, or another merge of one of them waits.
    """
    why = one_line(reason, may_be_empty=True)
    pair, msix_ids = _begin(pair, by)
    if len(set(msix_ids)) == 1:
        raise NotDecided(Why.ONE_ALREADY)
    proposal = _proposed(set(msix_ids), pair=pair, by=by, reason=why)
    settling.end_tasks(PAIR, [str(pair.pk)], by=by, outcome="same, to be validated")
    ask_for_validation(proposal, by)
    _note(by, "proposed", PROPOSAL, proposal.ref, reason=why)
    entries.keep_proposing(proposal=proposal, by=by)
    return proposal


@transaction.atomic
def undo(*, merge: Proposal, by: Hat, reason: str) -> Proposal:
    """A merge was wrong: the proposal to undo it, to which a second person must agree. `reason`: in one line, without names.

    Raises:
        NotPermitted: the person is of another State, or decides no tasks.
        NotDecided: it does not hold, its records have gone elsewhere, another proposal about the child waits, or no reason is given.
    """
    why = one_line(reason)
    by.check(Permission.DECIDE_TASKS)
    take_turn()
    merge = Proposal.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    children = {child.msix_id for child in merge.children.all()}
    if not may_answer(by, validators(children, "")):
        raise NotPermitted(f"{by.label} does not decide merges of these States.")
    if merge.kind != ProposalKind.MERGE or merge.status != ProposalStatus.DONE or merge.is_undone:
        raise NotDecided(Why.NOT_MERGED, ref=merge.ref)
    _check_free(children)
    if merging.links_to_undo(merge) is None:
        raise NotDecided(Why.MOVED_ON, ref=merge.ref)
    proposal = _proposed(children, pair=merge.pair, by=by, reason=why, undoes=merge)
    ask_for_validation(proposal, by)
    _note(by, "proposed", PROPOSAL, proposal.ref, reason=why, undoes=merge.ref)
    entries.keep_proposing(proposal=proposal, by=by)
    return proposal


def _begin(pair: CandidatePair, by: Hat) -> tuple[CandidatePair, list[str]]:
    """Take the turn; the pair as it is now, and the MSIX IDs of its two records."""
    by.check(Permission.DECIDE_TASKS)
    take_turn()
    pair = CandidatePair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    links = dict(
        Link.objects.live()
        .filter(state_record__in=[pair.left_id, pair.right_id])
        .values_list("state_record", "msix_id")
    )
    states = Link.objects.live().filter(msix_id__in=links.values()).values_list("state_code", flat=True)
    if not may_answer(by, set(states)):
        raise NotPermitted(f"{by.label} does not decide near matches of these States.")
    if pair.status != PairStatus.OPEN or len(links) < 2:
        raise NotDecided(Why.DECIDED)
    _check_free(links.values())
    return pair, list(links.values())


def _check_free(msix_ids: Iterable[str]) -> None:
    taken = ProposedChild.objects.filter(open=True, msix_id__in=list(msix_ids)).select_related("proposal")
    if first := taken.first():
        raise NotDecided(Why.PROPOSED, ref=first.proposal.ref)


def _proposed(
    msix_ids: Collection[str],
    *,
    pair: CandidatePair | None,
    by: Hat,
    reason: str,
    undoes: Proposal | None = None,
) -> Proposal:
    proposal = Proposal.objects.create(
        ref=_new_ref(),
        kind=ProposalKind.UNDO if undoes else ProposalKind.MERGE,
        undoes=undoes,
        master_id=undoes.master_id if undoes else merging.master_of(msix_ids),
        pair=pair,
        reason=reason,
        started_at=clock.now(),
        started_by=by.actor,
        started_by_id=by.actor_id,
        started_for=by.state_code,
        states=validators(msix_ids, by.state_code),
    )
    try:
        with transaction.atomic():
            ProposedChild.objects.bulk_create(
                ProposedChild(proposal=proposal, msix_id=msix_id) for msix_id in sorted(msix_ids)
            )
    except IntegrityError:
        _check_free(msix_ids)
        raise
    return proposal


def _new_ref() -> str:
    """A name that a person can read to another one on the telephone."""
    while True:
        ref = f"M-{clock.today():%Y%m%d}-{''.join(secrets.choice(REF_LETTERS) for _ in range(4))}"
        if not Proposal.objects.filter(ref=ref).exists():
            return ref


def validators(msix_ids: Collection[str], started_for: str) -> list[str]:
    """The States whose Data Administrators may be the second person: those with records of the children, but that of the first person if there is another one."""
    live = Link.objects.live().filter(msix_id__in=msix_ids)
    states = sorted(set(live.order_by().values_list("state_code", flat=True)))
    others = [state for state in states if state != started_for]
    return others or states


def ask_for_validation(proposal: Proposal, by: Hat) -> None:
    """Open the tasks in which a second person answers."""
    worklist.open_tasks(
        [
            worklist.NewTask(
                type=VALIDATE,
                subject_type=PROPOSAL,
                subject_id=proposal.ref,
                place_id=Place.objects.state(state).pk,
                level="state",
                title=TITLES[ProposalKind(proposal.kind)],
            )
            for state in proposal.states
        ],
        by=by,
    )


def obstacle(hat: Hat, proposal: Proposal) -> tuple[Why, dict[str, Any]] | None:
    """Why this person cannot be the second one; None if nothing stands against it."""
    if not may_answer(hat, proposal.states):
        return Why.OTHER_STATE, {"ref": proposal.ref, "states": ", ".join(proposal.states)}
    if hat.actor_id is not None and hat.actor_id == proposal.started_by_id:
        return Why.SAME_PERSON, {"ref": proposal.ref}
    return None


@transaction.atomic
def validate(*, proposal: Proposal, by: Hat) -> list[str]:
    """Agree, as the second person: the children become one, or a merge is undone. The MSIX IDs that are touched, to be shown anew; none if a child is not there any more
    as it was, for then the proposal lapses and nothing is merged.

    Raises:
        NotPermitted: the person may not be the second one.
        NotDecided: it was decided before.
    """
    proposal = _answer(proposal, by)
    since = entries.reached()
    pairs = _carry_out(proposal, by)
    if pairs is None:
        end(proposal, ProposalStatus.LAPSED, by=by)
        entries.keep_deciding(what="lapsed", pairs=[], by=by, reason="", proposal=proposal)
        return []
    end(proposal, ProposalStatus.DONE, by=by)
    entries.keep_merging(since, proposal=proposal, pairs=pairs, by=by)
    return [child.msix_id for child in proposal.children.all()]


def _carry_out(proposal: Proposal, by: Hat) -> list[int] | None:
    """The candidate pairs that were answered by it; None if it is not possible any more."""
    if proposal.undoes is None:
        return merging.carry_out(proposal, by=by) if merging.is_possible(proposal) else None
    links = merging.links_to_undo(proposal.undoes)
    if links is None:
        return None
    merging.join(links, by=by)
    if proposal.pair is None:
        return []
    settling.settle(proposal.pair, PairStatus.DIFFERENT, by=by, reason=proposal.reason)
    return [proposal.pair.pk]


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


def _answer(proposal: Proposal, by: Hat) -> Proposal:
    """Take the turn; the proposal as it is now, if this person may be the second one."""
    by.check(Permission.DECIDE_TASKS)
    take_turn()
    proposal = (
        Proposal.objects.select_for_update(of=("self",)).select_related("pair", "undoes").get(pk=proposal.pk)
    )
    if proposal.status != ProposalStatus.OPEN:
        raise NotDecided(Why.DECIDED)
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
    _note(by, status.value, PROPOSAL, proposal.ref, reason=because)


def one_line(reason: str, *, may_be_empty: bool = False) -> str:
    """The reason without what would make more lines of it.

    Raises:
        NotDecided: there is none, or it is longer than a line.
    """
    line = " ".join(reason.split())
    if len(line) > LONGEST_REASON or not (line or may_be_empty):
        raise NotDecided(Why.NO_REASON, most=LONGEST_REASON)
    return line


def _note(by: Hat, what: str, subject_type: str, subject_id: str, **detail: Any) -> None:
    told = {name: value for name, value in detail.items() if value}
    audit.record(
        by=by,
        action=f"identity:{subject_type}:{what}",
        subject_type=subject_type,
        subject_id=subject_id,
        detail=told,
    )
