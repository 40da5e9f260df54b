"""A verdict in one English sentence, made from the levels that the comparisons reached."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from openmsix.matching.compare import BY_NAME, SURNAMES
from openmsix.matching.model import Model
from openmsix.matching.scorer import LevelReached, Score, score
from openmsix.matching.verdict import Verdict, verdict
from openmsix.matching.vetoes import VETOES, Veto

_LITTLE = 1.5  # bits; a level that weighs less against is not worth a word
_ALSO_AGREE = tuple(level for level in SURNAMES.levels if level.name == "same_alone")
_SILENT = frozenset(("between_states", "neither", "one", "both"))


def explain(
    score: Score, left: Mapping[str, Any], right: Mapping[str, Any], model: Model, *, undecided: bool = False
) -> str:
    """Why two prepared records are taken for one child or two.

    `undecided`: something else than their likeness stands against the verdict, and a person is asked; then the
    sentence settles nothing.

    "Probably the same child: both surnames, birth date and mother agree; the given names Lupe and Guadalupe are one
    name." The sentence holds the given names of the child and is for pages only, never for logs.
    """
    agreeing = list(_agreeing(score, left, right))
    partly = list(_partly(score, left, right))
    against = list(dict.fromkeys(_against(score)))
    parts = (
        [f"{_listed(agreeing)} {'agree' if len(agreeing) > 1 or _plural(agreeing) else 'agrees'}"]
        if agreeing
        else []
    )
    parts += partly
    if against:
        parts.append(f"but {_listed(against)}" if parts else _listed(against))
    return (
        f"{_opening(score, model, undecided=undecided)}: {'; '.join(parts) or 'there is nothing to compare'}."
    )


def sentences(prepared: pl.DataFrame, pairs: pl.DataFrame, model: Model) -> list[str]:
    """The verdicts on many pairs in words, in the order of `pairs` (`record_id_l`, `record_id_r`)."""
    rows = {row["record_id"]: row for row in prepared.iter_rows(named=True)}
    found = []
    for one, other in pairs.select("record_id_l", "record_id_r").iter_rows():
        left, right = rows[one], rows[other]
        found.append(explain(score(left, right, model), left, right, model))
    return found


def _opening(score: Score, model: Model, *, undecided: bool) -> str:
    said = verdict(score, model)
    if said is Verdict.SAME and not undecided:
        return "The same child"
    if said is Verdict.DIFFERENT:
        return "Probably two children" if undecided else "Two children"
    against = any(veto.against for veto in VETOES if veto.name in score.vetoes)
    likely = score.weight >= model.same_above and not against
    return "Probably the same child" if likely else "Perhaps the same child"


def _plural(agreeing: list[str]) -> bool:
    return agreeing == ["both surnames"]


def _agreeing(score: Score, left: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[str]:
    for reached in score.levels:
        comparison = BY_NAME[reached.comparison]
        level = comparison.level(reached.level)
        if level not in comparison.levels[:1] + _ALSO_AGREE or not comparison.weighed:
            continue
        if comparison.name == "surnames":
            yield "surname" if level in _ALSO_AGREE else "both surnames"
        elif comparison.name != "given_name" or left["given_1"] == right["given_1"]:
            yield "city of birth" if comparison.name == "birthplace" else comparison.subject


def _partly(score: Score, left: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[str]:
    for reached in score.levels:
        comparison = BY_NAME[reached.comparison]
        level = comparison.level(reached.level)
        if (
            level is None
            or level.name in _SILENT
            or reached.weight <= -_LITTLE
            or level is comparison.levels[-1]
            or level in _ALSO_AGREE
        ):
            continue
        if level is not comparison.levels[0]:
            yield level.words
        elif comparison.name == "given_name" and left["given_1"] != right["given_1"]:
            yield f"the given names {left['given_1'].title()} and {right['given_1'].title()} are one name"


def _against(score: Score) -> Iterator[str]:
    for reached in score.levels:
        comparison = BY_NAME[reached.comparison]
        level = comparison.level(reached.level)
        if (
            level
            and level.name not in _SILENT
            and (reached.weight <= -_LITTLE or level is comparison.levels[-1])
        ):
            yield level.words
    reached_by = {reached.comparison: reached for reached in score.levels}
    for veto in VETOES:
        if veto.name in score.vetoes:
            yield from _not_said_yet(veto, reached_by)


def _not_said_yet(veto: Veto, reached_by: Mapping[str, LevelReached]) -> Iterator[str]:
    """What a veto rests on besides the levels that the sentence says anyhow: its one more fact, or where there are several the veto's own words."""
    facts = [fact for name in veto.levels if (fact := _unsaid(reached_by[name]))]
    if len(facts) > 1:
        yield veto.words
    else:
        yield from facts


def _unsaid(reached: LevelReached) -> str:
    """What no other part of the sentence says of a comparison: that a value is missing, or that children were born together."""
    comparison = BY_NAME[reached.comparison]
    level = comparison.level(reached.level)
    if level is None:
        return f"a {'surname' if comparison is SURNAMES else comparison.subject} is missing"
    return level.words if level.name in _SILENT else ""


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
