"""What the reader finds in XML, JSON and Parquet: files drawn as they arrive, and what is said of them."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from openmsix.dictionary import dictionary
from openmsix.intake import parse
from openmsix.intake.checks.nesting import NESTING
from openmsix.intake.receipt import build
from openmsix.synth import documents
from tests import parts

Found = list[tuple[str, str, int | None]]
Document = dict[str, Any]


def document() -> Document:
    made: Document = json.loads(parts.json(parts.two_children()))
    return made


# XML: what is replaced, by what, what is found (code, record type, line), and what becomes of the first student.

XML_CASES: list[tuple[str, str, str, Found, str]] = [
    ("nothing wrong", "", "", [], "accepted"),
    ("numbers left out", "<RecordId>001</RecordId>", "", [], "accepted"),
    ("a student's number left out", "<StudentRecordId>0000001</StudentRecordId>", "", [], "accepted"),
    ("totals left out", "<TotalStudents>2</TotalStudents><TotalRecords>14</TotalRecords>", "", [], "accepted"),
    ("part and parts left out", "<PartNumber>1</PartNumber><TotalParts>1</TotalParts>", "", [], "accepted"),
    ("the version left out", "<DictionaryVersion>current</DictionaryVersion>", "", [], "accepted"),
    ("names as people write them", "LastName1>", "last_name_1>", [], "accepted"),
    ("an empty value", "<LastName2>Peña</LastName2>", "<LastName2/>", [], "accepted"),
    ("a comment", "<ToCity>", "<!-- where to --><ToCity>", [], "accepted"),
    ("a value in CDATA", "Weslaco High School", "<![CDATA[Weslaco High School]]>", [], "accepted"),
    ("a processing instruction", "<Header>", "<?print now?><Header>", [], "accepted"),
    ("references", "Weslaco High School", "Weslaco &amp; High &#x53;chool", [], "accepted"),
    ("a value over lines", "Weslaco High School", "\n  Weslaco\n  High School\n", [], "accepted"),
    ("wrong totals", "<TotalStudents>2", "<TotalStudents>3", [("E105", "header", 3)], "file"),
    ("cut off", "</Submission>", "", [("E031", "", 21)], "file"),
    ("not closed", "</ToCity>", "", [("E031", "", 7)], "file"),
    ("an entity of nobody", "Weslaco High School", "&school;", [("E031", "", 8)], "file"),
    ("a document type", "<Submission", "<!DOCTYPE Submission>\n<Submission", [("E032", "", 2)], "file"),
    ("far too deep", "<ToCity>Weslaco", "<ToCity>" + "<a>" * 20 + "</a>" * 20, [("E033", "", 7), ("E039", "qualifying_moves", 7)], "file"),
    ("something else", "Submission", "feed", [("E035", "", 1)], "file"),
    ("another namespace", "urn:openmsix:submission:current", "urn:x", [("E036", "", None)], "accepted"),
    ("no namespace", ' xmlns="urn:openmsix:submission:current"', "", [("E036", "", None)], "accepted"),
    ("two versions", "submission:current", "submission:2023", [("E037", "header", 3)], "file"),
    ("an unknown value", "<ToCity>", "<Mood>good</Mood><ToCity>", [("E038", "qualifying_moves", 7)], "accepted"),
    ("an unknown record", "<Demographics>", "<Pet><Name>Rex</Name></Pet><Demographics>", [("E038", "students", 6)], "accepted"),
    ("an unknown attribute", "<Demographics>", '<Demographics id="7">', [("E038", "demographics", 6)], "accepted"),
    ("text between records", "<Demographics>", "see below<Demographics>", [("E038", "students", 6)], "accepted"),
    ("a record in a record", "<ToCity>", "<Assessment><ScoreResults>1</ScoreResults></Assessment><ToCity>", [("E039", "qualifying_moves", 7), ("E211", "assessments", 7), ("E212", "assessments", 7)], "rejected"),
    ("a tag in a value", "<ToCity>", "<ToCity><b/>", [("E039", "qualifying_moves", 7)], "rejected"),
    ("a record of nobody", "</Submission>", "<Assessment/></Submission>", [("E040", "", 20)], "file"),
    ("a header after the students", "</Submission>", "<Header/></Submission>", [("E040", "", 20)], "file"),
    ("a value twice", "<ToCity>", "<ToCity>Here</ToCity><ToCity>", [("E041", "qualifying_moves", 7)], "rejected"),
    ("a value of the header twice", "<PartNumber>", "<PartNumber>1</PartNumber><PartNumber>", [("E042", "header", 3)], "file"),
    ("another student's number in a record", "<ToCity>", "<StudentRecordId>0000002</StudentRecordId><ToCity>", [("E045", "qualifying_moves", 7)], "rejected"),
    ("two headers", "<Header>", "<Header/><Header>", [("E018", "header", None), ("E102", "header", 3)], "file"),
    ("no header", "Header>", "Kopf>", [("E018", "header", None), ("E038", "", 3)], "file"),
    ("a bad date", "20100312", "20100230", [("E203", "demographics", 6), ("E210", "demographics", 6)], "rejected"),
]  # fmt: skip


def outcome(data: bytes) -> tuple[Found, str]:
    """Code, record type and line of what is found, and the verdict on the first student, or on the file."""
    checked = parts.checked(data)
    rows = checked.findings.select("code", "record", "line").unique().sort("code", "record", "line").rows()
    verdict = "file" if checked.rejected else checked.answers["verdict"][0]
    if verdict == "file":
        rows = [row for row in rows if row[0] < "E2"]
    else:
        assert checked.answers["verdict"].to_list()[1:] == ["accepted"]
    return rows, verdict


EVERYWHERE = ("Submission", "Header>", "LastName1>")
"""What is replaced wherever it stands; all else where it stands first."""


@pytest.mark.parametrize(
    ("old", "new", "found", "verdict"), [case[1:] for case in XML_CASES], ids=[case[0] for case in XML_CASES]
)
def test_what_arrives_as_xml_gives_what_is_found(old: str, new: str, found: Found, verdict: str) -> None:
    text = parts.xml(parts.two_children()).decode()
    text = text.replace("<TotalRecords>14", f"<TotalRecords>{14 + new.count('<Assessment>')}")
    assert old in text
    changed = text.replace(old, new, -1 if old in EVERYWHERE else 1)
    assert outcome(changed.encode()) == (found, verdict)


# JSON: what is changed in the document.

Change = Callable[[Document], object]


def at(*path: str | int, value: Any) -> Change:
    """Set the value at a place."""

    def change(made: Document) -> None:
        place: Any = made
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def without(*path: str | int) -> Change:
    """Take away what stands at a place."""

    def change(made: Document) -> None:
        place: Any = made
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


ONE = ("students", 0)
BIRTH = (*ONE, "demographics", 0, "birth_date")

JSON_CASES: list[tuple[str, Change, Found, str]] = [
    ("nothing wrong", lambda _: None, [], "accepted"),
    ("a student's number left out", without(*ONE, "student_record_id"), [], "accepted"),
    ("a record's number left out", without(*ONE, "enrollments", 0, "record_id"), [], "accepted"),
    ("totals left out", without("header", "total_students"), [], "accepted"),
    ("one record without its list", lambda made: made["students"][0].update(demographics=made["students"][0]["demographics"][0]), [], "accepted"),
    ("null for a value", at(*ONE, "demographics", 0, "last_name_2", value=None), [], "accepted"),
    ("null for records that the header counts", at(*ONE, "assessments", value=None), [("E106", "header", None)], "file"),
    ("a year as a number", at(*ONE, "course_history", 0, "begin_academic_year", value=2025), [], "accepted"),
    ("credits as a number", at(*ONE, "course_history", 0, "credits_granted", value=1.0), [], "accepted"),
    ("an id as a number", at(*ONE, "enrollments", 0, "school_id", value=484515005120), [("E043", "enrollments", 1), ("E212", "enrollments", 1)], "findings"),
    ("a flag as true", at(*ONE, "enrollments", 0, "immunization_record_flag", value=True), [("E043", "enrollments", 1)], "findings"),
    ("a list for a value", at(*ONE, "enrollments", 0, "school_id", value=["1"]), [("E043", "enrollments", 1), ("E212", "enrollments", 1)], "findings"),
    ("half a character", at(*ONE, "enrollments", 0, "facility_city", value="\ud83d"), [("E043", "enrollments", 1)], "findings"),
    ("a birth date as a number", at(*BIRTH, value=20100312), [("E043", "demographics", 1), ("E210", "demographics", 1)], "rejected"),
    ("a bad date", at(*BIRTH, value="20100230"), [("E203", "demographics", 1), ("E210", "demographics", 1)], "rejected"),
    ("a NUL in a name", at(*ONE, "demographics", 0, "last_name_2", value="Pe\x00a"), [("E201", "demographics", 1)], "findings"),
    ("an unknown key", at(*ONE, "demographics", 0, "mood", value="good"), [("E038", "demographics", 1)], "accepted"),
    ("an unknown key with half a character", at(*ONE, "\ud83d", value="x"), [("E038", "students", 1)], "accepted"),
    ("an unknown key at the top", at("comment", value="x"), [("E038", "", None)], "accepted"),
    ("records in a record", lambda made: (without("header", "total_records")(made), at(*ONE, "enrollments", 0, "assessments", value=[{}])(made)), [("E039", "enrollments", 1), ("E211", "assessments", 1)], "rejected"),
    ("a key in two spellings", at(*ONE, "demographics", 0, "First Name", value="Ana"), [("E041", "demographics", 1)], "rejected"),
    ("text for a student", lambda made: (without("header", "total_records")(made), at(*ONE, value="Ana")(made)), [("E044", "students", 1), ("E210", "students", 1), ("E307", "students", 1), ("E309", "students", 1)], "rejected"),
    ("text for a record", at(*ONE, "enrollments", value=["none"]), [("E044", "enrollments", 1), ("E211", "enrollments", 1)], "rejected"),
    ("text for records", at(*ONE, "enrollments", value="none"), [("E044", "enrollments", 1), ("E211", "enrollments", 1)], "rejected"),
    ("another student's number in a record", at(*ONE, "enrollments", 0, "student_record_id", value="0000002"), [("E045", "enrollments", 1)], "rejected"),
    ("a part as text in the header", at("header", "part_number", value=1), [], "accepted"),
    ("a State as a number", at("header", "submitting_state", value=48), [("E042", "header", None), ("E102", "header", None)], "file"),
    ("a list for the header", at("header", value=[]), [("E018", "header", None), ("E042", "header", None)], "file"),
    ("no header", without("header"), [("E018", "header", None)], "file"),
    ("no students", without("students"), [("E035", "", None)], "file"),
    ("students that are no list", at("students", value={}), [("E035", "", None)], "file"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "found", "verdict"), [case[1:] for case in JSON_CASES], ids=[case[0] for case in JSON_CASES]
)
def test_what_arrives_as_json_gives_what_is_found(change: Change, found: Found, verdict: str) -> None:
    made = document()
    change(made)
    assert outcome(json.dumps(made).encode()) == (found, verdict)


JSON_TEXTS: list[tuple[str, str, str, Found, str]] = [
    ("cut off", "]}", "", [("E031", "", None)], "file"),
    ("a comma too many", '"header": {', '"header": {,', [("E031", "", None)], "file"),
    ("a key twice", '"sex": "Female"', '"sex": "Male", "sex": "Female"', [("E041", "demographics", 1)], "rejected"),
    ("a key of the header twice", '"total_parts": "1"', '"total_parts": "2", "total_parts": "1"', [("E042", "header", None)], "file"),
    ("the students twice", '"students":', '"students": [], "students":', [("E042", "", None)], "file"),
    ("no number", '"Weslaco"', "NaN", [("E043", "qualifying_moves", 1), ("E211", "qualifying_moves", 1)], "findings"),
    ("a list", '{"header"', '[{"header"', [("E031", "", None)], "file"),
    ("very deep", '"Weslaco"', "[" * 100_000 + "]" * 100_000, [("E033", "", None)], "file"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "found", "verdict"), [case[1:] for case in JSON_TEXTS], ids=[case[0] for case in JSON_TEXTS]
)  # fmt: skip
def test_what_arrives_as_json_text_gives_what_is_found(
    old: str, new: str, found: Found, verdict: str
) -> None:
    text = parts.json(parts.two_children()).decode()
    assert old in text
    assert outcome(text.replace(old, new, 1).encode()) == (found, verdict)


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (BIRTH, "20100230", "/students/0/demographics/0/birth_date"),
        (("students", 1, "enrollments", 0, "grade_level"), "14", "/students/1/enrollments/0/grade_level"),
        (("students", 1, "action_code"), "X", "/students/1/action_code"),
        (("header", "submission_kind"), "some", "/header/submission_kind"),
        ((*ONE, "enrollments", 0, "school_id"), 484515005120, "/students/0/enrollments/0/school_id"),
    ],
)
def test_a_finding_in_json_has_its_pointer(path: tuple[str | int, ...], value: Any, pointer: str) -> None:
    made = document()
    at(*path, value=value)(made)
    details = parts.checked(json.dumps(made).encode()).findings["detail"].to_list()
    assert pointer in {json.loads(detail)["pointer"] for detail in details}


def test_the_pointer_follows_the_document_where_numbers_do_not() -> None:
    made = document()
    first = made["students"][0]
    first["enrollments"] = [{**first["enrollments"][0], "record_id": number} for number in ("007", "005")]
    first["enrollments"][1]["enrollment_date"] = "2025"
    first["demographics"] = {**first["demographics"][0], "suffix": "x" * 20}
    found = parts.checked(json.dumps(made).encode()).findings.filter(pl.col("code").is_in(["E202", "E203"]))
    assert {json.loads(detail)["pointer"] for detail in found["detail"]} == {
        "/students/0/enrollments/1/enrollment_date",
        "/students/0/demographics/suffix",
    }


def test_the_pointer_leads_to_a_record_that_stands_without_a_list_and_without_a_number() -> None:
    made = document()
    first = made["students"][0]
    first["demographics"] = {**first["demographics"][0], "record_id": None, "suffix": "x" * 20}
    found = parts.checked(json.dumps(made).encode()).findings.filter(pl.col("code") == "E202")
    assert [json.loads(detail)["pointer"] for detail in found["detail"]] == [
        "/students/0/demographics/suffix"
    ]


@pytest.mark.parametrize(
    ("key", "step"),
    [
        ('enroll"ments', 'enroll"ments'),
        ("enroll\\ments", "enroll\\ments"),
        ("enrollments\n", "enrollments\n"),
        ("enroll/ments~", "enroll~1ments~0"),
        ("enroll\x00ments\ud800", "enroll␀ments?"),
        ("enrollments" + "_" * 1_000, "enrollments" + "_" * 189 + "…"),
    ],
    ids=["a quote", "a backslash", "a line end", "what parts steps", "what no text can hold", "too long"],
)
def test_the_pointer_can_be_read_however_a_key_is_spelled(key: str, step: str) -> None:
    made = document()
    first = made["students"][0]
    first[key] = first.pop("enrollments")
    first[key][0]["enrollment_date"] = "2025"
    [detail] = parts.checked(json.dumps(made).encode()).findings["detail"]
    assert json.loads(detail)["pointer"] == f"/students/0/{step}/0/enrollment_date"


def test_a_key_that_is_an_escape_of_json_itself_breaks_no_finding() -> None:
    made = document()
    made["students"][0]["a\\u0000b"] = "x"
    [detail] = parts.checked(json.dumps(made).encode()).findings["detail"]
    assert json.loads(detail)["at"] == "/students/0/a\\u0000b"


# numbers that are left out here and there


NUMBERS: dict[str, tuple[list[str], list[str]]] = {
    "none": (["", "", ""], ["001", "002", "003"]),
    "all": (["007", "005", "1"], ["007", "005", "001"]),
    "one, as its place": (["", "002", ""], ["001", "002", "003"]),
    "one, as another's place": (["", "001", ""], ["002", "001", "003"]),
    "one without its zeros": (["", "", "1"], ["002", "003", "001"]),
    "one beyond all places": (["", "999", ""], ["001", "999", "002"]),
    "one that is no number": (["", "abc", ""], ["001", "abc", "002"]),
}


@pytest.mark.parametrize("write", [parts.xml, parts.json])
@pytest.mark.parametrize(("given", "numbers"), NUMBERS.values(), ids=NUMBERS)
def test_a_record_without_a_number_takes_none_that_another_has(
    given: list[str], numbers: list[str], write: Callable[[parts.Rows], bytes]
) -> None:
    rows = parts.two_children()
    first, second = rows["enrollments"]
    rows["enrollments"] = [{**first, "record_id": number} for number in given] + [second]
    read = parse.read(write(rows))
    assert read.records["enrollments"]["record_id"].to_list() == [*numbers, "001"]


BEFORE_NEW2: dict[Callable[[parts.Rows], bytes], tuple[str, str]] = {
    parts.xml: (r"<StudentRecordId>\d+</StudentRecordId>", "<StudentRecordId>0000001</StudentRecordId>"),
    parts.json: (r'"student_record_id": ?"\d+",?', '"student_record_id": "0000001",'),
}


@pytest.mark.parametrize("write", BEFORE_NEW2)
def test_a_student_without_a_number_takes_none_that_another_has(
    write: Callable[[parts.Rows], bytes],
) -> None:
    every, one = BEFORE_NEW2[write]
    text = re.sub(every, "", write(parts.two_children()).decode())
    new2 = re.compile(r'<StateStudentId>NEW2|"state_student_id": ?"NEW2')
    checked = parts.checked(new2.sub(lambda found: one + found[0], text).encode())
    assert checked.answers.select("state_student_id", "student_record_id", "verdict").rows() == [
        ("NEW1", "0000002", "accepted"),
        ("NEW2", "0000001", "accepted"),
    ]


def test_the_pointer_follows_the_document_where_some_records_have_numbers_and_some_have_none() -> None:
    made = document()
    first = made["students"][0]
    first["enrollments"] = [{**first["enrollments"][0], "record_id": number} for number in ("", "001")]
    first["Enrollments"] = [{**first["enrollments"][0], "record_id": ""}]
    for number, row in enumerate([*first["enrollments"], *first["Enrollments"]]):
        row["enrollment_date"] = f"{number}"
    found = parts.checked(json.dumps(made).encode()).findings.filter(pl.col("code") == "E203")
    pointers = {row["value"]: json.loads(row["detail"])["pointer"] for row in found.iter_rows(named=True)}
    assert pointers == {
        "0": "/students/0/enrollments/0/enrollment_date",
        "1": "/students/0/enrollments/1/enrollment_date",
        "2": "/students/0/Enrollments/0/enrollment_date",
    }


# Parquet: one column of a file, in another type.


def with_column(record: str, column: pl.Series | None, name: str) -> bytes:
    """Two children as Parquet, with one column in place of another, or without it."""
    frames = parts.frames(parts.two_children())
    made = frames[record].drop(name) if column is None else frames[record].with_columns(column.alias(name))
    made = made.select(key for key in frames[record].columns if key in made.columns)
    files = {
        f"{key}.parquet": documents.as_parquet(dictionary().records[key], frame)
        for key, frame in frames.items()
        if key != record
    }
    return parts.zipped(files | {f"{record}.parquet": written(made)})  # fmt: skip


def written(frame: pl.DataFrame) -> bytes:
    import io

    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


PARQUET_CASES: list[tuple[str, str, str, pl.Series | None, Found, str]] = [
    ("no column", "demographics", "suffix", None, [("E012", "demographics", 1)], "accepted"),
    ("no column that must be there", "demographics", "birth_date", None, [("E011", "demographics", 1)], "file"),
    ("years as numbers", "course_history", "begin_academic_year", pl.Series([2025, 2025]), [], "accepted"),
    ("years as fractions", "course_history", "begin_academic_year", pl.Series([2025.0, 2025.0]), [], "accepted"),
    ("flags as truths", "demographics", "multiple_birth_flag", pl.Series([False, False]), [], "accepted"),
    ("codes as categories", "demographics", "sex", pl.Series(["Female", "Male"], dtype=pl.Categorical), [], "accepted"),
    ("grades without zeros", "enrollments", "grade_level", pl.Series([9, 10]), [("E019", "enrollments", 1)], "accepted"),
    ("nothing", "demographics", "suffix", pl.Series([None, None]), [], "accepted"),
    ("a list", "demographics", "suffix", pl.Series([["Jr"], ["Sr"]]), [("E047", "demographics", None)], "file"),
    ("a structure", "demographics", "suffix", pl.Series([{"a": 1}, {"a": 2}]), [("E047", "demographics", None)], "file"),
    ("truths for a name", "demographics", "suffix", pl.Series([True, False]), [("E047", "demographics", None)], "file"),
    ("days for a name", "demographics", "suffix", pl.Series([0, 1]).cast(pl.Date), [("E047", "demographics", None)], "file"),
    ("days", "demographics", "birth_date", pl.Series([14_000, 14_500]).cast(pl.Date), [], "accepted"),
    ("a day of no calendar", "demographics", "birth_date", pl.Series([2_147_483_647, 14_500]).cast(pl.Date), [("E203", "demographics", 1), ("E210", "demographics", 1)], "rejected"),
    ("moments at midnight", "demographics", "birth_date", pl.Series([14_000, 14_500]).cast(pl.Date).cast(pl.Datetime("ns")), [], "accepted"),
    ("moments in the day", "demographics", "birth_date", pl.Series([1_209_600_000_000_007, 1_252_800_000_000_000]).cast(pl.Datetime("us")), [("E203", "demographics", 1), ("E210", "demographics", 1)], "rejected"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("record", "name", "column", "found", "verdict"), [case[1:] for case in PARQUET_CASES], ids=[case[0] for case in PARQUET_CASES]
)  # fmt: skip
def test_what_arrives_as_parquet_gives_what_is_found(
    record: str, name: str, column: pl.Series | None, found: Found, verdict: str
) -> None:
    assert outcome(with_column(record, column, name)) == (found, verdict)


def test_a_parquet_file_that_is_none_is_said_to_be() -> None:
    whole = written(parts.frames(parts.two_children())["students"])
    for data in (b"PAR1", b"PAR1" + bytes(100), whole[:-20], whole[:200] + whole[400:]):
        found, verdict = outcome(parts.zipped({"students.parquet": data}))
        assert (verdict, "E046") == ("file", next(code for code, record, _ in found if record == "students"))


# in any format


def test_every_check_of_documents_has_its_case() -> None:
    drawn = [
        *(case[3] for case in XML_CASES),
        *(case[2] for case in JSON_CASES),
        *(case[3] for case in JSON_TEXTS),
        *(case[4] for case in PARQUET_CASES),
    ]
    elsewhere = {"E030", "E034", "E046", "E048", "E049"}
    assert {check.code for check in NESTING} <= {code for found in drawn for code, _, _ in found} | elsewhere  # fmt: skip


def test_two_documents_in_a_zip_are_not_guessed_at() -> None:
    data = parts.xml(parts.two_children())
    found, verdict = outcome(parts.zipped({"a.xml": data, "b.xml": data}))
    assert ("E030", "", None) in found
    assert verdict == "file"


@pytest.mark.parametrize("name", ["part.xml", "part.json", "students.txt", "export/part"])
def test_the_content_tells_the_format_and_not_the_name(name: str) -> None:
    rows = parts.two_children()
    for data in (parts.xml(rows), parts.json(rows)):
        assert outcome(parts.zipped({name: data})) == ([], "accepted")


def test_the_places_of_findings_are_called_as_the_format_calls_them() -> None:
    rows = parts.two_children()
    rows["demographics"][0]["birth_date"] = "20100230"
    for write, place in (
        (parts.part, "demographics.csv, line 2"),
        (parts.xml, "Demographics, line 6"),
        (parts.parquet, "demographics.parquet, row 1"),
        (parts.json, "demographics, student 1, record 1"),
    ):
        parsed = parse.read(write(copy.deepcopy(rows)))
        checked = parts.checked(write(copy.deepcopy(rows)))
        receipt = build(
            facts={}, dictionary=dictionary(), answers=checked.answers, findings=checked.findings, formats=parsed.formats
        )  # fmt: skip
        assert f"{place}, Birth Date" in receipt.in_words()
