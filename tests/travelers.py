"""One student between three States, as tests and journeys meet her: Guadalupe Hernández García, her twin and a namesake."""

from datetime import date
from decimal import Decimal

from openmsix.students.actions import rebuild
from tests.children import named, say

LUPE, TWIN, NAMESAKE = "741852963074", "741852963082", "300100200307"
BORN = date(2010, 3, 12)

ROSA = {
    "female_parent_first_name": "Rosa",
    "female_parent_last_name": "García Luna",
    "male_parent_first_name": "Ignacio",
    "male_parent_last_name": "Hernández",
    "parent_1_phone": "9565550142",
}


def _course(
    title: str, subject: str, years: tuple[int, int], part: str = "02", **result: object
) -> dict[str, object]:
    return {
        "course_title": title,
        "subject_area": subject,
        "course_type": "01",
        "begin_academic_year": years[0],
        "end_academic_year": years[1],
        "course_section": part,
        "term_type": "0828",
        **result,
    }


def travel() -> None:
    """Texas, Ohio and Michigan tell of Guadalupe; Texas also of her twin Luz; Washington of a namesake."""
    _texas()
    _ohio()
    _michigan()
    say(
        TWIN,
        "TX",
        "TX-4471903",
        named("Luz", "Hernández/García", BORN, multiple_birth_flag="Yes", **ROSA),
        enrollments=[
            {
                "enrollment_date": date(2024, 8, 19),
                "enrollment_type": "01",
                "grade_level": "09",
                "school_or_project_name": "Weslaco East High School",
                "school_district": "Weslaco ISD",
                "withdrawal_date": date(2025, 4, 11),
            }
        ],
        rebuild=False,
    )
    say(
        NAMESAKE,
        "WA",
        "88213",
        named("Guadalupe", "Hernández/Ruiz", date(2012, 10, 30), female_parent_first_name="Elvia"),
        enrollments=[{"enrollment_date": date(2026, 9, 2), "enrollment_type": "01", "grade_level": "08",
                      "school_or_project_name": "Wapato Middle School", "school_district": "Wapato SD"}],
        rebuild=False,
    )  # fmt: skip
    rebuild(msix_ids=[LUPE, TWIN, NAMESAKE])


def _texas() -> None:
    year, before = (2024, 2025), (2023, 2024)
    say(
        LUPE,
        "TX",
        "TX-4471902",
        named(
            "Guadalupe",
            "Hernández/García",
            BORN,
            multiple_birth_flag="Yes",
            birth_city="Weslaco",
            birth_state="TX",
            **ROSA,
        ),
        said_at=date(2025, 6, 1),
        rebuild=False,
        alternate_ids=[{"alternate_student_id": "NGS 55120", "alternate_student_id_type": "02"}],
        enrollments=[
            {
                "enrollment_date": date(2024, 8, 19),
                "enrollment_type": "01",
                "school_or_project_name": "Weslaco East High School",
                "school_id": "484449009210",
                "school_district": "Weslaco ISD",
                "school_district_id": "4844490",
                "facility_state": "TX",
                "grade_level": "09",
                "withdrawal_date": date(2025, 4, 11),
                "lep_indicator": "Yes",
                "idea_indicator": "Yes",
                "pfs_flag": "Yes",
                "med_alert": "Chronic",
                "immunization_record_flag": "Yes",
                "algebra_1_indicator": "Yes",
            },
            {
                "enrollment_date": date(2023, 8, 21),
                "enrollment_type": "01",
                "school_or_project_name": "Cuellar Middle School",
                "school_district": "Weslaco ISD",
                "facility_state": "TX",
                "grade_level": "08",
                "withdrawal_date": date(2024, 4, 19),
                "med_alert": "None",
            },
        ],
        qualifying_moves=[
            {
                "qualifying_arrival_date": date(2023, 8, 18),
                "from_city": "Celina",
                "from_state": "OH",
                "to_city": "Weslaco",
                "to_state": "TX",
                "eligibility_expiration_date": date(2026, 8, 18),
            }
        ],
        course_history=[
            _course("Algebra 1", "Mathematics", before, credits_granted=Decimal("0.50"), final_grade="84"),
            _course(
                "Algebra 1", "Mathematics", before, "03", credits_granted=Decimal("0.50"), final_grade="88"
            ),
            _course("Geometry", "Mathematics", year, credits_granted=Decimal("0.50"), final_grade="81"),
            _course("Geometry", "Mathematics", year, "03", clock_hours=52, grade_to_date="79"),
            _course("English 1", "English", year, credits_granted=Decimal("0.50"), final_grade="90"),
            _course("English 1", "English", year, "03", clock_hours=55, grade_to_date="91"),
            _course("Biology", "Science", year, credits_granted=Decimal("0.50"), final_grade="77"),
            _course("Biology", "Science", year, "03", clock_hours=48),
            _course("Physical Education", "Health", year, credits_granted=Decimal("0.50"), final_grade="95"),
        ],
        assessments=[
            {
                "assessment_title": "STAAR Algebra I",
                "assessment_content": "Mathematics",
                "assessment_type": "09",
                "administration_date": date(2024, 5, 1),
                "reporting_method": "3479",
                "score_results": "3845",
                "interpretation": "Proficient",
            }
        ],
    )


def _ohio() -> None:
    say(
        LUPE,
        "OH",
        "900177",
        named(
            "Lupe",
            "Hernandez-Garcia",
            date(2010, 12, 3),
            female_parent_first_name="Rosa",
            female_parent_last_name="Garcia",
        ),
        said_at=date(2025, 9, 15),
        rebuild=False,
        enrollments=[
            {
                "enrollment_date": date(2025, 5, 5),
                "enrollment_type": "03",
                "school_or_project_name": "Mercer County Summer Migrant Program",
                "school_district": "Celina City",
                "facility_state": "OH",
                "grade_level": "09",
                "withdrawal_date": date(2025, 8, 15),
                "idea_indicator": "No",
                "pfs_flag": "Yes",
            }
        ],
        qualifying_moves=[
            {
                "qualifying_arrival_date": date(2025, 5, 2),
                "from_city": "Weslaco",
                "from_state": "TX",
                "to_city": "Celina",
                "to_state": "OH",
            }
        ],
        course_history=[
            _course(
                "Physical Education", "Health", (2025, 2025), credits_granted=Decimal("0.25"), final_grade="A"
            )
        ],
    )


def _michigan() -> None:
    say(
        LUPE,
        "MI",
        "20881-77",
        named("Guadalupe", "Hernandez/Garcia", BORN, **ROSA),
        said_at=date(2026, 10, 30),
        rebuild=False,
        enrollments=[
            {
                "enrollment_date": date(2025, 8, 26),
                "enrollment_type": "05",
                "school_or_project_name": "Hart High School",
                "school_district": "Hart Public Schools",
                "school_district_id": "2617880",
                "facility_state": "MI",
                "grade_level": "11",
                "lep_indicator": "Yes",
                "pfs_flag": "No",
                "med_alert": "Chronic",
                "immunization_record_flag": "Yes",
                "telephone": "2315550175",
            }
        ],
        qualifying_moves=[
            {
                "qualifying_arrival_date": date(2025, 8, 20),
                "from_city": "Celina",
                "from_state": "OH",
                "to_city": "Hart",
                "to_state": "MI",
                "eligibility_expiration_date": date(2028, 8, 20),
            }
        ],
        course_history=[
            _course("English 2", "English", (2025, 2026), credits_granted=Decimal("0.50"), final_grade="B+"),
            _course(
                "Geometry", "Mathematics", (2025, 2026), credits_granted=Decimal("0.50"), final_grade="B"
            ),
            _course(
                "Geometry",
                "Mathematics",
                (2025, 2026),
                "03",
                credits_granted=Decimal("0.50"),
                final_grade="B-",
            ),
            _course("Algebra 2", "Mathematics", (2026, 2027), clock_hours=31, grade_to_date="82"),
        ],
        assessments=[
            {
                "assessment_title": "WIDA ACCESS",
                "assessment_content": "English proficiency",
                "assessment_type": "01",
                "administration_date": date(2026, 2, 1),
                "reporting_method": "0503",
                "score_results": "4.2",
                "interpretation": "Passed",
            }
        ],
    )
