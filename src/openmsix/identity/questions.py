"""What a near match is about: which two records, and what speaks for and against one child, in a sentence."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from openmsix import staging
from openmsix.identity import rows
from openmsix.identity.model import in_use
from openmsix.identity.words import AGAINST
from openmsix.matching.explain import explain
from openmsix.matching.model import Model
from openmsix.matching.scorer import Score, score
from openmsix.matching.verdict import RULES


@dataclass(frozen=True)
class Side:
    """One of the two state records, and the MSIX ID it has now (empty while it has none)."""

    record_id: int
    state_code: str
    state_student_id: str
    msix_id: str


@dataclass(frozen=True)
class Question:
    """Whether two records are one child. `left` is the older record.

    `sentence`: the verdict and its reasons in English, from what the States say now. It holds given names: for
    pages of people who may open the records, never for logs.
    `against`: the rules besides likeness for which a person is asked, in words. `score`: what the sentence puts into words, in bits.
    """

    pair_id: int
    left: Side
    right: Side
    sentence: str
    against: tuple[str, ...]
    score: Score


def questions(pair_ids: Iterable[int], model: Model | None = None) -> dict[int, Question]:
    """The questions with these ids, by id."""
    model = model or in_use()
    pairs = staging.read(
        """
        SELECT id, left_id, right_id, source, coalesce(evidence->>'reasons', '[]')
        FROM identity_candidatepair WHERE id = ANY(%(ids)s) ORDER BY 1
        """,
        {
            "id": pl.Int64,
            "left": pl.Int64,
            "right": pl.Int64,
            "source": pl.String,
            "reasons": pl.String,
        },
        {"ids": sorted(set(pair_ids))},
    )
    record_ids = pl.concat([pairs["left"], pairs["right"]])
    sides = {side.record_id: side for side in _sides(record_ids)}
    prepared = {row["record_id"]: row for row in rows.some(record_ids).iter_rows(named=True)}
    return {
        pair_id: Question(
            pair_id,
            sides[left],
            sides[right],
            explain(weighed, prepared[left], prepared[right], model, undecided=True),
            _against(source, json.loads(reasons)),
            weighed,
        )
        for pair_id, left, right, source, reasons in pairs.iter_rows()
        for weighed in [score(prepared[left], prepared[right], model)]
    }


@dataclass(frozen=True)
class Weighed:
    """Any two records as the linkage model judges them; see `Question`."""

    sentence: str
    score: Score


def weighed(left: int, right: int, model: Model | None = None) -> Weighed | None:
    """What speaks for and against two records being one child, whether or not people were ever asked; None if the model does not know one of them."""
    model = model or in_use()
    prepared = {row["record_id"]: row for row in rows.some(pl.Series([left, right])).iter_rows(named=True)}
    if len(prepared) < 2:
        return None
    found = score(prepared[left], prepared[right], model)
    return Weighed(explain(found, prepared[left], prepared[right], model, undecided=True), found)


def _against(source: str, reasons: Iterable[str]) -> tuple[str, ...]:
    """The rules in words; the vetoes among the reasons are told by the sentence."""
    words = {**RULES, **AGAINST} if source == "sent" else RULES
    return tuple(words[reason] for reason in reasons if reason in words)


def _sides(record_ids: pl.Series) -> Iterable[Side]:
    found = staging.read(
        """
        SELECT r.id, r.state_code, r.state_student_id, coalesce(l.msix_id, '') FROM records_staterecord r
        LEFT JOIN identity_link l ON l.state_record_id = r.id AND l.closed_at IS NULL
        WHERE r.id = ANY(%(ids)s)
        """,
        {"id": pl.Int64, "state_code": pl.String, "state_student_id": pl.String, "msix_id": pl.String},
        {"ids": record_ids.unique().to_list()},
    )
    return (Side(*row) for row in found.iter_rows())
