"""Values that a State had sent and that stand no more, because what it sent in their place could not be used.

A student's content is replaced as a whole, so a value that is left out takes the one before it along. To keep the old one instead
would show a value of which nobody can tell any more whether it holds; so it goes, and the receipt says so.
"""

import polars as pl

from openmsix import staging
from openmsix.dictionary.declare import Dictionary
from openmsix.intake.frames import Checked
from openmsix.intake.words import Severity
from openmsix.records.models import ROWS

LOST = {"seq": pl.Int64, "record": pl.String, "ordinal": pl.Int16, "element": pl.String}
_STAGED = {"seq": "bigint", "record": "text", "ordinal": "smallint", "element": "text"}


def lost_values(checked: Checked) -> pl.DataFrame:
    """Which values that were left out had stood before, of the students that `outcome` says have changed: `LOST`.

    To be called when their rows are written. A row is held against those that the student had before and that agree with it in what
    tells rows of its type apart; a value that another such row still says is not lost.
    """
    dropped = (
        checked.findings.filter(severity=Severity.VALUE_DROPPED.value)
        .filter(pl.col("record").is_in(list(ROWS)))
        .select("seq", "record", "element", pl.col("record_id").cast(pl.Int16, strict=False).alias("ordinal"))
    )
    if dropped.is_empty():
        return pl.DataFrame(schema=LOST)
    staging.stage("staged_dropped", _STAGED, dropped)
    places = dropped.select("record", "element").unique(maintain_order=True)
    return pl.concat([_lost(checked.dictionary, record, element) for record, element in places.iter_rows()])


def _lost(dictionary: Dictionary, record: str, element: str) -> pl.DataFrame:
    table = ROWS[record]._meta.db_table
    keys = [key for key in dictionary.records[record].natural_key if key != element]
    like, still = (
        "".join(f" AND before.{key} IS NOT DISTINCT FROM {other}.{key}" for key in keys)
        for other in ("now", "kept")
    )
    return staging.read(
        f"""
        SELECT DISTINCT d.seq, d.record, d.ordinal, d.element
        FROM staged_dropped d
        JOIN outcome o ON o.seq = d.seq AND o.change = 'changed'
        JOIN records_recordversion v ON v.state_record_id = o.state_record_id AND v.closed_at IS NULL
        JOIN {table} now ON now.version_id = v.id AND now.ordinal = d.ordinal
        JOIN {table} before ON before.version_id = o.live_id AND before.{element} IS NOT NULL {like}
        WHERE d.record = %(record)s AND d.element = %(element)s AND NOT EXISTS (
          SELECT FROM {table} kept WHERE kept.version_id = v.id AND kept.{element} = before.{element} {still})
        ORDER BY 1, 3
        """,  # noqa: S608  (names of the dictionary)
        LOST,
        {"record": record, "element": element},
    )
