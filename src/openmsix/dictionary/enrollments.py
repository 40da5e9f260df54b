"""Enrollments: where the child was at school or served, and the facts of that time."""

from openmsix.dictionary.declare import Element, Mark, RecordType, Required, Sensitivity, Type
from openmsix.dictionary.enrollment_facts import CHILD, OUTCOME
from openmsix.dictionary.identifiers import RECORDS_PER_STUDENT, STUDENT_RECORD_ID, record_id

NOT_RESIDENCY_ONLY = "Unless the enrollment is for residency only (type 06)"


def facility_text(
    key: str, name: str, definition: str, length: int, ceds: str, edfi: str | None = None
) -> Element:
    """A text that names or locates the facility."""
    return Element(
        key=key,
        name=name,
        definition=definition,
        type=Type.TEXT,
        length=length,
        required=Required.OPTIONAL,
        sensitivity=Sensitivity.EDUCATION,
        ceds=ceds,
        edfi=edfi,
        mark=Mark.THIRD_PARTY,
    )


ENROLLMENT = (
    Element(
        key="enrollment_date",
        name="Enrollment Date",
        definition="Verified first day of attendance; for a residency-only record, of residency in the "
        "district or State.",
        type=Type.DATE,
        length=8,
        required=Required.MUST,
        sensitivity=Sensitivity.EDUCATION,
        ceds="000097",
        edfi="StudentSchoolAssociation.entryDate",
        mark=Mark.THIRD_PARTY,
    ),
    Element(
        key="enrollment_type",
        name="Enrollment Type",
        definition="Kind of school or migrant education project.",
        type=Type.CODE,
        length=2,
        code_set="enrollment_type",
        required=Required.MUST,
        sensitivity=Sensitivity.EDUCATION,
        ceds="000437",
        mark=Mark.VERIFIED,
    ),
    Element(
        key="school_or_project_name",
        name="School or Project Name",
        definition="Name of the school or of the migrant education project.",
        type=Type.TEXT,
        length=100,
        required=Required.CONDITIONAL,
        condition=NOT_RESIDENCY_ONLY,
        sensitivity=Sensitivity.EDUCATION,
        ceds="000191",
        edfi="School.nameOfInstitution",
        mark=Mark.THIRD_PARTY,
    ),
    Element(
        key="mep_project_type",
        name="MEP Project Type",
        definition="Migrant education project by the place of service.",
        type=Type.CODE,
        length=2,
        code_set="mep_project_type",
        required=Required.CONDITIONAL,
        condition="Enrollments funded by the Migrant Education Program",
        sensitivity=Sensitivity.EDUCATION,
        ceds="000440",
        mark=Mark.THIRD_PARTY,
        notes="May be blank. The CEDS element named MEP Project Type (000463) is another one.",
    ),
    Element(
        key="school_id",
        name="School Identification Code",
        definition="Number of the school at the National Center for Education Statistics.",
        type=Type.DIGITS,
        length=12,
        required=Required.CONDITIONAL,
        condition="When the child attends a school",
        sensitivity=Sensitivity.EDUCATION,
        pattern="[0-9]{12}",
        ceds="001069",
        edfi="School.identificationCodes.identificationCode",
        place="school",
        mark=Mark.THIRD_PARTY,
        notes="The first 7 digits are the School District ID.",
    ),
)

PLACE = (
    facility_text(
        "facility_name", "Facility Name", "Building or administrative contact site.", 100, "001205"
    ),
    facility_text("facility_address_1", "Facility Address 1", "Street or post office box.", 35, "000269"),
    facility_text("facility_address_2", "Facility Address 2", "Building or suite.", 35, "000019"),
    facility_text("facility_address_3", "Facility Address 3", "Further part of the address.", 35, "000019"),
    facility_text(
        "facility_city", "Facility City", "City of the facility.", 30, "000040", "School.addresses.city"
    ),
    Element(
        key="school_district_id",
        name="School District ID",
        definition="Number of the local education agency at the National Center for Education Statistics.",
        type=Type.DIGITS,
        length=7,
        required=Required.CONDITIONAL,
        condition="When the operator has such a number; some operators of migrant projects have none",
        sensitivity=Sensitivity.EDUCATION,
        pattern="[0-9]{7}",
        ceds="001068",
        edfi="LocalEducationAgency.identificationCodes.identificationCode",
        place="district",
        mark=Mark.VERIFIED,
        notes="Added in 2010, redefined in 2011.",
    ),
    facility_text(
        "school_district",
        "School District",
        "Name of the local education agency.",
        60,
        "000204",
        "LocalEducationAgency.nameOfInstitution",
    ),
    Element(
        key="facility_state",
        name="Facility State",
        definition="State or outlying area of the facility.",
        type=Type.CODE,
        length=2,
        code_set="state",
        required=Required.OPTIONAL,
        sensitivity=Sensitivity.EDUCATION,
        ceds="000267",
        edfi="School.addresses.stateAbbreviationDescriptor",
        mark=Mark.THIRD_PARTY,
    ),
    Element(
        key="facility_zip",
        name="Facility Zip",
        definition="Postal code of the facility: five digits, or nine with a hyphen.",
        type=Type.TEXT,
        length=10,
        required=Required.OPTIONAL,
        sensitivity=Sensitivity.EDUCATION,
        pattern="[0-9]{5}(-[0-9]{4})?",
        ceds="000214",
        edfi="School.addresses.postalCode",
        mark=Mark.THIRD_PARTY,
        notes="The form of the code is recalled.",
    ),
    Element(
        key="telephone",
        name="Telephone Number",
        definition="Telephone number of the contact at the school or migrant project.",
        type=Type.PHONE,
        length=10,
        required=Required.OPTIONAL,
        sensitivity=Sensitivity.EDUCATION,
        pattern="[0-9]{10}",
        ceds="000279",
        edfi="School.institutionTelephones.telephoneNumber",
        mark=Mark.THIRD_PARTY,
    ),
)

ENROLLMENTS = RecordType(
    key="enrollments",
    name="Enrollment",
    file="enrollments.csv",
    letter="E",
    least=0,
    most=RECORDS_PER_STUDENT,
    natural_key=("enrollment_date", "school_or_project_name", "school_district_id", "enrollment_type"),
    elements=(
        STUDENT_RECORD_ID,
        record_id("Enrollments Record ID"),
        *ENROLLMENT,
        *PLACE,
        *CHILD,
        *OUTCOME,
    ),
)
