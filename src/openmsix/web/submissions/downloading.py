"""The receipt as files: students and findings as CSV, all of it as JSON. Sent row by row, so size does not matter."""

import json
from collections.abc import Iterator

from django.http import StreamingHttpResponse

from openmsix.accounts.permissions import Permission
from openmsix.intake.models import Answer, Finding, Submission
from openmsix.web.access import HatRequest, opens
from openmsix.web.downloads import attachment, csv_response

from . import rules
from .listing import seen

STUDENT_COLUMNS = (
    "part",
    "line",
    "student_record_id",
    "state_student_id_type",
    "state_student_id",
    "action",
    "verdict",
    "change",
    "msix_id",
    "how",
    "findings",
)
FINDING_COLUMNS = (
    "part",
    "record",
    "line",
    "state_student_id_type",
    "state_student_id",
    "record_id",
    "element",
    "value",
    "code",
    "severity",
    "wrong",
    "mend",
)
AT_ONCE = 2000  # rows asked of the database at a time


@opens(Permission.SEE_SUBMISSIONS)
def students_csv(request: HatRequest, ref: str) -> StreamingHttpResponse:
    """One line a student."""
    submission = seen(request, ref)
    rows = (tuple(student.values()) for student in _students(submission))
    return csv_response(f"{submission.ref}-students.csv", STUDENT_COLUMNS, rows)


@opens(Permission.SEE_SUBMISSIONS)
def findings_csv(request: HatRequest, ref: str) -> StreamingHttpResponse:
    """One line a finding."""
    submission = seen(request, ref)
    rows = (tuple(finding[column] for column in FINDING_COLUMNS) for finding in _findings(submission))
    return csv_response(f"{submission.ref}-findings.csv", FINDING_COLUMNS, rows)


@opens(Permission.SEE_SUBMISSIONS)
def receipt_json(request: HatRequest, ref: str) -> StreamingHttpResponse:
    """The whole receipt."""
    submission = seen(request, ref)
    return attachment(f"{submission.ref}.json", "application/json", _json(submission))


def _students(submission: Submission) -> Iterator[dict[str, object]]:
    answers = submission.answers.in_order()
    for answer in answers.iterator(AT_ONCE):
        yield {column: getattr(answer, column) for column in STUDENT_COLUMNS}


def _findings(submission: Submission) -> Iterator[dict[str, object]]:
    """The findings with the identifiers of their students, by blocks."""
    block: list[Finding] = []
    for finding in submission.findings.in_order().iterator(AT_ONCE):
        block.append(finding)
        if len(block) == AT_ONCE:
            yield from _told(submission, block)
            block = []
    yield from _told(submission, block)


def _told(submission: Submission, block: list[Finding]) -> Iterator[dict[str, object]]:
    students: dict[int, Answer] = {
        answer.seq: answer for answer in submission.answers.filter(seq__in={each.seq for each in block})
    }
    for finding in block:
        words = rules.shown(finding)
        student = students.get(finding.seq) if finding.seq is not None else None
        yield {
            "seq": finding.seq,
            "part": finding.part,
            "record": finding.record,
            "line": finding.line,
            "state_student_id_type": student and student.state_student_id_type,
            "state_student_id": student and student.state_student_id,
            "record_id": finding.record_id,
            "element": finding.element,
            "value": finding.value,
            "code": finding.code,
            "severity": finding.severity,
            "wrong": words.wrong,
            "mend": words.mend,
        }


def _json(submission: Submission) -> Iterator[str]:
    head = {
        "submission": submission.ref,
        "state": submission.state_code,
        "kind": submission.kind,
        "status": submission.status,
        "dictionary_version": submission.dictionary_version,
        "received_at": submission.received_at.isoformat(),
        "checked_at": submission.checked_at and submission.checked_at.isoformat(),
        "counts": submission.counts,
    }
    yield json.dumps(head, ensure_ascii=False)[:-1]
    yield ', "students": ['
    yield from _array(_students(submission))
    yield '],\n"findings": ['
    yield from _array(_findings(submission))
    yield "]}\n"


def _array(rows: Iterator[dict[str, object]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + json.dumps(row, ensure_ascii=False)
