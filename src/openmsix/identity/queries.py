"""Who has which MSIX ID."""

from collections.abc import Callable, Iterable

import polars as pl

from openmsix import staging
from openmsix.intake.models import Submission

_LIVING = """
    WITH RECURSIVE lead AS (
      SELECT i.msix_id AS asked, i.msix_id, i.retired_at, i.retired_into_id FROM identity_msixid i
        WHERE i.msix_id = ANY(%(ids)s)
      UNION
      SELECT lead.asked, i.msix_id, i.retired_at, i.retired_into_id
        FROM lead JOIN identity_msixid i ON i.msix_id = lead.retired_into_id)
    SELECT asked, msix_id FROM lead WHERE retired_at IS NULL
"""


def living_ids(msix_ids: Iterable[str]) -> pl.DataFrame:
    """`asked` and `msix_id`: the living ID that each known one leads to. What is unknown or leads nowhere is left out."""
    asked = sorted(set(msix_ids))
    return staging.read(_LIVING, {"asked": pl.String, "msix_id": pl.String}, {"ids": asked})


def living(msix_id: str) -> str | None:
    """The living MSIX ID that this one leads to: itself, or what took its place; None if it leads nowhere."""
    found = living_ids([msix_id])["msix_id"].to_list()
    return found[0] if found else None


def existing(msix_ids: pl.Series) -> pl.Series:
    """Those of the MSIX IDs that are known here, living or retired."""
    found = staging.read(
        "SELECT msix_id FROM identity_msixid WHERE msix_id = ANY(%(ids)s) ORDER BY 1",
        {"msix_id": pl.String},
        {"ids": msix_ids.drop_nulls().unique().to_list()},
    )
    return found["msix_id"]


def known_ids(state_code: str) -> Callable[[pl.Series], pl.DataFrame]:
    """For the checks of a State's submission: a function that tells which of the MSIX IDs that were sent exist.

    Its answer has a row for each ID with the State's own live student that has it now
    (`state_student_id_type`, `state_student_id`): null if there is none, several rows if there are several.
    A retired ID stands for the one it leads to.
    """

    def known(msix_ids: pl.Series) -> pl.DataFrame:
        living_of = living_ids(msix_ids.drop_nulls()).rename({"asked": "sent"})
        holders = staging.read(
            """
            SELECT l.msix_id, r.state_student_id_type, r.state_student_id FROM identity_link l
            JOIN records_staterecord r ON r.id = l.state_record_id
            JOIN records_recordversion v ON v.state_record_id = r.id AND v.closed_at IS NULL
            WHERE l.closed_at IS NULL AND l.state_code = %(state)s AND l.msix_id = ANY(%(ids)s)
            """,
            {"msix_id": pl.String, "state_student_id_type": pl.String, "state_student_id": pl.String},
            {"state": state_code, "ids": living_of["msix_id"].unique().to_list()},
        )
        found = existing(msix_ids).alias("sent").to_frame().join(living_of, on="sent", how="left")
        held = found.join(holders, on="msix_id", how="left")
        return held.select("state_student_id_type", "state_student_id", msix_id="sent").sort("msix_id")

    return known


def held_ids(state_code: str) -> pl.DataFrame:
    """The MSIX ID that each student of the State has now: `state_student_id_type`, `state_student_id`, `msix_id`."""
    return staging.read(
        """
        SELECT r.state_student_id_type, r.state_student_id, l.msix_id FROM identity_link l
        JOIN records_staterecord r ON r.id = l.state_record_id
        WHERE l.closed_at IS NULL AND r.state_code = %(state)s
        """,
        {"state_student_id_type": pl.String, "state_student_id": pl.String, "msix_id": pl.String},
        {"state": state_code},
    )


def touched(submission: Submission) -> list[str]:
    """The MSIX IDs of the children about whom the submission said something new.

    Of a student whose link changed with it, both the ID before and the ID after.
    """
    found = staging.read(
        """
        WITH told AS (
          SELECT state_record_id FROM records_recordversion WHERE submission_id = %(submission)s
          UNION SELECT state_record_id FROM records_recordversion
            WHERE closed_at IS NOT NULL AND closed_by_submission_id = %(submission)s)
        SELECT l.msix_id FROM told JOIN identity_link l ON l.state_record_id = told.state_record_id AND l.closed_at IS NULL
        UNION SELECT msix_id FROM identity_link WHERE submission_id = %(submission)s
        ORDER BY 1
        """,
        {"msix_id": pl.String},
        {"submission": submission.pk},
    )
    return found["msix_id"].to_list()
