"""From what several States said about a child to one record. Plain data in, plain data out.

Nothing is decided that the States did not say: the latest value stands first, every other stays beside it.
`facts` sets single values side by side, `entries` unites lists, `credits` counts courses, `agreement` says on what the
States agree.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from openmsix.deadlines.eligibility import days_left, expiration_date
from openmsix.students import entries
from openmsix.students.agreement import agreement, questions
from openmsix.students.credits import courses_of, is_below_high_school
from openmsix.students.facts import (
    PARENT_NAMES,
    demographic,
    from_every_enrollment,
    from_latest_enrollment,
    parent,
)
from openmsix.students.record import (
    Arrival,
    ConsolidatedRecord,
    ContactCard,
    Courses,
    Eligibility,
    Enrollment,
    Move,
    NearMatch,
)
from openmsix.students.values import Fact, SourceRecord, Value

REACH = ("parent_1_phone", "parent_1_email", "parent_2_phone", "parent_2_email")
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


def consolidate(
    sources: Iterable[SourceRecord],
    *,
    msix_id: str,
    ref: str,
    today: date,
    contact_of: Callable[[Enrollment | None, str], ContactCard | None] = lambda latest, state_code: None,
    near_matches: tuple[NearMatch, ...] = (),
    places: Mapping[str, str] | None = None,
) -> ConsolidatedRecord:
    """The one record of a child from its live state records, in any order.
    `contact_of`: whom to call, given the latest enrollment, if any, and the State that spoke last.
    """
    ordered = _latest_first(sources)
    identity, family = ({key: demographic(ordered, key) for key in keys} for keys in (IDENTITY, PARENTS))
    stays = entries.enrollments(ordered)
    moves = entries.moves(ordered)
    courses = courses_of(ordered, _still_at(stays), today)
    eligible = _eligibility(ordered, moves, identity["birth_date"], today)
    arrival = _arrival(
        ordered, stays, identity | family, courses, eligible, near_matches=near_matches, contact_of=contact_of
    )
    return ConsolidatedRecord(
        msix_id=msix_id,
        ref=ref,
        made_on=today,
        arrival=arrival,
        identity=identity,
        family=family,
        health={key: from_every_enrollment(ordered, key) for key in HEALTH},
        schooling={key: from_latest_enrollment(ordered, key) for key in SCHOOLING},
        moves=moves,
        enrollments=stays,
        courses=courses,
        assessments=entries.assessments(ordered),
        sources=ordered,
        places=places or {},
    )


def _arrival(
    sources: Sequence[SourceRecord],
    stays: Sequence[Enrollment],
    people: Mapping[str, Fact],
    courses: Courses,
    eligibility: Eligibility | None,
    *,
    near_matches: tuple[NearMatch, ...],
    contact_of: Callable[[Enrollment | None, str], ContactCard | None],
) -> Arrival:
    latest = stays[0] if stays else None
    needs = {key: from_latest_enrollment(sources, key) for key in NEEDS}
    parents = {which: parent(sources, which) for which in PARENT_NAMES}
    facts = {**people, **needs, **parents}
    grade = _grade(stays)
    return Arrival(
        enrollment=latest,
        school=next((stay for stay in stays if not stay.is_residency_only), None),
        grade=grade,
        eligibility=eligibility,
        needs=tuple(needs.values()),
        parents=tuple(parents.values()),
        reach=tuple(people[key] for key in REACH if people[key].values),
        earned=courses.earned,
        earlier=courses.earlier,
        broken_off=courses.open,
        earned_since=len(courses.broken_off) - len(courses.open),
        below_high_school=is_below_high_school(grade.value if grade else None),
        questions=questions(facts),
        agreement=agreement(facts),
        near_matches=near_matches,
        contact=contact_of(latest, sources[0].state_code if sources else ""),
    )


def _latest_first(sources: Iterable[SourceRecord]) -> tuple[SourceRecord, ...]:
    # Of those said on one day the order is by State: it must not hang on which file arrived first.
    return tuple(
        sorted(
            sources,
            key=lambda source: (
                -source.said_at.toordinal(),
                source.state_code,
                source.state_student_id,
                source.state_record_id,
            ),
        )
    )


def _grade(enrollments: Sequence[Enrollment]) -> Value | None:
    return next(
        (
            Value(
                enrollment["grade_level"],
                enrollment.state_code,
                enrollment.said_at,
                enrolled=None if enrollment.is_open else enrollment.began,
            )
            for enrollment in enrollments
            if enrollment["grade_level"]
        ),
        None,
    )


def _still_at(stays: Sequence[Enrollment]) -> frozenset[int]:
    """The state records at whose school the child still is."""
    return frozenset(said.value for said in stays[0].said) if stays and stays[0].is_open else frozenset()


def _eligibility(
    sources: Sequence[SourceRecord], moves: Sequence[Move], born: Fact, today: date
) -> Eligibility | None:
    if not moves:
        return None
    graduation = from_latest_enrollment(sources, "graduation_hse_date")
    move = moves[0]
    stated: date | None = move["eligibility_expiration_date"]
    ends = stated or expiration_date(move.arrived, born.latest.value if born.latest else None)
    return Eligibility(
        arrived=move.arrived,
        ends=ends,
        days_left=days_left(ends, today),
        state_code=move.state_code,
        said_at=move.said_at,
        computed=stated is None,
        graduated=next((said for said in graduation.values if said.value <= today), None),
    )
