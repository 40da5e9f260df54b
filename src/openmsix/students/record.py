"""The shapes of the consolidated record: plain, immutable data for pages, prints and exports.

Nothing here is stored. `consolidate` makes it from what the States said; codes stay codes (the dictionary has
their labels), and every value keeps the State that said it and the day up to which the State said so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from openmsix.deadlines.anniversaries import age_on
from openmsix.students.values import Entry, Fact, SourceRecord, Value


@dataclass(frozen=True)
class Move(Entry):
    """A qualifying move."""

    @property
    def arrived(self) -> date:
        """The qualifying arrival date."""
        day = self.values["qualifying_arrival_date"]
        assert isinstance(day, date)
        return day


class StayKind(StrEnum):
    """What an enrollment is."""

    SCHOOL = "school"
    PROJECT = "migrant education project"
    RESIDENCY = "residency only"


@dataclass(frozen=True)
class Enrollment(Entry):
    """An enrollment or a residency.

    `followed_on`: no end was sent, and this day the child was enrolled elsewhere, so that it had left by then.
    """

    followed_on: date | None = None

    @property
    def began(self) -> date:
        """The enrollment date."""
        day = self.values["enrollment_date"]
        assert isinstance(day, date)
        return day

    @property
    def ended(self) -> date | None:
        """The withdrawal date; None while the enrollment is open or its end was not sent."""
        day: date | None = self.values.get("withdrawal_date")
        return day

    @property
    def is_open(self) -> bool:
        """Whether, by all that was sent, the child is still there."""
        return self.ended is None and self.followed_on is None

    @property
    def kind(self) -> StayKind:
        """What it is; a basic school program that is a project too (05) is a school."""
        kind = self.values.get("enrollment_type")
        if kind == "06":
            return StayKind.RESIDENCY
        return StayKind.SCHOOL if kind in ("01", "05", None) else StayKind.PROJECT

    @property
    def is_residency_only(self) -> bool:
        """Whether the child only lived there, enrolled nowhere."""
        return self.kind is StayKind.RESIDENCY

    @property
    def where(self) -> str:
        """The State where the enrollment is: the facility's, or the one that reports it."""
        return self.values.get("facility_state") or self.state_code


class Standing(StrEnum):
    """How a course ended."""

    EARNED = "earned"  # credit was granted
    BROKEN_OFF = "broken off"  # the child left before the end: hours and a grade to date
    IN_PROGRESS = "in progress"  # like broken off, but the child is still enrolled there
    NO_CREDIT = "finished without credit"
    NO_RESULT = "no result sent"


def school_year_in_words(begins: int | None, ends: int | None) -> str:
    """A school year as people write it: 2025-2026, or 2026 for a summer; empty if it was not sent."""
    return "-".join(str(year) for year in dict.fromkeys((begins, ends)) if year)


@dataclass(frozen=True)
class EarnedSince:
    """Where and when credit was granted for a course that had been broken off."""

    state_code: str
    school_year: str  # 2025-2026


@dataclass(frozen=True)
class Course(Entry):
    """A course, and how it counts.

    `counted`: its credit is in the totals (a row sent twice counts once). `repeated`: another counted course
    has the same title and part. `taken_in_grade`: the grade in which the child was in that school year, None if no
    enrollment tells. `high_school`: its credit is one of high school; see `credits`. `earned_since`: of a broken-off
    course, the credits that make it good, none while it is open; see `earned_since`.
    """

    standing: Standing = Standing.NO_RESULT
    counted: bool = False
    repeated: bool = False
    taken_in_grade: str | None = None
    high_school: bool = True
    earned_since: tuple[EarnedSince, ...] = ()

    @property
    def school_year(self) -> str:
        """The school year as people write it: 2025-2026, or 2026 for a summer; empty if it was not sent."""
        return school_year_in_words(
            self.values.get("begin_academic_year"), self.values.get("end_academic_year")
        )

    @property
    def credits(self) -> Decimal:
        """The credits granted, zero if none."""
        return self.values.get("credits_granted") or Decimal(0)


@dataclass(frozen=True)
class Assessment(Entry):
    """An assessment and its score."""


@dataclass(frozen=True)
class Term:
    """The courses of one term type of a school year."""

    term_type: str | None
    courses: tuple[Course, ...]


@dataclass(frozen=True)
class SchoolYear:
    """The courses of one school year, by term."""

    begins: int | None
    ends: int | None
    terms: tuple[Term, ...]
    earned: Decimal  # credits of high school
    earlier: Decimal  # credits of courses before high school

    @property
    def name(self) -> str:
        """As people write it: 2025-2026, or 2026 for a summer; empty if it was not sent."""
        return school_year_in_words(self.begins, self.ends)


@dataclass(frozen=True)
class SubjectTotal:
    """What a child has in one subject; `repeated`: the part of `earned` that stands in repeated courses."""

    subject: str
    earned: Decimal  # credits of high school
    earlier: Decimal  # credits of courses before high school
    repeated: Decimal
    broken_off: int
    earned_since: int  # of those broken off
    clock_hours: int


@dataclass(frozen=True)
class Courses:
    """All courses: by year, newest first, and summed up by subject."""

    years: tuple[SchoolYear, ...] = ()
    subjects: tuple[SubjectTotal, ...] = ()
    earned: Decimal = Decimal(0)  # credits of high school
    earlier: Decimal = Decimal(0)  # credits of courses before high school, not in `earned`
    repeated: Decimal = Decimal(0)  # the part of `earned` in repeated courses

    def __iter__(self) -> Iterator[Course]:
        return (course for year in self.years for term in year.terms for course in term.courses)

    @property
    def broken_off(self) -> tuple[Course, ...]:
        """The courses broken off, newest first."""
        return tuple(course for course in self if course.standing is Standing.BROKEN_OFF)

    @property
    def open(self) -> tuple[Course, ...]:
        """The courses broken off that were not earned since, newest first."""
        return tuple(course for course in self.broken_off if not course.earned_since)


@dataclass(frozen=True)
class Eligibility:
    """How long the child is eligible.

    `computed`: no State sent an expiration date, so the rule gave it. `graduated`: the day, not later than today, on
    which a State says the child graduated or got an equivalency; that ends eligibility before the date that stands
    (CEDS 000430), and the State that sent the date has to say so.
    """

    arrived: date
    ends: date  # the expiration date: the first day on which the child is no longer eligible
    days_left: int  # today counted; 0 once it has expired
    state_code: str
    said_at: date
    computed: bool
    graduated: Value | None

    @property
    def is_doubtful(self) -> bool:
        """Whether the date that stands still counts days although the child graduated."""
        return self.days_left > 0 and self.graduated is not None


@dataclass(frozen=True)
class ContactCard:
    """Whom to call about the record."""

    name: str
    title: str
    phone: str
    email: str
    place: str  # name of the district, region or State
    level: str


@dataclass(frozen=True)
class NearMatch:
    """Another state record of which people are asked whether it is this child; nothing about that child."""

    state_code: str
    asked_on: date


@dataclass(frozen=True)
class Agreement:
    """On which topics (keys of `agreement.TOPICS`) the States agree, differ, or cannot be compared.

    `own`: what each State says for itself, where that differs. `alone`: only one State speaks of it.
    """

    agreed: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrival:
    """The arrival sheet: what a registrar needs on the first screen and the first page."""

    enrollment: Enrollment | None  # the latest, also a residency: State and district now
    school: Enrollment | None  # the latest in a school or project: last school and dates
    grade: Value | None
    eligibility: Eligibility | None
    # pfs_flag, lep_indicator, idea_indicator, med_alert, immunization_record_flag: all five, in this order
    needs: tuple[Fact, ...]
    parents: tuple[Fact, ...]  # keys `mother` and `father`: full names, as each State writes them
    reach: tuple[Fact, ...]  # telephone numbers and addresses of the parents, those that were sent
    earned: Decimal  # credits of high school
    earlier: Decimal  # credits of courses before high school
    broken_off: tuple[Course, ...]  # those not earned since
    earned_since: int  # how many more were broken off and earned since
    below_high_school: bool  # in a grade below 9: credits are none of high school yet
    questions: tuple[Fact, ...]  # the facts in which the States disagree
    agreement: Agreement
    near_matches: tuple[NearMatch, ...]
    contact: ContactCard | None


@dataclass(frozen=True)
class ConsolidatedRecord:
    """Everything the States say about one child. Lists stand newest first.

    `identity`: every element of the record type demographics that is not about parents; `family`: those about
    parents; `health`: med_alert, immunization_record_flag and idea_indicator, one value for each enrollment
    that states one; `schooling`: graduation and the other single facts that enrollments carry, one value a
    state record. All keyed by element key; what no State sent is a Fact without values.
    """

    msix_id: str
    ref: str  # the opaque address of the child's pages
    made_on: date
    arrival: Arrival
    identity: Mapping[str, Fact]
    family: Mapping[str, Fact]
    health: Mapping[str, Fact]
    schooling: Mapping[str, Fact]
    moves: tuple[Move, ...]
    enrollments: tuple[Enrollment, ...]
    courses: Courses
    assessments: tuple[Assessment, ...]
    sources: tuple[SourceRecord, ...]  # the latest first
    places: Mapping[str, str] = field(default_factory=dict)  # number of a district or school -> its name

    @property
    def states(self) -> tuple[str, ...]:
        """The States that have a live record, the latest first."""
        return tuple(dict.fromkeys(source.state_code for source in self.sources))

    @property
    def name(self) -> str:
        """The full name as said last, given names first. From one State: fields of two are never mixed."""
        row = next((source.of("demographics")[0] for source in self.sources if source.of("demographics")), {})
        words = (
            row.get(key) for key in ("first_name", "middle_name", "last_name_1", "last_name_2", "suffix")
        )
        return " ".join(str(word) for word in words if word)

    @property
    def birth_date(self) -> date | None:
        """The birth date as said last."""
        day: date | None = self.latest("birth_date")
        return day

    @property
    def age(self) -> int | None:
        """The age in full years on the day the record was made."""
        return age_on(self.birth_date, self.made_on) if self.birth_date else None

    def latest(self, key: str) -> Any:
        """The value said last of an identity or family element; None if no State said one."""
        fact = self.identity.get(key) or self.family.get(key)
        return fact.latest.value if fact and fact.latest else None
