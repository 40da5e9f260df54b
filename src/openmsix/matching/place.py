"""The whole way of a batch through the model: weigh, complete, decide."""

import polars as pl

from openmsix.matching.batch import score_candidates
from openmsix.matching.model import Model
from openmsix.matching.scorer import score_pairs
from openmsix.matching.verdict import Decisions, decide, unscored_pairs


def place(
    existing: pl.DataFrame,
    new: pl.DataFrame,
    *,
    membership: pl.DataFrame,
    known_different: pl.DataFrame,
    model: Model,
) -> tuple[Decisions, pl.DataFrame]:
    """Decide where each new record belongs, and give the scored pairs behind it.

    Args:
        existing: prepared records of every child that may be met: all linked records of each of them.
        new: prepared records to be placed.
        membership, known_different, model: as for `decide`.
    """
    scored = score_candidates(existing, new, model)
    missing = unscored_pairs(scored, new=new, membership=membership, model=model)
    scored = pl.concat([scored, score_pairs(pl.concat([existing, new]), missing, model)])
    decisions = decide(scored, new=new, membership=membership, known_different=known_different, model=model)
    return decisions, scored
