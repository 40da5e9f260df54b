"""Versions differ as declared, and in nothing else."""

import pytest

from openmsix.dictionary import VERSIONS, dictionary
from openmsix.dictionary.document import differences

PARENTS = [
    ("`demographics.parent_1_email`", "added", "Parent 1 Email Address"),
    ("`demographics.parent_2_email`", "added", "Parent 2 Email Address"),
    ("`demographics.parent_1_phone`", "added", "Parent 1 Phone Number"),
    ("`demographics.parent_2_phone`", "added", "Parent 2 Phone Number"),
]


def test_2022_added_the_parents_contacts_and_a_value_of_sex() -> None:
    assert differences("2019", "2022") == [*PARENTS, ("`sex`", "value added", "Other")]


def test_2023_renamed_removed_and_replaced() -> None:
    found = [row for row in differences("2022", "2023") if row[1] != "definition changed"]

    assert found == [
        ("`demographics.sex`", "length changed", "6 → 10"),
        ("`enrollments.idea_indicator`", "name changed", "IEP Indicator → IDEA Indicator"),
        ("`enrollments.home_school_indicator`", "removed", "Home School Indicator"),
        ("`sex`", "value added", "Nonbinary"),
        ("`sex`", "value removed", "Other"),
        ("`assessment_type`", "value added", "09"),
        ("`assessment_type`", "value added", "10"),
        ("`assessment_type`", "value added", "11"),
    ]


def test_the_current_version_is_provisional_and_inherits_2023() -> None:
    assert dictionary("current").status == "current (provisional)"
    assert differences("2023", "current") == []


@pytest.mark.parametrize(
    ("version", "values"),
    [
        ("2019", ("Female", "Male")),
        ("2022", ("Female", "Male", "Other")),
        ("2023", ("Female", "Male", "Nonbinary")),
        ("current", ("Female", "Male", "Nonbinary")),
    ],
)
def test_the_values_of_sex_follow_the_version(version: str, values: tuple[str, ...]) -> None:
    assert dictionary(version).code_set("sex").values == values


def test_the_home_school_indicator_stands_before_the_comment_until_2022() -> None:
    assert dictionary("2022").records["enrollments"].columns[-2:] == (
        "home_school_indicator",
        "enrollment_comment",
    )
    assert "home_school_indicator" not in dictionary("2023").records["enrollments"].columns


def test_the_versions_that_a_file_may_name_are_the_versions_there_are() -> None:
    assert dictionary().code_set("dictionary_version").values == VERSIONS


def test_an_unknown_version_is_an_error() -> None:
    with pytest.raises(ValueError, match="2031"):
        dictionary("2031")
