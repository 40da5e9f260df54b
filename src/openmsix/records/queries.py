"""Reads that go out of this room."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl

from openmsix import staging
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
