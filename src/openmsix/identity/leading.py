"""Where retired MSIX IDs lead: to the child that has the records now which they had when they were retired.

A merge retires the MSIX ID of a child into another. Where these records are split off later, they get a new one, and whoever has the old one on
paper means them: it leads there from then on. Undoing moves it back in the same way.
"""

from collections.abc import Collection

from openmsix import staging
from openmsix.identity.models import Link

_HOLDERS = """
    SELECT held.msix_id, min(n.msix_id) AS holder, count(DISTINCT n.msix_id) AS holders
    FROM (
      SELECT msix_id, state_record_id, closed_at, max(closed_at) OVER (PARTITION BY msix_id) AS last_closed_at
      FROM identity_link WHERE msix_id = ANY(%(ids)s)) held
    JOIN identity_link n ON n.state_record_id = held.state_record_id AND n.closed_at IS NULL
    WHERE held.closed_at = held.last_closed_at
    GROUP BY held.msix_id
"""


def follow(records: Collection[int]) -> None:
    """Let the retired MSIX IDs that had these records, which have just gone over to another child, lead to where all their records are. Those whose records are of several children now lead where they led."""
    moved = Link.objects.filter(state_record__in=list(records))
    former = moved.filter(msix__retired_into__isnull=False).values_list("msix_id", flat=True)
    if ids := sorted(set(former)):
        staging.run(
            f"""
            UPDATE identity_msixid i SET retired_into_id = now.holder FROM ({_HOLDERS}) now
            WHERE i.msix_id = now.msix_id AND now.holders = 1 AND i.retired_into_id <> now.holder
            """,  # noqa: S608  (our own names)
            {"ids": ids},
        )


def is_whole(former: str, now: str) -> bool:
    """Whether all records that a retired MSIX ID had are this child's now."""
    held = staging.rows(_HOLDERS, {"ids": [former]})
    return all((holder, holders) == (now, 1) for _, holder, holders in held)
