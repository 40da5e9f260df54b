"""Equal content has an equal hash, and nothing else has."""

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from openmsix.dictionary import VERSIONS, dictionary
from openmsix.records.content import element_sign, summaries

KINDS = ("demographics", "enrollments")
Values = tuple[str | None, str | None]
values = st.tuples(
    *[st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1)] * 2
)


def frame(rows: list[Values], seq: int = 1) -> pl.DataFrame:
    places = list(range(1, len(rows) + 1))
    return pl.DataFrame(
        {"seq": [seq] * len(rows), "line": places, "ordinal": places, "a": [row[0] for row in rows], "b": [row[1] for row in rows]},
        schema_overrides={"a": pl.String, "b": pl.String},
    )  # fmt: skip


def hashed(first: list[Values], second: list[Values], versions: str = "2023/1") -> bytes:
    rows = {"demographics": frame(first), "enrollments": frame(second)}
    return bytes(summaries(rows, KINDS, versions)["content_hash"][0])


@given(st.lists(values, min_size=1), st.lists(values), st.randoms())
def test_order_and_numbering_of_rows_say_nothing(
    first: list[Values], second: list[Values], random: object
) -> None:
    assert hashed(first[::-1], second[::-1]) == hashed(first, second)


@given(st.lists(values, min_size=1), st.lists(values), st.lists(values, min_size=1), st.lists(values))
def test_other_content_has_another_hash(
    a: list[Values], b: list[Values], c: list[Values], d: list[Values]
) -> None:
    def content(one: list[Values], two: list[Values]) -> tuple[list[str], list[str]]:
        return sorted(map(repr, one)), sorted(map(repr, two))

    assert (hashed(a, b) == hashed(c, d)) == (content(a, b) == content(c, d))


def test_the_rules_by_which_values_were_read_count() -> None:
    rows: list[Values] = [("x", None)]
    assert len({hashed(rows, rows, versions) for versions in ("2023/1", "2023/2", "2022/1")}) == 3


def test_an_element_that_nobody_sent_changes_no_hash() -> None:
    before = {"demographics": frame([("x", "y")])}
    after = {"demographics": before["demographics"].with_columns(later=pl.lit(None, dtype=pl.Date))}
    said = {"demographics": before["demographics"].with_columns(later=pl.lit(date(2026, 1, 1)))}
    hashes = [summaries(rows, KINDS, "v")["content_hash"][0] for rows in (before, after, said)]
    assert hashes[0] == hashes[1] != hashes[2]


def test_elements_of_a_record_type_have_different_signs() -> None:
    for version in VERSIONS:
        for record in dictionary(version).records.values():
            assert len(set(map(element_sign, record.columns))) == len(record.columns)


def test_kinds_name_the_record_types_that_have_rows() -> None:
    rows = {
        "demographics": frame([("x", "y")], seq=1),
        "enrollments": pl.concat([frame([("x", "y")] * 2, seq) for seq in (1, 2)]),
    }
    assert summaries(rows, KINDS, "v").select("seq", "kinds").rows() == [(1, 0b11), (2, 0b10)]
