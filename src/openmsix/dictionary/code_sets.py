"""The code sets: short ones typed here, long ones as CSV files under `code_sets/`."""

import csv
from importlib.resources import files

from openmsix.dictionary.declare import UNSPECIFIED, Code, CodeSet, Mark


def _from_file(key: str) -> tuple[Code, ...]:
    """The codes of `code_sets/<key>.csv`."""
    text = files("openmsix.dictionary").joinpath("code_sets", f"{key}.csv").read_text(encoding="utf-8")
    return tuple(
        Code(
            row["value"],
            row["label"],
            definition=row["definition"],
            mark=Mark(row["mark"]),
            since=row["since"],
            until=row["until"] or None,
        )
        for row in csv.DictReader(text.splitlines())
    )


def _unspecified(*values: str) -> tuple[Code, ...]:
    """Values that were seen in use, but whose meaning was not."""
    return tuple(Code(value, UNSPECIFIED, mark=Mark.THIRD_PARTY) for value in values)


def _levels(*labels: str) -> tuple[Code, ...]:
    return tuple(Code(label, label, mark=Mark.THIRD_PARTY) for label in labels)


IDENTIFIER_CODES = (
    CodeSet(
        "state_student_id_type",
        "State Student Identifier Type",
        (
            Code("01", "State-assigned unique identifier"),
            Code("02", "Identifier assigned by the State's Migrant Education Program"),
        ),
        open=False,
    ),
    CodeSet(
        "alternate_student_id_type",
        "Alternate State Student ID Type",
        (
            Code("01", "State-assigned unique identifier", mark=Mark.INFERRED),
            Code("02", "Identifier assigned by the State's Migrant Education Program", mark=Mark.INFERRED),
            *_unspecified("03"),
        ),
        open=True,
        notes="01 and 02 presumably mean what they mean in State Student Identifier Type.",
    ),
    CodeSet(
        "action_code",
        "Action Code",
        (
            Code("I", "Insert", mark=Mark.THIRD_PARTY),
            Code("U", "Update", mark=Mark.THIRD_PARTY),
            Code("D", "Delete", mark=Mark.THIRD_PARTY),
        ),
        open=False,
    ),
)

DEMOGRAPHIC_CODES = (
    CodeSet("sex", "Sex", _from_file("sex"), open=False, notes="The values differ by version."),
    CodeSet("yes_no", "Yes or No", (Code("Yes", "Yes"), Code("No", "No")), open=False),
    CodeSet("state", "States and outlying areas", _from_file("state"), open=False, notes="Postal codes."),
    CodeSet(
        "country",
        "Countries",
        _from_file("country"),
        open=True,
        notes="The exchange takes country codes of the National Center for Education Statistics, whose table "
        "was not seen. The three-letter codes of ISO 3166 stand here as plausible values, not as evidence.",
    ),
    CodeSet(
        "birth_date_verification",
        "Birth Date Verification",
        _from_file("birth_date_verification"),
        open=False,
        notes="NCES Handbook 0315 in four digits. That the exchange takes every one of them is inferred.",
    ),
)

ENROLLMENT_CODES = (
    CodeSet(
        "enrollment_type",
        "Enrollment Type",
        (
            Code("01", "Basic School Program"),
            Code("02", "Regular Term MEP-Funded Project"),
            Code("03", "Summer/Intersession MEP-Funded Project"),
            Code("04", "Year Round MEP-Funded Project"),
            Code("05", "Basic School Program and Regular-Term MEP-Funded Project"),
            Code("06", "Residency Only (none of the above)"),
            *_unspecified("07"),
        ),
        open=True,
    ),
    CodeSet(
        "mep_project_type",
        "MEP Project Type",
        (
            Code("01", "School-based", mark=Mark.INFERRED),
            Code("02", "Non-school-based", mark=Mark.INFERRED),
        ),
        open=False,
        notes="Labels and codes were seen apart from each other: their order is inferred.",
    ),
    CodeSet(
        "grade_level",
        "Grade Level",
        (
            *(
                Code(
                    f"P{age}",
                    f"Age {age}, not in kindergarten",
                    mark=Mark.THIRD_PARTY,
                    definition="Meaning recalled",
                )
                for age in range(6)
            ),
            Code("PS", "Preschool", mark=Mark.THIRD_PARTY, definition="Meaning recalled"),
            *_unspecified("PX"),
            Code("KG", "Kindergarten", mark=Mark.THIRD_PARTY),
            *(Code(f"{grade:02d}", f"Grade {grade}", mark=Mark.THIRD_PARTY) for grade in range(1, 13)),
            Code("UG", "Ungraded", mark=Mark.THIRD_PARTY, definition="Meaning recalled"),
            Code("00", "Out-of-school youth", mark=Mark.THIRD_PARTY, definition="Meaning recalled"),
        ),
        open=True,
        notes="Whether OS (out of school) and D+ (dropout), which a State uses, are accepted was not seen.",
    ),
    CodeSet(
        "med_alert",
        "Med Alert",
        (Code("Chronic", "Chronic condition"), Code("Acute", "Acute condition"), Code("None", "No alert")),
        open=False,
    ),
    CodeSet(
        "graduation_hse",
        "Graduation or high-school equivalency",
        (
            Code("Graduation", "Graduated from high school", mark=Mark.THIRD_PARTY),
            Code("HSE", "High-school equivalency", mark=Mark.THIRD_PARTY),
        ),
        open=False,
    ),
    CodeSet(
        "continuation_of_services_reason",
        "Continuation of Services Reason",
        (
            Code("01", "Served for the rest of the term in which eligibility ended"),
            Code("02", "Served one more year because no comparable services are available"),
            Code("03", "Secondary student served through credit accrual programs"),
        ),
        open=False,
    ),
)

COURSE_CODES = (
    CodeSet(
        "course_type",
        "Course Type",
        (
            Code("01", "Regular", mark=Mark.INFERRED),
            Code("02", "Honors", mark=Mark.INFERRED),
            Code("03", "Pre-Advanced Placement", mark=Mark.INFERRED),
            Code("04", "Advanced Placement", mark=Mark.INFERRED),
            Code("05", "International Baccalaureate", mark=Mark.INFERRED),
            *_unspecified("07", "08", "09", "00"),
        ),
        open=True,
        notes="A State lists the labels in this order, without codes: the match of 01 to 05 is inferred.",
    ),
    CodeSet(
        "course_section",
        "Course Section",
        (
            Code("01", "Full year", mark=Mark.INFERRED),
            Code("02", "Section A, first of two equal parts", mark=Mark.INFERRED),
            Code("03", "Section B, second of two equal parts", mark=Mark.INFERRED),
        ),
        open=False,
        notes="Three values and three codes were seen apart from each other: their order is inferred.",
    ),
    CodeSet(
        "term_type",
        "Term Type",
        (
            Code("0827", "Full school year", mark=Mark.THIRD_PARTY),
            Code("0828", "Semester", mark=Mark.THIRD_PARTY),
            Code("0829", "Trimester", mark=Mark.THIRD_PARTY),
            Code("0830", "Quarter", mark=Mark.THIRD_PARTY),
            Code("0831", "Quinmester", mark=Mark.INFERRED, definition="Probably not a value of the exchange"),
            Code("0832", "Mini-term", mark=Mark.THIRD_PARTY),
            Code("0833", "Summer term", mark=Mark.THIRD_PARTY),
            Code("0834", "Intersession", mark=Mark.THIRD_PARTY),
            Code("0835", "Long session", mark=Mark.THIRD_PARTY),
            Code(
                "0837", "Twelve month", mark=Mark.INFERRED, definition="Probably not a value of the exchange"
            ),
            Code("9999", "Other", mark=Mark.THIRD_PARTY),
        ),
        open=True,
        notes="NCES Handbook 0266; the subset that the exchange takes was not seen.",
    ),
)

ASSESSMENT_CODES = (
    CodeSet(
        "assessment_type",
        "Assessment Type",
        (
            Code("01", "State Assessment", mark=Mark.THIRD_PARTY),
            *_unspecified("02", "03", "04", "05", "06", "07", "08"),
            Code("09", "State Assessment - Mathematics", mark=Mark.THIRD_PARTY, since="2023"),
            *(
                Code(
                    value,
                    UNSPECIFIED,
                    mark=Mark.THIRD_PARTY,
                    since="2023",
                    definition=f"Takes the same levels as 09; presumably State Assessment - {subject}",
                )
                for value, subject in (("10", "Reading/Language Arts"), ("11", "Science"))
            ),
        ),
        open=True,
        notes="Types 09 to 11 perhaps came in July 2023; an older file keeps them with a warning.",
    ),
    CodeSet(
        "reporting_method",
        "Assessment Reporting Method",
        _from_file("reporting_method"),
        open=True,
        notes="NCES Handbook 0056 in four digits; the subset that the exchange takes was not seen.",
    ),
    CodeSet(
        "assessment_interpretation",
        "Assessment Interpretation",
        _levels(
            "Advanced",
            "Proficient or Above",
            "Proficient",
            "Passed",
            "Failed",
            "Not Proficient",
            "Basic",
            "Below Basic",
            "Far Below Basic",
        ),
        open=True,
        prefixes=("Other",),
        notes="For types 09, 10 and 11 nothing else is allowed; for others text that begins with Other is.",
    ),
)

FILE_CODES = (
    CodeSet(
        "dictionary_version",
        "Dictionary version",
        (
            Code("2019", "2019", mark=Mark.OURS),
            Code("2022", "2022", mark=Mark.OURS),
            Code("2023", "2023", mark=Mark.OURS),
            Code("current", "Current (provisional)", mark=Mark.OURS),
        ),
        open=False,
    ),
    CodeSet(
        "submission_kind",
        "Submission kind",
        (
            Code("full", "Full: all students of the State", mark=Mark.OURS),
            Code("delta", "Delta: students that changed in the window", mark=Mark.OURS),
        ),
        open=False,
    ),
)

CODE_SETS = (
    *IDENTIFIER_CODES,
    *DEMOGRAPHIC_CODES,
    *ENROLLMENT_CODES,
    *COURSE_CODES,
    *ASSESSMENT_CODES,
    *FILE_CODES,
)
