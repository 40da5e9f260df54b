"""The tables hold what the dictionary declares, in every version, and nothing else."""

from typing import Any

import pytest
from django.db import models

from openmsix.dictionary import VERSIONS, dictionary
from openmsix.dictionary.declare import Element, Type
from openmsix.records.fields import CodeField, choices, element
from openmsix.records.models import ROWS, RecordVersion, Row, StateRecord

OURS = {"version", "ordinal"}
IN_THE_FILE_ONLY = {"student_record_id", "record_id"}
FIELDS: dict[Type, type["models.Field[Any, Any]"]] = {
    Type.DATE: models.DateField,
    Type.MONTH: models.DateField,
    Type.MOMENT: models.DateTimeField,
    Type.INTEGER: models.IntegerField,
    Type.YEAR: models.IntegerField,
    Type.DECIMAL: models.DecimalField,
}


def declared(record: str) -> dict[str, list[Element]]:
    """Each element of a record type in every version that has it."""
    found: dict[str, list[Element]] = {}
    for version in VERSIONS:
        for one in dictionary(version).records[record].elements:
            found.setdefault(one.key, []).append(one)
    return found


def test_each_record_type_of_a_student_has_a_table() -> None:
    every = {key for version in VERSIONS for key in dictionary(version).records}
    assert set(ROWS) == every - {"header", "students"}


@pytest.mark.parametrize("model", ROWS.values(), ids=ROWS)
def test_a_table_has_exactly_the_elements(model: type[Row]) -> None:
    fields = {field.name for field in model._meta.concrete_fields} - OURS
    assert fields == set(declared(model.RECORD)) - IN_THE_FILE_ONLY


@pytest.mark.parametrize("model", ROWS.values(), ids=ROWS)
def test_a_field_takes_every_value_of_every_version(model: type[Row]) -> None:
    for key, versions in declared(model.RECORD).items():
        if key in IN_THE_FILE_ONLY:
            continue
        field = model._meta.get_field(key)
        text = CodeField if versions[-1].code_set else models.CharField
        assert type(field) is FIELDS.get(versions[-1].type, text), key
        assert field.null, key
        for one in versions:
            if isinstance(field, models.CharField):
                assert (field.max_length or 0) >= one.length, key
            if isinstance(field, models.DecimalField):
                assert (field.max_digits, field.decimal_places) == (one.length, one.scale), key


@pytest.mark.parametrize("version", VERSIONS)
def test_a_field_knows_every_code_of_every_version(version: str) -> None:
    book = dictionary(version)
    for record, model in ROWS.items():
        for one in book.records[record].elements:
            if one.code_set and one.key not in IN_THE_FILE_ONLY:
                field = model._meta.get_field(one.key)
                assert isinstance(field, CodeField), one.key
                assert set(book.code_set(one.code_set).values) <= set(dict(field.choices or ())), one.key


@pytest.mark.parametrize(
    ("field", "key"),
    [
        (StateRecord._meta.get_field("state_student_id"), "state_student_id"),
        (StateRecord._meta.get_field("state_student_id_type"), "state_student_id_type"),
        (RecordVersion._meta.get_field("msix_id_sent"), "msix_id"),
    ],
)
def test_a_students_own_elements_have_their_length(field: "models.Field[object, object]", key: str) -> None:
    assert field.max_length == max(one.length for one in declared("students")[key])


def test_codes_of_every_version_have_a_label() -> None:
    labels = dict(choices("demographics", "sex"))
    assert {"Female", "Male", "Other", "Nonbinary"} <= set(labels)


def test_a_new_code_needs_no_migration() -> None:
    assert "choices" not in element("demographics", "sex").deconstruct()[3]


def test_an_element_that_no_version_has_is_refused() -> None:
    with pytest.raises(KeyError, match="shoe_size"):
        element("demographics", "shoe_size")
