"""Writing down who is who, as sets: links with the changes they mean for the States, questions with their tasks, answers."""

import polars as pl

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.deadlines import clock
from openmsix.identity import assigning, resting
from openmsix.identity.words import PairStatus
from openmsix.intake.models import How, Submission
from openmsix.worklist.actions import open_tasks

_STAGED_LINKS = {
    "state_record_id": "bigint",
    "msix_id": "text",
    "reason": "text",
    "weight": "double precision",
    "evidence": "jsonb",
    "refused": "jsonb",
    "mark": "bigint",
}
_STAGED_PAIRS = {
    "left_id": "bigint",
    "right_id": "bigint",
    "weight": "double precision",
    "source": "text",
    "evidence": "jsonb",
}


def write_links(
    links: pl.DataFrame, *, by: Hat, model_version: str = "", submission: Submission | None = None
) -> None:
    """Open links of records that have none, and tell their States.

    `links`: the columns of `placing.LINKS`. A record's last link, if it had one, gives the ID before. `mark`: the number that the change of the ID had before
    a rebuild; where there is none, the next one.
    """
    if links.is_empty():
        return
    staging.stage("staged_links", _STAGED_LINKS, links)
    parameters = {
        "now": clock.now(),
        "model": model_version,
        "by": by.actor,
        "submission": submission.pk if submission else None,
    }
    staging.run(
        """
        INSERT INTO identity_idchange (id, at, state_code, state_student_id_type, state_student_id, before,
        after, reason) SELECT coalesce(s.mark, nextval('identity_idchange_id_seq')), %(now)s, r.state_code, r.state_student_id_type, r.state_student_id,
        last.msix_id, s.msix_id, s.reason FROM staged_links s JOIN records_staterecord r ON r.id =
        s.state_record_id LEFT JOIN (SELECT DISTINCT ON (l.state_record_id) l.state_record_id, l.msix_id
        FROM identity_link l JOIN staged_links USING (state_record_id) ORDER BY l.state_record_id, l.id
        DESC) last USING (state_record_id) WHERE last.msix_id IS DISTINCT FROM s.msix_id ORDER BY
        s.state_record_id
        """,
        parameters,
    )
    staging.run(
        """
        INSERT INTO identity_link (state_record_id, state_code, msix_id, opened_at, reason, weight,
        model_version, decided_by, evidence, submission_id) SELECT s.state_record_id, r.state_code,
        s.msix_id, %(now)s, s.reason, s.weight, %(model)s, %(by)s, s.evidence ||
        jsonb_strip_nulls(jsonb_build_object('refused', s.refused)), %(submission)s FROM staged_links s JOIN
        records_staterecord r ON r.id = s.state_record_id ORDER BY s.state_record_id
        """,
        parameters,
    )
    staging.refresh_statistics({"identity_link": links.height})


def write_pairs(
    pairs: pl.DataFrame, *, by: Hat, model_version: str, submission: Submission | None = None
) -> int:
    """Open candidate pairs, each with a task at a desk of the State that submitted; how many were not asked before. One with a closed record rests (`resting`).

    `pairs`: the columns of `placing.PAIRS`; without a submission also `state_code`, the State that is asked.
    """
    if pairs.is_empty():
        return 0
    staging.stage("staged_pairs", _STAGED_PAIRS, pairs.select(list(_STAGED_PAIRS)))
    opened = staging.read(
        """
        WITH opened AS ( INSERT INTO identity_candidatepair (left_id, right_id, weight, source, evidence,
        model_version, status, opened_at, submission_id) SELECT left_id, right_id, weight, source, evidence,
        %(model)s, %(open)s, %(now)s, %(submission)s FROM staged_pairs ORDER BY left_id, right_id ON
        CONFLICT (left_id, right_id) DO NOTHING RETURNING id, source, left_id, right_id) SELECT * FROM opened ORDER BY id
        """,
        {"id": pl.Int64, "source": pl.String, "left_id": pl.Int64, "right_id": pl.Int64},
        {
            "model": model_version,
            "open": PairStatus.OPEN.value,
            "now": clock.now(),
            "submission": submission.pk if submission else None,
        },
    )
    asked = opened.join(pairs.drop("source"), on=["left_id", "right_id"], maintain_order="left")
    if submission:
        asked = asked.with_columns(state_code=pl.lit(submission.state_code))
    for (state_code,), of_state in asked.group_by("state_code", maintain_order=True):
        open_tasks(assigning.of_pairs(of_state, str(state_code)), by=by)
    resting.rest(opened["id"].to_list(), by=by)
    return opened.height


def write_answers(submission: Submission) -> None:
    """Tell each student of the submission its MSIX ID and how it came by it."""
    staging.run(
        """
        UPDATE intake_answer a SET msix_id = l.msix_id, how = l.how FROM (
          SELECT state_record_id, msix_id, CASE WHEN submission_id IS DISTINCT FROM %(submission)s THEN %(kept)s
            WHEN reason = 'matched' THEN %(linked)s WHEN reason = 'sent' THEN %(sent)s
            WHEN state_record_id IN (SELECT left_id FROM identity_candidatepair WHERE submission_id = %(submission)s
              UNION SELECT right_id FROM identity_candidatepair WHERE submission_id = %(submission)s) THEN %(near)s
            ELSE %(new)s END AS how
          FROM identity_link WHERE closed_at IS NULL) l
        WHERE a.submission_id = %(submission)s AND l.state_record_id = a.state_record_id
          AND (a.msix_id IS DISTINCT FROM l.msix_id OR a.how <> l.how)
        """,
        {
            "submission": submission.pk,
            "kept": How.KEPT.value,
            "linked": How.LINKED.value,
            "sent": How.SENT.value,
            "near": How.NEAR_MATCH.value,
            "new": How.NEW.value,
        },
    )
