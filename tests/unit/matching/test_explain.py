"""The sentence of a verdict says each fact once, and after "but" only what speaks against."""

import re
from itertools import product
from typing import Any

import pytest

from openmsix.matching.compare import BIRTHPLACE, COMPARISONS, FATHER, MOTHER
from openmsix.matching.explain import explain
from openmsix.matching.levels import Comparison
from openmsix.matching.model import Model
from openmsix.matching.scorer import LevelReached, Score, vetoes

MODEL = Model.load()
LUPE: dict[str, Any] = {"given_1": "lupe"}
ALIKE = {one.name: one.levels[0].name for one in COMPARISONS} | {
    "state_student_id": "between_states",
    "multiple_birth": "neither",
}
WAYS = ("different", "missing", "same")


def sentence(**reached: str) -> str:
    """Of two records of different States that agree in everything but for these levels of comparisons."""
    numbers = {one.name: one.number((ALIKE | reached)[one.name]) for one in COMPARISONS}
    levels = tuple(
        LevelReached(one.name, numbers[one.name], "", MODEL.weights[one.name][numbers[one.name]])
        for one in COMPARISONS
    )
    weight = MODEL.prior_weight + sum(one.weight for one in levels)
    return explain(Score(weight, levels, vetoes(numbers, weight)), LUPE, LUPE, MODEL, undecided=True)


@pytest.mark.parametrize(("mother", "father", "surnames"), list(product(WAYS, repeat=3)))
def test_each_fact_of_the_family_is_said_once(mother: str, father: str, surnames: str) -> None:
    said = sentence(mother=mother, father=father, surnames=surnames)
    for fact in ("mother", "father", "surname"):
        assert len(re.findall(fact, said)) <= 1, said


@pytest.mark.parametrize(("father", "words"), [("different", "the father differs"), ("missing", "a father is missing")])  # fmt: skip
def test_a_veto_adds_only_what_the_levels_did_not_say(father: str, words: str) -> None:
    said = sentence(given_name="different", surnames="different", mother="different", father=father)
    assert said.endswith(
        f"; but the given names differ, the surnames differ, the mother differs and {words}."
    )


@pytest.mark.parametrize("comparison", [BIRTHPLACE, MOTHER, FATHER], ids=lambda one: one.name)
def test_an_agreement_in_part_that_speaks_against_is_not_said_like_a_whole_one(
    comparison: Comparison,
) -> None:
    weights = MODEL.weights[comparison.name]
    against = [one for one in comparison.levels[:-1] if weights[comparison.number(one.name)] < 0]
    assert against
    for level in against:
        assert re.search("[:;] (but )?only the ", sentence(**{comparison.name: level.name}))
