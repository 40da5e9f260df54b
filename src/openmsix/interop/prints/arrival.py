"""The arrival sheet: page 1 of every print."""

from collections import Counter
from typing import Any

from openmsix.dictionary import dictionary
from openmsix.dictionary.labels import Language, code_label, element_label
from openmsix.interop.prints.blocks import Block, card, cards, line, note
from openmsix.interop.prints.phrases import PHRASES, Phrases
from openmsix.interop.shown import NOWHERE, Places, shown, tag, telephone
from openmsix.students.record import ConsolidatedRecord, Course, Enrollment
from openmsix.students.values import Fact, Value

MOST_COURSES = 6
HALVES = ("02", "03")  # course sections
MOST_QUESTIONS = 8
MOST_VALUES = 3  # of one fact; the sheet stays one page however many States differ


def sheet(record: ConsolidatedRecord, language: Language, *, in_full: bool = False) -> list[Block]:
    """What a registrar needs first, on one page. `in_full`: the rest follows in the same print."""
    words = PHRASES[language]
    more = words.more_below if in_full else words.more_in_full
    return [
        cards(
            [
                card(words.now, _now(record, language)),
                card(words.needs, [_need(fact, language) for fact in record.arrival.needs]),
                card(words.eligibility, _eligibility(record, words)),
                card(credits_heading(record, words), _credits(record, language, more)),
                card(words.family_and_ids, _family(record, language)),
                card(words.whom_to_call, _contact(record, words)),
            ],
            below=card(words.questions, _questions(record, language, more)),
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
            if not here.is_open:
                lines.append(line(words.left, left(here, words)))
    lines += _graduation(record, language)
    if arrival.school:
        lines += _school(arrival.school, words)
    return lines or [line("", words.nothing_sent)]


def _graduation(record: ConsolidatedRecord, language: Language) -> list[Block]:
    facts = (record.schooling[key] for key in ("graduation_hse_indicator", "graduation_hse_date"))
    return [line(label_of(fact, language), each_value(fact, language)) for fact in facts if fact.values]


def left(stay: Enrollment, words: Phrases) -> str:
    """When a child left, or that no end was sent."""
    if stay.ended:
        return words.day_in_words(stay.ended)
    if stay.followed_on:
        return words.no_end_sent.format(day=words.day_in_words(stay.followed_on))
    return words.still_open


def _school(school: Enrollment, words: Phrases) -> list[Block]:
    name = school["school_or_project_name"] or school["facility_name"] or words.unknown
    place = ", ".join(str(part) for part in (school["facility_city"], school["facility_state"]) if part)
    lines = [
        line(words.last_school, name, tag(school.state_code, school.said_at, words), strong=True),
        line(words.enrolled, words.day_in_words(school.began)),
        line(words.left, left(school, words)),
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
    if len(fact.distinct) > 1:
        return line(label, each_value(fact, language), strong=True)
    first = fact.latest
    text = shown("enrollments", fact.key, first.value, language)
    return line(label, text, said_by(fact, first, words), strong=str(first.value) not in ("No", "None"))


def _family(record: ConsolidatedRecord, language: Language) -> list[Block]:
    """The parents, a way to reach them, and the number under which each State knows the child."""
    words = PHRASES[language]
    arrival = record.arrival
    lines = [
        line(words.parents[fact.key], each_value(fact, language)) for fact in arrival.parents if fact.values
    ]
    lines += [line(words.reach[fact.key], each_value(fact, language)) for fact in arrival.reach]
    lines = lines or [line("", words.no_family)]
    for source in record.sources:
        state = code_label("state", source.state_code, language=language)
        lines.append(line(words.state_id.format(state=state), source.state_student_id, strong=True))
    return lines


def _eligibility(record: ConsolidatedRecord, words: Phrases) -> list[Block]:
    eligibility = record.arrival.eligibility
    if not eligibility:
        return [line("", words.unknown)]
    left = words.days_left.format(count=eligibility.days_left) if eligibility.days_left > 0 else words.ended
    source = tag(eligibility.state_code, eligibility.said_at, words)
    lines = [
        line(words.arrived, words.day_in_words(eligibility.arrived), source),
        line(
            words.ends,
            f"{words.day_in_words(eligibility.ends)}, {left}",
            words.computed if eligibility.computed else "",
            strong=not eligibility.is_doubtful,
        ),
    ]
    if eligibility.is_doubtful and (said := eligibility.graduated):
        told = words.graduated.format(day=words.day_in_words(said.value))
        lines.append(line("", told, tag(said.state_code, said.said_at, words), strong=True))
    return lines


def broken_course(course: Course, language: Language) -> str:
    """A broken-off course in one line: the title and how far the child came."""
    title = str(course["course_title"] or course["subject_area"] or PHRASES[language].course)
    return ", ".join((title, *how_far(course, language)))


def how_far(course: Course, language: Language) -> list[str]:
    """Of a broken-off course: which half, the grade if below high school, hours, grade to date."""
    words = PHRASES[language]
    parts = [words.parts[course["course_section"]]] if course["course_section"] in HALVES else []
    if not course.high_school:
        parts.append(shown("enrollments", "grade_level", course.taken_in_grade, language))
    if course["clock_hours"] is not None:
        parts.append(f"{course['clock_hours']} {words.hours}")
    if course["grade_to_date"]:
        parts.append(f"{words.grade_to_date} {course['grade_to_date']}")
    return parts


def credits_heading(record: ConsolidatedRecord, words: Phrases) -> str:
    """What the credits stand under: a child below grade 9 has none of high school to speak of."""
    return words.credits_and_courses if record.arrival.below_high_school else words.credits


def _credits(record: ConsolidatedRecord, language: Language, more: str) -> list[Block]:
    words = PHRASES[language]
    if not record.courses.years:
        return [line("", words.nothing_sent)]
    arrival = record.arrival
    label = words.earned_in_high_school if arrival.below_high_school else words.earned
    lines = [line(label, words.number(arrival.earned), strong=True)]
    if arrival.earlier:
        lines.append(line(words.earlier, f"{words.number(arrival.earlier)}. {words.earlier_hint}"))
    lines += [
        line(words.broken_off, broken_course(course, language), tag(course.state_code, course.said_at, words))
        for course in arrival.broken_off[:MOST_COURSES]
    ]
    if len(arrival.broken_off) > MOST_COURSES:
        lines.append(line("", more.format(count=len(arrival.broken_off) - MOST_COURSES)))
    if arrival.earned_since:
        lines.append(line("", words.more_earned_since.format(count=arrival.earned_since)))
    elif not arrival.broken_off:
        lines.append(line("", words.none_broken_off))
    return lines


def _contact(record: ConsolidatedRecord, words: Phrases) -> list[Block]:
    contact = record.arrival.contact
    if not contact:
        return [line("", words.nobody_named)]
    lines = [line("", contact.name, strong=True)]
    for text in (contact.title, contact.place, telephone(contact.phone), contact.email):
        if text:
            lines.append(line("", text))
    return lines


def _questions(record: ConsolidatedRecord, language: Language, more: str) -> list[Block]:
    words = PHRASES[language]
    questions = record.arrival.questions
    lines = _near_matches(record, language)
    lines += [
        line(label_of(fact, language), each_value(fact, language)) for fact in questions[:MOST_QUESTIONS]
    ]
    if len(questions) > MOST_QUESTIONS:
        lines.append(line("", more.format(count=len(questions) - MOST_QUESTIONS)))
    return lines + _agreement(record, words)


def _near_matches(record: ConsolidatedRecord, language: Language) -> list[Block]:
    """That another record may be this child: its State, and nothing else of it."""
    words = PHRASES[language]
    lines = []
    for near, count in Counter(record.arrival.near_matches).items():
        told = words.near_match if count == 1 else words.near_matches
        state = code_label("state", near.state_code, language=language)
        day = words.day_in_words(near.asked_on)
        lines.append(line("", told.format(count=count, state=state, day=day), strong=True))
    return [*lines, line("", f"{words.near_match_now} {words.near_match_hint}")] if lines else []


def _agreement(record: ConsolidatedRecord, words: Phrases) -> list[Block]:
    """What the States agree on, and what can be no agreement since only one of them speaks of it."""
    if len(record.states) < 2:
        return [line("", words.one_state)]
    found = record.arrival.agreement
    said = ((words.own_values, found.own), (words.agree_on, found.agreed), (words.alone_on, found.alone))
    return [
        line(label, ", ".join(words.topics[topic] for topic in topics)) for label, topics in said if topics
    ]


def label_of(fact: Fact, language: Language) -> str:
    """What the fact's element is called."""
    parents = PHRASES[language].parents
    return parents.get(fact.key) or element_label(record_type_of(fact.key), fact.key, language=language)


def record_type_of(key: str) -> str:
    """The record type that carries a single fact: demographics, or else enrollments."""
    return "demographics" if key in dictionary("current").records["demographics"].columns else "enrollments"


def each_value(fact: Fact, language: Language) -> str:
    """The values of a fact, each once, with the State that said it last and when; how many are left out is said."""
    words = PHRASES[language]
    said = [
        f"{value_of(fact, value.value, language)} ({said_by(fact, value, words)})" for value in fact.distinct
    ]
    if len(said) > MOST_VALUES:
        said[MOST_VALUES:] = [words.more_values.format(count=len(said) - MOST_VALUES)]
    return "; ".join(said)


def said_by(fact: Fact, value: Value, words: Phrases) -> str:
    """Who said a value last and when, and which other States say the same."""
    others = [state for state in fact.states(value.value) if state != value.state_code]
    return tag(value.state_code, value.said_at, words) + (f" + {', '.join(others)}" if others else "")


def value_of(fact: Fact, value: Any, language: Language, places: Places = NOWHERE) -> str:
    """A value of a fact in words; a parent's name is one as it is."""
    if fact.key in PHRASES[language].parents:
        return str(value)
    return shown(record_type_of(fact.key), fact.key, value, language, places=places)
