"""Header cells find their element, and templates are files that readers take."""

import csv
import io

import pytest

from openmsix.dictionary import VERSIONS, dictionary
from openmsix.dictionary.columns import columns, names_of, plain, resolve_column
from openmsix.dictionary.templates import csv_template


@pytest.mark.parametrize(
    ("header", "record", "key"),
    [
        ("First Name", None, "first_name"),
        ("first_name", "demographics", "first_name"),
        ("  LAST-NAME 1 ", "demographics", "last_name_1"),
        ("\ufeffStudent Record ID", "students", "student_record_id"),
        ("Grade-to-Date", "course_history", "grade_to_date"),
        ("Graduation/HSE Indicator", "enrollments", "graduation_hse_indicator"),
        ("IEP Indicator", "enrollments", "idea_indicator"),
        ("QAD", "qualifying_moves", "qualifying_arrival_date"),
        ("Enrollments Record ID", "enrollments", "record_id"),
        ("Record ID", "assessments", "record_id"),
        ("Termination Type", "enrollments", None),
        ("First Name", "enrollments", None),
        ("Home School Indicator", "enrollments", None),
        ("", None, None),
    ],
)
def test_a_header_cell_finds_its_element(header: str, record: str | None, key: str | None) -> None:
    assert resolve_column(header, record) == key


def test_a_header_cell_is_read_by_the_version_of_the_file() -> None:
    assert resolve_column("Home School Indicator", "enrollments", "2022") == "home_school_indicator"


@pytest.mark.parametrize("version", VERSIONS)
def test_no_name_means_two_elements_of_a_record(version: str) -> None:
    for record in dictionary(version).records.values():
        meanings: dict[str, set[str]] = {}
        for element in record.elements:
            for name in names_of(element):
                meanings.setdefault(plain(name), set()).add(element.key)
        assert {name: keys for name, keys in meanings.items() if len(keys) > 1} == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_template_reads_back_as_the_columns_of_its_record(version: str) -> None:
    for record in dictionary(version).records:
        [row] = csv.reader(io.StringIO(csv_template(record, version), newline=""))

        assert tuple(resolve_column(cell, record, version) for cell in row) == columns(record, version)
