"""Match rows: the linkage model's view of every state record, kept up to date submission by submission."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
from django.db import transaction

from openmsix import staging
from openmsix.identity.models import MatchRow, Preparation
from openmsix.intake.models import Submission
from openmsix.matching.blocking import KEYS, block_keys
from openmsix.matching.prepare import COLUMNS, FEATURES, POLARS_TYPES, PREPARED_BY, prepare

FEW = 500
"""Up to so many rows the database is asked for them without a COPY."""

TABLE = MatchRow._meta.db_table
PREPARED = {
    "record_id": pl.Int64,
    "state_code": pl.String,
    "state_student_id": pl.String,
    **{feature.name: POLARS_TYPES[feature.sql_type] for feature in FEATURES},
}
"""Columns and types of prepared records, as `openmsix.matching.prepare` gives them."""

_SELECTED = ", ".join(("m.state_record_id", *(f"m.{name}" for name in COLUMNS[1:])))
_SAID = (
    "first_name", "middle_name", "last_name_1", "last_name_2", "sex", "multiple_birth_flag", "birth_city",
    "birth_state", "birth_country", "male_parent_first_name", "male_parent_last_name", "female_parent_first_name",
    "female_parent_last_name",
)  # fmt: skip
_KEYS = tuple(key.name for key in KEYS)


def update(submission: Submission) -> None:
    """Bring the match rows up to date with what a submission opened and closed."""
    _write(_said(_OPENED_BY, {"submission": submission.pk}))
    staging.run(
        f"""
        UPDATE {TABLE} m SET live = false FROM records_recordversion v
        WHERE v.closed_by_submission_id = %(submission)s AND v.closed_at IS NOT NULL
          AND v.state_record_id = m.state_record_id AND m.live
          AND NOT EXISTS (SELECT 1 FROM records_recordversion live
            WHERE live.state_record_id = m.state_record_id AND live.closed_at IS NULL)
        """,  # noqa: S608  (our own names)
        {"submission": submission.pk},
    )


def make(state_code: str) -> None:
    """Make the match rows of all records that a State ever sent, from its last word about each."""
    _write(_said(_LAST_WORDS, {"state": state_code}))
    staging.run(
        f"""
        UPDATE {TABLE} m SET live = false WHERE m.state_code = %(state)s AND m.live AND NOT EXISTS (
          SELECT 1 FROM records_recordversion live WHERE live.state_record_id = m.state_record_id AND live.closed_at IS NULL)
        """,  # noqa: S608  (our own names)
        {"state": state_code},
    )


def bring_up_to_date(say: Callable[[str], None] = lambda words: None) -> None:
    """Make all match rows anew if they were made by other rules than those of this version. `say`: told so, if it takes time."""
    if Preparation.objects.filter(rules=PREPARED_BY).exists():
        return
    found = MatchRow.objects.values_list("state_code", flat=True).distinct().order_by("state_code")
    states = [state for state in found if state]
    if states:
        say("Preparing all records for the linkage anew")
    with transaction.atomic():
        for state in states:
            make(state)
        Preparation.objects.all().delete()
        Preparation.objects.create(rules=PREPARED_BY)


def _write(said: pl.DataFrame) -> None:
    if said.is_empty():
        return
    prepared = prepare(said)
    keys = block_keys(prepared)
    rows = prepared.join(keys, on="record_id").rename({"record_id": "state_record_id"})
    staging.stage_like("staged_match_rows", TABLE, rows.with_columns(live=True))
    columns = ["state_record_id", "live", *COLUMNS[1:], *_KEYS]
    names = ", ".join(columns)
    given = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    staging.run(
        f"""
        INSERT INTO {TABLE} AS m ({names}) SELECT {names} FROM staged_match_rows
        ON CONFLICT (state_record_id) DO UPDATE SET {given} WHERE m IS DISTINCT FROM excluded
        """  # noqa: S608  (our own names)
    )
    staging.refresh_statistics({TABLE: rows.height})


_OPENED_BY = "SELECT * FROM records_recordversion WHERE submission_id = %(submission)s AND closed_at IS NULL"
_LAST_WORDS = """
    SELECT DISTINCT ON (v.state_record_id) v.* FROM records_recordversion v JOIN records_staterecord r ON r.id = v.state_record_id
    WHERE r.state_code = %(state)s ORDER BY v.state_record_id, v.id DESC
"""


def _said(versions: str, parameters: Mapping[str, Any]) -> pl.DataFrame:
    """What these versions, one of a record, say about who the child is."""
    said = ", ".join(f"d.{name}" for name in _SAID)
    return staging.read(
        f"""
        SELECT DISTINCT ON (r.id) r.id, r.state_code, r.state_student_id, d.birth_date, {said}
        FROM ({versions}) v JOIN records_staterecord r ON r.id = v.state_record_id
        LEFT JOIN records_demographics d ON d.version_id = v.id
        ORDER BY r.id, d.ordinal
        """,  # noqa: S608  (our own names)
        {
            "record_id": pl.Int64,
            "state_code": pl.String,
            "state_student_id": pl.String,
            "birth_date": pl.Date,
            **dict.fromkeys(_SAID, pl.String),
        },
        parameters,
    )


def said(versions: str, parameters: Mapping[str, Any]) -> pl.DataFrame:
    """The prepared records as versions said them, those of a query over `records_recordversion`, one of a record."""
    found = _said(versions, parameters)
    return pl.DataFrame(schema=PREPARED) if found.is_empty() else prepare(found)


def everyone() -> pl.DataFrame:
    """Every prepared record of the nation."""
    return staging.read(f"SELECT {_SELECTED} FROM {TABLE} m ORDER BY 1", PREPARED)  # noqa: S608  (our own names)


def of_children_of(record_ids: pl.Series) -> pl.DataFrame:
    """Every prepared record of the children to which these few records are linked, with its `msix_id` and whether its State still speaks for it (`live`)."""
    return staging.read_planned(
        f"""
        SELECT {_SELECTED}, l.msix_id, m.live FROM identity_link l JOIN {TABLE} m ON m.state_record_id = l.state_record_id
        WHERE l.closed_at IS NULL AND l.msix_id = ANY(ARRAY(
          SELECT DISTINCT msix_id FROM identity_link WHERE closed_at IS NULL AND state_record_id = ANY(%(ids)s::bigint[])))
        ORDER BY l.msix_id, m.state_record_id
        """,  # noqa: S608  (our own names)
        {**PREPARED, "msix_id": pl.String, "live": pl.Boolean},
        {"ids": staging.array(record_ids)},
    )


def some(record_ids: pl.Series) -> pl.DataFrame:
    """The prepared records with these ids."""
    query = f"SELECT {_SELECTED} FROM {TABLE} m WHERE m.state_record_id = ANY(%(ids)s) ORDER BY 1"  # noqa: S608
    ids = record_ids.unique().to_list()
    read = staging.read_few if len(ids) <= FEW else staging.read
    return read(query, PREPARED, {"ids": ids})


_LOOKED_UP = {
    TABLE: ("state_record_id", *_KEYS),
    "identity_link": ("msix_id", "state_record_id"),
}
"""Tables that are read when one child is compared with all, and the columns by whose indexes their rows are found."""


def read_into_memory() -> None:
    """Have the database read once all that is looked up while somebody waits, so that after a restart nobody waits for the disk."""
    for table, columns in _LOOKED_UP.items():
        for column in columns:
            with transaction.atomic():
                staging.run("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
                staging.run(f"SELECT count({column}) FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608  (our own names)
        with transaction.atomic():
            staging.run("SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_indexscan = off")
            staging.run(f"SELECT count(*) FROM {table}")  # noqa: S608  (our own names)
