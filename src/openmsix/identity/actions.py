"""Deciding who is who. Every act runs alone in the nation: no ID is minted twice, and changes have one order."""

from dataclasses import dataclass

import polars as pl
from django.db import transaction

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.audit import actions as audit
from openmsix.deadlines import clock
from openmsix.identity import entries, minting, placing, rows, sent, telling, writing
from openmsix.identity.models import Link, MsixId
from openmsix.identity.queries import touched
from openmsix.identity.words import Reason
from openmsix.intake.models import Submission
from openmsix.matching.model import Model

LOCK = 0x1DE7717
"""The advisory lock of this room."""


@dataclass(frozen=True)
class Linked:
    """What became of the records of a submission. `touched`: the MSIX IDs of the children it said something about."""

    touched: list[str]
    matched: int
    sent: int
    new: int
    questions: int


def take_turn() -> None:
    """Wait until no other transaction decides who is who; held to the end of this one."""
    staging.rows("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@transaction.atomic
def link(*, submission: Submission, by: Hat, model: Model | None = None) -> Linked:
    """Link every record that a stored submission opened to its child. May be repeated: what is linked stays linked.

    In this order: a record keeps the link it has; a sent MSIX ID is followed if its child is compatible;
    the linkage model finds the same child; else the record founds a new child. What may be the same child
    is asked of people; an MSIX ID that was sent and is another child's is told of in the receipt.
    """
    take_turn()
    since = entries.reached()
    model = model or Model.load()
    rows.update(submission)
    records = unlinked(submission)
    followed = sent.follow(records, model)
    links = _as_sent(followed.links)
    writing.write_links(links, by=by, model_version=model.version, submission=submission)
    rest = records.join(followed.links, on="record_id", how="anti", maintain_order="left")
    placed = placing.place(rest, followed, model)
    writing.write_links(placed.links, by=by, model_version=model.version, submission=submission)
    told = telling.tell(submission, model)
    pairs = placing.once([placed.pairs, told.pairs])
    questions = writing.write_pairs(pairs, by=by, model_version=model.version, submission=submission)
    writing.write_answers(submission)
    counts = dict(placed.links.group_by("reason").len().iter_rows())
    linked = Linked(
        touched=touched(submission),
        matched=counts.get("matched", 0),
        sent=followed.links.height + counts.get("sent", 0),
        new=counts.get("new", 0),
        questions=questions,
    )
    audit.record(
        by=by,
        action="identity:submission:linked",
        subject_type="submission",
        subject_id=submission.ref,
        detail={name: value for name, value in vars(linked).items() if name != "touched"}
        | {"model": model.version},
    )
    entries.keep_linking(since, submission=submission, told=told.findings, by=by, model_version=model.version)
    return linked


def unlinked(submission: Submission) -> pl.DataFrame:
    """The records that the submission opened and that have no link yet: `record_id`, `state_code`, `msix_id_sent`."""
    return staging.read(
        """
        SELECT r.id, r.state_code, v.msix_id_sent
        FROM records_recordversion v JOIN records_staterecord r ON r.id = v.state_record_id
        LEFT JOIN identity_link l ON l.state_record_id = r.id AND l.closed_at IS NULL
        WHERE v.submission_id = %(submission)s AND v.closed_at IS NULL AND l.id IS NULL ORDER BY r.id
        """,
        {"record_id": pl.Int64, "state_code": pl.String, "msix_id_sent": pl.String},
        {"submission": submission.pk},
    )


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
