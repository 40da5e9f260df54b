"""From what several States said about a child to one record. Plain data in, plain data out.

Nothing is decided that the States did not say: the latest value stands first, every other stays beside it.
Lists are the union of what was sent; a row that came twice stands once. What differs only in accents,
capitals, hyphens or spaces is not a disagreement.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from openmsix.deadlines.eligibility import days_left, expiration_date
from openmsix.students.compare import comparable
from openmsix.students.credits import courses_of
from openmsix.students.record import (
    Arrival,
    Assessment,
    ConsolidatedRecord,
    ContactCard,
    Eligibility,
    Enrollment,
    Entry,
    Fact,
    Move,
    SourceRecord,
    Value,
)

PARENTS = (
    "male_parent_first_name", "male_parent_last_name", "female_parent_first_name", "female_parent_last_name",
    "parent_1_email", "parent_1_phone", "parent_2_email", "parent_2_phone",
)  # fmt: skip
IDENTITY = (
    "first_name", "middle_name", "last_name_1", "last_name_2", "suffix", "sex", "birth_date",
    "multiple_birth_flag", "birth_city", "birth_state", "birth_country", "birth_date_verification",
)  # fmt: skip
NEEDS = ("pfs_flag", "lep_indicator", "idea_indicator", "med_alert", "immunization_record_flag")
HEALTH = ("med_alert", "immunization_record_flag", "idea_indicator")
SCHOOLING = (
    "designated_graduation_school", "graduation_hse_indicator", "graduation_hse_date",
    "out_of_state_transcript_indicator", "algebra_1_indicator", "continuation_of_services_reason",
    "home_school_indicator", "district_of_residence", "residency_date", "residency_verification_date",
)  # fmt: skip
QUESTIONS = (
    "first_name", "middle_name", "last_name_1", "last_name_2", "suffix", "sex", "birth_date",
    "multiple_birth_flag", "female_parent_first_name", "female_parent_last_name", "male_parent_first_name",
    "male_parent_last_name", "lep_indicator", "idea_indicator", "med_alert",
)  # fmt: skip
"""The facts whose disagreement is a question for people. Priority for Services and immunizations on file
change from State to State and year to year, so two values there are no contradiction."""

WRITTEN_TOGETHER = (("first_name", "middle_name"), ("last_name_1", "last_name_2"))
"""Names that States divide differently: one field or two. They differ only if they differ read together."""

EntryType = TypeVar("EntryType", bound=Entry)


def consolidate(
    sources: Iterable[SourceRecord],
    *,
    msix_id: str,
    ref: str,
    today: date,
    contact_of: Callable[[Enrollment | None, str], ContactCard | None] = lambda latest, state_code: None,
) -> ConsolidatedRecord:
    """The one record of a child from its live state records, in any order.

    `contact_of`: whom to call, given the latest enrollment, if any, and the State that spoke last.
    """
    ordered = tuple(
        sorted(
            sources,
            # Of those said on one day the order is by State: it must not hang on which file arrived first.
            key=lambda source: (
                -source.said_at.toordinal(),
                source.state_code,
                source.state_student_id,
                source.state_record_id,
            ),
        )
    )
    identity = {key: _demographic(ordered, key) for key in IDENTITY}
    family = {key: _demographic(ordered, key) for key in PARENTS}
    enrollments = _enrollments(ordered)
    needs = tuple(_from_latest_enrollment(ordered, key) for key in NEEDS)
    moves = _moves(ordered)
    latest = enrollments[0] if enrollments else None
    courses = courses_of(ordered, _still_at(latest), today)
    birth = identity["birth_date"].latest
    by_key = identity | family | {fact.key: fact for fact in needs}
    return ConsolidatedRecord(
        msix_id=msix_id,
        ref=ref,
        made_on=today,
        arrival=Arrival(
            enrollment=latest,
            school=next((enrollment for enrollment in enrollments if not enrollment.is_residency_only), None),
            grade=_grade(enrollments),
            eligibility=_eligibility(moves, birth.value if birth else None, today),
            needs=needs,
            earned=courses.earned,
            broken_off=courses.broken_off,
            questions=tuple(by_key[key] for key in QUESTIONS if by_key[key].differs),
            contact=contact_of(latest, ordered[0].state_code if ordered else ""),
        ),
        identity=identity,
        family=family,
        health={key: _from_every_enrollment(ordered, key) for key in HEALTH},
        schooling={key: _from_latest_enrollment(ordered, key) for key in SCHOOLING},
        moves=moves,
        enrollments=enrollments,
        courses=courses,
        assessments=_assessments(ordered),
        sources=ordered,
    )


def _fact(key: str, values: Sequence[Value]) -> Fact:
    return Fact(key, tuple(values), _differ(values))


def _differ(values: Sequence[Value]) -> bool:
    return len(values) > 1 and len({comparable(value.value) for value in values}) > 1


def _demographic(sources: Sequence[SourceRecord], key: str) -> Fact:
    rows = [(source, row) for source in sources for row in source.of("demographics")]
    fact = _fact(
        key,
        [Value(row[key], source.state_code, source.said_at) for source, row in rows if _given(row.get(key))],
    )
    together = next((keys for keys in WRITTEN_TOGETHER if key in keys), None)
    if not fact.differs or together is None:
        return fact
    readings = {comparable(" ".join(str(row.get(part) or "") for part in together)) for _, row in rows}
    return Fact(key, fact.values, len(readings) > 1)


def _given(value: Any) -> bool:
    return value is not None and value != ""


def _newest_enrollments(source: SourceRecord) -> list[Mapping[str, Any]]:
    return sorted(
        source.of("enrollments"), key=lambda row: row.get("enrollment_date") or date.min, reverse=True
    )


def _stated(source: SourceRecord, key: str) -> list[tuple[date, Value]]:
    """Each value that the enrollments of a state record give, with the enrollment's date, newest first."""
    return [
        (row.get("enrollment_date") or date.min, Value(row[key], source.state_code, source.said_at))
        for row in _newest_enrollments(source)
        if _given(row.get(key))
    ]


def _newest_first(dated: Iterable[tuple[date, Value]]) -> list[Value]:
    return [value for _, value in sorted(dated, key=lambda pair: pair[0], reverse=True)]


def _from_latest_enrollment(sources: Sequence[SourceRecord], key: str) -> Fact:
    return _fact(key, _newest_first(stated[0] for source in sources if (stated := _stated(source, key))))


def _from_every_enrollment(sources: Sequence[SourceRecord], key: str) -> Fact:
    """The history of a fact. That a value changed with the years is no disagreement: only what the state
    records say now is compared.
    """
    dated = [
        (began, replace(value, enrolled=_known(began)))
        for source in sources
        for began, value in _stated(source, key)
    ]
    return Fact(key, tuple(_newest_first(dated)), _from_latest_enrollment(sources, key).differs)


def _known(began: date) -> date | None:
    return None if began == date.min else began


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
        given = [
            Value(row[key], source.state_code, source.said_at) for source, row in rows if _given(row.get(key))
        ]
        values[key] = given[0].value if given else None
        if _differ(given):
            different[key] = tuple(given)
    said = {
        source.state_record_id: Value(source.state_record_id, source.state_code, source.said_at)
        for source, _ in rows
    }
    return kind(values=values, said=tuple(said.values()), different=different)


def _moves(sources: Sequence[SourceRecord]) -> tuple[Move, ...]:
    def same_if(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return row["qualifying_arrival_date"], row.get("to_state"), row.get("to_city")

    return tuple(
        sorted(
            _entries(Move, sources, "qualifying_moves", same_if), key=lambda move: move.arrived, reverse=True
        )
    )


def _enrollments(sources: Sequence[SourceRecord]) -> tuple[Enrollment, ...]:
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

    return tuple(sorted(_entries(Enrollment, sources, "enrollments", same_if), key=newest, reverse=True))


def _assessments(sources: Sequence[SourceRecord]) -> tuple[Assessment, ...]:
    names = (
        "assessment_title", "assessment_content", "assessment_type", "administration_date",
        "reporting_method", "score_results",
    )  # fmt: skip
    found = _entries(Assessment, sources, "assessments", lambda row: tuple(row.get(name) for name in names))
    by_title = sorted(found, key=lambda test: str(test["assessment_title"] or ""))
    return tuple(sorted(by_title, key=lambda test: test["administration_date"] or date.min, reverse=True))


def _grade(enrollments: Sequence[Enrollment]) -> Value | None:
    return next(
        (
            Value(
                enrollment["grade_level"],
                enrollment.state_code,
                enrollment.said_at,
                enrolled=enrollment.began if enrollment.ended else None,
            )
            for enrollment in enrollments
            if enrollment["grade_level"]
        ),
        None,
    )


def _still_at(latest: Enrollment | None) -> frozenset[int]:
    """The state records at whose school the child still is."""
    return frozenset(said.value for said in latest.said) if latest and latest.ended is None else frozenset()


def _eligibility(moves: Sequence[Move], born: date | None, today: date) -> Eligibility | None:
    if not moves:
        return None
    move = moves[0]
    stated: date | None = move["eligibility_expiration_date"]
    ends = stated or expiration_date(move.arrived, born)
    return Eligibility(
        arrived=move.arrived,
        ends=ends,
        days_left=days_left(ends, today),
        state_code=move.state_code,
        said_at=move.said_at,
        computed=stated is None,
    )
