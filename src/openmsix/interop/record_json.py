"""The consolidated record as JSON: every value with its label, the State that said it and when."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openmsix.students.record import ConsolidatedRecord, Course, Enrollment
from openmsix.students.values import Entry, Fact, SourceRecord

FORMAT = "openmsix/consolidated-record/1"


def as_data(record: ConsolidatedRecord) -> dict[str, Any]:
    """The record as plain data. Dates are ISO 8601, credits are decimal text, codes are as in the dictionary."""
    return {
        "format": FORMAT,
        "msix_id": record.msix_id,
        "made_on": record.made_on.isoformat(),
        "states": list(record.states),
        "identity": _facts(record.identity),
        "family": _facts(record.family),
        "health": _facts(record.health),
        "schooling": _facts(record.schooling),
        "eligibility": _plain(asdict(record.arrival.eligibility)) if record.arrival.eligibility else None,
        "contact": asdict(record.arrival.contact) if record.arrival.contact else None,
        "parents": _facts({fact.key: fact for fact in record.arrival.parents}),
        "open_questions": [fact.key for fact in record.arrival.questions],
        "near_matches": [
            {"state": near.state_code, "asked_on": near.asked_on.isoformat()}
            for near in record.arrival.near_matches
        ],
        "agreement": {name: list(topics) for name, topics in asdict(record.arrival.agreement).items()},
        "moves": [_entry(move) for move in record.moves],
        "enrollments": [_enrollment(enrollment) for enrollment in record.enrollments],
        "courses": [_course(course) for course in record.courses],
        "credits": {
            "earned": str(record.courses.earned),
            "before_high_school": str(record.courses.earlier),
            "in_repeated_courses": str(record.courses.repeated),
            "subjects": [_plain(asdict(total)) for total in record.courses.subjects],
        },
        "assessments": [_entry(assessment) for assessment in record.assessments],
        "sources": [_source(source) for source in record.sources],
    }


def _source(source: SourceRecord) -> dict[str, Any]:
    return {
        "state": source.state_code,
        "state_student_id": source.state_student_id,
        "state_student_id_type": source.state_student_id_type,
        "said_at": source.said_at.isoformat(),
        "submission": source.submission,
        "dictionary_version": source.dictionary_version,
        "records": {kind: [_plain(dict(row)) for row in rows] for kind, rows in source.rows.items()},
    }


def as_json(record: ConsolidatedRecord) -> str:
    """The record as JSON text, for people and programs."""
    return json.dumps(as_data(record), ensure_ascii=False, indent=2)


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return value


def _facts(facts: Mapping[str, Fact]) -> dict[str, Any]:
    return {
        key: {
            "differs": fact.differs,
            "values": [
                {
                    "value": _plain(value.value),
                    "state": value.state_code,
                    "said_at": value.said_at.isoformat(),
                    **({"enrolled": value.enrolled.isoformat()} if value.enrolled else {}),
                }
                for value in fact.values
            ],
        }
        for key, fact in facts.items()
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "values": _plain(entry.values),
        "said_by": [
            {"state": value.state_code, "said_at": value.said_at.isoformat()} for value in entry.said
        ],
        "different": {
            key: [
                {
                    "value": _plain(value.value),
                    "state": value.state_code,
                    "said_at": value.said_at.isoformat(),
                }
                for value in values
            ]
            for key, values in entry.different.items()
        },
    }


def _enrollment(enrollment: Enrollment) -> dict[str, Any]:
    followed_on = enrollment.followed_on
    return _entry(enrollment) | {"followed_on": followed_on.isoformat() if followed_on else None}


def _course(course: Course) -> dict[str, Any]:
    return _entry(course) | {
        "standing": course.standing.value,
        "counted": course.counted,
        "repeated": course.repeated,
        "earned_since": [
            {"state": since.state_code, "school_year": since.school_year} for since in course.earned_since
        ],
        "taken_in_grade": course.taken_in_grade,
        "high_school": course.high_school,
    }
