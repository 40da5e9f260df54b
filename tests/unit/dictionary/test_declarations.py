"""What holds for every declared element, code set and record type, in every version."""

import re

import pytest

from openmsix.dictionary import VERSIONS, dictionary
from openmsix.dictionary.applicability import SECONDARY
from openmsix.dictionary.code_sets import CODE_SETS
from openmsix.dictionary.declare import ALL_CHILDREN, UNSPECIFIED, CodeSet, Element, Mark, Required, Type
from openmsix.dictionary.versions import RECORD_TYPES
from tests.unit.dictionary.layout import LAYOUT

BIRTHPLACE = {"birth_city", "birth_state", "birth_country"}
ELEMENTS = [(record.key, element) for record in RECORD_TYPES for element in record.elements]
EXAMPLES = {
    "student_record_id": ("0000001", "1"),
    "record_id": ("001", "000"),
    "msix_id": ("000012345678", "12345678"),
    "state_student_id": ("AZ00123", "AZ 123"),
    "parent_1_email": ("ana@example.org", "ana@example"),
    "parent_2_email": ("ana@example.org", "ana example.org"),
    "parent_1_phone": ("5095550123", "(509) 555-0123"),
    "parent_2_phone": ("5095550123", "509555012"),
    "school_id": ("530000100001", "53000010000A"),
    "school_district_id": ("5300001", "530001"),
    "facility_zip": ("98801-1234", "98801 1234"),
    "telephone": ("5095550123", "50955501234"),
    "district_of_residence": ("5300001", "530000100001"),
}


def test_every_file_has_the_columns_of_the_layout() -> None:
    found = {key: " ".join(record.columns) for key, record in dictionary().records.items()}

    assert found == LAYOUT


def test_the_minimum_data_elements_of_2023_are_79_and_the_birthplace() -> None:
    """What counts: every element that is not only part of the file (record numbers, Reporting State, Action Code and
    the header are). The federal count after the removals of September 2023 is 79. Birth City, State and
    Country are
    not in the newest listing that gives this count, but are kept as optional, since matching needs them."""
    elements = dictionary("2023").minimum_data_elements()
    birthplace = {element.key for _, element in elements if element.key in BIRTHPLACE}
    optional = {element.key for _, element in elements if element.required is Required.OPTIONAL}

    assert len(elements) == 79 + 3
    assert birthplace == BIRTHPLACE
    assert birthplace <= optional


@pytest.mark.parametrize(
    ("version", "federal", "unknown"),
    # Of the five elements of 2022 one, number 81, is unknown.
    [("2019", 76, 0), ("2022", 81, 1), ("2023", 79, 0)],
)
def test_each_version_has_the_elements_the_federal_list_counts(
    version: str, federal: int, unknown: int
) -> None:
    counted = [
        element for _, element in dictionary(version).minimum_data_elements() if element.key not in BIRTHPLACE
    ]

    assert len(counted) == federal - unknown


def test_every_element_says_what_it_means() -> None:
    assert [element.key for _, element in ELEMENTS if not (element.definition and element.name)] == []


def test_keys_are_columns() -> None:
    assert [element.key for _, element in ELEMENTS if not re.fullmatch("[a-z][a-z0-9_]*", element.key)] == []


def test_a_condition_stands_exactly_where_an_element_is_conditional() -> None:
    wrong = [
        element.key
        for _, element in ELEMENTS
        if bool(element.condition) != (element.required is Required.CONDITIONAL)
    ]
    assert wrong == []


def test_only_fields_of_the_file_are_ours() -> None:
    ours = {element.key for _, element in ELEMENTS if element.mark is Mark.OURS}

    assert ours == {"dictionary_version", "submission_kind", "part_number", "total_parts"}
    assert all(element.file_only for _, element in ELEMENTS if element.key in ours)


def test_official_numbers_are_the_known_ones() -> None:
    assert {element.number for _, element in ELEMENTS if element.number} == {*range(1, 13), 44}


@pytest.mark.parametrize("version", VERSIONS)
def test_lengths_hold_the_codes(version: str) -> None:
    book = dictionary(version)
    too_long = [
        (element.key, code.value)
        for record in book.records.values()
        for element in record.elements
        if element.code_set
        for code in book.code_set(element.code_set)
        if len(code.value) > element.length
    ]
    assert too_long == []


def test_code_sets_stand_exactly_where_values_are_coded() -> None:
    coded = {Type.CODE, Type.FLAG}
    free = {element.key for _, element in ELEMENTS if element.code_set and element.type not in coded}

    assert [element.key for _, element in ELEMENTS if element.type in coded and not element.code_set] == []
    assert free == {"interpretation"}


def test_every_code_set_is_declared_once_and_used() -> None:
    keys = [code_set.key for code_set in CODE_SETS]

    assert len(keys) == len(set(keys))
    assert set(keys) == {element.code_set for _, element in ELEMENTS if element.code_set}


@pytest.mark.parametrize("code_set", CODE_SETS, ids=lambda code_set: code_set.key)
def test_values_of_a_code_set_differ(code_set: CodeSet) -> None:
    assert len(code_set.values) == len(set(code_set.values))


def test_a_set_with_values_of_unknown_meaning_is_open() -> None:
    closed = [
        code_set.key
        for code_set in CODE_SETS
        if not code_set.open and any(code.label == UNSPECIFIED for code in code_set)
    ]
    assert closed == []


def test_natural_keys_are_columns_of_their_record() -> None:
    for record in RECORD_TYPES:
        assert set(record.natural_key) <= set(record.columns), record.key


@pytest.mark.parametrize(
    "element", {e.key: e for _, e in ELEMENTS if e.pattern}.values(), ids=lambda element: element.key
)
def test_a_pattern_tells_right_from_wrong(element: Element) -> None:
    right, wrong = EXAMPLES[element.key]

    assert element.pattern
    assert re.fullmatch(element.pattern, right)
    assert not re.fullmatch(element.pattern, wrong)
    assert len(right) <= element.length


def test_a_decimal_has_room_for_its_point() -> None:
    credits_granted = dictionary().element("course_history", "credits_granted")

    assert credits_granted.width == len("1.50")


@pytest.mark.parametrize(
    ("age", "grade", "applies"),
    [(16, "10", True), (16, "08", False), (16, None, True), (None, "12", True), (None, "KG", False)],
)
def test_secondary_elements_apply_by_grade(age: int | None, grade: str | None, applies: bool) -> None:
    assert SECONDARY.to(age=age, grade=grade) is applies


@pytest.mark.parametrize(("age", "applies"), [(2, False), (3, True), (21, True), (22, False), (None, True)])
def test_priority_for_services_applies_by_age(age: int | None, applies: bool) -> None:
    element = dictionary().element("enrollments", "pfs_flag")

    assert element.applies.to(age=age, grade=None) is applies


def test_names_apply_to_all_children() -> None:
    assert dictionary().element("demographics", "first_name").applies is ALL_CHILDREN


@pytest.mark.parametrize(
    ("text", "known"),
    [("Proficient", True), ("Other: emerging", True), ("Emerging", False), ("proficient", False)],
)
def test_an_interpretation_is_a_level_or_begins_with_other(text: str, known: bool) -> None:
    assert (text in dictionary().code_set("assessment_interpretation")) is known


def test_a_code_of_unknown_meaning_says_so() -> None:
    assert dictionary().label("enrollment_type", "07") == UNSPECIFIED


def test_an_unlisted_value_is_its_own_label() -> None:
    assert dictionary().label("grade_level", "OS") == "OS"


def test_an_unknown_element_is_an_error() -> None:
    with pytest.raises(KeyError, match="termination_type"):
        dictionary().element("enrollments", "termination_type")


def test_what_each_state_says_for_itself_is_declared() -> None:
    own = {element.key for record in RECORD_TYPES for element in record.elements if element.per_state}
    assert own == {
        "birth_date_verification", "continuation_of_services_reason", "district_of_residence", "home_school_indicator",
        "immunization_record_flag", "out_of_state_transcript_indicator", "pfs_flag", "residency_date",
        "residency_verification_date",
    }  # fmt: skip


def test_numbers_of_places_are_declared() -> None:
    places = {
        element.key: element.place for record in RECORD_TYPES for element in record.elements if element.place
    }
    assert places == {
        "school_id": "school",
        "designated_graduation_school": "school",
        "school_district_id": "district",
        "district_of_residence": "district",
    }
