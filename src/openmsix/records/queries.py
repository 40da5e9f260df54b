"""Reads that go out of this room."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl

from openmsix import staging
from openmsix.deadlines import clock
from openmsix.records.models import Demographics, RecordVersion


@dataclass(frozen=True)
class Named:
    """A student as its State names it now."""

    name: str
    birth_date: date | None


def names(state_record_ids: Collection[int]) -> dict[int, Named]:
    """The live ones of these state records, by id, with the name that their State gives them. For lists of a page's length."""
    versions = dict(
        RecordVersion.objects.live()
        .filter(state_record_id__in=state_record_ids)
        .values_list("pk", "state_record_id")
    )
    found = Demographics.objects.filter(version_id__in=versions).order_by("version_id", "-ordinal")
    return {versions[one.version_id]: Named(_name(one), one.birth_date) for one in found}


def _name(one: Demographics) -> str:
    words = (one.first_name, one.middle_name, one.last_name_1, one.last_name_2, one.suffix)
    return " ".join(word for word in words if word)


def known_students(state_code: str, *, before: Collection[int] = ()) -> pl.DataFrame:
    """Every student the State ever spoke of: `state_record_id`, `state_student_id_type`, `state_student_id` and
    `live` (whether it still does).

    `before`: the State's last submissions, if it is asked who was known before these were stored.
    """
    return staging.read(
        """
        SELECT r.id, r.state_student_id_type, r.state_student_id, live.id IS NOT NULL
        FROM records_staterecord r
        LEFT JOIN records_recordversion live ON live.state_record_id = r.id AND NOT live.submission_id = ANY(%(before)s)
          AND (live.closed_at IS NULL OR live.closed_by_submission_id = ANY(%(before)s))
        WHERE r.state_code = %(state)s AND (live.id IS NOT NULL
          OR EXISTS (SELECT 1 FROM records_recordversion v WHERE v.state_record_id = r.id AND NOT v.submission_id = ANY(%(before)s)))
        """,
        {
            "state_record_id": pl.Int64,
            "state_student_id_type": pl.String,
            "state_student_id": pl.String,
            "live": pl.Boolean,
        },
        {"state": state_code, "before": list(before)},
    )


_ASKED = {"number": "bigint", "state_code": "text", "state_record_id": "bigint"}


def last_districts(asked: pl.DataFrame) -> pl.DataFrame:
    """The district of the most recent enrollment that has ended, else of the most recent one: by what a State says now, or said last.

    Args:
        asked: `number`, `state_code` and `state_record_id`, of any number of things and of some records each.

    Returns:
        `number`, `state_code` and `district_id`, of those of which the State itself names a district of its own.
    """
    staging.stage("asked_districts", _ASKED, asked)
    return staging.read(
        """
        SELECT DISTINCT ON (a.number, a.state_code) a.number, a.state_code, e.school_district_id FROM asked_districts a
        JOIN records_staterecord r ON r.id = a.state_record_id AND r.state_code = a.state_code
        JOIN LATERAL (SELECT id FROM records_recordversion v WHERE v.state_record_id = r.id ORDER BY v.id DESC LIMIT 1) v ON true
        JOIN records_enrollment e ON e.version_id = v.id
        JOIN places_place p ON p.kind = 'district' AND p.code = e.school_district_id AND p.state_code = a.state_code
        CROSS JOIN LATERAL (SELECT coalesce(e.withdrawal_date <= %(today)s, false) AS has_ended) x
        ORDER BY a.number, a.state_code, x.has_ended DESC, CASE WHEN x.has_ended THEN e.withdrawal_date ELSE e.enrollment_date END DESC NULLS LAST,
          e.enrollment_date DESC NULLS LAST, p.code
        """,
        {"number": pl.Int64, "state_code": pl.String, "district_id": pl.String},
        {"today": clock.today()},
    )
