"""Which broken-off courses the child has earned since, at any State: those are not open any more.

A wrong yes would leave a course untaught, a wrong no only shows a course too many: what is doubtful stays open. The cases
stand in docs/spec/consolidation.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from openmsix.deadlines.school_year import Period
from openmsix.students.compare import comparable
from openmsix.students.record import Course, EarnedSince, Standing
from openmsix.students.school_years import stays_in, year_of
from openmsix.students.values import SourceRecord

WHOLE = frozenset("AB")
PARTS = {"01": WHOLE, "02": frozenset("A"), "03": frozenset("B")}
"""Course section -> the halves of the course that it holds."""

WHOLE_YEAR_TERMS = frozenset(("0827", "0837"))
SUMMER = "0833"  # the term that comes last in a school year


def with_what_was_earned_since(courses: Sequence[Course], sources: Sequence[SourceRecord]) -> list[Course]:
    """The same courses; each broken-off one with the credits that make it good."""
    earned = [course for course in courses if course.standing is Standing.EARNED]
    known = {source.state_record_id: source for source in sources}
    return [
        replace(course, earned_since=_made_good(course, earned, known))
        if course.standing is Standing.BROKEN_OFF
        else course
        for course in courses
    ]


def _made_good(
    broken: Course, earned: Iterable[Course], sources: Mapping[int, SourceRecord]
) -> tuple[EarnedSince, ...]:
    needed = _halves(broken) or WHOLE  # which half it was is not known: only the whole course makes it good
    since = sorted(
        (
            course
            for course in earned
            if _same_course(broken, course)
            and _halves(course) & needed
            and _not_before(course, broken, sources)
        ),
        key=lambda course: (course.school_year, course.state_code),
    )
    if not needed <= frozenset().union(*map(_halves, since)):
        return ()
    return tuple(dict.fromkeys(EarnedSince(course.state_code, course.school_year) for course in since))


def _halves(course: Course) -> frozenset[str]:
    """The halves of the course that were taken; none if that was not sent."""
    if (part := course["course_section"]) in PARTS:
        return PARTS[part]
    return WHOLE if course["term_type"] in WHOLE_YEAR_TERMS else frozenset()


def _same_course(broken: Course, earned: Course) -> bool:
    """Whether both are one course: by title, and, where both say it, by type; and whether its credit is of as high a school."""
    title, other = comparable(broken["course_title"] or ""), comparable(earned["course_title"] or "")
    types = {course["course_type"] for course in (broken, earned)} - {None, ""}
    return (
        bool(title) and title == other and len(types) < 2 and (earned.high_school or not broken.high_school)
    )


def _not_before(earned: Course, broken: Course, sources: Mapping[int, SourceRecord]) -> bool:
    """Whether a course was earned in a later school year, or in the same and not known to be before the other."""
    year, other = year_of(earned.values), year_of(broken.values)
    if year is None or other is None:
        return False
    if year != other:
        return year.first_day > other.first_day
    if SUMMER in (terms := (earned["term_type"], broken["term_type"])) and terms[0] != terms[1]:
        return bool(earned["term_type"] == SUMMER)
    ends = [stay.get("withdrawal_date") for stay in _stays(earned, year, sources)]
    begins = [stay["enrollment_date"] for stay in _stays(broken, year, sources)]
    return not (ends and begins and max(end or date.max for end in ends) <= min(begins))


def _stays(course: Course, year: Period, sources: Mapping[int, SourceRecord]) -> list[Mapping[str, Any]]:
    """The enrollments, in that school year, of those who sent a course."""
    return [stay for said in course.said for stay in stays_in(sources[said.value], year)]
