"""What must hold for any submission: the order of rows and the cut into parts decide nothing."""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from openmsix.intake.frames import Checked
from tests import parts

VALUES = {
    "demographics": {
        "first_name": st.sampled_from(["Ana", "", "x" * 51, "Ñoño"]),
        "birth_date": st.sampled_from(["20100312", "20100230", "20280101", ""]),
        "sex": st.sampled_from(["Female", "F", ""]),
    },
    "enrollments": {
        "enrollment_type": st.sampled_from(["01", "06", "77", ""]),
        "grade_level": st.sampled_from(["10", "02", "OS", "00"]),
        "withdrawal_date": st.sampled_from(["", "20250101", "20260601", "soon"]),
    },
    "course_history": {"clock_hours": st.sampled_from(["", "60", "5000", "-1"])},
    "qualifying_moves": {"qualifying_arrival_date": st.sampled_from(["20250915", "", "20091231"])},
}


@st.composite
def submissions(draw: st.DrawFn) -> list[parts.Rows]:
    """A few children, some of them twice, with values right and wrong."""
    children = []
    for number in range(1, draw(st.integers(2, 5)) + 1):
        name = draw(st.sampled_from([f"S{number}", f"S{number}", f"S{number}", "S1"]))
        child = parts.child(number, name)
        for record, columns in VALUES.items():
            if draw(st.integers(0, 3)) == 0:
                child[record] = child[record] if draw(st.booleans()) else []
            for row in child[record]:
                row.update({column: draw(values) for column, values in columns.items()})
        children.append(child)
    return children


def together(children: list[parts.Rows], **header: str) -> parts.Rows:
    rows = {record: [row for child in children for row in child[record]] for record in children[0]}
    return {"header": [{**parts.HEADER, **header}], **rows}


def outcome_of(checked: Checked) -> tuple[list[Any], list[Any], list[Any]]:
    """What is decided, found and stored, without where it stood."""
    answers = checked.answers.select("state_student_id", "student_record_id", "verdict", "findings")
    by_seq = answers.with_columns(checked.answers["seq"])
    found = checked.findings.join(by_seq, on="seq", how="left")
    stored = [
        (record, row)
        for record, frame in checked.records.items()
        for row in frame.drop("seq", "part", "line", "student_record_id", strict=False).rows()
    ]
    columns = ("state_student_id", "record", "record_id", "element", "code", "value", "detail")
    return (
        sorted(map(repr, answers.drop("student_record_id").rows())),
        sorted(map(repr, found.select(columns).rows())),
        sorted(map(repr, stored)),
    )


@given(submissions())
@settings(max_examples=25, deadline=None)
def test_the_same_file_twice_gives_equal_output(children: list[parts.Rows]) -> None:
    data = parts.part(together(children))
    first, second = parts.checked(data), parts.checked(data)
    assert first.findings.equals(second.findings)
    assert first.answers.equals(second.answers)
    assert all(first.records[record].equals(second.records[record]) for record in first.records)


@given(submissions(), st.randoms())
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_decides_nothing(children: list[parts.Rows], chance: random.Random) -> None:
    rows = together(children)
    shuffled = {record: chance.sample(found, len(found)) for record, found in rows.items()}
    assert outcome_of(parts.checked(parts.part(rows))) == outcome_of(parts.checked(parts.part(shuffled)))


@given(submissions(), st.data())
@settings(max_examples=25, deadline=None)
def test_parts_decide_the_same_as_one_file(children: list[parts.Rows], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(children) - 1))
    whole = parts.checked(parts.part(together(children)))
    split = parts.checked(
        parts.part(together(children[cut:], part_number="2", total_parts="2")),
        parts.part(together(children[:cut], part_number="1", total_parts="2")),
    )
    assert outcome_of(whole) == outcome_of(split)


@given(submissions())
@settings(max_examples=25, deadline=None)
def test_a_student_is_stored_whole_or_not_at_all(children: list[parts.Rows]) -> None:
    checked = parts.checked(parts.part(together(children)))
    verdict = dict(checked.answers.select("seq", "verdict").rows())
    rejecting = set(checked.findings.filter(severity="student_rejected")["seq"].drop_nulls())
    assert {seq for seq, decided in verdict.items() if decided == "rejected"} == rejecting
    for record, frame in checked.records.items():
        if record != "students" and not frame.is_empty():
            assert not set(frame["seq"]) & rejecting
