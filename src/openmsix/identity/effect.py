"""What a merge, a split or an undoing would do, told before anybody agrees to it. Reads only, by the same rules by which it is carried out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from openmsix.identity import merging, settling, splitting
from openmsix.identity.models import Link, Proposal
from openmsix.identity.words import ProposalKind

NEW = ""
"""Stands for an MSIX ID that will be made."""


@dataclass(frozen=True)
class Effect:
    """Which records would go over to which MSIX ID, and what follows.

    `before` and `after`: the MSIX ID of each record of the children that are named, now and then (`NEW` for one that is to be made). `answered`: the two records of each open question that would
    be closed; `forgotten`: known differences; `apart`: pairs of records that would be known to be different from then on.
    """

    before: Mapping[int, str]
    after: Mapping[int, str]
    answered: tuple[tuple[int, int], ...]
    forgotten: int
    apart: int

    @property
    def moved(self) -> frozenset[int]:
        """The records that would have another MSIX ID."""
        return frozenset(record for record, msix_id in self.after.items() if self.before[record] != msix_id)

    @property
    def retired(self) -> tuple[str, ...]:
        """MSIX IDs that nobody would have any more: each would lead to the living one for ever."""
        return tuple(sorted(set(self.before.values()) - set(self.after.values())))

    @property
    def alive(self) -> tuple[str, ...]:
        """Retired MSIX IDs that would live again."""
        return tuple(sorted(set(self.after.values()) - set(self.before.values()) - {NEW}))


def of_merge(master: str, others: Collection[str]) -> Effect:
    """Of making children one, whose MSIX ID is the master's."""
    before = _links({master, *others})
    after = dict.fromkeys(before, master)
    moved = [record for record, msix_id in before.items() if msix_id != master]
    stayed = before.keys() - set(moved)
    forgotten = settling.differences(moved, stayed).count()
    answered = tuple((pair.left_id, pair.right_id) for pair in settling.within([master, *others]))
    return Effect(before, after, answered, forgotten, 0)


def of_split(msix_id: str, leaving: Collection[int]) -> Effect | None:
    """Of splitting records off a child; None if these are not some of its own."""
    if not splitting.may_leave(msix_id, leaving):
        return None
    before = _links([msix_id])
    after = {record: NEW if record in leaving else msix_id for record in before}
    return Effect(before, after, (), 0, len(leaving) * (len(before) - len(leaving)))


def of_undoing(done: Proposal) -> Effect | None:
    """Of undoing a merge or a split; None if it is not possible as a whole any more."""
    links = merging.links_to_undo(done)
    if links is None:
        return None
    going: dict[int, str] = dict(links.select("state_record_id", "msix_id").iter_rows())
    before = _links(merging.children_of(done))
    after = {record: going.get(record, msix_id) for record, msix_id in before.items()}
    stayed = [
        record for record, msix_id in after.items() if record not in going and msix_id in going.values()
    ]
    left = [record for record, msix_id in after.items() if record not in going and msix_id == done.master_id]
    apart = 0
    if done.kind == ProposalKind.MERGE:
        apart = len(going) * len(left) if done.pair is None else 1
    return Effect(before, after, (), settling.differences(going, stayed).count(), apart)


def of(proposal: Proposal) -> Effect | None:
    """Of a proposal that waits; None if it is not possible any more."""
    if proposal.undoes is not None:
        return of_undoing(proposal.undoes)
    if proposal.kind == ProposalKind.SPLIT:
        return of_split(proposal.master_id, list(proposal.records.values_list("state_record", flat=True)))
    master, *others = proposal.named
    return of_merge(master, others) if merging.are_there(proposal.named) else None


def _links(msix_ids: Collection[str]) -> dict[int, str]:
    live = Link.objects.live().filter(msix_id__in=msix_ids).order_by("msix_id", "state_record")
    return dict(live.values_list("state_record", "msix_id"))
