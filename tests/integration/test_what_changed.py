"""What became of each finding between two submissions of a State."""

import pytest

from openmsix.deadlines import clock
from openmsix.intake import comparison
from openmsix.intake.comparison import Became
from openmsix.intake.models import Answer, Finding, Submission, Verdict
from openmsix.web.submissions.reading import submission_before

pytestmark = pytest.mark.django_db

B = Became
# Student, record, element and rule of the findings before and now; students sent now; what became of the finding.
CASES = [
    ("mended", [("A", "E203")], [], "AB", {B.MENDED: 1}),
    ("still there", [("A", "E203")], [("A", "E203")], "A", {B.STILL: 1}),
    ("new of a student known before", [], [("A", "E203")], "A", {B.NEW: 1}),
    ("student not sent again", [("A", "E203")], [], "B", {B.NOT_SENT: 1}),
    ("another rule is another finding", [("A", "E203")], [("A", "E206")], "A", {B.MENDED: 1, B.NEW: 1}),
    ("the same rule of another student", [("A", "E203")], [("B", "E203")], "AB", {B.MENDED: 1, B.NEW: 1}),
    ("of the file itself", [("", "E012")], [], "A", {B.MENDED: 1}),
    ("nothing at all", [], [], "A", {}),
]


def _submission(
    students: str, findings: list[tuple[str, str]], number: int, rejected: str = "", kind: str = "delta"
) -> Submission:
    now = clock.now()
    submission = Submission.objects.create(
        ref=f"TX-20261123-AAA{number}",
        state_code="TX",
        kind=kind,
        dictionary_version="current",
        submission_date=now,
        effective_begin=now,
        effective_end=now,
        parts_total=1,
        received_at=now,
        received_by="test",
        checked_at=now,
    )
    seqs = {student: seq for seq, student in enumerate(students, start=1)}
    Answer.objects.bulk_create(
        Answer(
            submission=submission,
            seq=seq,
            part=1,
            line=seq + 1,
            state_student_id=student,
            state_student_id_type="01",
            verdict=Verdict.REJECTED if student in rejected else Verdict.ACCEPTED,
        )
        for student, seq in seqs.items()
    )
    Finding.objects.bulk_create(
        # Lines move when a file is mended, so they differ on purpose.
        Finding(
            submission=submission,
            seq=seqs.get(student),
            part=1,
            record="enrollments",
            record_id="001",
            line=number * 10,
            element="grade_level",
            code=code,
            severity="warning",
        )
        for student, code in findings
    )
    return submission


@pytest.mark.parametrize(
    ("before", "now", "sent", "became"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_what_became_of_a_finding(
    before: list[tuple[str, str]], now: list[tuple[str, str]], sent: str, became: dict[Became, int]
) -> None:
    earlier = _submission("AB", before, 1)
    later = _submission(sent, now, 2)
    overview = comparison.overview(earlier=earlier, later=later, most=1)
    assert {kind: n for kind, (n, _) in overview.items() if n} == became
    assert {kind: len(first) for kind, (_, first) in overview.items() if first} == became
    listed = {kind: len(comparison.listed(earlier=earlier, later=later, became=kind)) for kind in Became}
    assert {kind: n for kind, n in listed.items() if n} == became


def test_a_student_that_was_rejected_and_is_accepted_now_has_recovered() -> None:
    earlier = _submission("ABC", [], 1, rejected="AB")
    later = _submission("AB", [], 2, rejected="B")
    assert comparison.recovered(earlier=earlier, later=later) == 1


@pytest.mark.parametrize(
    ("kinds", "held_against"),
    [(("full", "delta", "full"), 0), (("full", "delta", "delta"), 1), (("delta", "full"), 0)],
)
def test_a_file_of_all_students_is_held_against_the_last_one_of_all(
    kinds: tuple[str, ...], held_against: int
) -> None:
    sent = [_submission("A", [], number, kind=kind) for number, kind in enumerate(kinds)]
    assert submission_before(sent[-1]) == sent[held_against]
