"""A submission goes from one status to the next, and the audit is told."""

from typing import Any

from openmsix.accounts.hats import Hat
from openmsix.audit import actions as audit

from .models import Submission
from .states import NotPossible, Status, may_go


def note(submission: Submission, by: Hat, what: str, **detail: Any) -> None:
    audit.record(
        by=by,
        action=f"intake:submission:{what}",
        subject_type="submission",
        subject_id=submission.ref,
        detail=detail,
    )


def move(submission: Submission, to: Status, **fields: Any) -> None:
    """Give a submission another status, if its present one in the database allows that.

    Raises:
        NotPossible: it does not.
    """
    now = Submission.objects.select_for_update().get(pk=submission.pk)
    if not may_go(now.status, to):
        raise NotPossible(
            f"{submission.ref} is {Status(now.status).label.lower()}; it cannot be {to.label.lower()} now."
        )
    for name, value in {"status": to, **fields}.items():
        setattr(submission, name, value)
    submission.save(update_fields=["status", *fields])
