"""One file matched as its settings say: candidates, weights, decisions."""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from openmsix.matching.batch import placed_at_once, score_candidates
from openmsix.matching.learning import folded, learned
from openmsix.matching.model import Model
from openmsix.matching.prepare import prepare
from openmsix.matching.settings import Settings, SettingsNotUsable
from openmsix.matching.verdict import Decisions

_SOUND = {
    "first_name": "given_key",
    "middle_name": "middle_key",
    "last_name_1": "surname_key_1",
    "last_name_2": "surname_key_2",
}
"""The feature that records share in a block, for elements that are names."""

_NONE = pl.lit([], dtype=pl.List(pl.String))


@dataclass(frozen=True)
class Matched:
    """What came of a file: its records prepared, the decisions, the pairs weighed, and the model with the thresholds by which they were judged.

    `keys`: the blocks of the settings, see `batch.score_candidates`.
    """

    prepared: pl.DataFrame
    decisions: Decisions
    scored: pl.DataFrame
    model: Model
    keys: pl.DataFrame | None


def matched(records: pl.DataFrame, model: Model, settings: Settings) -> Matched:
    """Match the records of a file: the columns of `tabular.records`, `record_id` from 0 on in the order of the rows."""
    prepared = prepare(records)
    model = with_thresholds(model, settings)
    keys = _own_keys(records, prepared, settings) if settings.blocks else None
    own = settings.own_evidence
    scored = score_candidates(
        prepared.clear(), prepared, model, least=None if own else model.possible_above, more_keys=keys
    )
    weighing = learned(records, prepared, scored, model, settings) if own else None

    def weighed(pairs: pl.DataFrame) -> pl.DataFrame:
        told = weighing.weighed(pairs) if weighing else pairs
        return told if settings.deciding.vetoes else told.with_columns(vetoes=_NONE)

    decisions, scored = placed_at_once(
        prepared, model, scored=weighed(scored), weighed=weighed, all_alike=settings.deciding.all_alike
    )
    return Matched(prepared, decisions, scored, model, keys)


def with_thresholds(model: Model, settings: Settings) -> Model:
    """The model with the thresholds of the settings."""
    same, possible = settings.deciding.same_from, settings.deciding.possible_from
    return replace(
        model,
        same_above=model.same_above if same is None else same,
        possible_above=model.possible_above if possible is None else possible,
    )


def check_order(path: Path, settings: Settings, model: Model) -> None:
    """See to it that the thresholds of a settings file are in order, those of the model taken for what it leaves out.

    Raises:
        SettingsNotUsable: from fewer bits on two records would be the same than possibly the same.
    """
    told, by = settings.deciding, with_thresholds(model, settings)
    if by.same_above < by.possible_above:
        same, possible = (
            f"{bits:g}{'' if given is not None else ', that of the model'}"
            for bits, given in ((by.same_above, told.same_from), (by.possible_above, told.possible_from))
        )
        raise SettingsNotUsable(
            f"{path.name}: deciding: same_from ({same}) is below possible_from ({possible}); what is the same has to be possible first. Give both."
        )


def _own_keys(records: pl.DataFrame, prepared: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """`record_id` and a column for each block of the settings: a number for what the record shares in it."""

    def part(name: str) -> pl.Series:
        values = prepared[_SOUND[name]] if name in _SOUND else folded(records[name])
        return values.alias(name)

    keys = {
        f"k_own_{number}": _numbered(pl.DataFrame([part(name) for name in block]))
        for number, block in enumerate(settings.blocks, 1)
    }
    return prepared.select("record_id").with_columns(**keys)


def _numbered(parts: pl.DataFrame) -> pl.Series:
    """A number for each row, the same where all parts are; null where one is missing."""
    known = pl.all_horizontal(pl.all().is_not_null())
    return parts.select(pl.when(known).then(pl.struct(pl.all()).rank("dense").cast(pl.Int64))).to_series()
