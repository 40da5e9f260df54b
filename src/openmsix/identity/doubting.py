"""Doubting links that hold: a State that now says another child under a Student Identifier that it used before.

A file never moves a record that is linked, for people may have decided it. But where what the State says now is surely not the child with whose other records
the student was linked, a split is proposed, and a person of the States validates or refuses it.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

import polars as pl
from django.db import transaction

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.identity import candidates, entries, proposing
from openmsix.identity.actions import take_turn
from openmsix.identity.model import in_use
from openmsix.identity.models import Proposal
from openmsix.identity.refusing import NotDecided
from openmsix.identity.reused import IS_OTHERWISE
from openmsix.identity.words import ProposalStatus
from openmsix.intake.models import Submission
from openmsix.matching.model import Model
from openmsix.matching.verdict import Verdict, with_verdicts

_PAIR = {"record_id_l": pl.Int64, "record_id_r": pl.Int64}

REASON = "The State now says another child under this identifier: was it given anew?"


@transaction.atomic
def doubt(*, submission: Submission, by: Hat, model: Model | None = None) -> int:
    """Propose a split for each student whose identity a linked submission changed into that of another child; how many. May be repeated: nothing is proposed twice.

    A doubt ends where the State says the child of old again: the children would stay locked for a reason that holds no more.
    """
    take_turn()
    model = model or in_use()
    _end_settled(submission, model, by)
    return _doubt(_beside_others(_BY_SUBMISSION, {"submission": submission.pk}), model, by)


@transaction.atomic
def doubt_again(*, msix_ids: Collection[str], by: Hat, model: Model | None = None) -> int:
    """As `doubt`, of children about whom a proposal ended: as long as it waited none could be made. Of a record of which a split was proposed since nothing is."""
    take_turn()
    return _doubt(_beside_others(_SINCE_LINKED, {"children": sorted(msix_ids)}), model or in_use(), by)


def _end_settled(submission: Submission, model: Model, by: Hat) -> None:
    """End the doubts that wait about records which this submission told of, and told as the child of old."""
    asked = {"submission": submission.pk, "by": by.actor, "reason": REASON}
    pairs = staging.read(_DOUBTED_BESIDE_OTHERS, {**_PAIR, "proposal": pl.Int64}, asked)
    if pairs.is_empty():
        return
    judged = with_verdicts(candidates.score(pairs.select(*_PAIR), model), model)
    like = judged.filter(pl.col("verdict") != Verdict.DIFFERENT.value).join(pairs, on=list(_PAIR))
    for proposal in Proposal.objects.filter(pk__in=like["proposal"].unique().to_list()).order_by("pk"):
        proposing.end(proposal, ProposalStatus.LAPSED, by=by)
        entries.keep_deciding(what="lapsed", pairs=[], by=by, reason="", proposal=proposal)


_DOUBTED_BESIDE_OTHERS = """
    SELECT leaving.state_record_id, other.state_record_id, p.id FROM identity_proposal p
    JOIN identity_proposedrecord leaving ON leaving.proposal_id = p.id
    JOIN identity_link other ON other.msix_id = p.master_id AND other.closed_at IS NULL AND NOT EXISTS (
      SELECT FROM identity_proposedrecord l WHERE l.proposal_id = p.id AND l.state_record_id = other.state_record_id)
    WHERE p.status = 'open' AND p.kind = 'split' AND p.started_by = %(by)s AND p.reason = %(reason)s AND EXISTS (
      SELECT FROM identity_proposedrecord l JOIN records_recordversion v ON v.state_record_id = l.state_record_id
      WHERE l.proposal_id = p.id AND v.submission_id = %(submission)s AND v.closed_at IS NULL)
    ORDER BY 1, 2
"""


def _doubt(pairs: pl.DataFrame, model: Model, by: Hat) -> int:
    if pairs.is_empty():
        return 0
    scored = candidates.score(pairs.select(*_PAIR), model)
    judged = with_verdicts(scored, model).join(pairs, on=list(_PAIR))
    different = pl.col("verdict") == Verdict.DIFFERENT.value
    doubted = judged.group_by("msix_id", "record_id_l").agg(different.all()).filter("verdict")
    return sum(
        _propose(msix_id, record, by)
        for msix_id, record in doubted.sort("record_id_l").select("msix_id", "record_id_l").iter_rows()
    )


_BY_SUBMISSION = (
    "JOIN records_recordversion before ON before.state_record_id = v.state_record_id AND before.closed_by_submission_id = v.submission_id",
    "v.submission_id = %(submission)s",
)
_SINCE_LINKED = (
    """
    JOIN LATERAL (SELECT b.id FROM records_recordversion b WHERE b.state_record_id = v.state_record_id AND b.opened_at <= l.opened_at
      ORDER BY b.id DESC LIMIT 1) before ON before.id < v.id
    """,
    """
    l.msix_id = ANY(%(children)s) AND NOT EXISTS (
      SELECT FROM identity_proposedrecord r JOIN identity_proposal o ON o.id = r.proposal_id AND o.kind = 'split'
      WHERE r.state_record_id = v.state_record_id AND o.started_at >= l.opened_at)
    """,
)
"""What was said `before` what is said now, and of which students: of those of a submission what it closed; of those of children what was said when they were linked."""


def _beside_others(before: tuple[str, str], parameters: Mapping[str, Any]) -> pl.DataFrame:
    """The students whose names or birth date were said otherwise `before`, each beside every other record of its child: `record_id_l`, `record_id_r`, `msix_id`."""
    joined, where = before
    return staging.read(
        f"""
        SELECT l.state_record_id, other.state_record_id, l.msix_id FROM records_recordversion v
        JOIN identity_link l ON l.state_record_id = v.state_record_id AND l.closed_at IS NULL
        JOIN identity_link other ON other.msix_id = l.msix_id AND other.closed_at IS NULL AND other.state_record_id <> l.state_record_id
        {joined} JOIN records_demographics new ON new.version_id = v.id JOIN records_demographics old ON old.version_id = before.id
        WHERE v.closed_at IS NULL AND ({IS_OTHERWISE}) AND {where} ORDER BY 1, 2
        """,  # noqa: S608  (our own names)
        {**_PAIR, "msix_id": pl.String},
        parameters,
    )


def _propose(msix_id: str, record: int, by: Hat) -> bool:
    """False where another proposal about the child waits already, or the record is its only one by now."""
    with suppress(NotDecided), transaction.atomic():
        proposing.split(msix_id=msix_id, records=[record], by=by, reason=REASON)
        return True
    return False
