"""Files of models: whatever is wrong with one is told by its place, and nothing wrong is taken."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from openmsix.matching.model import Model
from openmsix.matching.model_file import ModelNotUsable

SHIPPED = (files("openmsix.matching") / "models" / "current.json").read_text(encoding="utf-8")
LEVEL = "splink.comparisons[0].comparison_levels[1]"
GONE = object()


def changed(place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The shipped model with one value changed, or gone."""
    content: dict[str, Any] = json.loads(SHIPPED)
    within: Any = content
    for step in place[:-1]:
        within = within[step]
    if value is GONE:
        del within[place[-1]]
    else:
        within[place[-1]] = value
    return content


def level(name: str) -> tuple[str | int, ...]:
    return ("splink", "comparisons", 0, "comparison_levels", 1, name)


PRIOR = ("splink", "probability_two_random_records_match")


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (level("m_probability"), 0, f"{LEVEL}.m_probability: Input should be greater than or equal to 0.000000000001, not 0"),
        (level("m_probability"), -0.5, f"{LEVEL}.m_probability: Input should be greater than or equal to 0.000000000001, not -0.5"),
        (level("m_probability"), 7, f"{LEVEL}.m_probability: Input should be less than or equal to 1, not 7"),
        (level("m_probability"), "0.5", f'{LEVEL}.m_probability: Input should be a valid number, not "0.5"'),
        (level("m_probability"), GONE, f"{LEVEL}: m_probability or u_probability is missing"),
        (level("m_probability"), 5e-324, f"{LEVEL}.m_probability: Input should be greater than or equal to 0.000000000001, not 5e-324"),
        (level("u_probability"), 0, f"{LEVEL}.u_probability: Input should be greater than or equal to 0.000000000001, not 0"),
        (level("tf_minimum_u_value"), GONE, f"{LEVEL}: tf_minimum_u_value is missing"),
        (level("shoe"), 1, f"{LEVEL}.shoe: there is no such part of a model"),
        (PRIOR, 1, f"{'.'.join(PRIOR)}: Input should be less than 1, not 1"),
        (PRIOR, GONE, f"{'.'.join(PRIOR)}: is missing"),
        (("splink", "blocking_rules_to_generate_predictions"), ["1=1"], "predictions: List should have at most 0"),
        (("same_above",), "much", 'same_above: Input should be a valid number, not "much"'),
        (("same_above",), float("nan"), "same_above: Input should be a finite number, not NaN"),
        (("same_above",), -5, "same_above is below possible_above"),
        (("version",), None, "version: Input should be a valid string, not null"),
        (("version",), " ", "version: String should match pattern"),
        (("version",), "a\x00b", "version: String should match pattern"),
        (("version",), "9" * 65, "version: String should have at most 64 characters"),
        (("frequencies", "given", "shares"), [], "frequencies.given.shares: this has to be an object"),
        (("frequencies", "surname", "shares", "cruz"), 0, "frequencies.surname.shares.cruz: Input should be greater"),
        (("training",), [], "training: this has to be an object"),
        (("training", "evaluated"), [], "training.evaluated: this has to be an object"),
        (("reranker", "terms", 0, "bits"), [0.5], "reranker.terms, of given_name: 11 bits are expected, and there are 1"),
        (("reranker", "terms", 0, "bits", 0), 1e308, "reranker.terms[0].bits[0]: Input should be less than or equal to 100, not 1e+308"),
        (("possible_above",), -101, "possible_above: Input should be greater than or equal to -100, not -101"),
        (("reranker", "terms"), [], "each of 55 terms has to be there once, and it has none of given_name"),
        (("reranker", "terms", 1, "of"), ["given_name"], "it has none of middle_name"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_model_is_told_by_its_place(
    place: tuple[str | int, ...], value: Any, said: str
) -> None:
    with pytest.raises(ModelNotUsable) as told:
        Model.from_dict(changed(place, value))
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"version": "2026', "this is no JSON file in UTF-8: Unterminated string starting at: line 1"),
        ("[" * 100_000, "its parts stand too deep in one another"),
        ("[1]", "this has to be an object with named parts"),
        ('{"a": 1}', "version: is missing"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "c stands twice in one part of the file"),
    ],
)
def test_a_file_that_is_no_model_is_told_of_by_its_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelNotUsable) as told:
        Model.read(path)
    assert str(told.value).startswith(f"{path}: ")
    assert said in str(told.value)


def test_a_model_as_it_is_written_is_one() -> None:
    assert Model.from_dict(json.loads(SHIPPED)).version == Model.load().version
