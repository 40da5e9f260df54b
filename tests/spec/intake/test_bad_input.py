"""Files that are broken, hostile or absurd: each gets a clear answer, and none a fault."""

import csv
import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from openmsix.dictionary import dictionary
from openmsix.intake import (
    document,
    frames,
    json_file,
    parquet_file,
    parquet_pages,
    parse,
    problems,
    table,
    xml_file,
)
from openmsix.intake.checks import judge
from openmsix.intake.receipt import build
from openmsix.synth import documents
from tests import parts


def xml(old: str = "", new: str = "") -> bytes:
    return parts.xml(parts.two_children()).replace(old.encode(), new.encode(), 1)


def in_encoding(declared: str, codec: str) -> bytes:
    return parts.xml(parts.two_children()).decode().replace("UTF-8", declared, 1).encode(codec)


def with_file(name: str, data: bytes) -> bytes:
    return parts.zipped({**parts.files(parts.two_children()), name: data})


def demographics(change: Callable[[bytes], bytes]) -> bytes:
    return with_file("demographics.csv", change(parts.files(parts.two_children())["demographics.csv"]))


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
ENTITIES = f'<!DOCTYPE Submission [<!ENTITY a0 "ha">{LAUGHS}]>'

REFUSED: dict[str, tuple[bytes, str]] = {
    "entities that grow": (xml("<Submission", f"{ENTITIES}<Submission"), "E032"),
    "an external entity": (xml("<Submission", '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><Submission'), "E032"),
    "an external DTD": (xml("<Submission", '<!DOCTYPE s SYSTEM "http://127.0.0.1:9/s.dtd"><Submission'), "E032"),
    "a parameter entity": (xml("<Submission", '<!DOCTYPE s [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><Submission'), "E032"),
    "a page of the web": (b"<!DOCTYPE html><html><body>Error</body></html>", "E032"),
    "tags without end": (b"<a>" * 100_000, "E035"),
    "nesting without end": (b"<Submission>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</Submission>", "E033"),
    "a declared encoding that it has not": (xml("UTF-8", "UTF-16"), "E031"),
    "an encoding that nobody knows": (xml("UTF-8", "KOI-99"), "E031"),
    "Latin-1 declared as UTF-8": (xml().decode().encode("latin-1"), "E031"),
    "a NUL in XML": (xml("Weslaco", "Wes\0laco"), "E031"),
    "half a character in XML": (xml("Weslaco", "Wes&#xD83D;laco"), "E031"),
    "half a character in the bytes of XML": (xml().replace(b"Weslaco", b"Wes\xed\xa0\xbdlaco"), "E031"),
    "brackets without end": (b'{"students":' + b"[" * 1_000_000, "E033"),
    "too many brackets": (b'{"students":[' + b"[]," * 2_000_001, "E034"),
    "a JSON in Latin-1": (parts.json(parts.two_children()).decode().encode("latin-1"), "E031"),
    "a PDF called zip": (b"%PDF-1.7 ...", "E001"),
    "a workbook": (parts.zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}), "E030"),
    "a zip cut in two": (parts.part(parts.two_children())[:900], "E001"),
    "100,000 columns": (demographics(lambda data: data.replace(b"\n", b",x" * 100_000 + b"\n")), "E034"),
    "a quote that swallows all": (demographics(lambda data: data.replace(b"Guadalupe", b'"Guadalupe')), "E017"),
    "a Parquet file without a zip": (documents.as_parquet(dictionary().records["header"], parts.frames(parts.two_children())["header"]), "E001"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_used_is_refused_in_words(data: bytes, code: str) -> None:
    parsed = parse.read(data)
    checked = parts.checked(data)
    assert checked.rejected
    assert code in checked.findings["code"]
    receipt = build(
        facts={},
        dictionary=checked.dictionary,
        answers=checked.answers,
        findings=checked.findings,
        formats=parsed.formats,
    )
    assert code in receipt.in_words()
    assert parse.peek(data) is not None


READ: dict[str, bytes] = {
    "UTF-16": in_encoding("UTF-16", "utf-16"),
    "Latin-1, declared": in_encoding("ISO-8859-1", "latin-1"),
    "Windows-1252, declared": in_encoding("windows-1252", "cp1252"),
    "a byte-order mark in XML": b"\xef\xbb\xbf" + xml(),
    "a byte-order mark in JSON": b"\xef\xbb\xbf" + parts.json(parts.two_children()),
    "UTF-16 in JSON": parts.json(parts.two_children()).decode().encode("utf-16"),
    "line ends of all kinds": demographics(
        lambda data: data.replace(b"\n", b"\r\n", 1).replace(b"Pe\xc3\xb1a,,Female", b"Pe\xc3\xb1a,,Female")
    ),
    "lines of the Macintosh": demographics(lambda data: data.replace(b"\n", b"\r")),
    "XML on one line": xml().replace(b"\n", b""),
    "XML in lines of Windows": xml().replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("data", READ.values(), ids=READ)
def test_what_is_only_odd_is_read(data: bytes) -> None:
    checked = parts.checked(data)
    assert checked.answers["verdict"].to_list() == ["accepted", "accepted"]
    assert checked.records["demographics"]["last_name_1"].to_list() == ["Hernández", "Hernández"]


@pytest.mark.parametrize("write", [parts.part, parts.xml, parts.json, parts.parquet])
def test_ten_megabytes_in_one_value_are_one_finding(write: Callable[[parts.Rows], bytes]) -> None:
    rows = parts.two_children()
    rows["demographics"][0]["last_name_2"] = "".join(map(str, range(1_900_000)))
    found = parts.checked(write(rows)).findings
    assert found["code"].to_list() == ["E202"]
    assert found["value"].str.len_chars().to_list() == [200]


def test_more_cells_than_any_part_has_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_CELLS", 10)
    for data in (parts.part(parts.two_children()), parts.parquet(parts.two_children())):
        assert "E034" in parts.checked(data).findings["code"]


@pytest.mark.parametrize(
    "data",
    [
        demographics(lambda data: data + b"0000001\n" * 60),
        xml("</Submission>", "<Assessment/>" * 60 + "</Submission>"),
        xml("<ToCity>", "<ToCity>" + "<b/>" * 60),
    ],
)
def test_faults_of_form_without_end_are_cut_off_and_reject_the_file(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problems, "MOST_NOTED", 50)
    checked = parts.checked(data)
    assert checked.rejected
    assert "E048" in checked.findings["code"]
    assert checked.findings.height < 60


def test_a_receipt_of_a_million_findings_can_be_used() -> None:
    rows = parts.two_children()
    outcome = parts.checked(parts.part(rows))
    finding = {"record": "enrollments", "line": 2, "element": "grade_level", "code": "E207", "severity": "warning"}  # fmt: skip
    columns = {name: [{"seq": 1, "part": 1, "value": "14", **finding}.get(name)] for name in frames.FINDINGS}
    million = pl.DataFrame(columns, schema=frames.FINDINGS).select(pl.all().repeat_by(1_000_000).explode())
    receipt = build(facts={}, dictionary=outcome.dictionary, answers=outcome.answers, findings=million)
    assert "1,000,000 times" in receipt.in_words()
    assert [(group.findings, group.students) for group in receipt.groups] == [(1_000_000, 1)]


@pytest.mark.parametrize("write", [parts.xml, parts.json])
def test_faults_at_every_value_are_told_up_to_a_limit_and_reject_the_file(
    write: Callable[[parts.Rows], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "MOST_FOUND", 10)
    monkeypatch.setattr(judge, "FOR_EACH_STUDENT", 1)
    rows = parts.two_children()
    rows["enrollments"] *= 6
    for row in rows["enrollments"]:
        row |= {"enrollment_date": "tomorrow", "enrollment_type": "77"}
    checked = parts.checked(write(rows))
    assert checked.rejected
    assert checked.findings["code"].value_counts().sum()["count"][0] == 11
    assert checked.findings.filter(pl.col("code") == "E049")["detail"].to_list() == ['{"most": "10"}']


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda data: b"ab," * 400_000 + data, "E034", "column names"),
        (lambda data: b'"' + data + b"a,b\n" * 60, "E017", "quote"),
        (lambda data: b'"' + data + b"a,b\n" * 600_000, "E017", "quote"),
        (lambda data: data + b"0000001,001," + b"a," * 200_000 + b"\n", "E034", "line 4 holds"),
    ],
    ids=["names without end", "a quote before the names", "a quote before a large file", "cells without end"],
)
def test_a_row_without_end_is_refused_before_it_is_taken_apart(
    change: Callable[[bytes], bytes], code: str, words: str
) -> None:
    checked = parts.checked(demographics(change))
    [found] = checked.findings.filter(pl.col("code") == code).iter_rows(named=True)
    assert words in f"{found['detail']} quote"
    assert checked.rejected


def test_a_cell_too_large_to_be_read_row_by_row_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    before = csv.field_size_limit(1_000)
    try:
        data = demographics(lambda data: data.replace(b"Guadalupe", b"x" * 2_000) + b"0000002\n")
        [detail] = parts.checked(data).findings.filter(pl.col("code") == "E034")["detail"]
    finally:
        csv.field_size_limit(before)
    assert "a cell on line 2" in detail


MANY: dict[str, tuple[bytes, str]] = {
    "students of JSON": (b'{"students":[' + b"{}," * 60_000 + b"{}]}", "more than 50 students"),
    "records of JSON": (b'{"students":[{"enrollments":[' + b"{}," * 60_000 + b"{}]}]}", "of enrollments it has"),
    "students of XML": (xml("</Submission>", "<Student/>" * 60_000 + "</Submission>"), "more than 50 students"),
    "records of XML": (xml("</Student>", "<Assessment/>" * 60_000 + "</Student>"), "of assessments it has"),
    "students of regular XML": (
        parts.xml({**parts.two_children(), "students": parts.two_children()["students"] * 40}),
        "more than 50 students",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "words"), MANY.values(), ids=MANY)
def test_a_document_of_more_rows_than_a_part_can_have_is_not_read_on(
    data: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "MOST_STUDENTS", 50)
    monkeypatch.setattr(table, "MOST_CELLS", 200_000)
    checked = parts.checked(data)
    [detail] = checked.findings.filter(pl.col("code") == "E034")["detail"]
    assert words in detail
    assert checked.rejected


@pytest.mark.parametrize(
    "data",
    [
        xml("</Student>", "<Mood/>" * 60 + "</Student>"),
        json.dumps(json.loads(parts.json(parts.two_children())) | {f"mood{n}": "good" for n in range(60)}).encode(),
    ],
    ids=["XML", "JSON"],
)  # fmt: skip
def test_unknown_names_without_end_are_not_passed_over_without_end(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "MOST_STRANGE", 50)
    [detail] = parts.checked(data).findings.filter(pl.col("code") == "E034")["detail"]
    assert "names in it are unknown" in detail


# zips that lie


def test_a_zip_of_a_million_files_is_refused_before_their_names_are_read() -> None:
    entry = b"PK\x01\x02" + struct.pack(
        "<6H3I5H2I", *(20, 20, 0, 0, 0, 0), *(0, 0, 0), *(8, 0, 0, 0, 0), 0, 0
    )
    count = 60_000
    names = b"".join(entry + b"%08d" % number for number in range(count))
    begin = b"PK\x03\x04" + bytes(26)
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, count, count, len(names), len(begin), 0)
    [found] = parts.checked(begin + names + end).findings.iter_rows(named=True)
    assert (found["code"], found["value"]) == ("E002", "the list of files in the zip")


def test_an_entry_with_another_size_than_it_says_is_no_fault_of_ours() -> None:
    data = bytearray(parts.part(parts.two_children()))
    for place in range(len(data) - 4):
        if data[place : place + 4] == b"PK\x01\x02":
            struct.pack_into("<I", data, place + 24, 7)  # the unpacked size, as the directory tells it
    checked = parts.checked(bytes(data))
    assert checked.rejected


def test_a_directory_that_leads_nowhere_is_no_fault_of_ours() -> None:
    data = bytearray(parts.part(parts.two_children()))
    end = data.rfind(b"PK\x05\x06")
    for offset in (0, 7, 2**31, 2**32 - 1):
        struct.pack_into("<I", data, end + 16, offset)
        assert parts.checked(bytes(data)).rejected


def test_many_zips_in_a_zip_are_refused_before_any_is_opened() -> None:
    inner = parts.zipped({"students.csv": b"0" * 1_000_000})
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(100):
            archive.writestr(f"{number}.zip", inner)
    assert parts.checked(made.getvalue()).findings["code"].unique().to_list() == ["E002"]


# Parquet that lies


def written(frame: pl.DataFrame) -> bytes:
    made = io.BytesIO()
    frame.write_parquet(made)
    return made.getvalue()


def with_students(data: bytes) -> bytes:
    records = dictionary().records
    rows = parts.frames(parts.two_children())
    files = {f"{key}.parquet": documents.as_parquet(records[key], frame) for key, frame in rows.items()}
    return parts.zipped({**files, "students.parquet": data})


def test_rows_without_end_in_a_small_parquet_file_are_not_unpacked() -> None:
    frame = parts.frames(parts.two_children())["students"]
    many = (
        pl.concat([frame.head(1)] * 1)
        .select(pl.all().repeat_by(1).list.first())
        .sample(5_000_000, with_replacement=True)
    )
    data = written(many)
    assert len(data) < 1_000_000
    assert "E034" in parts.checked(with_students(data)).findings["code"]  # fmt: skip


def test_a_long_text_repeated_without_end_is_not_written_out() -> None:
    rows = 100_000
    long = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array(["9" * 100_000]))
    columns = {"student_record_id": pa.array(["0000001"] * rows), "msix_id": long}
    made = io.BytesIO()
    pq.write_table(pa.table(columns), made)
    assert len(made.getvalue()) < 1_000_000
    parsed = parse.read(with_students(made.getvalue()))
    assert "E034" in parsed.problems["code"]


def number(value: int) -> bytes:
    """A number in the compact protocol of Thrift, as long as that of 2,000,000."""
    value *= 2
    return bytes([value & 0x7F | 0x80, value >> 7 & 0x7F | 0x80, value >> 14 & 0x7F | 0x80, value >> 21])


def with_a_text(text: str, **options: Any) -> bytes:
    made = io.BytesIO()
    columns = {"student_record_id": ["0000001", "0000002"], "msix_id": [text, text]}
    pq.write_table(pa.table(columns), made, compression="gzip", **options)
    return made.getvalue()


@pytest.mark.parametrize(
    "options", [{"use_dictionary": False}, {}, {"use_dictionary": False, "data_page_version": "2.0"}]
)
def test_pages_that_are_larger_than_the_footer_says_are_not_unpacked(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = with_a_text("9" * 1_500_000, **options)
    footer = len(data) - 8 - struct.unpack("<I", data[-8:-4])[0]
    facts = pq.ParquetFile(pa.BufferReader(data)).metadata.row_group(0)
    told = data[footer:]
    for size in {facts.total_byte_size, facts.column(1).total_uncompressed_size}:
        assert number(size) in told
        told = told.replace(number(size), number(100))
    lying = data[:footer] + told
    assert pq.ParquetFile(pa.BufferReader(lying)).metadata.row_group(0).total_byte_size == 100
    monkeypatch.setattr(parquet_file, "MOST_BYTES", 1_000_000)
    [detail] = parts.checked(with_students(lying)).findings.filter(pl.col("code") == "E034")["detail"]
    assert "its pages say" in detail


def test_a_page_that_claims_more_than_it_has_makes_no_room_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file, "MOST_BYTES", 10_000_000)
    data = with_a_text("9" * 1_500_000, use_dictionary=False)
    chunk = pq.ParquetFile(pa.BufferReader(data)).metadata.row_group(0).column(1)
    [page] = parquet_pages.pages(data, chunk)
    claims = data.replace(number(page.size), number(60_000_000), 1)
    assert claims != data
    assert "E034" in parts.checked(with_students(claims)).findings["code"]


def test_more_pages_than_any_part_has_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_file, "MOST_PAGES", 3)
    assert "E034" in parts.checked(with_students(with_a_text("111111111111"))).findings["code"]


def test_an_encoding_in_which_a_small_page_stands_for_any_size_is_refused_in_words() -> None:
    encoding = {"student_record_id": "PLAIN", "msix_id": "DELTA_BYTE_ARRAY"}
    data = with_a_text("9" * 1_000, use_dictionary=False, column_encoding=encoding)
    [detail] = parts.checked(with_students(data)).findings.filter(pl.col("code") == "E034")["detail"]
    assert "msix_id is encoded as DELTA_BYTE_ARRAY" in detail


def test_a_column_of_a_type_of_no_use_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    made = io.BytesIO()
    fixed = pa.array([b"9" * 1_000] * 2, pa.binary(1_000))
    pq.write_table(pa.table({"student_record_id": ["0000001", "0000002"], "msix_id": fixed}), made)
    read: list[str] = []
    as_it_is = pq.ParquetFile.read

    def noting(self: pq.ParquetFile, columns: list[str]) -> pa.Table:
        read.extend(columns)
        return as_it_is(self, columns=columns)

    monkeypatch.setattr(pq.ParquetFile, "read", noting)
    assert "E047" in parts.checked(with_students(made.getvalue())).findings["code"]
    assert "msix_id" not in read[: read.index("student_record_id") + 2]


def test_every_page_of_any_file_is_found_as_the_footer_counts_them(tmp_path: Path) -> None:
    texts = [f"{number:08d}" for number in range(5_000)]
    for version in ("1.0", "2.0"):
        for dictionary_too in (True, False):
            path = tmp_path / "file"
            pq.write_table(
                pa.table({"a": texts}), path, data_page_size=4_096, data_page_version=version,
                use_dictionary=dictionary_too, compression="zstd", row_group_size=3_000,
            )  # fmt: skip
            facts = pq.ParquetFile(path).metadata
            for group in range(facts.num_row_groups):
                chunk = facts.row_group(group).column(0)
                found = list(parquet_pages.pages(path.read_bytes(), chunk))
                assert sum(page.values for page in found) == chunk.num_values
                assert 0 < chunk.total_uncompressed_size - sum(page.size for page in found) < 60 * len(found)


def test_a_page_that_is_damaged_anywhere_is_no_fault_of_ours() -> None:
    whole = with_a_text("111111111111")
    footer = len(whole) - 8 - struct.unpack("<I", whole[-8:-4])[0]
    for place in range(4, footer, 3):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        json.dumps(parts.checked(with_students(bytes(damaged))).findings["code"].to_list())


def test_a_footer_that_is_damaged_anywhere_is_no_fault_of_ours() -> None:
    whole = written(parts.frames(parts.two_children())["students"])
    footer = len(whole) - 8 - struct.unpack("<I", whole[-8:-4])[0]
    for place in range(footer, len(whole), 37):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        json.dumps(parts.checked(with_students(bytes(damaged))).findings["code"].to_list())


# the header is looked for before anything else is read


LONG_COMMENT = b"<!--" + b"x" * 2_000_000 + b"-->"


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (xml("<Student>", f"{LONG_COMMENT.decode()}<Student>"), "TX"),
        (parts.zipped({"a.xml": xml("<Student>", f"{LONG_COMMENT.decode()}<Student>")}), "TX"),
        (with_file("header.csv", parts.files(parts.two_children())["header.csv"] * 5_000), "TX"),
    ],
    ids=["XML", "XML in a zip", "CSV"],
)
def test_no_more_than_the_beginning_of_a_file_is_read_to_see_its_header(
    data: bytes, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    monkeypatch.setattr(xml_file, "header", noting_size(xml_file.header, read))
    monkeypatch.setattr(parse, "_read_csv", noting_size(parse._read_csv, read, at=1))
    assert parse.peek(data)["submitting_state"] == state
    assert read == [parse.PEEKED]


def noting_size(read: Callable[..., Any], sizes: list[int], at: int = 0) -> Callable[..., Any]:
    def noted(*args: Any) -> Any:
        sizes.append(len(args[at]))
        return read(*args)

    return noted


def test_the_header_of_json_is_found_at_the_end_of_a_large_document_too() -> None:
    content = json.loads(parts.json(parts.two_children()))
    content["students"] *= 1_000
    content["header"] = content.pop("header")
    data = json.dumps(content).encode()
    assert len(data) > parse.PEEKED
    assert parse.peek(data)["submitting_state"] == "TX"
    assert json_file.header(data[: parse.PEEKED], dictionary()) == {}
