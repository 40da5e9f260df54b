"""Identifiers: the student record and the further identifiers a State's systems use for the child."""

from openmsix.dictionary.declare import Element, Mark, RecordType, Required, Sensitivity, Type

STUDENTS_PER_PART = 40_000
RECORDS_PER_STUDENT = 999
RECORD_NUMBER = "00[1-9]|0[1-9][0-9]|[1-9][0-9]{2}"

STUDENT_RECORD_ID = Element(
    key="student_record_id",
    name="Student Record ID",
    definition="Number of the student within this file; every other record of the student repeats it.",
    type=Type.DIGITS,
    length=7,
    required=Required.MUST,
    sensitivity=Sensitivity.ADMINISTRATIVE,
    pattern="[0-9]{7}",
    mark=Mark.THIRD_PARTY,
    file_only=True,
    notes="0000001 to 0040000; that a file holds at most 40,000 students is inferred from this range.",
)


def record_id(name: str) -> Element:
    """The number that tells a student's records of one type apart within the file."""
    return Element(
        key="record_id",
        name=name,
        definition="Number of this record among the student's records of its type, 001 to 999.",
        type=Type.DIGITS,
        length=3,
        required=Required.MUST,
        sensitivity=Sensitivity.ADMINISTRATIVE,
        pattern=RECORD_NUMBER,
        mark=Mark.THIRD_PARTY,
        file_only=True,
        aliases=("Record ID",),
    )


STUDENTS = RecordType(
    key="students",
    name="Student",
    file="students.csv",
    letter="S",
    least=0,
    most=STUDENTS_PER_PART,
    natural_key=("reporting_state", "state_student_id", "state_student_id_type"),
    elements=(
        STUDENT_RECORD_ID,
        Element(
            key="msix_id",
            name="MSIX Identification Number",
            definition="Number the exchange assigns to a child's consolidated record after a State's first "
            "submission; one per child.",
            type=Type.DIGITS,
            length=12,
            required=Required.OPTIONAL,
            sensitivity=Sensitivity.IDENTIFYING,
            pattern="[0-9]{12}",
            ceds="001572",
            edfi="StudentIdentificationCode.identificationCode (system: National Migrant)",
            number=1,
            mark=Mark.VERIFIED,
            aliases=("MSIX ID",),
            notes="Exactly 12 digits. Blank when a State sends a child for the first time (recalled).",
        ),
        Element(
            key="reporting_state",
            name="Reporting State Code",
            definition="State that says what this record says.",
            type=Type.CODE,
            length=2,
            code_set="state",
            required=Required.MUST,
            sensitivity=Sensitivity.ADMINISTRATIVE,
            ceds="000267",
            mark=Mark.THIRD_PARTY,
            file_only=True,
            aliases=("Reporting State",),
        ),
        Element(
            key="state_student_id",
            name="State Student Identifier",
            definition="Identifier a State assigns to the child; unique within the State.",
            type=Type.TEXT,
            length=15,
            required=Required.MUST,
            sensitivity=Sensitivity.IDENTIFYING,
            pattern="[0-9A-Za-z]+",
            ceds="001572",
            edfi="StudentIdentificationCode.identificationCode (system: State Migrant)",
            number=2,
            mark=Mark.VERIFIED,
            notes="Letters and digits, at most 15.",
        ),
        Element(
            key="state_student_id_type",
            name="State Student Identifier Type",
            definition="Where the State Student Identifier comes from.",
            type=Type.CODE,
            length=2,
            code_set="state_student_id_type",
            required=Required.MUST,
            sensitivity=Sensitivity.ADMINISTRATIVE,
            ceds="001571",
            edfi="StudentIdentificationCode.studentIdentificationSystemDescriptor",
            number=3,
            mark=Mark.VERIFIED,
        ),
        Element(
            key="action_code",
            name="Action Code",
            definition="What the State asks for with this student: insert, update or delete.",
            type=Type.CODE,
            length=1,
            code_set="action_code",
            required=Required.MUST,
            sensitivity=Sensitivity.ADMINISTRATIVE,
            mark=Mark.THIRD_PARTY,
            file_only=True,
        ),
    ),
)

ALTERNATE_IDS = RecordType(
    key="alternate_ids",
    name="Alternate State Student ID",
    file="alternate_ids.csv",
    letter="K",
    least=0,
    most=RECORDS_PER_STUDENT,
    natural_key=("alternate_student_id", "alternate_student_id_type"),
    elements=(
        STUDENT_RECORD_ID,
        record_id("Alternate State Record ID"),
        Element(
            key="alternate_student_id",
            name="Alternate State Student ID",
            definition="Another identifier that a State's systems use for the child.",
            type=Type.TEXT,
            length=15,
            required=Required.MUST,
            sensitivity=Sensitivity.IDENTIFYING,
            ceds="001572",
            edfi="StudentIdentificationCode.identificationCode",
            mark=Mark.THIRD_PARTY,
            notes="A State may send any number of them, also none.",
        ),
        Element(
            key="alternate_student_id_type",
            name="Alternate State Student ID Type",
            definition="Where the alternate identifier comes from.",
            type=Type.CODE,
            length=2,
            code_set="alternate_student_id_type",
            required=Required.CONDITIONAL,
            condition="With the alternate identifier",
            sensitivity=Sensitivity.ADMINISTRATIVE,
            ceds="001571",
            edfi="StudentIdentificationCode.studentIdentificationSystemDescriptor",
            mark=Mark.THIRD_PARTY,
        ),
    ),
)
