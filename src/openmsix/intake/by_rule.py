"""The findings of a submission by rule: counted once, when they are written, and kept with the receipt's numbers, since pages ask again and again."""

from typing import Any

from openmsix import staging

from .models import Submission
from .wording import MOST_OF_FILE, MOST_OF_RULE

MOST_ELEMENTS = 4

_RULES = """
    SELECT code, severity, count(*), count(DISTINCT seq), count(*) FILTER (WHERE detail -> 'no_longer' IS NOT NULL)
    FROM intake_finding WHERE submission_id = %(submission)s GROUP BY code, severity ORDER BY code
"""
_ELEMENTS = """
    SELECT code, record, element, n FROM (
      SELECT code, record, element, count(*) AS n,
        row_number() OVER (PARTITION BY code ORDER BY count(*) DESC, record, element) AS place
      FROM intake_finding WHERE submission_id = %(submission)s AND element <> '' GROUP BY code, record, element) counted
    WHERE place <= %(most)s ORDER BY code, place
"""
_EXAMPLES = """
    SELECT code, id FROM (
      SELECT code, id, seq, row_number() OVER (
        PARTITION BY code, seq IS NULL ORDER BY detail -> 'no_longer' IS NULL, id) AS place
      FROM intake_finding WHERE submission_id = %(submission)s) numbered
    WHERE place <= CASE WHEN seq IS NULL THEN %(of_file)s ELSE %(of_rule)s END ORDER BY code, seq IS NOT NULL, place
"""

Rules = list[dict[str, Any]]


def rules(submission: Submission) -> Rules:
    """Each rule that found something: see `count`. Counted now if the receipt was written before they were kept."""
    return submission.counts["rules"] if "rules" in submission.counts else count(submission)


def count(submission: Submission) -> Rules:
    """Each rule that found something, by `code`.

    `severity`; how many `findings`, and about how many `students`; `no_longer`: of how many an earlier value stands no more; `elements`: record
    type, element and findings where it found most; `examples`: ids of the findings that receipts show, those with a lost value first.
    """
    of = {
        "submission": submission.pk,
        "most": MOST_ELEMENTS,
        "of_file": MOST_OF_FILE,
        "of_rule": MOST_OF_RULE,
    }
    columns = ("code", "severity", "findings", "students", "no_longer")
    found: Rules = [
        dict(zip(columns, row, strict=True)) | {"elements": [], "examples": []}
        for row in staging.rows(_RULES, of)
    ]
    by_code = {each["code"]: each for each in found}
    for code, *place in staging.rows(_ELEMENTS, of):
        by_code[code]["elements"].append(place)
    for code, number in staging.rows(_EXAMPLES, of):
        by_code[code]["examples"].append(number)
    return found
