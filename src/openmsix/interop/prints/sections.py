"""The sections after the arrival sheet. Each takes how many rows it may show and says how many it leaves out."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from openmsix.dictionary import dictionary
from openmsix.dictionary.labels import Language, element_label, record_label
from openmsix.interop.prints.arrival import broken_course, label_of, left, said_by, value_of
from openmsix.interop.prints.blocks import Block, facts, heading, note, table
from openmsix.interop.prints.phrases import PHRASES, Phrases
from openmsix.interop.shown import meaning, sent, shown, tag
from openmsix.students.record import (
    Assessment,
    ConsolidatedRecord,
    Course,
    Enrollment,
    Move,
    Standing,
    SubjectTotal,
)
from openmsix.students.values import Entry, Fact, SourceRecord

EVERYTHING = 10_000
REGULAR = "01"  # course type


def _list(
    title: str,
    columns: Sequence[str],
    widths: Sequence[int],
    entries: Sequence[Entry],
    row: Callable[..., list[str]],
    most: int,
    language: Language,
) -> list[Block]:
    words = PHRASES[language]
    if not entries:
        return [heading(title), note(words.nothing_sent)]
    blocks = [
        heading(title),
        table([*columns, words.source], [*widths, 0], [row(entry) for entry in entries[:most]]),
    ]
    if len(entries) > most:
        blocks.append(note(words.more_in_full.format(count=len(entries) - most)))
    return blocks


def _said(entry: Entry, words: Phrases) -> str:
    source = tag(entry.state_code, entry.said_at, words)
    others = [value.state_code for value in entry.said[1:] if value.state_code != entry.state_code]
    return (
        source
        + (f" + {', '.join(dict.fromkeys(others))}" if others else "")
        + (f" ({words.different})" if entry.different else "")
    )


def moves(record: ConsolidatedRecord, language: Language, most: int = EVERYTHING) -> list[Block]:
    """Qualifying moves, newest first."""
    words = PHRASES[language]

    def row(move: Move) -> list[str]:
        start = ", ".join(str(move[key]) for key in ("from_city", "from_state", "from_country") if move[key])
        end = ", ".join(str(move[key]) for key in ("to_city", "to_state") if move[key])
        return [
            words.day_in_words(move.arrived),
            start,
            end,
            words.day_in_words(move["eligibility_expiration_date"]),
            _said(move, words),
        ]

    columns = (words.arrived, words.move_from, words.move_to, words.ends)
    return _list(words.moves, columns, (0, 2, 2, 0), record.moves, row, most, language)


def enrollments(record: ConsolidatedRecord, language: Language, most: int = EVERYTHING) -> list[Block]:
    """Enrollments and residencies, newest first."""
    words = PHRASES[language]

    def row(one: Enrollment) -> list[str]:
        school = (
            words.residency
            if one.is_residency_only
            else str(one["school_or_project_name"] or one["facility_name"] or words.unknown)
        )
        place = ", ".join(str(part) for part in (one["facility_city"], one.where) if part)
        district = str(one["school_district"] or one["school_district_id"] or "")
        grade = shown("enrollments", "grade_level", one["grade_level"], language)
        return [
            words.day_in_words(one.began),
            left(one, words),
            f"{school}. {place}" + (f" ({district})" if district else ""),
            grade,
            _said(one, words),
        ]

    columns = (words.enrolled, words.left, words.school, words.grade)
    return _list(words.enrollments, columns, (0, 0, 1, 0), record.enrollments, row, most, language)


def _term(course: Course, language: Language) -> str:
    """The term."""
    term = course["term_type"]
    return shown("course_history", "term_type", term, language) if term else PHRASES[language].unknown


def _term_and_part(course: Course, language: Language) -> str:
    """The term, and the part of the course that was taken."""
    part = PHRASES[language].parts.get(course["course_section"] or "", "")
    term = _term(course, language) if course["term_type"] or not part else ""
    return ", ".join(said for said in (term, part) if said)


def _title(course: Course, language: Language) -> str:
    """The title, with the kind of course where it is more than a regular one."""
    kind = course["course_type"]
    more = kind not in (None, REGULAR)
    return str(course["course_title"] or "") + (
        f" ({shown('course_history', 'course_type', kind, language)})" if more else ""
    )


def _credit(course: Course, language: Language) -> str:
    words = PHRASES[language]
    parts = [
        words.number(course.credits)
        if course.standing is Standing.EARNED
        else words.no_credit
        if course.standing is Standing.NO_CREDIT
        else words.unknown
    ]
    if course["final_grade"]:
        parts.append(str(course["final_grade"]))
    if course.repeated:
        parts.append(words.repeated_mark)
    if course.standing is Standing.EARNED and not course.counted:
        parts.append(words.not_counted)
    if course.standing is Standing.EARNED and not course.high_school:
        grade = shown("enrollments", "grade_level", course.taken_in_grade, language)
        parts.append(words.earlier_mark.format(grade=grade))
    return ", ".join(parts)


def courses(record: ConsolidatedRecord, language: Language, most: int = EVERYTHING) -> list[Block]:
    """Credits earned apart from courses in progress and broken off; then the totals by subject."""
    words = PHRASES[language]
    taken = tuple(record.courses)
    if not taken:
        return [heading(words.credits), note(words.nothing_sent)]
    in_progress = [one for one in taken if one.standing is Standing.IN_PROGRESS]
    broken_off = sorted(record.courses.broken_off, key=lambda one: bool(one.earned_since))
    finished = [one for one in taken if one.standing not in (Standing.IN_PROGRESS, Standing.BROKEN_OFF)]

    def row(one: Course) -> list[str]:
        subject = str(one["subject_area"] or "")
        term, title = _term_and_part(one, language), _title(one, language)
        return [one.school_year, term, title, subject, _credit(one, language), _said(one, words)]

    columns = (words.year, words.term, words.course, words.subject, words.result)
    return [
        *_list(words.courses, columns, (0, 0, 3, 2, 2), finished, row, most, language),
        *_unfinished(words.courses_in_progress, in_progress, most, language),
        *_unfinished(words.broken_courses, broken_off, most, language),
        *_totals(record, words),
    ]


def _unfinished(title: str, those: Sequence[Course], most: int, language: Language) -> list[Block]:
    """Courses without an end, those still open first; the column of what was earned since only if any was."""
    words = PHRASES[language]
    if not those:
        return []
    since = any(one.earned_since for one in those[:most])

    def row(one: Course) -> list[str]:
        course = f"{broken_course(one, language)} ({_term(one, language)})"
        told = [_earned_since(one)] if since else []
        return [one.school_year, course, str(one["subject_area"] or ""), *told, _said(one, words)]

    columns = (words.year, words.course, words.subject, *([words.earned_since] if since else []))
    return _list(title, columns, (0, 2, 1, 0)[: len(columns)], those, row, most, language)


def _earned_since(course: Course) -> str:
    """Where and when a broken-off course was earned since: FL, 2025-2026."""
    return "; ".join(f"{since.state_code}, {since.school_year}" for since in course.earned_since)


def _totals(record: ConsolidatedRecord, words: Phrases) -> list[Block]:
    rows = [
        [
            total.subject or words.subject_not_sent,
            words.number(total.earned),
            words.number(total.earlier),
            words.number(total.repeated),
            _broken_off(total, words),
        ]
        for total in record.courses.subjects
    ]
    columns = (words.subject, words.earned, words.earlier, words.repeated, words.broken_off)
    if not rows:
        return []
    hint = [note(words.earlier_hint)] if record.courses.earlier else []
    return [heading(words.subjects), *hint, table(columns, (2, 1, 1, 1, 2), rows)]


def _broken_off(total: SubjectTotal, words: Phrases) -> str:
    """How many courses of a subject were broken off, with their hours, and how many of them were earned since."""
    if not total.broken_off:
        return "0"
    told = f"{total.broken_off} ({total.clock_hours} {words.hours})"
    return f"{told}, {words.earned_since.lower()}: {total.earned_since}" if total.earned_since else told


def assessments(record: ConsolidatedRecord, language: Language, most: int = EVERYTHING) -> list[Block]:
    """Assessments, newest first."""
    words = PHRASES[language]

    def row(one: Assessment) -> list[str]:
        score = (
            " ".join(str(one[key]) for key in ("score_results", "interpretation") if one[key])
            or words.unknown
        )
        return [
            words.month_in_words(one["administration_date"]),
            str(one["assessment_title"] or ""),
            str(one["assessment_content"] or ""),
            score,
            _said(one, words),
        ]

    columns = (words.day, words.assessment, words.subject, words.score)
    return _list(words.assessments, columns, (0, 2, 1, 1), record.assessments, row, most, language)


def _facts(title: str, those: Iterable[Fact], record: ConsolidatedRecord, language: Language) -> list[Block]:
    words = PHRASES[language]
    rows = [
        [
            label_of(fact, language),
            value_of(fact, value.value, language, record.places)
            + (f" ({words.enrolled}: {words.day_in_words(value.enrolled)})" if value.enrolled else ""),
            said_by(fact, value, words),
        ]
        for fact in those
        for value in fact.distinct
    ]
    if not rows:
        return [heading(title), note(words.nothing_sent)]
    return [heading(title), facts((words.element, words.value, words.source), rows)]


def child(record: ConsolidatedRecord, language: Language) -> list[Block]:
    """Names, birth and what else tells who the child is."""
    return _facts(PHRASES[language].child, record.identity.values(), record, language)


def family(record: ConsolidatedRecord, language: Language) -> list[Block]:
    """Parents and how to reach them."""
    return _facts(PHRASES[language].family, record.family.values(), record, language)


def health(record: ConsolidatedRecord, language: Language) -> list[Block]:
    """Health flags."""
    return _facts(PHRASES[language].health, record.health.values(), record, language)


def schooling(record: ConsolidatedRecord, language: Language) -> list[Block]:
    """Graduation and the other single facts of enrollments."""
    return _facts(PHRASES[language].schooling, record.schooling.values(), record, language)


def sources(record: ConsolidatedRecord, language: Language) -> list[Block]:
    """Every state record as sent, element by element."""
    words = PHRASES[language]
    blocks = [heading(words.sources), note(words.sources_hint)]
    for source in record.sources:
        blocks += _source(source, record.places, language)
    return blocks


def _source(source: SourceRecord, places: Mapping[str, str], language: Language) -> list[Block]:
    words = PHRASES[language]
    title = f"{tag(source.state_code, source.said_at, words)}. {words.linked}: {source.state_student_id}"
    blocks = [heading(title)]
    for record_type in dictionary("current").records.values():
        for number, row in enumerate(source.of(record_type.key), start=1):
            rows = [
                [
                    element_label(record_type.key, key, language=language),
                    sent(record_type.key, key, row.get(key)),
                    meaning(record_type.key, key, row.get(key), language, places=places),
                ]
                for key in record_type.columns
                if key not in ("student_record_id", "record_id")
            ]
            name = f"{record_label(record_type.key, language=language)} {number}"
            blocks.append(table((words.element, words.as_sent, words.meaning), (3, 3, 3), rows, caption=name))
    return blocks
