"""Grades in order, with usual ages."""

import pytest

from openmsix.dictionary import dictionary
from openmsix.dictionary.grades import GRADES, grade, years_from_usual_age


def test_every_grade_of_the_code_set_has_its_line() -> None:
    assert {grade.value for grade in GRADES} == set(dictionary().code_set("grade_level").values)


def test_grades_count_up_from_kindergarten() -> None:
    places = [grade(value) for value in ("P3", "P5", "KG", "01", "08", "12")]

    assert [place.order for place in places if place] == [-3, -1, 0, 1, 8, 12]


@pytest.mark.parametrize(
    ("value", "age", "years"),
    [
        ("KG", 5, 0),
        ("KG", 6, 0),
        ("KG", 4, -1),
        ("01", 9, 2),
        ("12", 21, 3),
        ("12", 13, -4),
        ("P3", 3, 0),
        ("UG", 17, None),
        ("00", 20, None),
        ("OS", 20, None),
    ],
)
def test_years_from_the_usual_age(value: str, age: int, years: int | None) -> None:
    assert years_from_usual_age(value, age) == years
