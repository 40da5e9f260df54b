"""New MSIX IDs, as a set."""

import polars as pl

from openmsix import staging
from openmsix.deadlines import clock
from openmsix.identity.digits import random_ids
from openmsix.identity.words import Origin


def mint(count: int) -> list[str]:
    """Make so many MSIX IDs that nobody has and keep them; must be called inside a transaction.

    The unique key of the table decides what is free: an ID that somebody has, even in a transaction that is
    not done yet, is replaced by another draw. Of 9 * 10^10 possible ones a nation uses some millions, so
    one draw in ten thousand is made again.
    """
    minted: list[str] = []
    while len(minted) < count:
        drawn = random_ids(count - len(minted))
        minted += keep(pl.Series("msix_id", drawn), Origin.MINTED)
    return minted


def keep(msix_ids: pl.Series, origin: Origin) -> list[str]:
    """Keep MSIX IDs under this origin; returns those that were not known before, in the given order."""
    if msix_ids.is_empty():
        return []
    distinct = msix_ids.unique(maintain_order=True).alias("msix_id").to_frame().with_row_index("place")
    staging.stage("staged_ids", {"place": "integer", "msix_id": "text"}, distinct)
    kept = staging.read(
        """
        WITH kept AS (
          INSERT INTO identity_msixid (msix_id, minted_at, origin)
          SELECT msix_id, %(now)s, %(origin)s FROM staged_ids ORDER BY msix_id
          ON CONFLICT (msix_id) DO NOTHING RETURNING msix_id)
        SELECT msix_id FROM kept JOIN staged_ids USING (msix_id) ORDER BY place
        """,
        {"msix_id": pl.String},
        {"now": clock.now(), "origin": origin.value},
    )
    return kept["msix_id"].to_list()
