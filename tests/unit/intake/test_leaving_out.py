"""A part without a student is as if the student had never been in it; lines keep their numbers."""

import io
import zipfile

import pytest

from openmsix.intake import parse
from openmsix.intake.leaving_out import CannotLeaveOut, without
from tests import parts

GONE = {("01", "NEW1")}


def rezipped(data: bytes, **more: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
        for name, text in more.items():
            new.writestr(f"{name}.txt", text)
    return out.getvalue()


def test_the_rows_of_the_student_go_and_the_others_stay_on_their_lines() -> None:
    data = parts.part(parts.two_children())
    before, left = parse.read(data), without(data, GONE)
    assert left is not None
    after = parse.read(left.data)
    for record, frame in before.records.items():
        if record != "header":
            assert after.records[record].equals(frame.filter(frame["student_record_id"] != "0000001"))
    assert (left.students, left.rows) == (1, 7)
    assert after.problems.equals(before.problems)


def test_the_totals_of_the_header_are_lowered_by_what_went() -> None:
    data = parts.part(parts.two_children())
    left = without(data, GONE)
    assert left is not None
    [before], [after] = parse.read(data).headers, parse.read(left.data).headers
    assert int(before["total_students"] or 0) - int(after["total_students"] or 0) == 1
    assert int(before["total_records"] or 0) - int(after["total_records"] or 0) == 7
    assert {**before, "total_students": "", "total_records": ""} == {
        **after,
        "total_students": "",
        "total_records": "",
    }


def test_of_what_was_never_read_only_the_name_is_left() -> None:
    left = without(rezipped(parts.part(parts.two_children()), notes="Guadalupe again"), GONE)
    assert left is not None
    with zipfile.ZipFile(io.BytesIO(left.data)) as archive:
        assert archive.read("notes.txt") == b""
        assert all(b"NEW1" not in archive.read(entry) for entry in archive.infolist())


def test_a_part_without_the_student_is_not_touched() -> None:
    assert without(parts.part(parts.two_children()), {("01", "OTHER"), ("02", "NEW1")}) is None
    assert without(b"no file at all", GONE) is None


def test_a_cell_of_several_lines_goes_whole() -> None:
    rows = parts.two_children()
    for row in rows["enrollments"]:
        row["enrollment_comment"] = "first line\nsecond line"
    left = without(parts.part(rows), GONE)
    assert left is not None
    [kept] = parse.read(left.data).records["enrollments"].to_dicts()
    assert kept["enrollment_comment"] == "first line\nsecond line"


def test_a_form_from_which_no_student_can_be_taken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = parts.part(parts.two_children())
    read = parse.read(data)
    monkeypatch.setattr(parse, "read", lambda _: read)
    with pytest.raises(CannotLeaveOut):
        without(b"<an xml file>", GONE)
