"""What would be expunged: which students of which States, and how much is said of them. Told before anything is done."""

from typing import Any

import polars as pl
from django.db import transaction

from openmsix import staging
from openmsix.identity.queries import living
from openmsix.intake.erasing import KEYS, parts_with, told_alone
from openmsix.intake.models import Submission
from openmsix.records import actions as records

from .models import Expunging, Kind
from .refusing import NotPossible, Why


def students_of(request: Expunging) -> pl.DataFrame:
    """The students whom a request names, as they stand now: `KEYS`."""
    return students(request.kind, request.subject)


def students(kind: str, subject: dict[str, Any]) -> pl.DataFrame:
    """The students whom a subject names: `KEYS`. Of a child, those of all States that are linked to its MSIX ID now.

    Raises:
        NotPossible: there is no such submission.
    """
    schema = dict.fromkeys(KEYS, pl.String)
    if kind in (Kind.SUBMISSION, Kind.ALONE):
        submission = Submission.objects.filter(ref=subject["submission"]).first()
        if submission is None:
            raise NotPossible(Why.NO_SUBMISSION)
        return (
            records.only_from(submission).select(KEYS) if kind == Kind.SUBMISSION else told_alone(submission)
        )
    if kind == Kind.STUDENT:
        return pl.DataFrame([[subject[key] for key in KEYS]], schema=schema, orient="row")
    return staging.read(
        f"""
        SELECT {", ".join(f"r.{key}" for key in KEYS)} FROM identity_link l JOIN records_staterecord r ON r.id = l.state_record_id
        WHERE l.closed_at IS NULL AND l.msix_id = %(msix_id)s ORDER BY 1, 2, 3
        """,  # noqa: S608  (our own names)
        schema,
        {"msix_id": living(subject["msix_id"]) or subject["msix_id"]},
    )


@transaction.atomic
def msix_ids(request: Expunging) -> list[str]:
    """The MSIX IDs to which the records that a request names are linked now."""
    found = staging.rows(
        "SELECT DISTINCT msix_id FROM identity_link WHERE closed_at IS NULL AND state_record_id = ANY(%(ids)s) ORDER BY 1",
        {"ids": records_of(students_of(request))},
    )
    return [msix_id for (msix_id,) in found]


def records_of(named: pl.DataFrame) -> list[int]:
    """The state records of students; one that was never stored has none."""
    staging.stage("named_students", dict.fromkeys(KEYS, "text"), named)
    found = staging.rows(
        f"SELECT r.id FROM records_staterecord r JOIN named_students USING ({', '.join(KEYS)}) ORDER BY 1"  # noqa: S608
    )
    return [number for (number,) in found]


@transaction.atomic
def as_it_stands(request: Expunging) -> dict[str, Any]:
    """What a request would remove if it were done now; it may be more or less than when it was asked.

    Raises:
        NotPossible: the submission is gone meanwhile.
    """
    named = students_of(request)
    if request.kind == Kind.SUBMISSION:
        return of_submission(Submission.objects.get(ref=request.subject["submission"]), named)
    return numbers(named, unanswered=request.kind != Kind.ALONE)


def of_submission(submission: Submission, named: pl.DataFrame) -> dict[str, Any]:
    """The same of a submission. `named`: the students of whom nothing else was ever stored."""
    return numbers(named) | {
        "versions": submission.versions.count(),
        "answers": submission.answers.count(),
        "files": submission.parts.count(),
    }


def numbers(named: pl.DataFrame, *, unanswered: bool = True) -> dict[str, Any]:
    """How much there is of students: numbers only, those of students by State. `unanswered`: see `intake.erasing.parts_with`."""
    ids = records_of(named)
    of = {"ids": ids}
    [(versions, links, children)] = staging.rows(
        """
        SELECT (SELECT count(*) FROM records_recordversion WHERE state_record_id = ANY(%(ids)s)),
          (SELECT count(*) FROM identity_link WHERE state_record_id = ANY(%(ids)s)),
          (SELECT count(DISTINCT msix_id) FROM identity_link WHERE state_record_id = ANY(%(ids)s))
        """,
        of,
    )
    parts = parts_with(named, unanswered=unanswered)
    [(answers,)] = staging.rows(
        """
        SELECT count(*) FROM intake_answer a JOIN intake_submission s ON s.id = a.submission_id JOIN named_students n
        ON n.state_code = s.state_code AND n.state_student_id_type = a.state_student_id_type AND n.state_student_id = a.state_student_id
        """
    )
    return {
        "students": dict(named.group_by("state_code").len().sort("state_code").iter_rows()),
        "records": len(ids),
        "versions": versions,
        "links": links,
        "msix_ids": children,
        "answers": answers,
        "files": len(parts),
    }
