"""What people have decided about who is who, as labelled pairs: the linkage model learns from them, and is held against them.

Those that the clock approved are left out: nobody looked at them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from openmsix import staging
from openmsix.identity import rows
from openmsix.identity.words import CLOCK, ProposalKind, ProposalStatus

HELD_BACK = 4
"""One family in so many is not trained on."""

_PAIRS = """
    SELECT p.left_id, p.right_id, p.status = 'same' FROM identity_candidatepair p WHERE p.status IN ('same', 'different') AND NOT EXISTS (
      SELECT FROM identity_proposal o WHERE o.pair_id = p.id AND o.status = %(done)s AND o.decided_by = %(clock)s)
    UNION
    SELECT k.left_id, k.right_id, false FROM identity_knowndifferent k WHERE k.decided_by <> %(clock)s
    UNION
    SELECT least(l.state_record_id, m.other), greatest(l.state_record_id, m.other), true FROM identity_link l
    JOIN identity_proposal o ON o.ref = l.evidence->>'proposal' AND o.kind = %(merge)s AND o.status = %(done)s AND o.decided_by <> %(clock)s
    CROSS JOIN LATERAL (SELECT min(x.state_record_id) AS other FROM identity_link x
      WHERE x.msix_id = l.msix_id AND x.closed_at IS NULL AND coalesce(x.evidence->>'proposal', '') <> o.ref) AS m
    WHERE l.closed_at IS NULL AND m.other IS NOT NULL
    ORDER BY 1, 2, 3
"""
_TYPES = {"record_id_l": pl.Int64, "record_id_r": pl.Int64, "true": pl.Boolean}


@dataclass(frozen=True)
class Decided:
    """Pairs that people decided: `record_id_l`, `record_id_r`, `true` (one child) and `family` (a number, the same for all that hang together); and their records, prepared."""

    pairs: pl.DataFrame
    prepared: pl.DataFrame

    @property
    def to_learn_from(self) -> pl.DataFrame:
        """The pairs that a model may be trained on."""
        return self.pairs.filter(pl.col("family").hash(seed=1) % HELD_BACK != 0)

    @property
    def held_back(self) -> pl.DataFrame:
        """The pairs of the other families, on which a model is judged."""
        return self.pairs.filter(pl.col("family").hash(seed=1) % HELD_BACK == 0)


def decided() -> Decided:
    """All pairs that people decided here."""
    words = {"done": ProposalStatus.DONE.value, "merge": ProposalKind.MERGE.value, "clock": CLOCK}
    told = staging.read(_PAIRS, _TYPES, words)
    # What is known to be different stands above all that was said before.
    pairs = (
        told.sort("true")
        .unique(["record_id_l", "record_id_r"], keep="first")
        .sort("record_id_l", "record_id_r")
    )
    records = pl.concat([pairs["record_id_l"], pairs["record_id_r"].rename("record_id_l")]).unique()
    prepared = rows.some(records)
    known = pl.col("record_id_l").is_in(prepared["record_id"].implode()) & pl.col("record_id_r").is_in(
        prepared["record_id"].implode()
    )
    pairs = pairs.filter(known)
    family = _families(pairs.select("record_id_l", "record_id_r").iter_rows())
    numbers = [family[record] for record in pairs["record_id_l"]]
    return Decided(pairs.with_columns(family=pl.Series(numbers, dtype=pl.Int64)), prepared)


def _families(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Of each record the least one with which it hangs together by these pairs."""
    least: dict[int, int] = {}

    def root(record: int) -> int:
        while (above := least.setdefault(record, record)) != record:
            least[record] = least[above]
            record = least[record]
        return record

    for pair in pairs:
        one, other = sorted(map(root, pair))
        least[other] = one
    return {record: root(record) for record in list(least)}
