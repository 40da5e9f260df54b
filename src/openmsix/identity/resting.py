"""Questions rest while one of their records is closed: what its State took back is shown to nobody, so nobody could look and decide. They are asked again, where
they were asked before, when the State speaks of the student again.

Done where links are written and where they are put back from the journal, which tells nothing of it: it follows from what else is told.
"""

from collections.abc import Iterable

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.identity import assigning
from openmsix.identity.assigning import PAIR
from openmsix.identity.models import CandidatePair
from openmsix.intake.models import Submission
from openmsix.worklist import actions as worklist

OUTCOME = "a record was closed"
"""How the task of a question ends that rests."""

_IS_LIVE = "EXISTS (SELECT FROM records_recordversion v WHERE v.state_record_id = {} AND v.closed_at IS NULL)"
_BOTH_LIVE = f"{_IS_LIVE.format('p.left_id')} AND {_IS_LIVE.format('p.right_id')}"


def rest(pair_ids: Iterable[int], *, by: Hat) -> None:
    """Let those of these open questions rest of which a record is closed."""
    closed = staging.rows(
        f"SELECT p.id FROM identity_candidatepair p WHERE p.status = 'open' AND p.id = ANY(%(pairs)s) AND NOT ({_BOTH_LIVE})",  # noqa: S608  (our own names)
        {"pairs": list(pair_ids)},
    )
    if closed:
        worklist.withdraw(
            subject_type=PAIR, subject_ids=[str(pair_id) for (pair_id,) in closed], outcome=OUTCOME, by=by
        )


def follow(submission: Submission, *, by: Hat) -> None:
    """Let the questions about students rest whom a submission closed, and ask again those about students of whom it speaks again."""
    closed = """
        SELECT v.state_record_id FROM records_recordversion v WHERE v.closed_by_submission_id = %(submission)s AND v.closed_at IS NOT NULL
    """
    touched = staging.rows(
        f"""
        SELECT p.id FROM identity_candidatepair p WHERE p.status = 'open' AND p.left_id IN ({closed})
        UNION SELECT p.id FROM identity_candidatepair p WHERE p.status = 'open' AND p.right_id IN ({closed})
        """,  # noqa: S608  (our own names)
        {"submission": submission.pk},
    )
    rest([pair_id for (pair_id,) in touched], by=by)
    for pair, states in _to_ask_again(submission):
        worklist.open_tasks(assigning.of_pair(pair, states), by=by)


def _to_ask_again(submission: Submission) -> list[tuple[CandidatePair, list[str]]]:
    """The questions that rest and need not any more, each with the States where it was asked."""
    found = dict(
        staging.rows(
            f"""
            SELECT p.id, array_agg(DISTINCT t.state_code ORDER BY t.state_code) FROM worklist_task t
            JOIN identity_candidatepair p ON p.id = t.subject_id::bigint AND p.status = 'open'
            WHERE t.subject_type = '{PAIR}' AND t.status = 'withdrawn' AND t.outcome = %(outcome)s
              AND EXISTS (SELECT FROM records_recordversion v WHERE v.submission_id = %(submission)s AND v.state_record_id IN (p.left_id, p.right_id))
              AND {_BOTH_LIVE}
              AND NOT EXISTS (SELECT FROM worklist_task o WHERE o.subject_type = t.subject_type AND o.subject_id = t.subject_id AND o.status = 'open')
              AND NOT EXISTS (SELECT FROM identity_proposal o WHERE o.pair_id = p.id AND o.status = 'open')
            GROUP BY p.id ORDER BY p.id
            """,  # noqa: S608  (our own names)
            {"outcome": OUTCOME, "submission": submission.pk},
        )
    )
    pairs = CandidatePair.objects.in_bulk(list(found))
    return [(pairs[pair_id], states) for pair_id, states in found.items()]
