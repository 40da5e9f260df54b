"""The receipt says everything, in a form that harms nobody."""

import csv
import io
import json
import re

import polars as pl
import pytest

from openmsix.dictionary import dictionary
from openmsix.intake import receipt
from openmsix.intake.checks import CHECKS, Check
from openmsix.intake.receipt import Receipt, harmless
from openmsix.intake.wording import Teller
from openmsix.intake.words import Severity
from tests import parts


def receipt_of(rows: parts.Rows) -> Receipt:
    outcome = parts.checked(parts.part(rows))
    return receipt.build(
        facts={"File": "tx.zip", "State": "TX"},
        dictionary=dictionary(),
        answers=outcome.answers,
        findings=outcome.findings,
        skipped=outcome.skipped,
    )


@pytest.fixture
def mended() -> Receipt:
    """NEW1 is rejected for its birth date, NEW2 has a warning and a name that is a formula in its findings."""
    rows = parts.two_children()
    rows["demographics"][0]["birth_date"] = "20100230"
    rows["demographics"][1]["sex"] = "=1+1"
    rows["enrollments"][1]["grade_level"] = "02"
    return receipt_of(rows)


def test_the_counts_add_up(mended: Receipt) -> None:
    assert mended.counts["Students"] == 2
    assert mended.counts["Rejected"] == 1
    assert mended.counts["Accepted with findings"] == 1
    assert mended.counts["Findings: warning"] == 1
    assert not mended.file_rejected


def test_findings_are_grouped_by_rule_the_gravest_first(mended: Receipt) -> None:
    assert [(group.code, group.findings, group.students) for group in mended.groups] == [
        ("E210", 1, 1),
        ("E203", 1, 1),
        ("E206", 1, 1),
        ("E502", 1, 1),
    ]


def test_every_student_has_a_row_in_the_csv_and_every_finding_too(mended: Receipt) -> None:
    rows = list(csv.DictReader(io.StringIO(mended.as_csv())))
    assert [row["state_student_id"] for row in rows] == ["NEW1", "NEW1", "NEW2", "NEW2"]
    assert {row["code"] for row in rows} == {"E203", "E210", "E206", "E502"}
    assert all(row["wrong"] and row["mend"] for row in rows)


def test_a_student_with_no_findings_stands_in_the_csv_once() -> None:
    rows = list(csv.DictReader(io.StringIO(receipt_of(parts.two_children()).as_csv())))
    assert [(row["state_student_id"], row["verdict"], row["code"]) for row in rows] == [
        ("NEW1", "accepted", ""),
        ("NEW2", "accepted", ""),
    ]


def test_a_formula_is_harmless_in_the_csv(mended: Receipt) -> None:
    cells = [cell for row in csv.reader(io.StringIO(mended.as_csv())) for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if re.match(r"\s*[=+\-@\t\r]", cell)]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", " =1"])
def test_what_a_spreadsheet_would_run_is_shown_as_text(text: str) -> None:
    assert harmless(pl.DataFrame({"a": [text], "n": [-1]})).row(0) == (f"'{text}", -1)


def test_the_json_has_all_of_it(mended: Receipt) -> None:
    data = json.loads(mended.as_json())
    assert [student["verdict"] for student in data["students"]] == ["rejected", "findings"]
    age = next(finding for finding in data["findings"] if finding["code"] == "E502")
    assert age["detail"] == {"age": 15}
    assert age["wrong"] == "A child of age 15 is in grade 02."


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    rows = parts.two_children()
    rows["demographics"][0]["sex"] = "<script>alert(1)</script>"
    page = receipt_of(rows).as_html()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.findall(r'\b(?:src|href)="', page)
    assert page.count("<h1>") == 1
    assert '<html lang="en">' in page
    tables = page.count("<table>")
    assert tables == page.count("<caption>") > 0
    assert page.count("<th ") == page.count('<th scope="col">')


def test_a_long_list_on_the_page_says_that_it_is_cut() -> None:
    rows: parts.Rows = {"header": [dict(parts.HEADER)], **{record: [] for record in parts.CHILD}}
    for number in range(1, 302):
        for record, found in parts.child(number, f"S{number}").items():
            rows[record] += found
        rows["demographics"][-1]["sex"] = ""
    page = receipt_of(rows).as_html()
    assert "The first 200 of 301. The CSV has all of them." in page


def test_what_could_not_be_checked_is_said(mended: Receipt) -> None:
    assert {"E108", "E601", "E611", "E621"} <= set(mended.skipped)
    assert "because only the exchange knows" in mended.in_words()
    assert "E621" in mended.as_html()


def test_every_check_finds_its_words() -> None:
    """Whatever a message names is known from the dictionary or said by the finding itself (see the spec tables)."""
    of_findings = {
        "reason",
        "line",
        "other_line",
        "cells",
        "columns",
        "rows",
        "condition",
        "applies",
        "facts",
        "records",
    }
    of_findings |= {
        "state",
        "born",
        "limit",
        "arrival",
        "enrolled",
        "age",
        "district",
        "partner",
        "credits",
        "begin",
    }
    of_findings |= {"counted", "students", "sender", "first", "why", "known", "other"}
    of_findings |= {"format", "at", "times", "expected", "named", "within"}
    known = {"element", "value", "form", "most", "allowed"}
    for check in CHECKS:
        assert set(re.findall(r"\{(\w+)\}", check.wrong + check.mend)) <= known | of_findings, check.code


OUTCOME = re.compile(r"\b(?:was|were|been) (?:not )?(?:kept|stored|taken|opened|read)|\bis read as\b")
TRUE_OF_ALL = {
    "E009": "what was read",
    "E614": "only of students that were stored",
    "E615": "only of students that were stored",
    "E616": "only of students that were stored",
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_no_finding_says_what_became_of_a_student_that_another_one_may_reject(check: Check) -> None:
    """The verdict says it. A warning or a value left out may stand beside a finding that rejects the student."""
    may_stand_beside = check.severity in (Severity.WARNING, Severity.VALUE_DROPPED)
    if may_stand_beside and check.code not in TRUE_OF_ALL:
        assert not OUTCOME.search(f"{check.wrong} {check.mend}")


def test_a_header_value_that_cannot_be_used_is_told_with_its_form() -> None:
    rows = parts.two_children()
    rows["header"][0] |= {"ending_effective_date": "2026-11-22", "submission_kind": "some"}
    told = receipt_of(rows).told.filter(code="E102").select("element", "mend").rows()
    assert told == [
        ("ending_effective_date", "Write it into the header, as YYYYMMDDhhmmssSSS."),
        ("submission_kind", "Write it into the header, as one of full, delta."),
    ]


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ({"part_number": "2", "total_parts": "3"}, {"1 of the 3 parts are here"}),
        ({"part_number": "2"}, {"parts are numbered from 1 to 1"}),
    ],
)
def test_parts_that_do_not_fit_are_told_why(header: dict[str, str], why: set[str]) -> None:
    rows = parts.two_children()
    rows["header"][0] |= header
    told = receipt_of(rows).told.filter(code="E109")["wrong"].to_list()
    assert {words.split(": ")[1].rstrip(".") for words in told} == why


def test_a_list_of_codes_that_is_long_is_cut_and_says_so() -> None:
    teller = Teller(dictionary())
    assert teller.facts("demographics", "sex")["allowed"] == "Female, Male, Nonbinary"
    assert teller.facts("students", "reporting_state")["allowed"].endswith("more, see the code list")


def test_the_words_show_where_the_first_findings_are_and_how_to_mend_them(mended: Receipt) -> None:
    words = mended.in_words()
    assert 'demographics.csv, line 2, Birth Date, "20100230": 20100230 is no such date' in words
    assert "Write the date in that form." in words


def test_a_value_of_several_lines_stands_on_one_at_the_terminal() -> None:
    rows = parts.two_children()
    rows["enrollments"][0]["enrollment_comment"] = "x" * 300 + "\n" + "y" * 2000
    told = [line for line in receipt_of(rows).in_words().splitlines() if "Enrollment Comment" in line]
    assert told
    assert all(line.startswith("  enrollments.csv, line 2") and "x" * 61 not in line for line in told)


def test_the_page_says_first_what_became_of_the_file_and_last_what_was_not_checked(mended: Receipt) -> None:
    page = mended.as_html()
    places = [
        page.index(text)
        for text in (
            "1 of 2 students is rejected; 1 other is accepted.",
            "By rule",
            "E203:",
            "Not checked here",
        )
    ]
    assert places == sorted(places)
    assert "Findings: file rejected" not in page
