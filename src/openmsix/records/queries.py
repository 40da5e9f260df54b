"""Reads that go out of this room as columns."""

import polars as pl

from openmsix import staging


def known_students(state_code: str) -> pl.DataFrame:
    """Every student the State ever spoke of: `state_record_id`, `state_student_id_type`, `state_student_id` and
    `live` (whether it still does).
    """
    return staging.read(
        """
        SELECT r.id, r.state_student_id_type, r.state_student_id, live.id IS NOT NULL
        FROM records_staterecord r
        LEFT JOIN records_recordversion live ON live.state_record_id = r.id AND live.closed_at IS NULL
        WHERE r.state_code = %(state)s
          AND EXISTS (SELECT 1 FROM records_recordversion v WHERE v.state_record_id = r.id)
        """,
        {
            "state_record_id": pl.Int64,
            "state_student_id_type": pl.String,
            "state_student_id": pl.String,
            "live": pl.Boolean,
        },
        {"state": state_code},
    )
