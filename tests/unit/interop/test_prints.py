"""The print: tagged, at most three pages in summary, nothing left out silently."""

import io
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pytest
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from openmsix.interop import record_json
from openmsix.interop.prints import arrival, pdf, phrases
from openmsix.students.record import NearMatch
from tests.unit.interop.sent import PRINTS, first_page, record_of, source_of, text_of


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_print_is_tagged_has_a_title_and_names_its_language(language: Literal["en", "es"]) -> None:
    reader = PdfReader(
        io.BytesIO(pdf.summary(record_of(source_of(1, "TX")), language=language, printed_by="A Registrar"))
    )
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == language
    assert reader.metadata is not None
    assert reader.metadata.title == phrases.PHRASES[language].title_summary
    metadata = catalog["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata


def _tags(node: Any, found: Counter[str]) -> Counter[str]:
    """How often each tag stands in the structure of a PDF."""
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, dict):
        found[str(node.get("/S", ""))] += 1
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            _tags(kid, found)
    return found


def test_every_line_of_the_arrival_sheet_is_a_paragraph_of_its_own() -> None:
    record = record_of(source_of(1, "TX"))
    [cards, note] = arrival.sheet(record, "en")
    lines = sum(len(card["lines"]) for card in [*cards["cards"], cards["below"]])
    made = PdfReader(io.BytesIO(pdf.summary(record, language="en", printed_by="A Registrar")))
    root: Any = made.trailer["/Root"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert _tags(root["/StructTreeRoot"], Counter())["/P"] >= lines + bool(note)


def test_the_arrival_sheet_is_page_one_and_marked_confidential() -> None:
    first = PdfReader(
        io.BytesIO(pdf.summary(record_of(source_of(1, "TX")), language="en", printed_by="A Registrar"))
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
    record = record_of(
        source_of(1, "TX", courses=size, enrollments=size), source_of(2, "WA", courses=size, enrollments=size)
    )
    made = pdf.summary(record, language="en", printed_by="A Registrar")
    assert len(PdfReader(io.BytesIO(made)).pages) <= pdf.SUMMARY_PAGES
    if size >= 40:
        assert "more stand in the full record" in text_of(made)


def test_the_full_record_leaves_nothing_out() -> None:
    record = record_of(source_of(1, "TX", courses=40, enrollments=40), source_of(2, "WA", last_name="Nuñes"))
    pages = PdfReader(io.BytesIO(pdf.full(record, language="en", printed_by="A Registrar"))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages[1:]).split())
    for course in range(40):
        assert f"Course TX {course}" in text
    for year in range(40):
        assert f"Río Grande School TX {year}" in text
    assert "Nuñes" in text
    assert "Núñez" in text
    assert "more stand" not in text


NEAR = (NearMatch("OH", date(2026, 10, 3)), NearMatch("WA", date(2026, 11, 1)))


@pytest.mark.parametrize(("kind", "language"), PRINTS)
def test_page_one_names_the_state_of_every_open_near_match(kind: Any, language: Literal["en", "es"]) -> None:
    page = first_page(
        kind(record_of(source_of(1, "TX"), near=NEAR), language=language, printed_by="A Registrar")
    )
    expected = {
        "en": (
            "Another record may be this child: Ohio, asked since 3 Oct 2026.",
            "Another record may be this child: Washington, asked since 1 Nov 2026.",
        ),
        "es": (
            "Otro registro puede ser de este menor: Ohio, en duda desde el 3 oct 2026.",
            "Otro registro puede ser de este menor: Washington, en duda desde el 1 nov 2026.",
        ),
    }
    for words in expected[language]:
        assert words in page


def test_json_names_the_state_of_every_open_near_match_and_no_more() -> None:
    assert record_json.as_data(record_of(source_of(1, "TX"), near=NEAR))["near_matches"] == [
        {"state": "OH", "asked_on": "2026-10-03"},
        {"state": "WA", "asked_on": "2026-11-01"},
    ]


@pytest.mark.parametrize(("kind", "language"), PRINTS)
def test_no_agreement_is_claimed_beyond_what_was_compared(kind: Any, language: Literal["en", "es"]) -> None:
    texas, ohio = source_of(1, "TX"), source_of(2, "OH")
    for source, flag in ((texas, "Yes"), (ohio, "No")):
        for stay in source.rows["enrollments"]:
            stay["pfs_flag"] = flag  # type: ignore[index]
            stay["med_alert"] = "None"  # type: ignore[index]
    page = first_page(kind(record_of(texas, ohio), language=language, printed_by="A Registrar"))
    expected = {
        "en": (
            "Priority for services: No (OH, 2 Mar 2026); Yes (TX, 1 Mar 2026)",
            "Each State says this for itself, and they differ: priority for services",
            "The States agree on: name, birth date, sex, multiple birth, mother, health alert, immunization record",
        ),
        "es": (
            "Prioridad para recibir servicios: No (OH, 2 mar 2026); Sí (TX, 1 mar 2026)",
            "Cada estado lo decide por su cuenta, y difieren: prioridad para recibir servicios",
            "Los estados coinciden en: nombre, fecha de nacimiento, sexo",
        ),
    }
    for words in expected[language]:
        assert words in page


@pytest.mark.parametrize("kind", [pdf.summary, pdf.full])
def test_page_one_has_parents_how_to_reach_them_and_every_state_identifier(kind: Any) -> None:
    page = first_page(
        kind(record_of(source_of(1, "TX"), source_of(2, "WA")), language="en", printed_by="A Registrar")
    )
    for words in (
        "Mother: #let *Rosa* (WA, 2 Mar 2026 + TX)",
        "Parent 1, telephone: (956) 555-0123",
        "State ID, Texas: TX000001",
        "State ID, Washington: WA000002",
    ):
        assert words in page


def test_page_one_says_that_no_parents_were_sent() -> None:
    source = source_of(1, "TX")
    for key in ("female_parent_first_name", "parent_1_phone"):
        source.rows["demographics"][0][key] = None  # type: ignore[index]
    page = first_page(pdf.summary(record_of(source), language="en", printed_by="A Registrar"))
    assert "No State has sent parents, a telephone number or an email address." in page


def test_two_near_matches_of_one_state_are_counted() -> None:
    record = record_of(source_of(1, "TX"), near=(NEAR[0], NEAR[0]))
    page = first_page(pdf.summary(record, language="en", printed_by="A Registrar"))
    assert "2 other records may be this child: Ohio, asked since 3 Oct 2026." in page


def test_every_state_that_says_a_value_is_named() -> None:
    record = record_of(source_of(1, "TX"), source_of(2, "WA"))
    text = " ".join(text_of(pdf.full(record, language="en", printed_by="A Registrar")).split())
    assert "Birth Date 6 May 2010 WA, 2 Mar 2026 + TX" in text
    assert "Mother: #let *Rosa* (WA, 2 Mar 2026 + TX)" in text


def test_the_part_and_the_kind_of_a_course_are_printed() -> None:
    source = source_of(1, "TX", courses=2)
    for row in source.rows["course_history"]:
        row.update(course_type="02", course_section="03")  # type: ignore[attr-defined]
    text = " ".join(text_of(pdf.summary(record_of(source), language="en", printed_by="A Registrar")).split())
    assert "Course TX 1 (Honors)" in text
    assert "Semester, part B Course TX 1" in text
    assert "Broken off: Course TX 0, part B, 40 hours" in text


def test_credits_before_high_school_stand_apart() -> None:
    source = source_of(1, "TX", courses=2)
    for number, (grade, years) in enumerate((("08", 2023), ("09", 2024))):
        source.rows["enrollments"][number].update(grade_level=grade, enrollment_date=date(years, 9, 1))  # type: ignore[attr-defined]
        source.rows["course_history"][number].update(  # type: ignore[attr-defined]
            begin_academic_year=years,
            end_academic_year=years + 1,
            credits_granted=Decimal("0.50"),
            final_grade="A",
        )
    record = record_of(source)
    made = pdf.full(record, language="en", printed_by="A Registrar")
    assert "High school credits Credits earned: 0.50 Before high school: 0.50." in first_page(made)
    assert "taken in Grade 8, not counted as high school" in " ".join(text_of(made).split())
    credits = record_json.as_data(record)["credits"]
    assert (credits["earned"], credits["before_high_school"]) == ("0.50", "0.50")


def test_page_one_of_the_full_print_points_to_its_own_pages() -> None:
    record = record_of(source_of(1, "TX", courses=40))
    full = first_page(pdf.full(record, language="en", printed_by="A Registrar"))
    assert "14 more stand on the pages that follow." in full
    assert "in the full record" not in full
    summary = first_page(pdf.summary(record, language="en", printed_by="A Registrar"))
    assert "14 more stand in the full record." in summary


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_arrival_sheet_stays_one_page_however_much_is_in_question(language: Literal["en", "es"]) -> None:
    sources = [
        source_of(number, state, last_name=f"Núñez {number}", courses=40)
        for number, state in enumerate(("TX", "OH", "WA", "CA", "FL", "MI"), start=1)
    ]
    for number, source in enumerate(sources):
        source.rows["demographics"][0].update(  # type: ignore[attr-defined]
            first_name=f"María {number}",
            middle_name=f"Elena {number}",
            female_parent_last_name=f"García {number}",
            parent_1_email=f"rosa.garcia.{number}@example.org",
            parent_2_phone=f"956555012{number}",
        )
        for stay in source.rows["enrollments"]:
            stay.update(pfs_flag="Yes" if number % 2 else "No", lep_indicator="No" if number % 2 else "Yes")  # type: ignore[attr-defined]
    made = pdf.full(record_of(*sources, near=NEAR), language=language, printed_by="A Registrar")
    assert phrases.PHRASES[language].child not in first_page(made)
    second = " ".join(PdfReader(io.BytesIO(made)).pages[1].extract_text().split())
    assert phrases.PHRASES[language].child in second


def test_an_end_that_was_not_sent_is_said_with_the_day_of_the_next_enrollment() -> None:
    record = record_of(source_of(1, "TX", enrollments=2))
    text = " ".join(text_of(pdf.full(record, language="en", printed_by="A Registrar")).split())
    assert "no withdrawal date sent; next enrolled on 1 Jan 2016" in text
    assert record_json.as_data(record)["enrollments"][1]["followed_on"] == "2016-01-01"


def test_sources_show_the_value_as_sent_and_its_meaning_beside_it() -> None:
    source = source_of(1, "TX")
    source.rows["course_history"][1]["course_type"] = "08"  # type: ignore[index]
    text = " ".join(text_of(pdf.full(record_of(source), language="en", printed_by="A Registrar")).split())
    for words in (
        "Birth Date 20100506 6 May 2010",
        "Grade Level 10 Grade 10",
        "Course Type 08 meaning not published",
        "Credits Granted 0.50",
        "Parent 1 Phone Number 9565550123 (956) 555-0123",
    ):
        assert words in text


def test_both_values_stand_where_states_disagree() -> None:
    record = record_of(source_of(1, "TX", last_name="Núñez"), source_of(2, "WA", last_name="Mendoza"))
    text = " ".join(text_of(pdf.summary(record, language="en", printed_by="A Registrar")).split())
    assert "Núñez (TX, 1 Mar 2026)" in text
    assert "Mendoza (WA, 2 Mar 2026)" in text


def test_markup_in_a_value_stays_text() -> None:
    assert "#let *Rosa*" in text_of(
        pdf.full(record_of(source_of(1, "TX")), language="en", printed_by="A Registrar")
    )


def test_spanish_says_nothing_in_english() -> None:
    assert set(phrases.untranslated()) <= {"language"}
    everything = text_of(pdf.full(record_of(source_of(1, "TX")), language="es", printed_by="A Registrar"))
    text = everything.split(phrases.SPANISH.sources)[0]  # what follows stands as sent
    for english in (
        phrases.ENGLISH.whom_to_call,
        phrases.ENGLISH.enrollments,
        phrases.ENGLISH.sources,
        "Last Name",
        "Female",
    ):
        assert english not in text


def test_json_says_who_said_each_value_and_when() -> None:
    data = record_json.as_data(record_of(source_of(1, "TX"), source_of(2, "WA", last_name="Mendoza")))
    assert data["identity"]["last_name_1"] == {
        "differs": True,
        "values": [
            {"value": "Mendoza", "state": "WA", "said_at": "2026-03-02"},
            {"value": "Núñez", "state": "TX", "said_at": "2026-03-01"},
        ],
    }
    assert data["msix_id"] == "123456789012"
    assert [source["state"] for source in data["sources"]] == ["WA", "TX"]
