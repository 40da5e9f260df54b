"""Making children one: their records are linked to the MSIX ID that stays, and the others are retired into it for ever."""

import json
from collections.abc import Collection

import polars as pl
from django.db.models import Count, Q

from openmsix.accounts.hats import Hat
from openmsix.deadlines import clock
from openmsix.identity import leading, placing, settling, writing
from openmsix.identity.models import Link, MsixId, Proposal
from openmsix.identity.words import PairStatus, Reason


def master_of(msix_ids: Collection[str]) -> str:
    """The MSIX ID that stays: of the child with most live records, of those with as many the one minted first."""
    of = dict(
        Link.objects.live()
        .filter(msix_id__in=msix_ids)
        .order_by()
        .values_list("msix_id")
        .annotate(records=Count("pk"))
    )
    minted = dict(MsixId.objects.filter(pk__in=msix_ids).values_list("pk", "minted_at"))
    return min(msix_ids, key=lambda msix_id: (-of.get(msix_id, 0), minted[msix_id], msix_id))


def are_there(msix_ids: Collection[str]) -> bool:
    """Whether children are there to be made one: each MSIX ID lives and has records."""
    living = set(MsixId.objects.filter(pk__in=msix_ids, retired_at=None).values_list("pk", flat=True))
    linked = set(Link.objects.live().filter(msix_id__in=msix_ids).values_list("msix_id", flat=True))
    return living == linked == set(msix_ids)


def carry_out(proposal: Proposal, *, by: Hat) -> list[int]:
    """Make the children of a proposal one; the ids of the candidate pairs that this answered."""
    _, *others = proposal.named
    moved = Link.objects.live().filter(msix_id__in=others).order_by("state_record")
    evidence = json.dumps({"proposal": proposal.ref})
    rows = [
        (record, proposal.master_id, Reason.DECIDED.value, None, evidence)
        for record in moved.values_list("state_record", flat=True)
    ]
    join(pl.DataFrame(rows, schema=placing.LINKS, orient="row"), by=by)
    return _settle_within(proposal.master_id, by=by)


def links_made(done: Proposal) -> list[Link]:
    """The links that a proposal made when it was carried out."""
    moved = Q(state_record__in=done.records.values("state_record"))
    of = Link.objects.filter(Q(msix=done.master_id) | moved, evidence__proposal=done.ref)
    return list(of.order_by("state_record"))


def children_of(proposal: Proposal) -> list[str]:
    """The MSIX IDs of the children that a proposal names, first the one that stays, then of those that it made when it was carried out."""
    named = proposal.named
    return [*named, *sorted({link.msix_id for link in links_made(proposal)}.difference(named))]


def links_to_undo(done: Proposal) -> pl.DataFrame | None:
    """The links that put the records of a merge or split back where they came from (`placing.LINKS`); None if one of them has gone elsewhere since."""
    made = links_made(done)
    if not made or any(link.closed_at for link in made):
        return None
    before = {
        link.pk: Link.objects.filter(state_record=link.state_record_id, pk__lt=link.pk)
        .order_by("-pk")
        .first()
        for link in made
    }
    rows = [
        (link.state_record_id, earlier.msix_id, Reason.UNDONE.value, None, "{}")
        for link in made
        if (earlier := before[link.pk])
    ]
    return pl.DataFrame(rows, schema=placing.LINKS, orient="row")


def join(links: pl.DataFrame, *, by: Hat) -> None:
    """Let records go over to other children. An MSIX ID that loses its last record is retired into the one to which it went; one that had none lives again.

    `links`: as `writing.write_links` takes them.
    """
    into = dict(links.select("state_record_id", "msix_id").iter_rows())
    left = Link.objects.live().filter(state_record__in=list(into))
    goes = {msix_id: into[record] for record, msix_id in left.values_list("state_record", "msix_id")}
    stayed = Link.objects.live().filter(msix_id__in=set(into.values())).exclude(state_record__in=list(into))
    settling.different_no_more(into, stayed.values_list("state_record", flat=True))
    left.update(closed_at=clock.now())
    MsixId.objects.filter(pk__in=set(into.values())).update(retired_at=None, retired_into=None)
    writing.write_links(links, by=by)
    for msix_id, to in sorted(goes.items()):
        if msix_id != to and not Link.objects.live().of_child(msix_id).exists():
            MsixId.objects.filter(pk=msix_id).update(retired_at=clock.now(), retired_into=to)
    leading.follow(into)


def _settle_within(msix_id: str, *, by: Hat) -> list[int]:
    """Answer all open questions whether records are one child that belong to this one; the ids of the pairs."""
    pairs = settling.within([msix_id])
    for pair in pairs:
        settling.settle(pair, PairStatus.SAME, by=by)
    return [pair.pk for pair in pairs]
