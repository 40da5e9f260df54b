"""The courses on a print: what is open, what was earned since, numbers, and the mark of a demonstration."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pytest
from django.utils import formats, translation
from pypdf import PdfReader

from openmsix.interop import record_json
from openmsix.interop.prints import pdf, phrases
from openmsix.students.record import ConsolidatedRecord
from tests.unit.interop.sent import PRINTS, first_page, record_of, source_of, text_of


def _moved(*, grade: str = "10") -> ConsolidatedRecord:
    """A child who broke off two courses in Texas and earned one of them in Florida."""
    texas, florida = source_of(1, "TX", courses=4), source_of(2, "FL", courses=0)
    for stay in (*texas.rows["enrollments"], *florida.rows["enrollments"]):
        stay.update(grade_level=grade, enrollment_date=date(2024, 9, 1))  # type: ignore[attr-defined]
    earned = {**texas.rows["course_history"][1], "course_title": "COURSE TX 0"}
    texas.rows["course_history"][3]["subject_area"] = None  # type: ignore[index]
    return record_of(texas, replace(florida, rows={**florida.rows, "course_history": (earned,)}))


@pytest.mark.parametrize("kind", [pdf.summary, pdf.full])
def test_what_was_earned_since_is_not_listed_as_open_but_marked(kind: Any) -> None:
    made = kind(_moved(), language="en", printed_by="A Registrar")
    card = first_page(made).split("High school credits")[1].split("Whom to call")[0]
    assert "Broken off: Course TX 2, 40 hours" in card
    assert "Course TX 0" not in card
    assert "Broken off, but earned since: 1" in card
    text = " ".join(text_of(made).split())
    assert "Course TX 0, 40 hours, grade to date 88 (Semester) Mathematics FL, 2024-2025" in text


def test_the_json_says_where_a_broken_off_course_was_earned_since() -> None:
    courses = record_json.as_data(_moved())["courses"]
    since = {each["values"]["course_title"]: each["earned_since"] for each in courses}
    assert since["Course TX 0"] == [{"state": "FL", "school_year": "2024-2025"}]
    assert since["Course TX 2"] == []


def test_below_grade_9_no_credits_of_high_school_are_headed() -> None:
    page = first_page(pdf.summary(_moved(grade="08"), language="en", printed_by="A Registrar"))
    assert "High school credits Credits earned" not in page
    assert "Credits and courses High school credits earned: 0.00" in page
    assert "Broken off: Course TX 2, Grade 8, 40 hours" in page


def test_no_column_repeats_what_its_heading_says() -> None:
    text = " ".join(text_of(pdf.full(record_of(source_of(1, "TX")), language="en", printed_by="A")).split())
    assert "Courses broken off School year Course Subject Said by" in text


def test_a_subject_that_was_not_sent_stands_last_under_its_name() -> None:
    text = " ".join(text_of(pdf.full(_moved(), language="en", printed_by="A")).split())
    totals = text.split("Credits by subject")[1]
    assert totals.index("Mathematics") < totals.index("Subject not sent")


def test_a_summary_begins_the_courses_on_page_one_if_there_is_room() -> None:
    page = first_page(pdf.summary(record_of(source_of(1, "TX")), language="en", printed_by="A Registrar"))
    assert "Courses with credit" in page


@pytest.mark.parametrize(("kind", "language"), PRINTS)
def test_every_page_of_a_demonstration_says_so(kind: Any, language: Literal["en", "es"]) -> None:
    words = phrases.PHRASES[language].made_up
    for made_up in (True, False):
        made = kind(_moved(), language=language, printed_by="A Registrar", made_up=made_up)
        pages = PdfReader(io.BytesIO(made)).pages
        assert {words in " ".join(page.extract_text().split()) for page in pages} == {made_up}


@pytest.mark.parametrize("language", ["en", "es"])
def test_numbers_are_written_one_way(language: Literal["en", "es"]) -> None:
    words = phrases.PHRASES[language]
    assert [words.number(each) for each in (Decimal(0), Decimal("7.5"), Decimal("1200.25"), 1000)] == [
        "0.00", "7.50", "1,200.25", "1,000",
    ]  # fmt: skip
    with translation.override(language):
        assert formats.number_format(Decimal("1200.25"), force_grouping=True) == "1,200.25"
