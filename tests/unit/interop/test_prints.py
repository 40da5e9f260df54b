"""The print: tagged, at most three pages in summary, nothing left out silently."""

import io
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pytest
from pypdf import PdfReader

from openmsix.dictionary import dictionary
from openmsix.interop import record_json
from openmsix.interop.prints import pdf, phrases
from openmsix.students.consolidate import consolidate
from openmsix.students.record import ConsolidatedRecord, ContactCard, SourceRecord

TODAY = date(2026, 11, 23)


def _row(record_type: str, **given: Any) -> dict[str, Any]:
    return {key: given.get(key) for key in dictionary("current").records[record_type].columns}


def _source(
    number: int, state: str, *, last_name: str = "Núñez", courses: int = 2, enrollments: int = 2
) -> SourceRecord:
    return SourceRecord(
        state_record_id=number,
        state_code=state,
        state_student_id=f"{state}{number:06}",
        state_student_id_type="01",
        said_at=date(2026, 3, number),
        rows={
            "demographics": (
                _row(
                    "demographics",
                    first_name="María José",
                    last_name_1=last_name,
                    last_name_2="Ibáñez",
                    sex="Female",
                    birth_date=date(2010, 5, 6),
                    multiple_birth_flag="No",
                    female_parent_first_name="#let *Rosa*",
                    parent_1_phone="9565550123",
                ),
            ),
            "qualifying_moves": (
                _row(
                    "qualifying_moves",
                    qualifying_arrival_date=date(2025, 4, 1),
                    from_city="Weslaco",
                    from_state="TX",
                    to_city="Pasco",
                    to_state="WA",
                    eligibility_expiration_date=date(2028, 3, 31),
                ),
            ),
            "enrollments": tuple(
                _row(
                    "enrollments",
                    enrollment_date=date(2015 + year % 11, 1 + year // 11 % 12, 1 + year // 132),
                    enrollment_type="01",
                    school_or_project_name=f"Río Grande School {state} {year}",
                    grade_level="10",
                    facility_city="Weslaco",
                    facility_state=state,
                    school_district="Weslaco District",
                    med_alert="Chronic" if state == "TX" else "None",
                    immunization_record_flag="Yes",
                )
                for year in range(enrollments)
            ),
            "course_history": tuple(
                _row(
                    "course_history",
                    course_title=f"Course {state} {course}",
                    subject_area="Mathematics",
                    begin_academic_year=2024,
                    end_academic_year=2025,
                    course_section="01",
                    term_type="0828",
                    credits_granted=Decimal("0.50") if course % 2 else None,
                    final_grade="B" if course % 2 else None,
                    clock_hours=None if course % 2 else 40,
                    grade_to_date=None if course % 2 else "88",
                )
                for course in range(courses)
            ),
        },
    )


def _record(*sources: SourceRecord) -> ConsolidatedRecord:
    contact = ContactCard(
        "Rosa Prairie", "Migrant records clerk", "5095550100", "clerk@example.org", "Pasco", "district"
    )
    return consolidate(sources, msix_id="123456789012", ref="x", today=TODAY, contact_of=lambda *_: contact)


def _text(made: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_print_is_tagged_has_a_title_and_names_its_language(language: Literal["en", "es"]) -> None:
    reader = PdfReader(
        io.BytesIO(pdf.summary(_record(_source(1, "TX")), language=language, printed_by="A Registrar"))
    )
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == language
    assert reader.metadata is not None
    assert reader.metadata.title == phrases.PHRASES[language].title_summary
    metadata = catalog["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_the_arrival_sheet_is_page_one_and_marked_confidential() -> None:
    first = PdfReader(
        io.BytesIO(pdf.summary(_record(_source(1, "TX")), language="en", printed_by="A Registrar"))
    ).pages[0]
    text = first.extract_text()
    for words in (
        "CONFIDENTIAL",
        "María José Núñez Ibáñez",
        "1234 5678 9012",
        "Whom to call",
        "Rosa Prairie",
        "(509) 555-0100",
    ):
        assert words in text


@pytest.mark.parametrize("size", [0, 3, 40, 400])
def test_a_summary_has_at_most_three_pages_and_counts_what_it_leaves_out(size: int) -> None:
    record = _record(
        _source(1, "TX", courses=size, enrollments=size), _source(2, "WA", courses=size, enrollments=size)
    )
    made = pdf.summary(record, language="en", printed_by="A Registrar")
    assert len(PdfReader(io.BytesIO(made)).pages) <= pdf.SUMMARY_PAGES
    if size >= 40:
        assert "more stand in the full record" in _text(made)


def test_the_full_record_leaves_nothing_out() -> None:
    record = _record(_source(1, "TX", courses=40, enrollments=40), _source(2, "WA", last_name="Nuñes"))
    pages = PdfReader(io.BytesIO(pdf.full(record, language="en", printed_by="A Registrar"))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages[1:]).split())
    for course in range(40):
        assert f"Course TX {course}" in text
    for year in range(40):
        assert f"Río Grande School TX {year}" in text
    assert "Nuñes" in text
    assert "Núñez" in text
    assert "more stand" not in text


def test_both_values_stand_where_states_disagree() -> None:
    record = _record(_source(1, "TX", last_name="Núñez"), _source(2, "WA", last_name="Mendoza"))
    text = " ".join(_text(pdf.summary(record, language="en", printed_by="A Registrar")).split())
    assert "Núñez (TX, 1 Mar 2026)" in text
    assert "Mendoza (WA, 2 Mar 2026)" in text


def test_markup_in_a_value_stays_text() -> None:
    assert "#let *Rosa*" in _text(
        pdf.full(_record(_source(1, "TX")), language="en", printed_by="A Registrar")
    )


def test_spanish_says_nothing_in_english() -> None:
    assert set(phrases.untranslated()) <= {"language"}
    text = _text(pdf.full(_record(_source(1, "TX")), language="es", printed_by="A Registrar"))
    for english in (
        phrases.ENGLISH.whom_to_call,
        phrases.ENGLISH.enrollments,
        phrases.ENGLISH.sources,
        "Last Name",
        "Female",
    ):
        assert english not in text


def test_json_says_who_said_each_value_and_when() -> None:
    data = record_json.as_data(_record(_source(1, "TX"), _source(2, "WA", last_name="Mendoza")))
    assert data["identity"]["last_name_1"] == {
        "differs": True,
        "values": [
            {"value": "Mendoza", "state": "WA", "said_at": "2026-03-02"},
            {"value": "Núñez", "state": "TX", "said_at": "2026-03-01"},
        ],
    }
    assert data["msix_id"] == "123456789012"
    assert [source["state"] for source in data["sources"]] == ["WA", "TX"]
