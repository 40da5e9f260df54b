"""Holds the match rules to the tables of docs/spec/matching.md."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from openmsix.matching.explain import explain
from openmsix.matching.model import Model
from openmsix.matching.prepare import prepare
from openmsix.matching.scorer import score
from openmsix.matching.verdict import verdict

PAGE = Path(__file__).resolve().parents[3] / "docs" / "spec" / "matching.md"
MODEL = Model.load()


def table(heading: str) -> list[dict[str, str]]:
    """The rows of the table under a heading, by column."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [
        line.strip().removeprefix("|").removesuffix("|")
        for line in section.splitlines()
        if line.startswith("|")
    ]
    header, _, *rows = ([cell.strip() for cell in line.split("|")] for line in lines)
    return [dict(zip(header, row, strict=True)) for row in rows]


def two(text: str, mark: str) -> tuple[str | None, str | None]:
    first, _, second = text.strip().partition(mark)
    return first.strip() or None, second.strip() or None


def record(text: str) -> dict[str, Any]:
    """The prepared record that a cell of the tables describes."""
    state, said = text.split(":")
    given, surnames, born, sex, mother, father = said.split(";")
    (first, middle), (last_1, last_2) = two(given, "+"), two(surnames, "+")
    sex_said, twin = two(sex, " ") if sex.strip() else (None, None)
    mother_names, father_names = two(mother, " "), two(father, " ")
    sent = pl.DataFrame(
        {
            "record_id": [1],
            "state_code": [state.strip()],
            "first_name": [first],
            "middle_name": [middle],
            "last_name_1": [last_1],
            "last_name_2": [last_2],
            "birth_date": [born.strip() or None],
            "sex": [sex_said],
            "multiple_birth_flag": ["Yes" if twin else "No"],
            "female_parent_first_name": [mother_names[0]],
            "female_parent_last_name": [mother_names[1]],
            "male_parent_first_name": [father_names[0]],
            "male_parent_last_name": [father_names[1]],
        }
    )
    return prepare(sent.with_columns(pl.col("birth_date").cast(pl.String).str.to_date())).row(0, named=True)


def the_verdict_is(row: dict[str, str]) -> None:
    for left, right in (("one record", "another record"), ("another record", "one record")):
        found = score(record(row[left]), record(row[right]), MODEL)
        assert (verdict(found, MODEL), " ".join(found.vetoes)) == (row["verdict"], row["vetoes"])


@pytest.mark.parametrize("row", table("One child written in two ways"), ids=lambda row: row["case"])
def test_one_child_written_in_two_ways_is_found(row: dict[str, str]) -> None:
    the_verdict_is(row)


@pytest.mark.parametrize("row", table("Relatives are other children"), ids=lambda row: row["case"])
def test_relatives_are_never_joined(row: dict[str, str]) -> None:
    the_verdict_is(row)


@pytest.mark.parametrize("row", table("Strangers and too little to go by"), ids=lambda row: row["case"])
def test_what_is_not_sure_is_not_joined(row: dict[str, str]) -> None:
    the_verdict_is(row)


@pytest.mark.parametrize("row", table("In words"), ids=lambda row: row["the sentence"])
def test_a_verdict_is_said_in_one_sentence(row: dict[str, str]) -> None:
    left, right = record(row["one record"]), record(row["another record"])
    assert explain(score(left, right, MODEL), left, right, MODEL) == row["the sentence"]
