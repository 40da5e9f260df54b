"""Grades in order, with the ages at which children usually are in them.

The ages are those during the school year, both included, and are recalled: usual ones, not limits. `Pn` is a
child of age n who is not yet in kindergarten. Grades without usual ages and without a place in the order
(ungraded, out of school, PX) say nothing against an age or against a step from grade to grade.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Grade:
    """A value of the code set `grade_level`; `order` counts up with schooling, kindergarten is 0."""

    value: str
    order: int | None
    ages: tuple[int, int] | None


def _before_kindergarten() -> tuple[Grade, ...]:
    by_age = tuple(Grade(f"P{age}", age - 6, (age, age)) for age in range(6))
    return (*by_age, Grade("PS", -1, (3, 5)), Grade("PX", None, None))


GRADES: tuple[Grade, ...] = (
    *_before_kindergarten(),
    Grade("KG", 0, (5, 6)),
    *(Grade(f"{grade:02d}", grade, (grade + 5, grade + 6)) for grade in range(1, 13)),
    Grade("UG", None, None),
    Grade("00", None, None),
)

_BY_VALUE = {grade.value: grade for grade in GRADES}


def grade(value: str) -> Grade | None:
    """The grade with this value, or None if it is not known."""
    return _BY_VALUE.get(value)
