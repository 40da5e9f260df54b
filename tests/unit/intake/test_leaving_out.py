"""A part without a student is as if the student had never been in it, whatever its format; all places keep their numbers."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from openmsix.intake import parse
from openmsix.intake.frames import Parsed
from openmsix.intake.leaving_out import CannotLeaveOut, LeftOut, of_xml, without
from tests import parts

GONE = {("01", "NEW1")}
WRITERS: dict[str, Callable[[parts.Rows], bytes]] = {
    "csv": parts.part,
    "xml": parts.xml,
    "json": parts.json,
    "parquet": parts.parquet,
}
every_format = pytest.mark.parametrize("form", WRITERS)


def left(data: bytes) -> LeftOut:
    found = without(data, GONE)
    assert found is not None
    return found


def three() -> parts.Rows:
    """NEW2 before and after NEW1, so that something stands on both sides."""
    rows, last = parts.two_children(), parts.child(3, "NEW3")
    first = parts.child(4, "NEW0")
    return {record: [*first.get(record, []), *found, *last.get(record, [])] for record, found in rows.items()}


def opened(data: bytes) -> bytes:
    """All that stands in a file, of a zip all that stands in it; Parquet as its values."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = [archive.read(entry) for entry in archive.infolist()]
    return b"".join(
        repr(pq.read_table(io.BytesIO(file)).to_pydict()).encode() if file.startswith(b"PAR1") else file
        for file in files
    )


def rezipped(data: bytes, **more: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
        for name, text in more.items():
            new.writestr(f"{name}.txt", text)
    return out.getvalue()


def without_new1(parsed: Parsed) -> dict[str, pl.DataFrame]:
    return {
        record: frame.filter(
            pl.col("state_student_id").ne_missing("NEW1")
            if record == "students"
            else pl.col("student_record_id").ne_missing("0000001")
        )
        for record, frame in parsed.records.items()
        if record != "header"
    }


@every_format
def test_the_student_goes_and_the_others_stay_in_their_places(form: str) -> None:
    data = WRITERS[form](three())
    before, found = parse.read(data), left(data)
    after = parse.read(found.data)
    for record, frame in without_new1(before).items():
        assert after.records[record].equals(frame), record
    assert (found.students, found.rows) == (1, 7)
    assert after.problems.equals(before.problems)
    assert after.moved.equals(before.moved)
    assert b"NEW1" not in opened(found.data)


@every_format
def test_the_totals_of_the_header_are_lowered_by_what_went(form: str) -> None:
    data = WRITERS[form](three())
    [before], [after] = parse.read(data).headers, parse.read(left(data).data).headers
    assert int(before["total_students"] or 0) - int(after["total_students"] or 0) == 1
    assert int(before["total_records"] or 0) - int(after["total_records"] or 0) == 7
    same = {"total_students": "", "total_records": ""}
    assert {**before, **same} == {**after, **same}


@every_format
def test_students_can_go_one_after_the_other_and_all_of_them(form: str) -> None:
    data = WRITERS[form](three())
    parsed = parse.read(data)
    for number, name in enumerate(("NEW1", "NEW3", "NEW0", "NEW2"), start=1):
        found = without(data, {("01", name)})
        assert found is not None
        data = found.data
        assert without(data, {("01", name)}) is None
        assert parse.read(data).records["students"].height == 4 - number
    assert parse.read(data).problems.equals(parsed.problems)
    assert b"NEW" not in opened(data)


@pytest.mark.parametrize("bare_of", [r"\d+", "000000[234]", "000000[13]", "0000001"])
@pytest.mark.parametrize("form", ["xml", "json"])
def test_numbers_that_were_left_out_stay_what_they_were_taken_for(form: str, bare_of: str) -> None:
    rows = three()
    for record, found in rows.items():
        for row in found if record == "students" else ():
            row["action_code"] = "U"
    data = WRITERS[form](rows)
    number = bare_of.encode()
    written = rb"<StudentRecordId>%b</StudentRecordId>|\"student_record_id\": \"%b\", " % (number, number)
    bare = re.sub(written, b"", data)
    assert bare != data
    before, after = parse.read(bare), parse.read(left(bare).data)
    gone = before.records["students"].filter(pl.col("state_student_id") == "NEW1")["student_record_id"][0]
    for record, frame in before.records.items():
        if record != "header":
            assert after.records[record].equals(frame.filter(frame["student_record_id"] != gone)), record


@pytest.mark.parametrize("form", ["xml", "json"])
def test_findings_of_the_reader_keep_their_students(form: str) -> None:
    twice = {
        "xml": (b"<StateStudentId>NEW3</StateStudentId>", b"<Sex/><StateStudentId>NEW3</StateStudentId>"),
        "json": (b'"state_student_id": "NEW3"', b'"state_student_id": "NEW3", "reporting_state": 1'),
    }
    data = WRITERS[form](three()).replace(*twice[form])
    before, after = parse.read(data).problems, parse.read(left(data).data).problems
    assert after.drop("seq").equals(before.drop("seq"))
    assert [seq and seq - 1 for seq in before["seq"]] == after["seq"].to_list()


@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_document_in_a_zip_goes_the_same_way(form: str) -> None:
    data = parts.zipped({"part.dat": WRITERS[form](three()), "notes.txt": "Guadalupe NEW1"})
    before, found = parse.read(data), left(data)
    after = parse.read(found.data)
    assert after.records["students"].height == 3
    assert after.problems.equals(before.problems)
    assert b"NEW1" not in opened(found.data)


def test_of_what_was_never_read_only_the_name_is_left() -> None:
    found = left(rezipped(parts.part(parts.two_children()), notes="Guadalupe again"))
    with zipfile.ZipFile(io.BytesIO(found.data)) as archive:
        assert archive.read("notes.txt") == b""
        assert all(b"NEW1" not in archive.read(entry) for entry in archive.infolist())


@every_format
def test_a_part_without_the_student_is_not_touched(form: str) -> None:
    assert without(WRITERS[form](three()), {("01", "OTHER"), ("02", "NEW1")}) is None
    assert without(b"no file at all", GONE) is None


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_file_of_which_no_row_was_read_keeps_none(form: str) -> None:
    data, out = WRITERS[form](three()), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.startswith("demographics"):
                begin = content.index(b"\n") + 1 if form == "csv" else len(content)
                content = content[:begin] + b'"Guadalupe\n' + content[begin:] + b"Guadalupe NEW1\n" * 60
            new.writestr(entry.filename, content)
    before = parse.read(out.getvalue())
    assert before.records["demographics"].is_empty()
    found = left(out.getvalue())
    with zipfile.ZipFile(io.BytesIO(found.data)) as archive:
        [name] = [name for name in archive.namelist() if name.startswith("demographics")]
        assert b"Guadalupe" not in archive.read(name)
    after = parse.read(found.data)
    assert all(after.records[record].equals(frame) for record, frame in without_new1(before).items())


def test_a_cell_of_several_lines_goes_whole() -> None:
    rows = parts.two_children()
    for row in rows["enrollments"]:
        row["enrollment_comment"] = "first line\nsecond line"
    [kept] = parse.read(left(parts.part(rows)).data).records["enrollments"].to_dicts()
    assert kept["enrollment_comment"] == "first line\nsecond line"


XML: dict[str, Callable[[bytes], bytes]] = {
    "comments": lambda data: data.replace(b"<Student>", b"<!-- NEW1 > --><Student>").replace(
        b"</Submission>", b"<?x NEW1?></Submission><!-- NEW1 -->"
    ),
    "text between": lambda data: data.replace(b"</Student>\n", b"</Student>NEW1<![CDATA[NEW1>]]>\n"),
    "something unknown": lambda data: data.replace(
        b"</Header>", b"</Header><Note a='NEW1>'>\nNEW1<Student/>\n</Note>"
    ),
    "a student of another namespace": lambda data: data.replace(
        b"</Header>", b"</Header><x:Student xmlns:x='urn:x'>NEW1</x:Student>"
    ),
    "a second header": lambda data: data.replace(b"</Submission>", b"<Header>NEW1</Header></Submission>"),
    "records of nobody": lambda data: data.replace(
        b"</Submission>", b"<Demographics><FirstName>NEW1</FirstName></Demographics></Submission>"
    ),
    "empty students": lambda data: data.replace(b"</Header>", b"</Header><Student/><Student></Student>"),
    "a text that ends like a tag": lambda data: data.replace(b"</Header>", b"</Header><Student>/></Student>"),
    "two bytes a sign": lambda data: data.decode().replace('"UTF-8"', '"UTF-16"').encode("utf-16"),
    "one byte a sign": lambda data: data.decode().replace('"UTF-8"', '"ISO-8859-1"').encode("latin-1"),
    "one line": lambda data: data.replace(b"\n", b""),
    "other line ends": lambda data: data.replace(b"\n", b"\r\n"),
    "a prefix": lambda data: re.sub(rb"<(/?)(\w)", rb"<\1p:\2", data).replace(b"xmlns=", b"xmlns:p="),
    "no totals": lambda data: re.sub(rb"<Total\w+>\d+</Total\w+>", b"", data),
}


@pytest.mark.parametrize("how", XML)
def test_xml_of_every_kind_is_read_as_before_without_the_student(how: str) -> None:
    data = XML[how](parts.xml(three()))
    before, found = parse.read(data), left(data)
    after = parse.read(found.data)
    for record, frame in without_new1(before).items():
        assert after.records[record].equals(frame), record
    unequal = (
        ["seq", "line", "detail"] if how == "text between" else ["seq"]
    )  # two texts, and no tag between them
    assert after.problems.drop(unequal).equals(before.problems.drop(unequal))
    for sign in ("utf-8", "utf-16-le", "utf-16-be"):
        assert "NEW1".encode(sign) not in found.data


def test_tags_are_told_as_the_layout_has_them() -> None:
    """The cases above replace tags by name: they would prove nothing if the names were others."""
    data = parts.xml(three())
    for how, change in XML.items():
        assert change(data) != data, how
    assert of_xml._emptied("urn:a&b Note") == b'<o:Note xmlns:o="urn:a&amp;b"/>'


JSON: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "indented": lambda content: json.dumps(content, indent=2).encode(),
    "a mark": lambda content: json.dumps(content).encode("utf-8-sig"),
    "two bytes a sign": lambda content: json.dumps(content).encode("utf-16"),
    "something unknown": lambda content: json.dumps({"note": {"of": ["NEW1"]}, **content}).encode(),
    "students first": lambda content: json.dumps(dict(reversed(content.items()))).encode(),
    "numbers": lambda content: json.dumps(
        {**content, "header": {**content["header"], "Total Students": 4}}
    ).encode(),
    "no header": lambda content: json.dumps({"students": content["students"]}).encode(),
    "keys twice": lambda content: (
        b'{"students": [{"state_student_id": "NEW1"}], ' + json.dumps(content).encode()[1:]
    ),
    "what is no student": lambda content: json.dumps(
        {**content, "students": [None, "expunged", 7, *content["students"]]}
    ).encode(),
}


@pytest.mark.parametrize("how", JSON)
def test_json_of_every_kind_is_read_as_before_without_the_student(how: str) -> None:
    data = JSON[how](json.loads(parts.json(three())))
    before, found = parse.read(data), left(data)
    after = parse.read(found.data)
    for record, frame in without_new1(before).items():
        assert after.records[record].equals(frame), record
    assert after.problems.drop("seq").equals(before.problems.drop("seq"))
    for sign in ("utf-8", "utf-16-le", "utf-16-be"):
        assert "NEW1".encode(sign) not in found.data


def test_parquet_of_typed_coded_and_unknown_columns_keeps_its_rows() -> None:
    made = pa.table(
        {
            "student_record_id": pa.array(["0000001", "0000002"]).dictionary_encode(),
            "state_student_id": pa.array(["NEW1", "NEW2"]).dictionary_encode(),
            "state_student_id_type": ["01", "01"],
            "action_code": pa.array([b"I", b"I"]),
            "msix_id": pa.array([1, 2]),
            "notes": [["NEW1"], ["more"]],
        }
    ).replace_schema_metadata({"of": "NEW1"})
    made = pa.Table.from_arrays([*made.columns, made["notes"]], names=[*made.column_names, "notes"])
    rows = parts.parquet(parts.two_children())
    out, students = io.BytesIO(), pa.BufferOutputStream()
    pq.write_table(made, students)
    with zipfile.ZipFile(io.BytesIO(rows)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            is_students = entry.filename == "students.parquet"
            new.writestr(entry.filename, bytes(students.getvalue()) if is_students else old.read(entry))
    before, found = parse.read(out.getvalue()), left(out.getvalue())
    after = parse.read(found.data)
    for record, frame in without_new1(before).items():
        assert after.records[record].equals(frame), record
    assert after.problems.equals(before.problems)
    assert after.records["students"]["line"].to_list() == [2]
    with zipfile.ZipFile(io.BytesIO(found.data)) as archive:
        assert all(b"NEW1" not in archive.read(entry) for entry in archive.infolist())


@pytest.mark.parametrize(
    "kind", [pa.int64(), pa.float64(), pa.decimal128(9, 0), pa.binary(), pa.large_string()]
)
def test_totals_of_every_type_are_lowered(kind: pa.DataType) -> None:
    data = parts.parquet(parts.two_children())
    out, header = io.BytesIO(), pa.BufferOutputStream()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "header.parquet":
                table = pq.read_table(io.BytesIO(content))
                at = table.column_names.index("total_students")
                total = pa.array(["2"]).cast(kind)
                pq.write_table(table.set_column(at, "total_students", total), header)
                content = bytes(header.getvalue())
            new.writestr(entry.filename, content)
    [said] = parse.read(left(out.getvalue()).data).headers
    assert said["total_students"] == "1"


def test_what_would_change_others_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from openmsix.intake.leaving_out import of_csv

    monkeypatch.setattr(of_csv, "without", lambda content, *_: content[: len(content) // 2])
    with pytest.raises(CannotLeaveOut):
        without(parts.part(three()), GONE)
