"""The school year of a course, and where the child was enrolled in it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from openmsix.deadlines.school_year import FIRST_MONTH_OF_SCHOOL_YEAR, Period
from openmsix.students.values import SourceRecord


def year_of(row: Mapping[str, Any]) -> Period | None:
    """The school year of a course; None if it was not sent."""
    begins = row.get("begin_academic_year")
    if (ends := row.get("end_academic_year")) is not None:
        begins = ends - 1  # a summer course begins and ends in one calendar year
    return None if begins is None else Period(begins, FIRST_MONTH_OF_SCHOOL_YEAR)


def stays_in(source: SourceRecord, year: Period | None) -> list[Mapping[str, Any]]:
    """The enrollments of a state record in a school year, those that began in it first."""
    if year is None:
        return []

    def in_year(row: Mapping[str, Any]) -> bool:
        began, ended = row["enrollment_date"], row.get("withdrawal_date")
        return began in year or (ended is not None and began < year.first_day <= ended)

    def order(row: Mapping[str, Any]) -> tuple[bool, bool, date]:
        in_school = row.get("enrollment_type") in ("01", "05", None)
        return row["enrollment_date"] not in year, not in_school, row["enrollment_date"]

    return sorted(filter(in_year, source.of("enrollments")), key=order)
