"""Student demographics: names, birth, parents and how to reach them."""

from openmsix.dictionary.declare import Change, Element, Mark, RecordType, Required, Sensitivity, Type
from openmsix.dictionary.identifiers import STUDENT_RECORD_ID, record_id

NAME_LENGTH = "The list of 2007 to 2009 had 30 characters; 50 is the newest length seen."
BIRTHPLACE = "In the lists of 2007 to 2009, not in the newest listing. Kept as optional: matching needs it."
PARENT_CONDITION = "Unless the youth moves alone"
PARENT_NUMBER = "One of the five elements added in 2022; official number 77 to 80 (inferred)."
EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"


def parent_name(key: str, name: str, definition: str, ceds: str, edfi: str) -> Element:
    """One of the four names of parents."""
    return Element(
        key=key,
        name=name,
        definition=f"{definition}, or of the legal guardian or person in place of that parent.",
        type=Type.TEXT,
        length=50,
        required=Required.CONDITIONAL,
        condition=PARENT_CONDITION,
        sensitivity=Sensitivity.IDENTIFYING,
        ceds=ceds,
        edfi=edfi,
        mark=Mark.THIRD_PARTY,
    )


def parent_email(parent: int) -> Element:
    """The e-mail address of one parent."""
    return Element(
        key=f"parent_{parent}_email",
        name=f"Parent {parent} Email Address",
        definition=f"E-mail address of parent or guardian {parent}.",
        type=Type.EMAIL,
        length=50,
        required=Required.OPTIONAL,
        sensitivity=Sensitivity.CONTACT,
        pattern=EMAIL,
        ceds="000088",
        edfi="Contact.electronicMails.electronicMailAddress",
        mark=Mark.THIRD_PARTY,
        since="2022",
        aliases=(f"Parent {parent} Email",),
        notes=PARENT_NUMBER,
    )


def parent_phone(parent: int) -> Element:
    """The telephone number of one parent."""
    return Element(
        key=f"parent_{parent}_phone",
        name=f"Parent {parent} Phone Number",
        definition=f"Telephone number of parent or guardian {parent}.",
        type=Type.PHONE,
        length=15,
        required=Required.OPTIONAL,
        sensitivity=Sensitivity.CONTACT,
        pattern="[0-9]{10}",
        ceds="000279",
        edfi="Contact.telephones.telephoneNumber",
        mark=Mark.THIRD_PARTY,
        since="2022",
        aliases=(f"Parent {parent} Phone",),
        notes=f"Ten digits, digits only, in a field of 15. {PARENT_NUMBER}",
    )


NAMES = (
    Element(
        key="first_name",
        name="First Name",
        definition="Legal given name.",
        type=Type.TEXT,
        length=50,
        required=Required.MUST,
        sensitivity=Sensitivity.IDENTIFYING,
        ceds="000115",
        edfi="Student.firstName",
        number=4,
        mark=Mark.VERIFIED,
        notes=NAME_LENGTH,
    ),
    Element(
        key="middle_name",
        name="Middle Name",
        definition="Legal second name.",
        type=Type.TEXT,
        length=50,
        required=Required.OPTIONAL,
        sensitivity=Sensitivity.IDENTIFYING,
        ceds="000184",
        edfi="Student.middleName",
        number=5,
        mark=Mark.VERIFIED,
        notes=NAME_LENGTH,
    ),
    Element(
        key="last_name_1",
        name="Last Name 1",
        definition="Legal surname, the father's where two are used; first part of a hyphenated one.",
        type=Type.TEXT,
        length=50,
        required=Required.MUST,
        sensitivity=Sensitivity.IDENTIFYING,
        ceds="000172",
        edfi="Student.lastSurname",
        number=6,
        mark=Mark.VERIFIED,
        notes=NAME_LENGTH,
    ),
    Element(
        key="last_name_2",
        name="Last Name 2",
        definition="Surname of the mother, or the second part of a multiple or hyphenated one.",
        type=Type.TEXT,
        length=50,
        required=Required.OPTIONAL,
        sensitivity=Sensitivity.IDENTIFYING,
        ceds="000172",
        edfi="Student.lastSurname",
        number=7,
        mark=Mark.VERIFIED,
        notes=f"{NAME_LENGTH} CEDS and Ed-Fi have one field for both surnames.",
    ),
    Element(
        key="suffix",
        name="Suffix",
        definition="Generation: Jr., Sr., III, 3rd.",
        type=Type.TEXT,
        length=10,
        required=Required.OPTIONAL,
        sensitivity=Sensitivity.IDENTIFYING,
        ceds="000121",
        edfi="Student.generationCodeSuffix",
        number=8,
        mark=Mark.VERIFIED,
    ),
)

BIRTH = (
    Element(
        key="sex",
        name="Sex",
        definition="Sex of the child, as a value of its code set; the values differ by version.",
        type=Type.CODE,
        length=10,
        code_set="sex",
        required=Required.MUST,
        sensitivity=Sensitivity.IDENTIFYING,
        ceds="000255",
        edfi="StudentDemographic.sexDescriptor",
        number=9,
        mark=Mark.VERIFIED,
        changes=(
            Change(
                until="2022",
                length=6,
                why="Text(6), seen until 2022, cannot hold Nonbinary (9); the new length was not seen.",
            ),
        ),
        notes="The length since 2023 was not seen: 10 is ours.",
    ),
    Element(
        key="birth_date",
        name="Birth Date",
        definition="Date of birth.",
        type=Type.DATE,
        length=8,
        required=Required.MUST,
        sensitivity=Sensitivity.IDENTIFYING,
        ceds="000033",
        edfi="Student.birthData.birthDate",
        number=10,
        mark=Mark.VERIFIED,
        aliases=("Date of Birth",),
    ),
    Element(
        key="multiple_birth_flag",
        name="Multiple Birth Flag",
        definition="The child is a twin, triplet or of another multiple birth.",
        type=Type.FLAG,
        length=3,
        code_set="yes_no",
        required=Required.MUST,
        sensitivity=Sensitivity.IDENTIFYING,
        ceds="000431",
        edfi="Student.birthData.multipleBirthStatus",
        number=11,
        mark=Mark.VERIFIED,
    ),
    Element(
        key="birth_city",
        name="Birth City",
        definition="City of birth.",
        type=Type.TEXT,
        length=30,
        required=Required.OPTIONAL,
        sensitivity=Sensitivity.IDENTIFYING,
        ceds="000426",
        edfi="Student.birthData.birthCity",
        number=12,
        mark=Mark.VERIFIED,
        notes=BIRTHPLACE,
    ),
    Element(
        key="birth_state",
        name="Birth State",
        definition="State or outlying area of birth.",
        type=Type.CODE,
        length=2,
        code_set="state",
        required=Required.OPTIONAL,
        sensitivity=Sensitivity.IDENTIFYING,
        ceds="000427",
        edfi="Student.birthData.birthStateAbbreviationDescriptor",
        mark=Mark.RECALLED,
        notes=f"Presumably number 13. {BIRTHPLACE}",
    ),
    Element(
        key="birth_country",
        name="Birth Country",
        definition="Country of birth.",
        type=Type.CODE,
        length=4,
        code_set="country",
        required=Required.OPTIONAL,
        sensitivity=Sensitivity.IDENTIFYING,
        ceds="000051",
        edfi="Student.birthData.birthCountryDescriptor",
        mark=Mark.RECALLED,
        notes=BIRTHPLACE,
    ),
    Element(
        key="birth_date_verification",
        name="Birth Date Verification",
        definition="Evidence for the birth date.",
        type=Type.CODE,
        length=4,
        code_set="birth_date_verification",
        required=Required.OPTIONAL,
        sensitivity=Sensitivity.ADMINISTRATIVE,
        ceds="000428",
        per_state=True,
        mark=Mark.THIRD_PARTY,
        notes="Whether it must be sent is recalled both ways.",
    ),
)

PARENTS = (
    parent_name(
        "male_parent_first_name",
        "Male Parent First Name",
        "First name of the male parent",
        "000115",
        "Contact.firstName",
    ),
    parent_name(
        "male_parent_last_name",
        "Male Parent Last Name",
        "Last name of the male parent",
        "000172",
        "Contact.lastSurname",
    ),
    parent_name(
        "female_parent_first_name",
        "Female Parent First Name",
        "First name of the female parent",
        "000115",
        "Contact.firstName",
    ),
    parent_name(
        "female_parent_last_name",
        "Female Parent Last Name",
        "Last name of the female parent",
        "000172",
        "Contact.lastSurname",
    ),
    parent_email(1),
    parent_email(2),
    parent_phone(1),
    parent_phone(2),
)

DEMOGRAPHICS = RecordType(
    key="demographics",
    name="Demographics",
    file="demographics.csv",
    letter="D",
    least=1,
    most=1,
    natural_key=(),
    elements=(STUDENT_RECORD_ID, record_id("Demographics Record ID"), *NAMES, *BIRTH, *PARENTS),
)
