"""Holds the exchange to the tables of docs/spec/actions.md: each row is sent as files through all stages."""

from pathlib import Path

import pytest

from openmsix.identity.models import Link, MsixId
from openmsix.intake.models import Answer, Submission
from openmsix.records.models import Demographics, RecordVersion
from tests import parts
from tests.integration import exchange

PAGE = Path(__file__).resolve().parents[2] / "docs" / "spec" / "actions.md"
STUDENT, OTHER = "S1", "S2"
ABOUT_ACTIONS = "E60"
UNFIT = {"nobody": None, "mistyped": {"state_student_id_type": "99"}, "nameless": {"state_student_id": ""}}
"""Who is sent beside another student, by what is wrong with its row."""
FIRST_DAY = 10  # where a row names no day, each sending is for a later one

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_folder")]


def rows() -> list[tuple[str, ...]]:
    """The rows of all tables of the page."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    return [row for row in cells if row[0] != "sent before"]


def send(words: str, number: int, folder: Path) -> Submission:
    """One sending: `20 full U Eva` is a full submission for the window that ends on the 20th, with S1 named Eva under action U."""
    told = words.split()
    day = int(told.pop(0)) if told[0].isdigit() else FIRST_DAY + number
    kind = told.pop(0) if told[0] == "full" else "delta"
    children = [parts.child(1, OTHER), *_unfit(told[0])] if told[0] in UNFIT else [_student(*told)]
    sent = {record: [row for one in children for row in one.get(record, [])] for record in parts.CHILD}
    header = {
        **parts.HEADER,
        "submission_kind": kind,
        "submission_date": f"202611230{number}0000000",
        "ending_effective_date": f"202611{day}000000000",
    }
    path = folder / f"{number}.zip"
    path.write_bytes(parts.part({"header": [header], **sent}))
    [submission] = exchange.take_in(path)
    assert submission.status == "published"
    return submission


def _unfit(how: str) -> list[parts.Rows]:
    """The student under a row that is rejected for its identifier."""
    made = parts.child(2, STUDENT)
    made["students"][0] |= UNFIT[how] or {}
    return [made] if UNFIT[how] else []


def _student(action: str, name: str = "") -> parts.Rows:
    made = parts.child(1, STUDENT)
    made["students"][0]["action_code"] = action
    made["demographics"][0]["first_name"] = name
    return {"students": made["students"]} if action == "D" else made


def holds() -> str:
    """The given name that holds for the student."""
    live = RecordVersion.objects.live().filter(state_record__state_student_id=STUDENT)
    found = Demographics.objects.filter(version_id__in=list(live.values_list("pk", flat=True)))
    return next(iter(found.values_list("first_name", flat=True)), None) or "-"


@pytest.mark.parametrize(
    ("before", "now", "change", "found", "name"), rows(), ids=[f"{row[0]}, {row[1]}" for row in rows()]
)
def test_each_row_of_the_specification(
    before: str, now: str, change: str, found: str, name: str, tmp_path: Path
) -> None:
    earlier = [] if before == "-" else before.split(";")
    for number, words in enumerate(earlier, 1):
        send(words, number, tmp_path)
    last = send(now, len(earlier) + 1, tmp_path)
    answer = Answer.objects.filter(submission=last, state_student_id=STUDENT).first()
    told = (
        last.findings.filter(code__startswith=ABOUT_ACTIONS, seq=answer.seq)
        if answer
        else last.findings.none()
    )
    assert (answer.change if answer else "-") == change
    assert (", ".join(told.values_list("code", flat=True)) or "-") == found
    assert holds() == name
    links = Link.objects.filter(state_record__state_student_id=STUDENT)
    assert links.values("msix_id").distinct().count() == links.count() <= 1
    assert MsixId.objects.count() == Link.objects.count()
