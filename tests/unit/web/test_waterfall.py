"""What stands beside a near match: as many points as the weight has, each comparison once, what says most first."""

import polars as pl
import pytest

from openmsix.matching.compare import BY_NAME
from openmsix.matching.model import Model
from openmsix.matching.prepare import prepare
from openmsix.matching.reranker import Together
from openmsix.matching.scorer import LevelReached, Score, score
from openmsix.web.tasks.waterfall import HALF, OTHERS, TOGETHER, WORTH_A_BAR, prior, steps

MODEL = Model.load()


def scored(**other: str | None) -> Score:
    """A child's record beside another one that differs from it in what is given."""
    one: dict[str, str | None] = {
        "first_name": "José", "middle_name": "Luis", "last_name_1": "Cruz", "last_name_2": "López", "birth_date": "2014-03-12", "sex": "Male",
        "male_parent_first_name": "Juan", "male_parent_last_name": "Cruz", "state_code": "CA",
    }  # fmt: skip
    frame = pl.DataFrame([one, {**one, "state_code": "TX", **other}]).with_columns(
        pl.col("birth_date").str.to_date(), record_id=pl.int_range(2)
    )
    left, right = prepare(frame).iter_rows(named=True)
    return score(left, right, MODEL)


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"middle_name": None, "last_name_2": None, "sex": None},
        {"first_name": "Juan", "birth_date": "2016-03-12"},
    ],
)
def test_the_points_add_up_to_the_weight(other: dict[str, str | None]) -> None:
    found = scored(**other)
    told = sum(step.weight for step in steps(found)) + prior(found)
    assert told == pytest.approx(found.weight)


def test_each_comparison_is_told_once_and_the_rest_at_the_end() -> None:
    found = steps(scored(sex=None))
    assert len({step.words for step in found}) == len(found)
    *told, rest = found
    assert rest.words.casefold() == OTHERS
    assert [abs(step.weight) for step in told] == sorted((abs(step.weight) for step in told), reverse=True)
    assert all(abs(step.weight) >= WORTH_A_BAR for step in told)


def test_what_is_missing_is_no_step_of_its_own() -> None:
    assert not [
        step.words
        for step in steps(scored(sex=None, middle_name=None))
        if "missing" in step.words and step.words.casefold() != OTHERS
    ]


def test_what_agrees_never_speaks_against_for_what_others_say_beside_it() -> None:
    levels = (
        LevelReached("given_name", BY_NAME["given_name"].number("different"), "the given names differ", -7.0),
        LevelReached("sex", BY_NAME["sex"].number("same"), "the sex agrees", 1.0),
    )
    found = Score(-11.0, levels, (), (Together(("given_name", "sex"), -5.0),))
    told = {step.words: round(step.weight, 2) for step in steps(found)}
    assert told == {
        "The given names differ": -9.5,
        TOGETHER[0].upper() + TOGETHER[1:]: -2.5,
        "The sex agrees": 1.0,
    }


def test_bars_stay_within_the_drawing() -> None:
    for step in steps(scored(first_name="Pedro")):
        assert 0 <= step.x <= step.x + step.width <= 2 * HALF
