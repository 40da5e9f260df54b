"""What each page of a record shows, from the consolidated record: facts with who said them, tables, totals."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from openmsix.dictionary import dictionary
from openmsix.interop.shown import is_published
from openmsix.notices.models import ChangeOfResidence
from openmsix.students.compare import comparable
from openmsix.students.facts import is_said_by_each_state_for_itself
from openmsix.students.record import ConsolidatedRecord, Course, Enrollment, NearMatch, Standing
from openmsix.students.values import Fact, Value
from openmsix.web.children import pictures
from openmsix.web.children.record_words import link_in_words, topics
from openmsix.web.children.words import state_name
from openmsix.web.language import day, phrases
from openmsix.web.moves.words import told

RECORD_OF_NEEDS = "enrollments"
GRADUATION = ("graduation_hse_indicator", "graduation_hse_date")


@dataclass(frozen=True)
class Statement:
    """One value as written, and every State that said it so, the latest first."""

    value: Any
    said: tuple[Value, ...]

    @property
    def enrolled(self) -> date | None:
        """In a history, the date of the newest enrollment that says so."""
        return self.said[0].enrolled


def statements(fact: Fact) -> list[Statement]:
    """The values of a fact, each once; a State that says it in several records stands once, with its latest day."""
    by_value: dict[Any, dict[str, Value]] = {}
    for value in fact.values:
        by_value.setdefault(value.value, {}).setdefault(value.state_code, value)
    return [Statement(value, tuple(said.values())) for value, said in by_value.items()]


@dataclass(frozen=True)
class Line:
    """One element on a page."""

    record_type: str
    key: str
    statements: list[Statement]
    differs: bool

    @property
    def own(self) -> bool:
        """Several values, and no disagreement: each State says it for itself."""
        return len(self.statements) > 1 and is_said_by_each_state_for_itself(self.key)


def lines(record_type: str, facts: Iterable[Fact], *, empty: bool = False) -> list[Line]:
    """Facts as lines; those that no State stated only if `empty`."""
    return [
        Line(record_type, fact.key, statements(fact), fact.differs) for fact in facts if fact.values or empty
    ]


MOST_COURSES = 5  # broken off, on the arrival sheet


def arrival(record: ConsolidatedRecord, near: Mapping[NearMatch, Sequence[str]]) -> dict[str, Any]:
    """The arrival sheet. `near`: the addresses of the near matches' children that the reader may open."""
    sheet = record.arrival
    agreement = sheet.agreement
    return {
        "sheet": sheet,
        "needs": lines(RECORD_OF_NEEDS, sheet.needs, empty=True),
        "near_matches": [
            (match, count, near.get(match, ())) for match, count in Counter(sheet.near_matches).items()
        ],
        "questions": [_question(fact, record) for fact in sheet.questions],
        "agreed": topics(agreement.agreed),
        "own": topics(agreement.own),
        "alone": topics(agreement.alone),
        "graduation": lines(RECORD_OF_NEEDS, [record.schooling[key] for key in GRADUATION]),
        "parents": lines("demographics", sheet.parents),
        "reach": lines("demographics", sheet.reach),
        "courses_sent": bool(record.courses.years),
        "broken_off": sheet.broken_off[:MOST_COURSES],
        "broken_off_more": max(len(sheet.broken_off) - MOST_COURSES, 0),
        "eligible": eligibility_in_words(record),
        "in_progress": sum(course.standing is Standing.IN_PROGRESS for course in record.courses),
    }


def _question(fact: Fact, record: ConsolidatedRecord) -> Line:
    of_child = fact.key not in (need.key for need in record.arrival.needs)
    return Line("demographics" if of_child else RECORD_OF_NEEDS, fact.key, statements(fact), True)


def eligibility_in_words(record: ConsolidatedRecord) -> str:
    """How long the child is eligible, in one line."""
    found = record.arrival.eligibility
    if found is None:
        return _("No qualifying move on record")
    if found.is_doubtful and found.graduated:
        return _("To be checked: graduated %(day)s") % {"day": day(found.graduated.value)}
    if found.days_left == 0:
        return _("Ended %(day)s") % {"day": day(found.ends)}
    return _("%(days)s days left, until %(day)s") % {
        "days": phrases().number(found.days_left),
        "day": day(found.ends),
    }


def moves(record: ConsolidatedRecord) -> dict[str, Any]:
    """Moves and enrollments in time and on the map."""
    return {
        "moves": record.moves,
        "pictures": pictures.of(record),
        "enrollments": record.enrollments,
        "changes": told(ChangeOfResidence.objects.of_child(record.msix_id)),
    }


@dataclass(frozen=True)
class CourseTerm:
    """The courses of a term, those earned apart from those broken off and the rest."""

    term_type: str | None
    earned: list[Course]
    broken_off: list[Course]
    others: list[Course]


def courses(record: ConsolidatedRecord) -> dict[str, Any]:
    """Courses by school year and term, and totals by subject."""
    years = [
        (year, [_by_standing(term.term_type, term.courses) for term in year.terms])
        for year in record.courses.years
    ]
    return {"years": years, "courses": record.courses, "algebra": _stated(record, "algebra_1_indicator")}


def _by_standing(term_type: str | None, taken: Iterable[Course]) -> CourseTerm:
    found = CourseTerm(term_type, [], [], [])
    for course in taken:
        place = {Standing.EARNED: found.earned, Standing.BROKEN_OFF: found.broken_off}.get(
            course.standing, found.others
        )
        place.append(course)
    return found


def _stated(record: ConsolidatedRecord, key: str) -> Line:
    return lines(RECORD_OF_NEEDS, [record.schooling[key]], empty=True)[0]


def enrollments(record: ConsolidatedRecord) -> dict[str, Any]:
    """Enrollments, newest first, and the single facts that they carry."""
    return {
        "enrollments": [(enrollment, _rest(enrollment)) for enrollment in record.enrollments],
        "facts": lines(RECORD_OF_NEEDS, record.schooling.values()),
    }


_IN_THE_TABLE = frozenset(
    [
        "enrollment_date",
        "withdrawal_date",
        "enrollment_type",
        "school_or_project_name",
        "school_district",
        "facility_state",
        "grade_level",
    ]
)


def _rest(enrollment: Enrollment) -> list[tuple[str, Any]]:
    """What an enrollment says beside the columns of the table."""
    given = ((key, value) for key, value in enrollment.values.items() if key not in _IN_THE_TABLE)
    return [(key, value) for key, value in given if value not in (None, "")]


def assessments(record: ConsolidatedRecord) -> dict[str, Any]:
    """Assessments, newest first."""
    types = {test["assessment_type"] or "" for test in record.assessments}
    unpublished = sorted(code for code in types if not is_published("assessments", "assessment_type", code))
    return {"assessments": record.assessments, "unpublished": unpublished}


def health(record: ConsolidatedRecord) -> dict[str, Any]:
    """Health alerts, immunizations on file and disability, each with its history."""
    return {"facts": lines(RECORD_OF_NEEDS, record.health.values(), empty=True)}


def family(record: ConsolidatedRecord) -> dict[str, Any]:
    """Who the child is and who its parents are, by every State; all identifiers."""
    alternates = [
        (source.state_code, row, source.said_at)
        for source in record.sources
        for row in source.of("alternate_ids")
    ]
    return {
        "identity": lines("demographics", record.identity.values()),
        "family": lines("demographics", record.family.values()),
        "identifiers": record.sources,
        "alternates": alternates,
    }


@dataclass(frozen=True)
class SourceRow:
    """One element in the columns of the sources; `differs` if those that sent it disagree."""

    key: str
    values: list[Any]
    differs: bool


def sources(record: ConsolidatedRecord) -> dict[str, Any]:
    """Every element of every state record, one column a record, empty ones too."""
    columns = record.sources
    tables: list[tuple[str, int, list[SourceRow]]] = []
    for kind, record_type in dictionary().records.items():
        if kind in ("header", "students"):
            continue
        most = max((len(source.of(kind)) for source in columns), default=0)
        for number in range(max(most, 1)):
            rows = [source.of(kind)[number] if number < len(source.of(kind)) else {} for source in columns]
            compared = (
                most == 1 and kind == "demographics"
            )  # the nth course of one State is not the nth of another
            tables.append(
                (kind, number + 1 if most > 1 else 0, _source_rows(record_type.columns, rows, compared))
            )
    links = [link_in_words(source.link) if source.link else [] for source in columns]
    return {"columns": columns, "tables": tables, "links": links}


def _source_rows(keys: Iterable[str], rows: list[Mapping[str, Any]], compared: bool) -> list[SourceRow]:
    shown = [key for key in keys if key not in ("student_record_id", "record_id")]
    found = []
    for key in shown:
        values = [row.get(key) for row in rows]
        given = {comparable(value) for value in values if value not in (None, "")}
        found.append(SourceRow(key, values, compared and len(given) > 1))
    return found


PARTS: Mapping[str, Callable[[ConsolidatedRecord], dict[str, Any]]] = {
    "moves": moves,
    "courses": courses,
    "enrollments": enrollments,
    "assessments": assessments,
    "health": health,
    "family": family,
}


def place_in_words(city: str | None, state: str | None, country: str | None) -> str:
    """Where a move went from or to. `country` is in words."""
    return ", ".join(part for part in (city, state_name(state) if state else None, country) if part)
