"""Every element of every version is checked from its declaration alone."""

from collections.abc import Iterator

import polars as pl
import pytest

from openmsix.dictionary import VERSIONS, dictionary
from openmsix.dictionary.declare import Dictionary, Element, Required, Type
from openmsix.intake.checks.required import CONDITIONS, ESSENTIAL, UNJUDGED
from openmsix.intake.checks.values import VALUES
from openmsix.intake.convert import converted
from openmsix.intake.wording import allowed_in, form_of
from tests import parts

WRONG = {
    Type.DATE: "20260231",
    Type.MONTH: "202605",
    Type.MOMENT: "20260231000000000",
    Type.INTEGER: "-1",
    Type.YEAR: "26",
    Type.DECIMAL: "1,5",
    Type.DIGITS: "12a",
    Type.EMAIL: "nobody",
    Type.PHONE: "12-34",
    Type.FLAG: "Y",
}


def elements() -> Iterator[tuple[str, Element]]:
    for record in dictionary().records.values():
        for element in record.elements:
            yield record.key, element


def wrong_for(element: Element) -> str:
    """Text that is no value of the element."""
    if element.type in WRONG:
        return WRONG[element.type]
    return "~~" if element.type is Type.CODE else "x" * (element.width + 1)


def faults(element: Element, book: Dictionary, text: str) -> list[str]:
    """Codes of the checks that find fault with the text, in their order."""
    frame = pl.DataFrame({element.key: [text]})
    codes = []
    for check in VALUES:
        where = check.value(element, book) if check.value else None
        if where is not None and frame.select(where.fill_null(False)).item():
            codes.append(check.code)
    return codes


@pytest.mark.parametrize(
    ("record", "element"), list(elements()), ids=[f"{record}.{element.key}" for record, element in elements()]
)
def test_what_is_no_value_of_an_element_is_found(record: str, element: Element) -> None:
    assert faults(element, dictionary(), wrong_for(element))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_code_of_a_version_passes_in_that_version(version: str) -> None:
    book = dictionary(version)
    for record in book.records.values():
        for element in record.elements:
            if element.type in (Type.CODE, Type.FLAG) and element.code_set:
                for value in book.code_set(element.code_set).values:
                    assert faults(element, book, value) == [], (version, element.key, value)


def test_a_code_of_another_version_does_not_pass() -> None:
    element = dictionary("2022").element("demographics", "sex")
    assert faults(element, dictionary("2022"), "Nonbinary") == ["E206"]
    assert faults(element, dictionary("2022"), "Other") == []


@pytest.mark.parametrize(
    ("record", "key", "text", "value"),
    [
        ("demographics", "birth_date", "20240229", "2024-02-29"),
        ("demographics", "birth_date", "20230229", None),
        ("demographics", "birth_date", "+2023022", None),
        ("demographics", "birth_date", "18991231", None),
        ("assessments", "administration_date", "052026", "2026-05-01"),
        ("header", "submission_date", "20261123101112123", "2026-11-23 10:11:12.123000+00:00"),
        ("header", "total_students", "00000012", "12"),
        ("course_history", "credits_granted", "1", "1.00"),
        ("course_history", "credits_granted", ".5", "0.50"),
        ("course_history", "credits_granted", "10", None),
        ("course_history", "credits_granted", "0.333", None),
        ("course_history", "clock_hours", "1080", "1080"),
        ("course_history", "clock_hours", "10.5", None),
    ],
)
def test_text_becomes_a_value_or_nothing(record: str, key: str, text: str, value: str | None) -> None:
    element = dictionary().element(record, key)
    typed = pl.DataFrame({key: [text]}).select(converted(element)).item()
    assert (None if typed is None else str(typed)) == value


def test_every_conditional_element_is_judged_or_said_not_to_be() -> None:
    conditional = {
        (record, element.key)
        for version in VERSIONS
        for record, declared in dictionary(version).records.items()
        for element in declared.elements
        if element.required is Required.CONDITIONAL
    }
    assert set(CONDITIONS) | set(UNJUDGED) == conditional
    assert not set(CONDITIONS) & set(UNJUDGED)


def test_what_is_essential_must_be_sent() -> None:
    for record, keys in ESSENTIAL.items():
        for key in keys:
            assert dictionary().element(record, key).required is Required.MUST


@pytest.mark.parametrize("version", VERSIONS)
def test_every_element_can_say_its_form(version: str) -> None:
    book = dictionary(version)
    for record in book.records.values():
        for element in record.elements:
            assert form_of(element)
            assert bool(allowed_in(element, book)) == (element.code_set is not None)


def test_a_value_that_was_dropped_is_null_and_the_rest_is_stored() -> None:
    rows = parts.two_children()
    rows["enrollments"][0]["facility_zip"] = "1"
    stored = parts.checked(parts.part(rows)).records["enrollments"]
    assert stored["facility_zip"].to_list() == [None, None]
    assert stored["school_or_project_name"].to_list() == ["Weslaco High School"] * 2


def test_stored_rows_have_the_types_of_the_dictionary() -> None:
    outcome = parts.checked(parts.part(parts.two_children()))
    course = outcome.records["course_history"]
    assert course.schema["credits_granted"] == pl.Decimal(18, 2)
    assert course.schema["ordinal"] == pl.Int16
    assert outcome.records["demographics"].schema["birth_date"] == pl.Date
    assert {"seq", "part", "line", "verdict", "msix_id", "action_code"} <= set(
        outcome.records["students"].columns
    )
