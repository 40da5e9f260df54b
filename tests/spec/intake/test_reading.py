"""What the reader finds in the bytes: files drawn as they arrive, and what is said of them."""

import json
import stat
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest

from openmsix.dictionary.declare import Code, CodeSet
from openmsix.intake import parse
from openmsix.intake.checks.reading import READING
from tests import parts

Files = dict[str, bytes]


def base() -> Files:
    return parts.files(parts.two_children())


def replace(name: str, old: str, new: str | bytes) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        made = new if isinstance(new, bytes) else new.encode()
        assert old.encode() in files[name]
        files[name] = files[name].replace(old.encode(), made, 1)

    return change


def without(name: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        del files[name]

    return change


def with_file(name: str, data: bytes) -> Callable[[Files], None]:
    return lambda files: files.update({name: data})


def cut(name: str) -> Callable[[Files], None]:
    return lambda files: files.update({name: b""})


def windows(files: Files) -> None:
    files["demographics.csv"] = files["demographics.csv"].decode().encode("cp1252")


def mixed(files: Files) -> None:
    first, second, third = files["demographics.csv"].splitlines(keepends=True)
    files["demographics.csv"] = first + second.decode().encode("cp1252") + third


def utf16(files: Files) -> None:
    files["demographics.csv"] = files["demographics.csv"].decode().encode("utf-16")


def unquoted_comma(files: Files) -> None:
    files["demographics.csv"] = files["demographics.csv"].replace(b"Guadalupe,", b"Guadalupe, Maria,", 1)


def short_row(files: Files) -> None:
    lines = files["enrollments.csv"].splitlines(keepends=True)
    lines[1] = lines[1].rstrip(b"\n").rstrip(b",") + b"\n"
    files["enrollments.csv"] = b"".join(lines)


def stray_short_row(files: Files) -> None:
    files["enrollments.csv"] += b"total,002\n"


def no_assessments(files: Files) -> None:
    rows = parts.two_children()
    rows.pop("assessments")
    files.clear()
    files.update(parts.files(rows))


def two_headers(files: Files) -> None:
    head, row = files["header.csv"].splitlines(keepends=True)
    files["header.csv"] = head + row + row


def divided_by(sign: bytes) -> Callable[[Files], None]:
    return lambda files: files.update({"students.csv": files["students.csv"].replace(b",", sign)})


def no_names(files: Files) -> None:
    files["students.csv"] = b"".join(files["students.csv"].splitlines(keepends=True)[1:])


def blank_first(files: Files) -> None:
    files["students.csv"] = b"\n" + files["students.csv"]


def names_twice(files: Files) -> None:
    names = files["students.csv"].splitlines(keepends=True)[0]
    files["students.csv"] = names + files["students.csv"]


def without_zeros(files: Files) -> None:
    files["enrollments.csv"] = files["enrollments.csv"].replace(b"0000001,001,", b"1,1,")


def two_stray_quotes(files: Files) -> None:
    rows = parts.two_children()
    rows["demographics"] = [{**row, "birth_city": "Weslaco"} for row in rows["demographics"]]
    files["demographics.csv"] = parts.files(rows)["demographics.csv"].replace(b",Weslaco", b',"Weslaco')


def comment(text: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        rows = parts.two_children()
        rows["enrollments"][0]["enrollment_comment"] = text
        files["enrollments.csv"] = parts.files(rows)["enrollments.csv"]

    return change


CASES: list[tuple[str, Callable[[Files], None], list[tuple[str, str, int | None]], str]] = [
    ("no header file", without("header.csv"), [("E003", "header", None)], "file"),
    ("no demographics file", without("demographics.csv"), [("E003", "demographics", None)], "file"),
    ("no assessments file", no_assessments, [("E004", "assessments", None)], "accepted"),
    ("a file of something else", with_file("readme.txt", b"hello"), [("E005", "", None)], "accepted"),
    ("a file twice in other letters", with_file("Students.CSV", b"x"), [("E006", "students", None)], "file"),
    ("a byte that no encoding has", replace("demographics.csv", "Hern", b"Hern\x81"), [("E007", "demographics", 2)], "file"),
    ("UTF-16", utf16, [("E007", "demographics", 1)], "file"),
    ("two encodings", mixed, [("E008", "demographics", 2)], "file"),
    ("Windows-1252", windows, [("E009", "demographics", 2)], "accepted"),
    ("an empty file", cut("enrollments.csv"), [("E010", "enrollments", 1)], "file"),
    ("no column of birth dates", replace("demographics.csv", "birth_date,", "born,"), [("E011", "demographics", 1), ("E013", "demographics", 1)], "file"),
    ("no column of suffixes", replace("demographics.csv", "suffix,", "generation,"), [("E012", "demographics", 1), ("E013", "demographics", 1)], "accepted"),
    ("a column twice", replace("demographics.csv", "suffix,", "First Name,"), [("E012", "demographics", 1), ("E014", "demographics", 1)], "file"),
    ("a comma that is not quoted", unquoted_comma, [("E015", "demographics", 2), ("E307", "students", 2)], "rejected"),
    ("a row cut short", short_row, [("E015", "enrollments", 2)], "rejected"),
    ("a broken row of nobody", stray_short_row, [("E015", "enrollments", 4), ("E016", "enrollments", 4)], "file"),
    ("a quote that is not closed", replace("demographics.csv", "Guadalupe", '"Guadalupe'), [("E017", "demographics", 2)], "file"),
    ("two header rows", two_headers, [("E018", "header", None)], "file"),
    ("numbers without their zeros", without_zeros, [("E019", "enrollments", 2)], "accepted"),
    ("a grade without its zero", replace("enrollments.csv", ",10,", ",9,"), [("E019", "enrollments", 2)], "accepted"),
    ("a code of a closed set without its zero", replace("enrollments.csv", ",01,", ",1,"), [("E019", "enrollments", 2)], "accepted"),
    ("two stray quotes in one column", two_stray_quotes, [("E020", "demographics", 2)], "file"),
    ("a comment on two lines", comment("one\ntwo, three"), [], "accepted"),
    ("a comment that swallowed a row", comment("one\n0000002,001,20250922"), [("E020", "enrollments", 2)], "file"),
    ("a NUL in a name", replace("demographics.csv", "Peña", "Pe\x00a"), [("E201", "demographics", 2)], "findings"),
    ("a formula in a name", replace("demographics.csv", "Guadalupe", "=cmd|'/C calc'!A0"), [("E208", "demographics", 2)], "findings"),
    ("semicolons between cells", divided_by(b";"), [("E021", "students", 1)], "file"),
    ("tabs between cells", divided_by(b"\t"), [("E021", "students", 1)], "file"),
    ("no row of column names", no_names, [("E021", "students", 1)], "file"),
    ("a blank first line", blank_first, [("E021", "students", 1)], "file"),
    ("the row of column names twice", names_twice, [("E022", "students", 2)], "accepted"),
    ("a byte-order mark", replace("students.csv", "student_record_id", "\ufeffstudent_record_id"), [], "accepted"),
    ("names of columns as people write them", replace("demographics.csv", "last_name_1,last_name_2", '"Last Name 1",LAST-NAME-2'), [], "accepted"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected", "verdict"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_arrives_gives_what_is_found(
    change: Callable[[Files], None], expected: list[tuple[str, str, int | None]], verdict: str
) -> None:
    files = base()
    change(files)
    outcome = parts.checked(parts.zipped(files))
    rows = outcome.findings.select("code", "record", "line").unique().sort("code", "record", "line").rows()
    if verdict == "file":
        rows = [row for row in rows if row[0] < "E1"]
        assert outcome.rejected
    else:
        assert outcome.answers["verdict"].to_list() == [verdict, "accepted"]
    assert rows == expected


def test_every_check_of_the_reader_has_its_case() -> None:
    drawn = {code for _, _, expected, _ in CASES for code, _, _ in expected}
    of_zips = {"E001", "E002"}
    assert {check.code for check in READING} <= drawn | of_zips


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (divided_by(b";"), "its cells are divided by semicolons"),
        (divided_by(b"\t"), "its cells are divided by tabs"),
        (no_names, "it looks like a row of values"),
    ],
)
def test_a_file_without_known_column_names_is_told_why(change: Callable[[Files], None], names: str) -> None:
    files = base()
    change(files)
    [finding] = parts.checked(parts.zipped(files)).findings.filter(code="E021").to_dicts()
    assert names in json.loads(finding["detail"])["reason"]


@pytest.mark.parametrize(
    "change", [utf16, divided_by(b";"), without("students.csv"), replace("demographics.csv", "Guadalupe", '"Guadalupe')]
)  # fmt: skip
def test_counts_are_not_held_against_files_that_could_not_be_read(change: Callable[[Files], None]) -> None:
    files = base()
    change(files)
    outcome = parts.checked(parts.zipped(files))
    assert outcome.rejected
    assert {"E105", "E106"}.isdisjoint(outcome.findings["code"])


def test_two_header_rows_are_not_told_as_parts_that_disagree() -> None:
    files = base()
    two_headers(files)
    assert "E109" not in parts.checked(parts.zipped(files)).findings["code"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b"%PDF-1.7 ...", "it is a PDF"),
        (base()["students.csv"], "it is no zip but text, such as a CSV file"),
        (parts.zipped(base())[:-200], "it begins as a zip and does not end as one; it may have been cut off on its way"),
        (b"\x7fELF\x00", "it is something else than text"),
    ],
)  # fmt: skip
def test_what_is_sent_instead_of_a_zip_is_named(data: bytes, reason: str) -> None:
    [finding] = parts.checked(data).findings.filter(code="E001").to_dicts()
    assert json.loads(finding["detail"]) == {"reason": reason}


@pytest.mark.parametrize("data", [b"", b"hello", base()["students.csv"], parts.zipped(base())[:-200]])
def test_what_is_no_zip_is_said_to_be_none(data: bytes) -> None:
    outcome = parts.checked(data)
    assert outcome.rejected
    assert "E001" in outcome.findings["code"]


def test_a_zip_that_was_damaged_on_the_way_is_said_to_be() -> None:
    data = bytearray(parts.zipped(base()))
    data[60] ^= 0xFF
    outcome = parts.checked(bytes(data))
    assert outcome.rejected
    assert "E001" in outcome.findings["code"]


def odd_zip(
    name: str, data: bytes = b"x", *, mode: int = 0, times: int = 1, packed: int = zipfile.ZIP_DEFLATED
) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(times):
            entry = zipfile.ZipInfo(name.format(number))
            entry.external_attr = mode << 16
            entry.compress_type = packed
            archive.writestr(entry, data)
    return made.getvalue()


UNSAFE = {
    "a name that leads out": odd_zip("../../etc/students.csv"),
    "a name from the root": odd_zip("/students.csv"),
    "a link": odd_zip("students.csv", b"/etc/passwd", mode=stat.S_IFLNK | 0o777),
    "a zip within": odd_zip("students.zip"),
    "a zip that calls itself csv": parts.zipped({**base(), "students.csv": parts.zipped({"a": b"b"})}),
    "too many files": odd_zip("{}.csv", times=65),
    "a name that is none": odd_zip("."),
    "a name that ends before it begins": odd_zip("Q").replace(b"Q", b"\0"),
    "an entry packed with LZMA": odd_zip("students.csv", packed=zipfile.ZIP_LZMA),
    "packed far too tightly": odd_zip("students.csv", bytes(50_000_000)),
}


@pytest.mark.parametrize("data", UNSAFE.values(), ids=UNSAFE)
def test_an_unsafe_zip_is_not_unpacked(data: bytes) -> None:
    parsed = parse.read(data)
    assert "E002" in parsed.problems["code"]
    assert parsed.records["students"].is_empty()


def test_one_part_holds_at_most_40_000_students() -> None:
    files = base()
    rows = b"".join(b"%07d,,TX,S%06d,01,D\n" % (number, number) for number in range(1, 40_002))
    files["students.csv"] = files["students.csv"].splitlines(keepends=True)[0] + rows
    assert "E107" in parts.checked(parts.zipped(files)).findings["code"]


def test_a_finding_names_file_line_column_and_value_and_says_how_to_mend() -> None:
    from openmsix.dictionary import dictionary
    from openmsix.intake.receipt import build

    files = base()
    replace("demographics.csv", "20100312", "20100230")(files)
    outcome = parts.checked(parts.zipped(files))
    receipt = build(facts={}, dictionary=dictionary(), answers=outcome.answers, findings=outcome.findings)
    told = receipt.told.filter(code="E203").to_dicts()[0]
    assert (told["record"], told["line"], told["element"], told["value"]) == (
        "demographics",
        2,
        "birth_date",
        "20100230",
    )
    assert told["wrong"] == "20100230 is no such date; Birth Date is written YYYYMMDD."
    assert told["mend"] == "Write the date in that form."


def test_a_ragged_row_says_how_many_cells_it_has() -> None:
    files = base()
    unquoted_comma(files)
    ragged = parts.checked(parts.zipped(files)).findings.filter(code="E015").to_dicts()[0]
    assert json.loads(ragged["detail"]) == {"cells": 23, "columns": 22}


def test_a_row_keeps_its_student_when_a_spreadsheet_took_the_zeros() -> None:
    files = base()
    without_zeros(files)
    outcome = parts.checked(parts.zipped(files))
    assert outcome.records["enrollments"].select("seq", "ordinal").rows() == [(1, 1), (2, 1)]


def test_codes_get_back_the_zeros_that_a_spreadsheet_took() -> None:
    files = base()
    replace("enrollments.csv", ",10,", ",9,")(files)
    replace("enrollments.csv", ",10,", ",0,")(files)
    replace("students.csv", ",01,", ",1,")(files)
    outcome = parts.checked(parts.zipped(files))
    assert outcome.records["enrollments"]["grade_level"].to_list() == ["09", "00"]
    assert outcome.answers["state_student_id_type"].to_list() == ["01", "01"]
    told = outcome.findings.filter(code="E019").select("record", "element", "value", "detail").rows()
    assert told == [
        ("enrollments", "grade_level", "9", '{"rows": 2}'),
        ("students", "state_student_id_type", "1", '{"rows": 1}'),
    ]


@pytest.mark.parametrize(
    ("codes", "short"),
    [
        (("09", "10"), {"9": "09"}),
        (("00",), {"0": "00"}),
        (("1", "01"), {}),
        (("01", "001"), {}),
        (("0503", "PK"), {"503": "0503"}),
    ],
)
def test_a_code_is_known_without_its_zeros_where_only_it_can_be_meant(
    codes: tuple[str, ...], short: dict[str, str]
) -> None:
    assert CodeSet("x", "X", tuple(Code(each, each) for each in codes), open=False).without_zeros == short


def test_an_entry_that_lies_about_its_size_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openmsix.intake.unpack.MOST_BYTES", 500)
    monkeypatch.setattr("openmsix.intake.unpack._safe", lambda *_: True)
    assert "E002" in parse.read(parts.zipped(base())).problems["code"]


@pytest.mark.parametrize(
    "change", [without("demographics.csv"), cut("students.csv"), cut("qualifying_moves.csv")]
)
def test_a_file_that_cannot_be_read_is_said_once_and_not_for_each_student(
    change: Callable[[Files], None],
) -> None:
    files = base()
    change(files)
    codes = parts.checked(parts.zipped(files)).findings["code"]
    assert not {"E301", "E307", "E309"} & set(codes)
