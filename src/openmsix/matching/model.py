"""The trained linkage model: one versioned JSON file that both engines read."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from openmsix.matching import model_file
from openmsix.matching.compare import COMPARISONS
from openmsix.matching.levels import Comparison, Level
from openmsix.matching.model_file import ModelNotUsable
from openmsix.matching.reranker import Reranker

RARITY_FEATURES = ("given", "surname_set", "surname_1", "birth_city")
"""The features whose rarity adds to a weight."""


class ModelMismatch(ModelNotUsable):
    """The model was trained on other comparisons than those declared in `compare`."""


@dataclass(frozen=True)
class Frequencies:
    """How common names are among children: the share of records that have each name, and of any name not listed."""

    shares: Mapping[str, float]
    unlisted: float

    def of(self, name: str) -> float:
        """The share of records with this name."""
        return self.shares.get(name, self.unlisted)


@dataclass(frozen=True, eq=False)
class Model:
    """A trained model.

    Attributes:
        version: stored with every verdict.
        splink: settings for Splink, with the trained m and u of each level and the prior.
        given, surname, birth_city: how common each name is; surnames by their single words.
        single_surname: the share of children recorded with one surname.
        same_above: weights from here on mean the same child, when no veto stands.
        possible_above: weights from here on are worth a person's look.
        weighed_from: pairs of less weight before the reranker are not reranked; they are of two children.
        reranker: corrects the weights, if the model has one.
        training: what it was trained and measured on.
    """

    version: str
    splink: Mapping[str, Any]
    given: Frequencies
    surname: Frequencies
    birth_city: Frequencies
    single_surname: float
    same_above: float
    possible_above: float
    weighed_from: float
    reranker: Reranker | None
    training: Mapping[str, Any]

    @staticmethod
    @cache
    def load(name: str = "current") -> "Model":
        """The model of this name among those shipped in `matching/models`."""
        text = (files("openmsix.matching") / "models" / f"{name}.json").read_text(encoding="utf-8")
        return Model.from_dict(json.loads(text))

    @staticmethod
    def read(path: Path) -> "Model":
        """The model in a file.

        Raises:
            ModelNotUsable: as from `from_dict`, or the file is none; the message names it.
        """
        try:
            return Model.from_dict(model_file.read(path))
        except ModelNotUsable as fault:
            raise type(fault)(f"{path}: {fault}") from fault

    @staticmethod
    def from_dict(content: Mapping[str, Any]) -> "Model":
        """The model written as `content`.

        Raises:
            ModelMismatch: its comparisons are not the declared ones.
            ModelNotUsable: something is missing in it, or is not what it has to be.
        """
        model_file.check(content)
        version, names = content["version"], content["frequencies"]
        declared = [_conditions(comparison_settings(comparison)) for comparison in COMPARISONS]
        if [_conditions(trained) for trained in content["splink"]["comparisons"]] != declared:
            raise ModelMismatch(
                f"model {version} has other comparisons than this version of openmsix: retrain"
            )
        return Model(
            version=version,
            splink=content["splink"],
            given=Frequencies(**names["given"]),
            surname=Frequencies(**names["surname"]),
            birth_city=Frequencies(**names["birth_city"]),
            single_surname=content["single_surname"],
            same_above=content["same_above"],
            possible_above=content["possible_above"],
            weighed_from=content["weighed_from"],
            reranker=Reranker.from_dict(content["reranker"]) if content.get("reranker") else None,
            training=content["training"],
        )

    @cached_property
    def quick_splink(self) -> Mapping[str, Any]:
        """The settings in `splink`, their conditions written so that DuckDB answers them in less time; they hold for the same pairs."""
        quick = [
            {**trained, "comparison_levels": _quick_levels(trained["comparison_levels"], declared)}
            for trained, declared in zip(self.splink["comparisons"], COMPARISONS, strict=True)
        ]
        return {**self.splink, "comparisons": quick}

    @property
    def prior_weight(self) -> float:
        """The weight, in bits, before anything is compared."""
        prior = self.splink["probability_two_random_records_match"]
        return math.log2(prior / (1 - prior))

    def before_reranking(self, least: float) -> float:
        """The weight that a pair needs before it is reranked, to have `least` after it."""
        return min(least, self.weighed_from) if self.reranker else least

    @cached_property
    def weights(self) -> Mapping[str, Mapping[int, float]]:
        """For each comparison the weight in bits of each level by number, before rarity."""
        return {
            trained["output_column_name"]: _level_weights(trained) for trained in self.splink["comparisons"]
        }

    @cached_property
    def rarities(self) -> Mapping[tuple[str, int], tuple[float, float]]:
        """For (comparison, level) with rarity: the share its weight takes for granted (its u), and the least share
        that counts, so that rarity is capped.
        """
        return {
            (trained["output_column_name"], number): (level["u_probability"], level["tf_minimum_u_value"])
            for trained in self.splink["comparisons"]
            for number, level in _numbered(trained)
            if "tf_adjustment_column" in level
        }

    def share(self, feature: str, value: str) -> float:
        """The share of records with this value of a feature of `RARITY_FEATURES`.

        Two surnames are taken as drawn apart, so a pair nobody listed has a share too.
        """
        if feature == "given":
            return self.given.of(value)
        if feature == "birth_city":
            return self.birth_city.of(value)
        names = value.split(" ")
        if feature == "surname_1" or len(names) == 1:
            return self.surname.of(names[0]) * (1 if feature == "surname_1" else self.single_surname)
        orders = 1 if names[0] == names[1] else 2
        return orders * self.surname.of(names[0]) * self.surname.of(names[1]) * (1 - self.single_surname)


def comparison_settings(comparison: Comparison) -> dict[str, Any]:
    """A comparison in Splink's words, untrained."""
    missing = {
        "sql_condition": comparison.missing.sql(),
        "label_for_charts": "missing",
        "is_null_level": True,
    }
    return {
        "output_column_name": comparison.name,
        "comparison_description": comparison.subject,
        "comparison_levels": [missing, *(_level_settings(level) for level in comparison.levels)],
    }


def _level_settings(level: Level) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "sql_condition": level.when.sql() if level.when else "ELSE",
        "label_for_charts": level.name,
    }
    if level.rarity_of:
        settings |= {"tf_adjustment_column": level.rarity_of, "disable_tf_exact_match_detection": True}
    return settings


def _quick_levels(trained: Sequence[Mapping[str, Any]], declared: Comparison) -> list[dict[str, Any]]:
    whens = (declared.missing, *(level.when for level in declared.levels))
    return [
        {**level, "sql_condition": when.quick_sql() if when else level["sql_condition"]}
        for level, when in zip(trained, whens, strict=True)
    ]


def _conditions(settings: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    name = settings["output_column_name"]
    levels = settings["comparison_levels"]
    return [(f"{name}: {level['sql_condition']}", level.get("tf_adjustment_column")) for level in levels]


def _numbered(trained: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    levels = [level for level in trained["comparison_levels"] if not level.get("is_null_level")]
    return [(len(levels) - 1 - place, level) for place, level in enumerate(levels)]


def _level_weights(trained: Mapping[str, Any]) -> dict[int, float]:
    weights = {
        number: math.log2(level["m_probability"] / level["u_probability"])
        for number, level in _numbered(trained)
    }
    return {-1: 0.0, **weights}
