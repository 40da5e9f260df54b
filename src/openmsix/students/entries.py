"""Lists: moves, enrollments and assessments. The union of what was sent; a row that came twice stands once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from openmsix.students.compare import comparable
from openmsix.students.facts import differ, given
from openmsix.students.record import Assessment, Enrollment, Move, StayKind
from openmsix.students.values import Entry, SourceRecord, Value

EntryType = TypeVar("EntryType", bound=Entry)


def moves(sources: Sequence[SourceRecord]) -> tuple[Move, ...]:
    """Qualifying moves, newest first."""

    def same_if(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return row["qualifying_arrival_date"], row.get("to_state"), row.get("to_city")

    found = _entries(Move, sources, "qualifying_moves", same_if)
    return tuple(sorted(found, key=lambda move: move.arrived, reverse=True))


def enrollments(sources: Sequence[SourceRecord]) -> tuple[Enrollment, ...]:
    """Enrollments and residencies, newest first."""

    def same_if(row: Mapping[str, Any]) -> tuple[Any, ...]:
        school = row.get("school_id") or row.get("school_or_project_name") or row.get("school_district_id")
        return row["enrollment_date"], school, row.get("enrollment_type")

    def newest(enrollment: Enrollment) -> tuple[Any, ...]:
        # Of two that began the same day, the one that is open or ended later is the later one.
        return (
            enrollment.began,
            not enrollment.is_residency_only,
            enrollment.ended or date.max,
            enrollment.said_at,
        )

    found = sorted(_entries(Enrollment, sources, "enrollments", same_if), key=newest, reverse=True)
    return tuple(replace(one, followed_on=_followed_on(one, found)) for one in found)


def _followed_on(one: Enrollment, every: Sequence[Enrollment]) -> date | None:
    """When the child began elsewhere, if no end of this enrollment was sent."""
    if one.ended is not None:
        return None
    return min((other.began for other in every if _follows(other, one)), default=None)


def _follows(later: Enrollment, one: Enrollment) -> bool:
    """Whether nobody can still be in the one once the later began."""
    # A school and a migrant education project of one State run side by side.
    side_by_side = {later.kind, one.kind} == {StayKind.SCHOOL, StayKind.PROJECT} and later.where == one.where
    return later.began > one.began and not side_by_side


def assessments(sources: Sequence[SourceRecord]) -> tuple[Assessment, ...]:
    """Assessments, newest first."""
    names = (
        "assessment_title", "assessment_content", "assessment_type", "administration_date",
        "reporting_method", "score_results",
    )  # fmt: skip
    found = _entries(Assessment, sources, "assessments", lambda row: tuple(row.get(name) for name in names))
    by_title = sorted(found, key=lambda test: str(test["assessment_title"] or ""))
    return tuple(sorted(by_title, key=lambda test: test["administration_date"] or date.min, reverse=True))


def _entries(
    kind: type[EntryType],
    sources: Sequence[SourceRecord],
    record_type: str,
    same_if: Callable[[Mapping[str, Any]], tuple[Any, ...]],
) -> list[EntryType]:
    """The rows of all state records; those that say the same thing once, with everyone who said it."""
    groups: dict[tuple[Any, ...], list[tuple[SourceRecord, Mapping[str, Any]]]] = {}
    for source in sources:
        for row in source.of(record_type):
            groups.setdefault(tuple(comparable(part) for part in same_if(row)), []).append((source, row))
    return [_entry(kind, rows) for rows in groups.values()]


def _entry(kind: type[EntryType], rows: Sequence[tuple[SourceRecord, Mapping[str, Any]]]) -> EntryType:
    values: dict[str, Any] = {}
    different: dict[str, tuple[Value, ...]] = {}
    for key in rows[0][1]:
        stated = [
            Value(row[key], source.state_code, source.said_at) for source, row in rows if given(row.get(key))
        ]
        values[key] = stated[0].value if stated else None
        if differ(stated):
            different[key] = tuple(stated)
    said = {
        source.state_record_id: Value(source.state_record_id, source.state_code, source.said_at)
        for source, _ in rows
    }
    return kind(values=values, said=tuple(said.values()), different=different)
