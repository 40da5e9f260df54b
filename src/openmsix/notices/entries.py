"""What the journal is told of changes of residence, and how they are put back. The day on which a State was told, and with it its four working days, cannot be derived from anything else."""

import polars as pl

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.identity.actions import take_turn
from openmsix.intake import journal
from openmsix.intake.line import Act
from openmsix.intake.models import Submission
from openmsix.intake.void import Void
from openmsix.records.models import STATE_RECORD_KEYS

ACT = "residence"
_FACTS = ("from_district", "to_district", "left_after", "arrived_on", "noticed_at", "due_on")
MOVED = {
    **dict.fromkeys(STATE_RECORD_KEYS, pl.String),
    **dict.fromkeys((f"left_{name}" for name in STATE_RECORD_KEYS), pl.String),
    **dict.fromkeys(_FACTS, pl.String),
}
"""Rows of changes of residence: the record that says where the child is now, that (`left_...`) where it was, and the facts as text."""


def keep(ids: list[int], *, submission: Submission | None, by: Hat) -> None:
    """Tell of changes of residence that were just written."""
    keys = ", ".join(f"r.{name}" for name in STATE_RECORD_KEYS)
    before = ", ".join(f"b.{name} AS left_{name}" for name in STATE_RECORD_KEYS)
    moved = staging.read(
        f"""
        SELECT {keys}, {before}, c.from_district, c.to_district, c.left_after::text, c.arrived_on::text, c.noticed_at::text, c.due_on::text
        FROM notices_changeofresidence c JOIN records_staterecord r ON r.id = c.record_id JOIN records_staterecord b ON b.id = c.before_id
        WHERE c.id = ANY(%(ids)s) ORDER BY c.id
        """,  # noqa: S608  (our own names)
        MOVED,
        {"ids": ids},
    )
    entry = {
        "what": ACT,
        "submission": submission.ref if submission else "",
        "state": submission.state_code if submission else "",
        "by": by.actor,
    }
    journal.append([entry], {"moved": moved})


def put_back(act: Act, void: Void) -> int:
    """Put changes of residence back as they were noticed; how many name a record that is not there."""
    take_turn()
    told = void.without(act, void.without(act, act.frame("moved", MOVED)), "left_")
    staging.stage(
        "told_moves", {"place": "bigint", **dict.fromkeys(MOVED, "text")}, told.with_row_index("place")
    )
    record, before = (
        " AND ".join(f"{alias}.{name} = s.{prefix}{name}" for name in STATE_RECORD_KEYS)
        for alias, prefix in (("r", ""), ("b", "left_"))
    )  # fmt: skip
    written = staging.run(
        f"""
        INSERT INTO notices_changeofresidence (record_id, before_id, from_state, from_district, to_state, to_district, left_after, arrived_on, noticed_at, due_on, submission_id)
        SELECT r.id, b.id, b.state_code, coalesce(s.from_district, ''), r.state_code, coalesce(s.to_district, ''), s.left_after::date, s.arrived_on::date, s.noticed_at::timestamptz, s.due_on::date, %(submission)s
        FROM told_moves s JOIN records_staterecord r ON {record} JOIN records_staterecord b ON {before} ORDER BY s.place
        """,  # noqa: S608  (our own names)
        {"submission": _submission(act)},
    )
    return told.height - written


def _submission(act: Act) -> int | None:
    ref = act.entry["submission"]
    return Submission.objects.values_list("pk", flat=True).get(ref=ref) if ref else None
