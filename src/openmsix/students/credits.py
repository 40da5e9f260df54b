"""Courses and credits: earned apart from broken off, each credit counted once.

Moving in the middle of a term costs a student the term's credit unless the next school learns of the hours
and the grade to date; so a course that was broken off is never mixed with one that was finished.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from openmsix.students.compare import comparable
from openmsix.students.record import (
    Course,
    Courses,
    SchoolYear,
    SourceRecord,
    Standing,
    SubjectTotal,
    Term,
    Value,
)

SAME_COURSE = ("course_title", "begin_academic_year", "end_academic_year", "course_section", "term_type")
"""The elements that name one course of one child: two rows of a State equal in these are one course sent
twice.
"""

RESULT = ("credits_granted", "final_grade", "clock_hours", "grade_to_date")


def courses_of(sources: Sequence[SourceRecord], still_at: frozenset[int], today: date) -> Courses:
    """The courses of all state records.

    `sources`: the latest first. `still_at`: the state records at whose school the child still is; there an
    unfinished course of the present school year goes on.
    """
    courses = _marked(_distinct(sources, still_at, today))
    years = tuple(_years(courses))
    subjects = tuple(_subjects(courses))
    return Courses(
        years=years,
        subjects=subjects,
        earned=sum((subject.earned for subject in subjects), Decimal(0)),
        repeated=sum((subject.repeated for subject in subjects), Decimal(0)),
    )


def _distinct(sources: Sequence[SourceRecord], still_at: frozenset[int], today: date) -> list[Course]:
    """Rows equal in course and result stand once, whoever sent them."""
    found: dict[tuple[Any, ...], Course] = {}
    for source in sources:
        for row in source.of("course_history"):
            said = Value(source.state_record_id, source.state_code, source.said_at)
            key = tuple(comparable(row.get(name)) for name in (*SAME_COURSE, *RESULT))
            if (known := found.get(key)) is None:
                standing = standing_of(row, still_there=source.state_record_id in still_at, today=today)
                found[key] = Course(values=row, said=(said,), standing=standing)
            elif said not in known.said:
                found[key] = replace(known, said=(*known.said, said))
    return list(found.values())


def standing_of(row: Mapping[str, Any], *, still_there: bool, today: date) -> Standing:
    """How a course ended, from its row and from whether the child is still at the school that sent it."""
    if row.get("credits_granted"):
        return Standing.EARNED
    if row.get("final_grade"):
        return Standing.NO_CREDIT
    if still_there and _in_present_year(row.get("end_academic_year"), today):
        return Standing.IN_PROGRESS
    if row.get("clock_hours") is not None or row.get("grade_to_date"):
        return Standing.BROKEN_OFF
    return Standing.NO_RESULT


def _in_present_year(ends: int | None, today: date) -> bool:
    # A school year ends with August, as the performance period does.
    return ends is not None and ends >= today.year + (today.month > 8)


def _marked(courses: list[Course]) -> list[Course]:
    """Which credits count, and which courses were taken more than once."""
    claimed: set[tuple[Any, ...]] = set()
    counted: list[Course] = []
    for course in sorted(courses, key=lambda course: (course.credits, course.said_at), reverse=True):
        claims = {(said.state_code, *_part(course, SAME_COURSE)) for said in course.said}
        counts = course.standing is Standing.EARNED and not claims & claimed
        claimed |= claims if counts else set()
        counted.append(replace(course, counted=counts))
    times: dict[tuple[Any, ...], int] = {}
    for course in counted:
        times[_title(course)] = times.get(_title(course), 0) + course.counted
    return [replace(course, repeated=course.counted and times[_title(course)] > 1) for course in counted]


def _part(course: Course, names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(comparable(course[name]) for name in names)


def _title(course: Course) -> tuple[Any, ...]:
    return _part(course, ("course_title", "course_section"))


def _years(courses: Iterable[Course]) -> Iterable[SchoolYear]:
    def year(course: Course) -> tuple[int, int]:
        return course["end_academic_year"] or 0, course["begin_academic_year"] or 0

    def term(course: Course) -> str:
        return course["term_type"] or ""

    ordered = sorted(
        courses,
        key=lambda course: (term(course), str(course["course_title"] or ""), str(_part(course, RESULT))),
    )
    for (ends, begins), of_year in groupby(sorted(ordered, key=year, reverse=True), key=year):
        taken = list(of_year)
        terms = tuple(Term(name or None, tuple(of_term)) for name, of_term in groupby(taken, key=term))
        earned = sum((course.credits for course in taken if course.counted), Decimal(0))
        yield SchoolYear(begins or None, ends or None, terms, earned)


def _subjects(courses: Iterable[Course]) -> Iterable[SubjectTotal]:
    def subject(course: Course) -> str:
        return str(comparable(course["subject_area"] or ""))

    for _, of_subject in groupby(sorted(courses, key=subject), key=subject):
        taken = list(of_subject)
        broken = [course for course in taken if course.standing is Standing.BROKEN_OFF]
        yield SubjectTotal(
            subject=taken[0]["subject_area"] or "",
            earned=sum((course.credits for course in taken if course.counted), Decimal(0)),
            repeated=_beyond_the_first(taken),
            broken_off=len(broken),
            clock_hours=sum(course["clock_hours"] or 0 for course in broken),
        )


def _beyond_the_first(courses: Iterable[Course]) -> Decimal:
    """The credits that go beyond the best of each repeated course."""
    again = sorted((course for course in courses if course.repeated), key=lambda course: str(_title(course)))
    surplus = Decimal(0)
    for _, taken in groupby(again, key=_title):
        credits = [course.credits for course in taken]
        surplus += sum(credits, Decimal(0)) - max(credits)
    return surplus
