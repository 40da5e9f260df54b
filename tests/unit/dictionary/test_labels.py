"""Every element, code and record type has a name in Spanish, beside the English it translates."""

import pytest

from openmsix.dictionary.code_sets import CODE_SETS
from openmsix.dictionary.declare import CodeSet
from openmsix.dictionary.labels import code_label, element_label, record_label, spanish
from openmsix.dictionary.versions import RECORD_TYPES


def declared() -> set[tuple[str, str, str, str]]:
    """Everything that needs a label, in any version."""
    records = {("record", "", record.key, record.name) for record in RECORD_TYPES}
    elements = {
        ("element", record.key, element.key, name)
        for record in RECORD_TYPES
        for element in record.elements
        for name in (element.name, *(change.name for change in element.changes if change.name))
    }
    codes = {("code", code_set.key, code.value, code.label) for code_set in CODE_SETS for code in code_set}
    return records | elements | codes


def test_spanish_is_complete_and_holds_nothing_else() -> None:
    assert set(spanish()) == declared()


def test_no_label_is_empty_or_has_stray_spaces() -> None:
    assert [key for key, label in spanish().items() if not label or label != label.strip()] == []


def test_names_of_elements_are_translated() -> None:
    same = [key for key, label in spanish().items() if key[0] == "element" and label == key[3]]

    assert same == []


@pytest.mark.parametrize(
    "code_set", [s for s in CODE_SETS if s.key not in {"state", "country"}], ids=lambda s: s.key
)
def test_labels_of_a_code_set_differ_in_spanish(code_set: CodeSet) -> None:
    labels = [
        code_label(code_set.key, code.value, language="es")
        for code in code_set.codes
        if not code.label.startswith("Unspecified")
    ]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("code_set", "value", "version", "label"),
    [
        ("yes_no", "Yes", "current", "Sí"),
        ("state", "NM", "current", "Nuevo México"),
        ("country", "MEX", "current", "México"),
        ("med_alert", "None", "current", "Sin alerta"),
        ("sex", "Other", "2022", "Otro"),
        ("enrollment_type", "07", "current", "No especificado en el material público"),
        ("grade_level", "OS", "current", "OS"),
    ],
)
def test_codes_in_spanish(code_set: str, value: str, version: str, label: str) -> None:
    assert code_label(code_set, value, language="es", version=version) == label


def test_an_element_is_named_as_its_version_names_it() -> None:
    names = [
        element_label("enrollments", "idea_indicator", language=language, version=version)
        for version in ("2022", "2023")
        for language in ("en", "es")
    ]
    assert names == [
        "IEP Indicator",
        "Tiene un programa educativo individualizado (IEP)",
        "IDEA Indicator",
        "Tiene una discapacidad según la ley IDEA",
    ]


def test_a_record_type_has_a_name_in_both_languages() -> None:
    assert (record_label("enrollments"), record_label("enrollments", language="es")) == (
        "Enrollment",
        "Inscripción",
    )
