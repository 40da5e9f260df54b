"""What linking would say of a student that nobody has sent yet. Writes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from openmsix.identity import online, rows
from openmsix.identity.model import in_use
from openmsix.matching.explain import explain
from openmsix.matching.model import Model
from openmsix.matching.scorer import Record, score, score_pairs
from openmsix.matching.verdict import Decisions, Verdict, decide

ASKED = 0
"""The number under which the student stands among the records."""


@dataclass(frozen=True)
class Likeness:
    """A child that is the student, or may be.

    `verdict`: same or possible. `weight`: in bits, of the child's record that decided. `sentence`: the verdict with what speaks for and against, in
    English; it holds given names, so it is for those who may open the record, never for logs. `reasons`: names of the vetoes and rules for which a
    person would be asked, see `verdict.REASONS`; empty where it is the same.
    """

    msix_id: str
    verdict: Verdict
    weight: float
    sentence: str
    reasons: tuple[str, ...]


def likenesses(person: Mapping[str, Any], model: Model | None = None) -> list[Likeness]:
    """The children that a student is or may be, the surest first, by the rules that link what States send.

    Args:
        person: demographic elements of the dictionary by their keys; `birth_date` as a date. With `state_code` and `state_student_id` it is that
            State's student, so that a child with another live record of the State can only be possible.
        model: the linkage model; the current one by default.
    """
    model = model or in_use()
    asked = online.prepared(person)
    found = rows.of_children_of(online.alike(asked))
    if found.is_empty():
        return []
    membership = found.select("msix_id", "record_id", "state_code", "live")
    known = pl.concat([asked, found.select(list(rows.PREPARED))], how="vertical_relaxed")
    pairs = membership.select(pl.lit(ASKED).alias("record_id_l"), record_id_r="record_id")
    decisions = decide(
        score_pairs(known, pairs, model, least=model.possible_above),
        new=pl.DataFrame({"record_id": [ASKED], "state_code": pl.Series([_state(person)], dtype=pl.String)}),
        membership=membership,
        known_different=pl.DataFrame(schema={"record_id_l": pl.Int64, "record_id_r": pl.Int64}),
        model=model,
    )
    likely = _likenesses(decisions, dict(membership.select("record_id", "msix_id").iter_rows()), known, model)
    return sorted(likely, key=lambda each: (each.verdict is not Verdict.SAME, -each.weight, each.msix_id))


def _state(person: Mapping[str, Any]) -> str | None:
    """The State whose student it is; none where no identifier of the State says so."""
    return person.get("state_code") if person.get("state_student_id") else None


def _likenesses(
    decisions: Decisions, child_of: Mapping[int, str], known: pl.DataFrame, model: Model
) -> Iterator[Likeness]:
    told = [ASKED, *decisions.links["beside"], *decisions.possibles["record_id_r"]]
    records: dict[int, Record] = {
        record["record_id"]: record
        for record in known.filter(pl.col("record_id").is_in(told)).iter_rows(named=True)
    }

    def one(beside: int, verdict: Verdict, weight: float, reasons: Iterable[str]) -> Likeness:
        left, right = records[ASKED], records[beside]
        undecided = verdict is Verdict.POSSIBLE
        sentence = explain(score(left, right, model), left, right, model, undecided=undecided)
        return Likeness(child_of[beside], verdict, weight, sentence, tuple(reasons))

    for beside, weight in decisions.links.select("beside", "weight").iter_rows():
        yield one(beside, Verdict.SAME, weight, ())
    for beside, weight, reasons in decisions.possibles.select("record_id_r", "weight", "reasons").iter_rows():
        yield one(beside, Verdict.POSSIBLE, weight, reasons)
