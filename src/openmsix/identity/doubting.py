"""Doubting links that hold: a State that now says another child under a Student Identifier that it used before.

A file never moves a record that is linked, for people may have decided it. But where what the State says now is surely not the child with whose other records
the student was linked, a split is proposed, and a person of the States validates or refuses it.
"""

from contextlib import suppress

import polars as pl
from django.db import transaction

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.identity import candidates, proposing
from openmsix.identity.actions import take_turn
from openmsix.identity.model import in_use
from openmsix.identity.refusing import NotDecided
from openmsix.intake.models import Submission
from openmsix.matching.model import Model
from openmsix.matching.verdict import Verdict, with_verdicts

REASON = "The State now says another child under this identifier: was it given anew?"

_WHO = ("first_name", "middle_name", "last_name_1", "last_name_2", "birth_date")
_CHANGED = " OR ".join(f"new.{name} IS DISTINCT FROM old.{name}" for name in _WHO)


@transaction.atomic
def doubt(*, submission: Submission, by: Hat, model: Model | None = None) -> int:
    """Propose a split for each student whose identity a linked submission changed into that of another child; how many. May be repeated: nothing is proposed twice."""
    take_turn()
    model = model or in_use()
    pairs = _beside_others(submission)
    if pairs.is_empty():
        return 0
    scored = candidates.score(pairs.select("record_id_l", "record_id_r"), model)
    judged = with_verdicts(scored, model).join(pairs, on=["record_id_l", "record_id_r"])
    different = pl.col("verdict") == Verdict.DIFFERENT.value
    doubted = judged.group_by("msix_id", "record_id_l").agg(different.all()).filter("verdict")
    return sum(
        _propose(msix_id, record, by)
        for msix_id, record in doubted.sort("record_id_l").select("msix_id", "record_id_l").iter_rows()
    )


def _beside_others(submission: Submission) -> pl.DataFrame:
    """The students whose names or birth date the submission changed, each beside every other record of its child: `record_id_l`, `record_id_r`, `msix_id`."""
    return staging.read(
        f"""
        SELECT l.state_record_id, other.state_record_id, l.msix_id FROM records_recordversion v
        JOIN records_recordversion before ON before.state_record_id = v.state_record_id AND before.closed_by_submission_id = v.submission_id
        JOIN records_demographics new ON new.version_id = v.id JOIN records_demographics old ON old.version_id = before.id
        JOIN identity_link l ON l.state_record_id = v.state_record_id AND l.closed_at IS NULL
        JOIN identity_link other ON other.msix_id = l.msix_id AND other.closed_at IS NULL AND other.state_record_id <> l.state_record_id
        WHERE v.submission_id = %(submission)s AND v.closed_at IS NULL AND ({_CHANGED}) ORDER BY 1, 2
        """,  # noqa: S608  (our own names)
        {"record_id_l": pl.Int64, "record_id_r": pl.Int64, "msix_id": pl.String},
        {"submission": submission.pk},
    )


def _propose(msix_id: str, record: int, by: Hat) -> bool:
    """False where another proposal about the child waits already, or the record is its only one by now."""
    with suppress(NotDecided), transaction.atomic():
        proposing.split(msix_id=msix_id, records=[record], by=by, reason=REASON)
        return True
    return False
