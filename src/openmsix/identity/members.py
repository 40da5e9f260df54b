"""Which records the children have, and which pairs are known to be different, as frames for the decision layer."""

from collections.abc import Callable

import polars as pl

from openmsix import staging
from openmsix.identity import rows

_MEMBERS = {"msix_id": pl.String, "member_id": pl.Int64, "state_code": pl.String, "live": pl.Boolean}
_CHILDREN = (
    "SELECT DISTINCT msix_id FROM identity_link WHERE closed_at IS NULL AND state_record_id = ANY(%(ids)s)"
)


def _read(asked: pl.Series) -> Callable[..., pl.DataFrame]:
    return staging.read_few if len(asked) <= rows.FEW else staging.read


def members_of(msix_ids: pl.Series) -> pl.DataFrame:
    """Every record of these children: `msix_id`, `member_id`, `state_code`, and `live` (its State still speaks for it)."""
    return _read(msix_ids)(
        """
        SELECT l.msix_id, l.state_record_id, l.state_code, m.live
        FROM identity_link l JOIN identity_matchrow m ON m.state_record_id = l.state_record_id
        WHERE l.closed_at IS NULL AND l.msix_id = ANY(%(ids)s) ORDER BY 1, 2
        """,
        _MEMBERS,
        {"ids": msix_ids.unique().to_list()},
    )


def children_of(record_ids: pl.Series) -> pl.Series:
    """The MSIX IDs to which these records are linked."""
    linked = _read(record_ids)(_CHILDREN, {"msix_id": pl.String}, {"ids": record_ids.unique().to_list()})
    return linked["msix_id"]


def known_different(record_ids: pl.Series) -> pl.DataFrame:
    """The pairs known to be different in which one of these records stands: `record_id_l` is that one."""
    return staging.read(
        """
        SELECT left_id, right_id FROM identity_knowndifferent WHERE left_id = ANY(%(ids)s)
        UNION SELECT right_id, left_id FROM identity_knowndifferent WHERE right_id = ANY(%(ids)s)
        ORDER BY 1, 2
        """,
        {"record_id_l": pl.Int64, "record_id_r": pl.Int64},
        {"ids": record_ids.unique().to_list()},
    )
