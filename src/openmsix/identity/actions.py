"""Deciding who is who. Every act runs alone in the nation: no ID is minted twice, and changes have one order."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl
from django.db import transaction

from openmsix import locks
from openmsix.accounts.hats import Hat
from openmsix.audit import actions as audit
from openmsix.deadlines import clock
from openmsix.identity import candidates, entries, minting, placing, planning, resting, rows, telling, writing
from openmsix.identity.model import in_use
from openmsix.identity.models import Link, MsixId
from openmsix.identity.planning import Plan
from openmsix.identity.words import Reason
from openmsix.intake.models import Submission
from openmsix.matching.model import Model
from openmsix.records import actions as records


@dataclass(frozen=True)
class Linked:
    """What became of the records of a submission."""

    matched: int
    sent: int
    new: int
    questions: int


def take_turn() -> None:
    """Wait until no other transaction decides who is who; held to the end of this one."""
    locks.take(locks.WHO_IS_WHO)


def link(*, submission: Submission, by: Hat, model: Model | None = None) -> Linked:
    """Link every record that a stored submission opened to its child. May be repeated: what is linked stays linked.

    In this order: a record keeps the link it has; a sent MSIX ID is followed if its child is compatible;
    the linkage model finds the same child; else the record founds a new child. What may be the same child
    is asked of people; an MSIX ID that was sent and is another child's is told of in the receipt.

    The turn is held only while it is written (see `planning`), so that a small submission never waits for a large one to be weighed. Not to be
    called within a transaction.
    """
    model = model or in_use()
    with transaction.atomic():
        records.take_turn(submission.state_code)
        rows.update(submission)
    with _one_large_at_a_time(submission):
        plan = planning.plan(submission, model)
        for _ in range(PLANS):
            if linked := _carry_out(plan, submission=submission, by=by, model=model):
                break
            plan = planning.plan(submission, model, before=plan)
        else:
            linked = _carry_out(None, submission=submission, by=by, model=model)
    assert linked, "what is planned in its turn holds"
    return linked


PLANS = 3
"""So many plans are made before the turn; then one is made in it."""


@contextmanager
def _one_large_at_a_time(submission: Submission) -> Iterator[None]:
    """Let no two large submissions be weighed at once, of which the second would have to be weighed again."""
    if len(planning.unlinked(submission)) <= candidates.FEW:
        yield
        return
    with locks.holding(locks.LARGE_LINKING):
        yield


@transaction.atomic
def _carry_out(plan: Plan | None, *, submission: Submission, by: Hat, model: Model) -> Linked | None:
    """Write what was planned; None if others have decided something meanwhile. Without a plan one is made, which holds."""
    take_turn()
    since = entries.reached()
    if plan is None:
        plan = planning.plan(submission, model)
    elif plan.reached != since:
        return None
    links = _as_sent(plan.sent.links)
    writing.write_links(links, by=by, model_version=model.version, submission=submission)
    placed = placing.place(plan.judged, plan.sent, model)
    writing.write_links(placed.links, by=by, model_version=model.version, submission=submission)
    told = telling.tell(submission, model)
    pairs = placing.once([placed.pairs, told.pairs])
    questions = writing.write_pairs(pairs, by=by, model_version=model.version, submission=submission)
    resting.follow(submission, by=by)
    writing.write_answers(submission)
    counts = dict(placed.links.group_by("reason").len().iter_rows())
    linked = Linked(
        matched=counts.get("matched", 0),
        sent=links.height + counts.get("sent", 0),
        new=counts.get("new", 0),
        questions=questions,
    )
    audit.record(
        by=by,
        action="identity:submission:linked",
        subject_type="submission",
        subject_id=submission.ref,
        detail=vars(linked) | {"model": model.version},
    )
    entries.keep_linking(since, submission=submission, told=told.findings, by=by, model_version=model.version)
    return linked


def _as_sent(links: pl.DataFrame) -> pl.DataFrame:
    return links.with_columns(reason=pl.lit(Reason.SENT.value)).select(
        pl.col("record_id").alias("state_record_id"), *list(placing.LINKS)[1:]
    )


class NotUndone(ValueError):
    """The link cannot be undone; the text says why, in plain words."""


@transaction.atomic
def undo(*, link: Link, by: Hat, reason: str) -> Link:
    """Undo a link: the record goes back to the MSIX ID it had before, or to a new one if it never had another.

    What the link did to MSIX IDs is undone too: an ID that was retired when its last record left lives
    again, and one that loses its last record now is retired into the record's ID. The new link names the
    one it undoes, so that undoing it in turn restores the first state.

    Raises: NotUndone: the link does not hold any more, or the record is the child's only one and never had
    another ID.
    """
    take_turn()
    since = entries.reached()
    link = Link.objects.select_for_update().get(pk=link.pk)
    if link.closed_at is not None:
        raise NotUndone("This link does not hold any more.")
    before = Link.objects.filter(state_record=link.state_record_id, pk__lt=link.pk).order_by("-pk").first()
    others = Link.objects.live().of_child(link.msix_id).exclude(pk=link.pk)
    if before is None and not others.exists():
        raise NotUndone("The record is the child's only one and never had another MSIX ID.")
    back_to = before.msix_id if before else minting.mint(1)[0]
    undone = put_back(link=link, msix_id=back_to, by=by, reason=reason)
    audit.record(
        by=by,
        action="identity:link:undone",
        subject_type="link",
        subject_id=str(link.pk),
        detail={"by_link": undone.pk, "reason": reason},
    )
    entries.keep_undoing(since, undone=undone, by=by)
    return undone


def put_back(*, link: Link, msix_id: str, by: Hat, reason: str, mark: int | None = None) -> Link:
    """Close a link and give its record this MSIX ID; the link that holds now. `mark`: see `writing.write_links`."""
    MsixId.objects.filter(pk=msix_id).update(retired_at=None, retired_into=None)
    now = clock.now()
    Link.objects.filter(pk=link.pk).update(closed_at=now)
    again = pl.DataFrame(
        [(link.state_record_id, msix_id, Reason.UNDONE.value, None, "{}", mark)],
        schema={**placing.LINKS, "mark": pl.Int64},
        orient="row",
    )
    writing.write_links(again, by=by)
    undone = Link.objects.live().get(state_record=link.state_record_id)
    Link.objects.filter(pk=undone.pk).update(undoes=link, evidence={"reason": reason})
    if not Link.objects.live().of_child(link.msix_id).exists():
        MsixId.objects.filter(pk=link.msix_id).update(retired_at=now, retired_into=msix_id)
    undone.refresh_from_db()
    return undone
