"""Finding one child while somebody waits: block keys in PostgreSQL, weights in Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from openmsix import staging
from openmsix.identity import rows
from openmsix.identity.candidates import BY_KEY, by_key, pairs_of
from openmsix.identity.model import in_use
from openmsix.matching.blocking import KEYS, block_keys
from openmsix.matching.model import Model
from openmsix.matching.prepare import prepare
from openmsix.matching.scorer import Score, score


@dataclass(frozen=True)
class Candidate:
    """A state record that may be the child asked for, with the MSIX ID it has now and all that speaks for and against."""

    state_record_id: int
    msix_id: str | None
    score: Score


def candidates(person: Mapping[str, Any], model: Model | None = None) -> list[Candidate]:
    """The state records most like a person, best first; those of equal weight by their age here.

    Args:
        person: demographic elements of the dictionary by their keys; `birth_date` as a date. `state_code` and
            `state_student_id` count too, if they are given.
        model: the linkage model; the current one by default.

    Returns:
        Every record that shares a block key with the person, whatever its weight: the caller draws the line.
    """
    model = model or in_use()
    asked = prepared(person)
    found = alike(asked)
    person_prepared = asked.row(0, named=True)
    ids = _msix_ids(found)
    ranked = [
        Candidate(record["record_id"], ids.get(record["record_id"]), score(person_prepared, record, model))
        for record in rows.some(found).iter_rows(named=True)
    ]
    return sorted(ranked, key=lambda each: (-each.score.weight, each.state_record_id))


def prepared(person: Mapping[str, Any]) -> pl.DataFrame:
    """A person as the linkage model sees a record, under the number 0."""
    return prepare(pl.DataFrame([{"record_id": 0, **person}], infer_schema_length=None))


def alike(asked: pl.DataFrame) -> pl.Series:
    """The state records that share a block key with a prepared person."""
    keys = block_keys(asked).row(0, named=True)
    given = ", ".join(
        f"(%(keys)s::bigint[])[{place}] AS {key.name}" for place, key in enumerate(KEYS, start=1)
    )
    found = staging.read_planned(
        f"{by_key(f'SELECT 0::bigint AS state_record_id, {given}')} ORDER BY record_id_r",
        BY_KEY,
        {"keys": staging.array(keys[key.name] for key in KEYS)},
    )
    return pairs_of(found)["record_id_r"].alias("record_id")


def _msix_ids(record_ids: pl.Series) -> dict[int, str]:
    linked = staging.read_few(
        """
        SELECT state_record_id, msix_id FROM identity_link
        WHERE state_record_id = ANY(%(ids)s) AND closed_at IS NULL
        """,
        {"state_record_id": pl.Int64, "msix_id": pl.String},
        {"ids": record_ids.to_list()},
    )
    return dict(linked.iter_rows())
