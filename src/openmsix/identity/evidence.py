"""What a link or a candidate pair is explained with, as JSON: names of levels, never a value of a child.

`beside`: the state record whose likeness decided. `levels`: comparison to the name of the level it
reached, `missing` if it had nothing to compare; numbers of levels change with the comparisons, names stay. `reasons`: names of vetoes and rules that stood against it. `refused`: an MSIX ID that the State
sent and that was not followed, with the reasons.
"""

import polars as pl

from openmsix.matching.compare import COMPARISONS


def of_pairs(scored: pl.DataFrame, *, beside: str) -> pl.DataFrame:
    """Scored pairs with a column `evidence`; `beside` names the column of the other record."""
    levels = pl.struct(
        pl.col(one.name).replace_strict(
            {one.number(name): name for name in ("missing", *(level.name for level in one.levels))},
            return_dtype=pl.String,
        )
        for one in COMPARISONS
    )
    parts = pl.struct(pl.col(beside).alias("beside"), levels.alias("levels"), "reasons")
    return scored.with_columns(parts.struct.json_encode().alias("evidence"))
