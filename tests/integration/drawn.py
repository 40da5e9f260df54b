"""Submissions drawn by hand: students as short lines, without files, parsing or checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import polars as pl

from openmsix.accounts.hats import Hat
from openmsix.dictionary import dictionary
from openmsix.dictionary.declare import Type
from openmsix.identity import actions as identity
from openmsix.identity.actions import Linked
from openmsix.intake.frames import ANSWERS, Checked, findings
from openmsix.intake.models import Answer, Submission
from openmsix.intake.states import Status
from openmsix.records import actions as records
from openmsix.records.actions import Stored

BY = Hat.system("worker")
_numbers = count(1)
_POLARS = {
    Type.DATE: pl.Date, Type.MONTH: pl.Date, Type.INTEGER: pl.Int32, Type.YEAR: pl.Int32, Type.DECIMAL: pl.Decimal(8, 2),
    Type.MOMENT: pl.Datetime("us", "UTC"),
}  # fmt: skip
MOVE = {"qualifying_arrival_date": date(2026, 3, 1), "to_city": "Salinas", "to_state": "CA"}


@dataclass(frozen=True)
class Student:
    """One student as a State sends it. `says` holds demographic elements; `rows` rows of other record types."""

    ssid: str
    action: str = "I"
    says: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    msix_id: str | None = None
    rejected: bool = False


def child(first: str, last_1: str, born: date, **says: Any) -> dict[str, Any]:
    """What a State says about who a child is; `last_2`, `mother` (first and last name) and other elements by key."""
    mother = says.pop("mother", None)
    names = {"first_name": first, "last_name_1": last_1, "last_name_2": says.pop("last_2", None)}
    if mother:
        names |= dict(
            zip(("female_parent_first_name", "female_parent_last_name"), mother.split(), strict=True)
        )
    return {"sex": "Female", "birth_date": born, "multiple_birth_flag": "No", **names, **says}


LUPE = child(
    "Guadalupe", "Hernández", date(2014, 3, 12), last_2="García", mother="Rosa García", middle_name="Sofia"
)
PERHAPS_LUPE = {**LUPE, "middle_name": "Elena"}
"""Lupe as another State says her: people are asked whether she is."""
BEN = child(
    "Benjamin", "Ruiz", date(2012, 7, 4), last_2="Lopez", mother="Ana Lopez", sex="Male", middle_name="Luis"
)
PILAR = child("Pilar", "Ortega", date(2013, 9, 30), last_2="Luna", mother="Ana Luna")


def checked(students: list[Student], version: str = "2023", checks_version: str = "1") -> Checked:
    """The students as they come out of the checks."""
    book = dictionary(version)
    accepted = [(seq, one) for seq, one in enumerate(students, 1) if not one.rejected]
    sent = [{"seq": seq, "msix_id": one.msix_id, "action_code": one.action} for seq, one in accepted]
    frames = {
        "students": pl.DataFrame(
            sent, schema={"seq": pl.Int32, "msix_id": pl.String, "action_code": pl.String}
        )
    }
    for kind, record in book.records.items():
        if kind in {"header", "students"}:
            continue
        schema: dict[str, Any] = {
            "seq": pl.Int32,
            "line": pl.Int32,
            "ordinal": pl.Int16,
            **{one.key: _POLARS.get(one.type, pl.String) for one in record.elements},
        }
        rows = [
            {**dict.fromkeys(schema), **row, "seq": seq, "ordinal": ordinal}
            for seq, one in accepted
            if one.action != "D"
            for ordinal, row in enumerate(_rows(one, kind), 1)
        ]
        frames[kind] = pl.DataFrame(rows, schema=schema)
    answers = [
        {
            **dict.fromkeys(ANSWERS), "seq": seq, "part": 1, "line": seq, "state_student_id": one.ssid,
            "state_student_id_type": "01", "action": one.action, "findings": 0,
            "verdict": "rejected" if one.rejected else "accepted",
        }
        for seq, one in enumerate(students, 1)
    ]  # fmt: skip
    return Checked(book, checks_version, frames, pl.DataFrame(answers, schema=dict(ANSWERS)), findings())


def _rows(student: Student, kind: str) -> Sequence[Mapping[str, Any]]:
    if kind == "demographics":
        return [{k: v for k, v in student.says.items() if v is not None}] if student.says else []
    return student.rows.get(kind, [MOVE] if kind == "qualifying_moves" else [])


def submission(state: str = "TX", *, kind: str = "delta", day: int | None = None) -> Submission:
    """A submission whose window ends on a day of 2026, counted from 1 January; by default each later than the last."""
    number = next(_numbers)
    end = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day if day is not None else 0, minutes=number)
    return Submission.objects.create(
        ref=f"{state}-{number}", state_code=state, kind=kind, dictionary_version="2023", submission_date=end,
        effective_begin=end - timedelta(days=30), effective_end=end, parts_total=1, received_at=end, received_by="test",
    )  # fmt: skip


def store(sent: Submission, students: list[Student], **versions: str) -> Stored:
    """Store students and write their answers."""
    frames = checked(students, **versions)
    records.closing(submission=sent, checked=frames)
    stored = records.store(submission=sent, checked=frames, by=BY)
    known = {seq: (record, change) for seq, record, change in stored.changes.iter_rows()}
    Answer.objects.bulk_create(
        Answer(
            submission=sent, seq=seq, part=1, line=seq, state_student_id=one.ssid, state_student_id_type="01",
            action=one.action, verdict="rejected" if one.rejected else "accepted",
            state_record_id=known.get(seq, (None,))[0], change=known.get(seq, (None, "none"))[1],
            msix_id_sent=one.msix_id,
        )
        for seq, one in enumerate(students, 1)
    )  # fmt: skip
    sent.status = Status.LINKING
    sent.save(update_fields=["status"])
    return stored


def take_in(state: str, *students: Student, kind: str = "delta") -> tuple[Submission, Linked]:
    """Store and link students."""
    sent = submission(state, kind=kind)
    store(sent, list(students))
    return sent, identity.link(submission=sent, by=BY)


def answers(sent: Submission) -> dict[str, tuple[str | None, str]]:
    """Each student's MSIX ID and how it came by it, by State Student Identifier."""
    return {one.state_student_id or "": (one.msix_id, one.how) for one in sent.answers.all()}
