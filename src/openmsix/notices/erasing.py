"""Taking changes of residence away with what they were noticed of."""

from collections.abc import Collection

from django.db.models import Q

from openmsix import staging
from openmsix.intake.models import Submission

from .models import ChangeOfResidence


def erase(state_record_ids: Collection[int]) -> None:
    """Take away what was noticed of state records that go."""
    gone = list(state_record_ids)
    ChangeOfResidence.objects.filter(Q(record__in=gone) | Q(before__in=gone)).delete()


def forget_submission(submission: Submission) -> None:
    """Take away what was noticed after a submission that is taken back, and let nothing be answered by it."""
    ChangeOfResidence.objects.filter(submission=submission).delete()
    staging.run(
        """
        UPDATE notices_changeofresidence c SET answered_at = (SELECT min(s.received_at) FROM records_recordversion v
          JOIN intake_submission s ON s.id = v.submission_id WHERE v.state_record_id = c.before_id AND s.received_at > c.noticed_at AND s.id <> %(submission)s)
        WHERE c.answered_at IS NOT NULL AND c.before_id IN (SELECT state_record_id FROM records_recordversion WHERE submission_id = %(submission)s)
        """,
        {"submission": submission.pk},
    )
