"""Taking state records out of who is who. An MSIX ID that loses its last link is retired and leads nowhere; it is never given again."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from openmsix import staging
from openmsix.deadlines import clock
from openmsix.identity.models import Link, MsixId, Proposal, ProposedChild, ProposedRecord
from openmsix.intake.models import Submission
from openmsix.records.models import STATE_RECORD_KEYS

_OF_PAIR = "(left_id = ANY(%(ids)s) OR right_id = ANY(%(ids)s))"


@dataclass(frozen=True)
class Erased:
    """What became of it. `touched`: MSIX IDs that lost a link; `retired`: those of them that have none any more, each with its origin and when it was minted.

    `marks`: number, State, moment and reason of changes of MSIX IDs of which only that is left.
    """

    touched: list[str]
    retired: list[dict[str, str]]
    marks: list[list[Any]]


def erase(*, students: pl.DataFrame, state_record_ids: Collection[int]) -> Erased:
    """Take links, questions with their tasks, known differences, match rows and the names in changes of MSIX IDs away.

    To be called alone in the nation (`actions.take_turn`), within the transaction of the act. `students`: `STATE_RECORD_KEYS`.
    """
    of = {"ids": list(state_record_ids)}
    touched = [
        msix_id
        for (msix_id,) in staging.rows(
            "SELECT DISTINCT msix_id FROM identity_link WHERE state_record_id = ANY(%(ids)s) ORDER BY 1", of
        )
    ]
    staging.run(
        f"""
        DELETE FROM worklist_task WHERE subject_type = 'candidate_pair' AND subject_id IN (
          SELECT id::text FROM identity_candidatepair WHERE {_OF_PAIR})
        """,  # noqa: S608  (our own names)
        of,
    )
    _forget_proposals(touched)
    _delete_pairs(_OF_PAIR, of)
    staging.run(f"DELETE FROM identity_knowndifferent WHERE {_OF_PAIR}", of)  # noqa: S608
    staging.run("DELETE FROM identity_matchrow WHERE state_record_id = ANY(%(ids)s)", of)
    staging.run("DELETE FROM identity_link WHERE state_record_id = ANY(%(ids)s)", of)
    staging.run(
        """
        UPDATE identity_link SET evidence = jsonb_set(evidence, '{beside}', 'null')
        WHERE msix_id = ANY(%(touched)s) AND (evidence ->> 'beside')::bigint = ANY(%(ids)s)
        """,
        of | {"touched": touched},
    )
    return Erased(touched, _retire(touched), _blank(students))


def _delete_pairs(which: str, of: Mapping[str, Any]) -> None:
    """Delete candidate pairs; proposals that came from them stay for themselves."""
    pairs = f"SELECT id FROM identity_candidatepair WHERE {which}"  # noqa: S608  (our own names)
    staging.run(
        f"DELETE FROM worklist_message WHERE subject_type = 'candidate_pair' AND subject_id IN (SELECT id::text FROM ({pairs}) gone)",  # noqa: S608
        of,
    )
    staging.run(f"UPDATE identity_proposal SET pair_id = NULL WHERE pair_id IN ({pairs})", of)  # noqa: S608
    staging.run(f"DELETE FROM identity_candidatepair WHERE {which}", of)  # noqa: S608


def _forget_proposals(msix_ids: list[str]) -> None:
    """Take away the proposals about children of whom a record goes, with their tasks: what was proposed was about all of it."""
    about = "SELECT proposal_id FROM identity_proposedchild WHERE msix_id = ANY(%(ids)s)"
    of = {"ids": msix_ids}
    refs = [
        ref
        for (ref,) in staging.rows(f"SELECT ref FROM identity_proposal WHERE id IN ({about})", of)  # noqa: S608
    ]
    proposals = Proposal.objects.filter(ref__in=refs)
    ProposedRecord.objects.filter(proposal__in=proposals).delete()
    ProposedChild.objects.filter(proposal__in=proposals).delete()
    proposals.exclude(undoes=None).delete()
    proposals.delete()
    staging.run(
        "DELETE FROM worklist_task WHERE subject_type = 'proposal' AND subject_id = ANY(%(refs)s)",
        {"refs": refs},
    )


def forget_submission(submission: Submission) -> None:
    """Take away the questions that a submission led to, with their tasks, and its name from links that stay."""
    staging.run(
        """
        DELETE FROM worklist_task WHERE subject_type = 'candidate_pair' AND subject_id IN (
          SELECT id::text FROM identity_candidatepair WHERE submission_id = %(submission)s)
        """,
        {"submission": submission.pk},
    )
    _delete_pairs("submission_id = %(submission)s", {"submission": submission.pk})
    Link.objects.filter(submission=submission).update(submission=None)


def _retire(msix_ids: list[str]) -> list[dict[str, str]]:
    found = staging.rows(
        """
        UPDATE identity_msixid i SET retired_at = %(now)s, retired_into_id = NULL WHERE i.msix_id = ANY(%(ids)s)
          AND NOT EXISTS (SELECT FROM identity_link l WHERE l.msix_id = i.msix_id) RETURNING msix_id, origin, minted_at
        """,
        {"ids": msix_ids, "now": clock.now()},
    )
    return [
        {"msix_id": msix_id, "origin": origin, "minted_at": minted_at.isoformat()}
        for msix_id, origin, minted_at in sorted(found)
    ]


def _blank(students: pl.DataFrame) -> list[list[Any]]:
    """The changes are only added to, so the owner's function does it."""
    told = json.dumps(students.select(STATE_RECORD_KEYS).to_dicts())
    found = staging.rows("SELECT id, state_code, at, reason FROM blank_id_changes(%s::jsonb)", [told])
    return [[number, state, at.isoformat(), reason] for number, state, at, reason in sorted(found)]


def put_back(*, retired: list[dict[str, str]], marks: list[list[Any]]) -> None:
    """What is left of expunged records, after a rebuild: MSIX IDs that nobody has and nobody gets, and numbers of changes."""
    now = clock.now()
    MsixId.objects.bulk_create(
        [MsixId(**each, retired_at=now) for each in retired],
        update_conflicts=True,
        unique_fields=["msix_id"],
        update_fields=["retired_at"],
    )
    staging.stage(
        "marks",
        {"told": "jsonb"},
        pl.DataFrame({"told": [json.dumps(each) for each in marks]}, schema={"told": pl.String}),
    )
    staging.run(
        """
        INSERT INTO identity_idchange (id, at, state_code, state_student_id_type, state_student_id, before, after, reason)
        SELECT (told ->> 0)::bigint, (told ->> 2)::timestamptz, told ->> 1, '', '', NULL, '', told ->> 3 FROM marks ON CONFLICT DO NOTHING
        """
    )
