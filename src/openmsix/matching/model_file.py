"""The file of a model: what has to stand in it, and where it does not."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

LONGEST_VERSION = 64
"""The database keeps so many signs of a model's version beside each verdict."""
_SHOWN = 40

Version = Annotated[
    str, Field(min_length=1, max_length=LONGEST_VERSION, pattern=r"^[^\p{C}]*[^\p{C}\s][^\p{C}]*$")
]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
MOST_BITS = 100
Bits = Annotated[Number, Field(ge=-MOST_BITS, le=MOST_BITS)]
"""A weight, or a bound on weights; what is learned is some thirty bits at most, so that more is a slip in the file."""
Share = Annotated[Number, Field(ge=1e-12, le=1)]
"""A probability of which the logarithm is taken."""


class ModelNotUsable(ValueError):
    """A model that cannot be used; the message names the place in its file and what is expected there, and the file where it is known."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Level(_Part):
    sql_condition: str
    label_for_charts: str
    is_null_level: bool = False
    m_probability: Share | None = None
    u_probability: Share | None = None
    tf_adjustment_column: str | None = None
    tf_adjustment_weight: Annotated[Number, Field(ge=1, le=1)] | None = None
    tf_minimum_u_value: Share | None = None
    disable_tf_exact_match_detection: bool | None = None

    @model_validator(mode="after")
    def _weighed(self) -> Self:
        if not self.is_null_level and (self.m_probability is None or self.u_probability is None):
            raise ValueError("m_probability or u_probability is missing")
        if self.tf_adjustment_column and self.tf_minimum_u_value is None:
            raise ValueError("tf_minimum_u_value is missing, the least share of a name that counts")
        return self


class _Compared(_Part):
    output_column_name: str
    comparison_description: str = ""
    comparison_levels: list[_Level]


class _Splink(_Part):
    link_type: Literal["dedupe_only"]
    unique_id_column_name: Literal["record_id"]
    probability_two_random_records_match: Annotated[Number, Field(gt=0, lt=1)]
    retain_matching_columns: Literal[True]
    # Which pairs are compared, the exchange says (`blocking`); a rule here would be run as SQL.
    blocking_rules_to_generate_predictions: Annotated[list[Any], Field(max_length=0)]
    comparisons: list[_Compared]


class _Names(_Part):
    shares: dict[str, Share]
    unlisted: Share


class _Frequencies(_Part):
    given: _Names
    surname: _Names
    birth_city: _Names


class _Term(_Part):
    of: Annotated[list[str], Field(min_length=1, max_length=2)]
    bits: list[Bits]


class _Reranker(_Part):
    terms: list[_Term]


class _Training(BaseModel):
    evaluated: dict[str, Any] = {}


class _Model(_Part):
    version: Version
    splink: _Splink
    frequencies: _Frequencies
    single_surname: Annotated[Number, Field(ge=0, le=1)]
    same_above: Bits
    possible_above: Bits
    weighed_from: Bits
    reranker: _Reranker | None = None
    training: _Training

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.same_above < self.possible_above:
            raise ValueError("same_above is below possible_above; what is the same has to be possible first")
        return self


def check(content: object) -> None:
    """Raises `ModelNotUsable` where something is missing in a model, or is not what it has to be."""
    try:
        _Model.model_validate(content)
    except ValidationError as fault:
        raise ModelNotUsable(_said(fault)) from fault


def _said(fault: ValidationError) -> str:
    """The first thing that is wrong, after its place: `splink.comparisons[0].comparison_levels[1].m_probability`."""
    first = fault.errors()[0]
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"])
    where, found = "".join(steps).lstrip("."), first["input"]
    match first["type"]:
        case "missing":
            said = "is missing"
        case "extra_forbidden":
            said = "there is no such part of a model"
        case "model_type" | "dict_type":
            said = "this has to be an object with named parts"
        case _:
            said = first["msg"].removeprefix("Value error, ")
            if found is None or isinstance(found, str | int | float):
                said += f", not {_short(json.dumps(found, ensure_ascii=False))}"
    return f"{where}: {said}" if where else said


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A part of the file; of a name that stands twice in it nobody could tell which one counts."""
    part = dict(pairs)
    if len(part) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ModelNotUsable(f"{_short(twice)} stands twice in one part of the file")
    return part


def read(path: Path) -> Mapping[str, Any]:
    """What stands in the file of a model; not checked yet.

    Raises:
        ModelNotUsable: it cannot be read, or is no JSON.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content: Mapping[str, Any] = json.loads(text, object_pairs_hook=_each_once)
    except OSError as fault:
        raise ModelNotUsable(f"the file cannot be read ({fault.strerror})") from fault
    except ModelNotUsable:
        raise
    except RecursionError as fault:
        raise ModelNotUsable("this is no model: its parts stand too deep in one another") from fault
    except ValueError as fault:
        raise ModelNotUsable(f"this is no JSON file in UTF-8: {fault}") from fault
    return content
