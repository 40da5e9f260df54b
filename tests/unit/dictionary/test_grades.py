"""Grades in order, with usual ages."""

from openmsix.dictionary import dictionary
from openmsix.dictionary.grades import GRADES, grade


def test_every_grade_of_the_code_set_has_its_line() -> None:
    assert {grade.value for grade in GRADES} == set(dictionary().code_set("grade_level").values)


def test_grades_count_up_from_kindergarten() -> None:
    places = [grade(value) for value in ("P3", "P5", "KG", "01", "08", "12")]

    assert [place.order for place in places if place] == [-3, -1, 0, 1, 8, 12]
