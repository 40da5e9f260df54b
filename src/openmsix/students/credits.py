"""Courses and credits: earned apart from broken off, each credit counted once.

Moving in the middle of a term costs a student the term's credit unless the next school learns of the hours
and the grade to date; so a course that was broken off is never mixed with one that was finished. Credits of high school are counted apart from
those of courses before it: whether a school takes these as its own is its decision.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from openmsix.dictionary.applicability import HIGH_SCHOOL_COURSE_TYPES
from openmsix.dictionary.grades import grade
from openmsix.students.compare import comparable
from openmsix.students.earned_since import with_what_was_earned_since
from openmsix.students.record import Course, Courses, SchoolYear, Standing, SubjectTotal, Term
from openmsix.students.school_years import stays_in, year_of
from openmsix.students.values import SourceRecord, Value

SAME_COURSE = ("course_title", "begin_academic_year", "end_academic_year", "course_section", "term_type")
"""The elements that name one course of one child: two rows of a State equal in these are one course sent
twice.
"""

RESULT = ("credits_granted", "final_grade", "clock_hours", "grade_to_date")

FIRST_OF_HIGH_SCHOOL = 9

FINISHED = frozenset((Standing.EARNED, Standing.NO_CREDIT))


def courses_of(sources: Sequence[SourceRecord], still_at: frozenset[int], today: date) -> Courses:
    """The courses of all state records.

    `sources`: the latest first. `still_at`: the state records at whose school the child still is; there an
    unfinished course of the present school year goes on.
    """
    courses = with_what_was_earned_since(_marked(_distinct(sources, still_at, today)), sources)
    years = tuple(_years(courses))
    subjects = tuple(_subjects(courses))
    return Courses(
        years=years,
        subjects=subjects,
        earned=sum((subject.earned for subject in subjects), Decimal(0)),
        earlier=sum((subject.earlier for subject in subjects), Decimal(0)),
        repeated=sum((subject.repeated for subject in subjects), Decimal(0)),
    )


def _distinct(sources: Sequence[SourceRecord], still_at: frozenset[int], today: date) -> list[Course]:
    """Rows equal in course and result stand once, whoever sent them.

    But a course that was not finished is one of its stay: equal ones of two States that both had the child in
    that school year are two courses. A State that had not only passes on what another told it.
    """
    found: dict[tuple[Any, ...], dict[int, Course]] = {}
    for source, row in _those_who_had_the_child_first(sources):
        said = Value(source.state_record_id, source.state_code, source.said_at)
        standing = standing_of(row, still_there=source.state_record_id in still_at, today=today)
        equal = found.setdefault(tuple(comparable(row.get(name)) for name in (*SAME_COURSE, *RESULT)), {})
        separate = standing not in FINISHED and bool(stays_in(source, year_of(row)))
        place = source.state_record_id if separate or not equal else next(iter(equal))
        if (known := equal.get(place)) is None:
            taken_in = _grade_in(row, source, sources)
            equal[place] = Course(
                values=row,
                said=(said,),
                standing=standing,
                taken_in_grade=taken_in,
                high_school=is_of_high_school(taken_in, row.get("course_type")),
            )
        elif said not in known.said:
            latest_first = sorted((*known.said, said), key=lambda one: one.said_at, reverse=True)
            equal[place] = replace(known, said=tuple(latest_first))
    return [course for equal in found.values() for course in equal.values()]


def _those_who_had_the_child_first(
    sources: Sequence[SourceRecord],
) -> list[tuple[SourceRecord, Mapping[str, Any]]]:
    rows = [(source, row) for source in sources for row in source.of("course_history")]
    return sorted(rows, key=lambda each: not stays_in(each[0], year_of(each[1])))


def _grade_in(row: Mapping[str, Any], source: SourceRecord, sources: Sequence[SourceRecord]) -> str | None:
    """The grade in which the child was when it took a course, by the State that tells of it, else by another."""
    year = year_of(row)
    others = (other for other in sources if other is not source)
    stays = (stay for each in (source, *others) for stay in stays_in(each, year))
    return next((stay["grade_level"] for stay in stays if stay.get("grade_level")), None)


def is_of_high_school(grade_level: str | None, course_type: str | None) -> bool:
    """Whether the credit of a course is one of high school.

    The exchange collects courses of secondary students. So a course is one of high school unless the child is known
    to have been in a grade below 9; then only its type can make it one.
    """
    return not is_below_high_school(grade_level) or course_type in HIGH_SCHOOL_COURSE_TYPES


def is_below_high_school(grade_level: str | None) -> bool:
    """Whether a grade is known to be below 9."""
    known = grade(grade_level) if grade_level else None
    return known is not None and known.order is not None and known.order < FIRST_OF_HIGH_SCHOOL


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
        yield SchoolYear(begins or None, ends or None, terms, *_earned_and_earlier(taken))


def _earned_and_earlier(courses: Sequence[Course]) -> tuple[Decimal, Decimal]:
    """The credits of high school, and those of courses before it."""
    counted = [course for course in courses if course.counted]
    earned = sum((course.credits for course in counted if course.high_school), Decimal(0))
    return earned, sum((course.credits for course in counted), Decimal(0)) - earned


def _subjects(courses: Iterable[Course]) -> Iterable[SubjectTotal]:
    def subject(course: Course) -> str:
        return str(comparable(course["subject_area"] or ""))

    def last_if_not_sent(course: Course) -> tuple[bool, str]:
        return not subject(course), subject(course)

    for _, of_subject in groupby(sorted(courses, key=last_if_not_sent), key=subject):
        taken = list(of_subject)
        broken = [course for course in taken if course.standing is Standing.BROKEN_OFF]
        earned, earlier = _earned_and_earlier(taken)
        yield SubjectTotal(
            subject=taken[0]["subject_area"] or "",
            earned=earned,
            earlier=earlier,
            repeated=_beyond_the_first(course for course in taken if course.high_school),
            broken_off=len(broken),
            earned_since=sum(bool(course.earned_since) for course in broken),
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
