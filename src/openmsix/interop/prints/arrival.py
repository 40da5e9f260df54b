"""The arrival sheet: page 1 of every print."""

from openmsix.dictionary import dictionary
from openmsix.dictionary.labels import Language, code_label, element_label
from openmsix.interop.prints.blocks import Block, card, cards, line, note
from openmsix.interop.prints.phrases import PHRASES, Phrases
from openmsix.interop.shown import shown, tag, telephone
from openmsix.students.record import ConsolidatedRecord, Course, Enrollment, Fact

MOST_COURSES = 6
MOST_QUESTIONS = 8


def sheet(record: ConsolidatedRecord, language: Language) -> list[Block]:
    """What a registrar needs first, on one page."""
    words = PHRASES[language]
    return [
        cards(
            [
                card(words.now, _now(record, language)),
                card(words.needs, [_need(fact, language) for fact in record.arrival.needs]),
                card(words.eligibility, _eligibility(record, words)),
                card(words.credits, _credits(record, words)),
                card(words.whom_to_call, _contact(record, words)),
                card(words.questions, _questions(record, language)),
            ]
        ),
        note(words.family_hint),
    ]


def _now(record: ConsolidatedRecord, language: Language) -> list[Block]:
    words = PHRASES[language]
    arrival = record.arrival
    lines = []
    if arrival.grade:
        grade = shown("enrollments", "grade_level", arrival.grade.value, language)
        if arrival.grade.enrolled:
            grade += f" ({words.enrolled}: {words.day_in_words(arrival.grade.enrolled)})"
        lines.append(
            line(words.grade, grade, tag(arrival.grade.state_code, arrival.grade.said_at, words), strong=True)
        )
    if arrival.enrollment:
        here = arrival.enrollment
        district = here["school_district"] or here["school_district_id"] or words.unknown
        state = code_label("state", here.where, language=language)
        lines.append(
            line(words.state_and_district, f"{state}, {district}", tag(here.state_code, here.said_at, words))
        )
        if here.is_residency_only:
            lines.append(line("", words.residency))
            if here.ended:
                lines.append(line(words.left, words.day_in_words(here.ended)))
    for key in ("graduation_hse_indicator", "graduation_hse_date"):
        if said := record.schooling[key].latest:
            label, value = (
                label_of(record.schooling[key], language),
                shown("enrollments", key, said.value, language),
            )
            lines.append(line(label, value, tag(said.state_code, said.said_at, words)))
    if arrival.school:
        lines += _school(arrival.school, words)
    return lines or [line("", words.nothing_sent)]


def _school(school: Enrollment, words: Phrases) -> list[Block]:
    name = school["school_or_project_name"] or school["facility_name"] or words.unknown
    place = ", ".join(str(part) for part in (school["facility_city"], school["facility_state"]) if part)
    lines = [
        line(words.last_school, name, tag(school.state_code, school.said_at, words), strong=True),
        line(words.enrolled, words.day_in_words(school.began)),
        line(words.left, words.day_in_words(school.ended) if school.ended else words.still_open),
    ]
    if place:
        lines.insert(1, line("", place))
    if school["telephone"]:
        lines.append(line("", telephone(school["telephone"])))
    return lines


def _need(fact: Fact, language: Language) -> Block:
    words = PHRASES[language]
    label = words.needs_labels[fact.key]
    if not fact.latest:
        return line(label, words.unknown)
    distinct = fact.distinct if fact.differs else (fact.latest,)
    first, *others = distinct
    text = shown("enrollments", fact.key, first.value, language)
    source = tag(first.state_code, first.said_at, words)
    for other in others:
        source += f"; {shown('enrollments', fact.key, other.value, language)}: {tag(other.state_code, other.said_at, words)}"
    return line(label, text, source, strong=str(first.value) not in ("No", "None"))


def _eligibility(record: ConsolidatedRecord, words: Phrases) -> list[Block]:
    eligibility = record.arrival.eligibility
    if not eligibility:
        return [line("", words.unknown)]
    left = words.days_left.format(count=eligibility.days_left) if eligibility.days_left > 0 else words.ended
    source = tag(eligibility.state_code, eligibility.said_at, words)
    return [
        line(words.arrived, words.day_in_words(eligibility.arrived), source),
        line(
            words.ends,
            f"{words.day_in_words(eligibility.ends)}, {left}",
            words.computed if eligibility.computed else "",
            strong=True,
        ),
    ]


def broken_course(course: Course, words: Phrases) -> str:
    """A broken-off course in one line: title, hours, grade to date."""
    parts = [str(course["course_title"] or course["subject_area"] or words.course)]
    if course["clock_hours"] is not None:
        parts.append(f"{course['clock_hours']} {words.hours}")
    if course["grade_to_date"]:
        parts.append(f"{words.grade_to_date} {course['grade_to_date']}")
    return ", ".join(parts)


def _credits(record: ConsolidatedRecord, words: Phrases) -> list[Block]:
    if not record.courses.years:
        return [line("", words.nothing_sent)]
    lines = [line(words.earned, words.number(record.arrival.earned), strong=True)]
    broken = record.arrival.broken_off
    lines += [
        line(words.broken_off, broken_course(course, words), tag(course.state_code, course.said_at, words))
        for course in broken[:MOST_COURSES]
    ]
    if len(broken) > MOST_COURSES:
        lines.append(line("", words.more_in_full.format(count=len(broken) - MOST_COURSES)))
    return lines if broken else [*lines, line("", words.none_broken_off)]


def _contact(record: ConsolidatedRecord, words: Phrases) -> list[Block]:
    contact = record.arrival.contact
    if not contact:
        return [line("", words.nobody_named)]
    lines = [line("", contact.name, strong=True)]
    for text in (contact.title, contact.place, telephone(contact.phone), contact.email):
        if text:
            lines.append(line("", text))
    return lines


def _questions(record: ConsolidatedRecord, language: Language) -> list[Block]:
    words = PHRASES[language]
    questions = record.arrival.questions
    if not questions:
        return [line("", words.no_questions if len(record.states) > 1 else words.one_state)]
    lines = [line(label_of(fact, language), _both(fact, language)) for fact in questions[:MOST_QUESTIONS]]
    if len(questions) > MOST_QUESTIONS:
        lines.append(line("", words.more_in_full.format(count=len(questions) - MOST_QUESTIONS)))
    return lines


def label_of(fact: Fact, language: Language) -> str:
    """What the fact's element is called."""
    return element_label(record_type_of(fact.key), fact.key, language=language)


def record_type_of(key: str) -> str:
    """The record type that carries a single fact: demographics, or else enrollments."""
    return "demographics" if key in dictionary("current").records["demographics"].columns else "enrollments"


def _both(fact: Fact, language: Language) -> str:
    words = PHRASES[language]
    record_type = record_type_of(fact.key)
    return "; ".join(
        f"{shown(record_type, fact.key, value.value, language)} ({tag(value.state_code, value.said_at, words)})"
        for value in fact.distinct
    )
