"""A child's record as two States sent it, and what its print says."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

from pypdf import PdfReader

from openmsix.dictionary import dictionary
from openmsix.interop.prints import pdf
from openmsix.students.consolidate import consolidate
from openmsix.students.record import ConsolidatedRecord, ContactCard, NearMatch
from openmsix.students.values import SourceRecord

TODAY = date(2026, 11, 23)
PRINTS = [(kind, language) for kind in (pdf.summary, pdf.full) for language in ("en", "es")]


def row(record_type: str, **given: Any) -> dict[str, Any]:
    return {key: given.get(key) for key in dictionary("current").records[record_type].columns}


def source_of(
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
                row(
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
                row(
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
                row(
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
                row(
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


def record_of(*sources: SourceRecord, near: tuple[NearMatch, ...] = ()) -> ConsolidatedRecord:
    contact = ContactCard(
        "Rosa Prairie", "Migrant records clerk", "5095550100", "clerk@example.org", "Pasco", "district"
    )
    return consolidate(
        sources,
        msix_id="123456789012",
        ref="x",
        today=TODAY,
        contact_of=lambda *_: contact,
        near_matches=near,
    )


def text_of(made: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)


def first_page(made: bytes) -> str:
    return " ".join(PdfReader(io.BytesIO(made)).pages[0].extract_text().split())
