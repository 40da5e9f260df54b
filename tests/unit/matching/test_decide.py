"""The laws of the decision layer, on drawn cases and on random ones."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openmsix.matching.agreeing import agreeing
from openmsix.matching.clusters import RIVAL_BITS
from openmsix.matching.compare import COMPARISONS, STATE_ID
from openmsix.matching.model import Model
from openmsix.matching.scorer import SCORED
from openmsix.matching.verdict import RULES, Decisions, decide, unscored_pairs

MODEL = Model.load()
SURE, LIKELY, UNLIKELY = MODEL.same_above + 5, MODEL.possible_above + 1, MODEL.possible_above - 5
LEVELS = {comparison.name: len(comparison.levels) - 1 for comparison in COMPARISONS} | {
    "state_student_id": STATE_ID.number("between_states"),
    "multiple_birth": 0,
}
PAIRS = {"record_id_l": pl.Int64, "record_id_r": pl.Int64}


@dataclass
class Case:
    """New records 1 to 9 and linked records from 10 on, and how alike they are."""

    new: dict[int, str]
    linked: dict[int, tuple[str, str]]
    pairs: dict[tuple[int, int], tuple[float, str, bool]]
    apart: set[tuple[int, int]]

    def frames(self, dice: random.Random | None = None) -> tuple[pl.DataFrame, dict[str, Any]]:
        rows = [
            {
                "record_id_l": left,
                "record_id_r": right,
                "weight": weight,
                **LEVELS,
                "vetoes": [veto] if veto else [],
            }
            | ({"state_student_id": STATE_ID.number("same")} if same_id else {})
            for (left, right), (weight, veto, same_id) in self.pairs.items()
        ]
        members = [(record, child, state) for record, (child, state) in self.linked.items()]
        new, apart = list(self.new.items()), list(self.apart)
        if dice:
            for some in (rows, members, new, apart):
                dice.shuffle(some)
        return pl.DataFrame(rows, schema=SCORED), {
            "new": pl.DataFrame(new, schema={"record_id": pl.Int64, "state_code": pl.String}, orient="row"),
            "membership": pl.DataFrame(
                members,
                schema={"record_id": pl.Int64, "msix_id": pl.String, "state_code": pl.String},
                orient="row",
            ),
            "known_different": pl.DataFrame(apart, schema=PAIRS, orient="row"),
        }

    def decided(self, dice: random.Random | None = None) -> Decisions:
        scored, known = self.frames(dice)
        return decide(scored, **known, model=MODEL)

    def children(self) -> dict[int, str]:
        """The child of each record after the decisions."""
        decisions = self.decided()
        found = {record: child for record, (child, _) in self.linked.items()}
        found |= {record: f"new {record}" for record in decisions.mint["record_id"]}
        for record, child, founder in decisions.links.select("record_id", "msix_id", "founder").iter_rows():
            found[record] = child or f"new {founder}"
        return found

    def state(self, record: int) -> str:
        return self.new.get(record) or self.linked[record][1]


def case(
    new: dict[int, str],
    linked: dict[int, tuple[str, str]] | None = None,
    sure: Iterable[tuple[int, int]] = (),
    likely: Iterable[tuple[int, int]] = (),
    vetoed: Iterable[tuple[int, int]] = (),
    apart: Iterable[tuple[int, int]] = (),
    weights: dict[tuple[int, int], float] | None = None,
) -> Case:
    pairs = dict.fromkeys(sure, (SURE, "", False)) | dict.fromkeys(likely, (LIKELY, "", False))
    pairs |= dict.fromkeys(vetoed, (SURE, "given_names_differ", False))
    pairs |= {pair: (weight, "", False) for pair, weight in (weights or {}).items()}
    return Case(new, linked or {}, pairs, set(apart))


def reasons(decided: Case) -> dict[tuple[int, int], list[str]]:
    rows = decided.decided().possibles.iter_rows(named=True)
    return {(row["record_id_l"], row["record_id_r"]): row["reasons"] for row in rows}


def test_a_sure_pair_links_a_new_record_to_an_existing_child() -> None:
    links = case({1: "TX"}, {10: ("A", "CA")}, sure=[(1, 10)]).decided().links
    assert links.to_dicts() == [
        {"record_id": 1, "msix_id": "A", "founder": None, "beside": 10, "weight": SURE}
    ]


def test_two_new_records_of_one_child_share_one_new_id() -> None:
    decisions = case({1: "TX", 2: "CA"}, sure=[(1, 2)]).decided()
    assert decisions.mint["record_id"].to_list() == [1]
    assert decisions.links.select("record_id", "founder").rows() == [(2, 1)]


def test_a_likely_pair_and_a_vetoed_pair_are_questions() -> None:
    drawn = case({1: "TX", 2: "TX"}, {10: ("A", "CA"), 11: ("B", "CA")}, likely=[(1, 10)], vetoed=[(2, 11)])
    assert reasons(drawn) == {(1, 10): ["weight_too_low"], (2, 11): ["given_names_differ"]}
    assert drawn.decided().mint["record_id"].to_list() == [1, 2]


def test_known_different_children_are_not_even_asked_about_again() -> None:
    drawn = case({1: "TX"}, {10: ("A", "CA")}, sure=[(1, 10)], apart=[(10, 1)])
    assert drawn.children()[1] == "new 1"
    assert not reasons(drawn)


def test_one_known_different_record_keeps_a_new_one_from_the_whole_child() -> None:
    linked = {10: ("A", "CA"), 11: ("A", "WA")}
    drawn = case({1: "TX"}, linked, sure=[(1, 10), (1, 11)], apart=[(1, 11)])
    assert drawn.children()[1] == "new 1"
    assert not reasons(drawn)


def test_a_second_live_record_of_a_state_is_a_question() -> None:
    drawn = case({1: "CA"}, {10: ("A", "CA")}, sure=[(1, 10)])
    assert reasons(drawn) == {(1, 10): ["one_live_record_per_state"]}


def test_a_withdrawn_record_does_not_stand_in_the_way() -> None:
    scored, known = case({1: "CA"}, {10: ("A", "CA")}, sure=[(1, 10)]).frames()
    known["membership"] = known["membership"].with_columns(pl.lit(False).alias("live"))
    assert decide(scored, **known, model=MODEL).links["msix_id"].to_list() == ["A"]


@pytest.mark.parametrize(
    ("weight", "veto", "child"),
    [
        (LIKELY, "", "A"),
        (LIKELY, "birth_date_missing", "A"),
        (UNLIKELY, "", "new 1"),
        (SURE, "given_names_differ", "new 1"),
    ],
)
def test_two_records_of_one_identifier_are_joined_where_nothing_speaks_against_it_and_else_asked_about(
    weight: float, veto: str, child: str
) -> None:
    drawn = Case({1: "CA"}, {10: ("A", "CA")}, {(1, 10): (weight, veto, True)}, set())
    assert drawn.children()[1] == child
    assert (child == "A") == (not reasons(drawn))


def test_the_better_of_two_rivals_is_linked_and_the_other_is_a_question() -> None:
    drawn = case(
        {1: "TX", 2: "TX"}, {10: ("A", "CA")}, weights={(1, 10): SURE + RIVAL_BITS + 1, (2, 10): SURE}
    )
    assert drawn.children()[1] == "A"
    assert reasons(drawn) == {(2, 10): ["one_live_record_per_state"]}


@pytest.mark.parametrize("ahead", [0.0, RIVAL_BITS / 2])
def test_rivals_about_as_good_are_both_questions(ahead: float) -> None:
    drawn = case({1: "TX", 2: "TX"}, {10: ("A", "CA")}, weights={(1, 10): SURE + ahead, (2, 10): SURE})
    assert reasons(drawn) == {(1, 10): ["not_mutually_best"], (2, 10): ["not_mutually_best"]}


def test_a_record_that_fits_two_children_of_one_state_equally_is_a_question() -> None:
    drawn = case({1: "TX"}, {10: ("A", "CA"), 11: ("B", "CA")}, sure=[(1, 10), (1, 11)])
    assert drawn.children()[1] == "new 1"
    assert set(reasons(drawn)) == {(1, 10), (1, 11)}


def test_two_existing_children_are_not_joined_through_a_new_record() -> None:
    drawn = case({1: "TX"}, {10: ("A", "CA"), 11: ("B", "WA")}, weights={(1, 10): SURE + 2, (1, 11): SURE})
    assert drawn.children() == {1: "A", 10: "A", 11: "B"}
    assert reasons(drawn) == {(1, 11): ["two_existing_children"]}


def test_a_record_must_agree_with_every_record_of_a_child() -> None:
    linked = {10: ("A", "CA"), 11: ("A", "WA")}
    assert reasons(case({1: "TX"}, linked, sure=[(1, 10)], vetoed=[(1, 11)])) == {
        (1, 10): ["unlike_another_record"]
    }
    assert case({1: "TX"}, linked, sure=[(1, 10)]).children()[1] == "new 1"
    assert case({1: "TX"}, linked, sure=[(1, 10)], likely=[(1, 11)]).children()[1] == "A"


def test_the_pairs_still_to_be_scored_are_named() -> None:
    scored, known = case(
        {1: "TX", 2: "FL"}, {10: ("A", "CA"), 11: ("A", "WA")}, sure=[(1, 10), (1, 2)]
    ).frames()
    del known["known_different"]
    assert unscored_pairs(scored, **known, model=MODEL).rows() == [(1, 11), (2, 10), (2, 11)]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    states = st.sampled_from(("CA", "TX", "WA"))
    new = {record: draw(states) for record in range(1, draw(st.integers(1, 5)) + 1)}
    linked = {
        record: (draw(st.sampled_from("ABC")), draw(states))
        for record in range(10, 10 + draw(st.integers(0, 5)))
    }
    possible = [pair for pair in combinations((*new, *linked), 2) if pair[0] in new]
    weights = st.sampled_from((SURE, SURE, SURE + 1, SURE + 7, LIKELY, UNLIKELY))
    vetoes = st.sampled_from(("", "", "", "given_names_differ"))
    pairs = {}
    for one, two in possible:
        if draw(st.integers(0, 4)):
            same_state = new[one] == (new.get(two) or linked[two][1])
            pairs[one, two] = (draw(weights), draw(vetoes), same_state and draw(st.integers(0, 3)) == 0)
    apart = {pair for pair in possible if draw(st.integers(0, 9)) == 0}
    return Case(new, linked, pairs, apart)


@given(cases())
def test_every_new_record_gets_exactly_one_place(drawn: Case) -> None:
    decisions = drawn.decided()
    placed = decisions.links["record_id"].to_list() + decisions.mint["record_id"].to_list()
    assert sorted(placed) == sorted(drawn.new)
    assert set(decisions.links["founder"].drop_nulls()) <= set(decisions.mint["record_id"])


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(drawn: Case, dice: random.Random) -> None:
    one, other = drawn.decided(), drawn.decided(dice)
    assert one.links.equals(other.links)
    assert one.mint.equals(other.mint)
    assert one.possibles.equals(other.possibles)


@given(cases())
def test_known_different_records_are_never_one_child_by_decision(drawn: Case) -> None:
    child = drawn.children()
    assert not [pair for pair in drawn.apart if child[pair[0]] == child[pair[1]]]


@given(cases())
def test_existing_children_stay_apart(drawn: Case) -> None:
    child = drawn.children()
    assert {record: child[record] for record in drawn.linked} == {r: c for r, (c, _) in drawn.linked.items()}


@given(cases())
def test_a_child_has_one_live_record_a_state_unless_the_state_gives_one_identifier(drawn: Case) -> None:
    child = drawn.children()
    for one, two in combinations(sorted(child), 2):
        if one in drawn.new and child[one] == child[two] and drawn.state(one) == drawn.state(two):
            assert drawn.pairs[one, two][2]


@given(cases())
def test_a_new_record_agrees_with_every_record_of_its_child(drawn: Case) -> None:
    child = drawn.children()
    for one, two in combinations(sorted(child), 2):
        if one in drawn.new and child[one] == child[two]:
            weight, veto, same_id = drawn.pairs[one, two]
            assert same_id or (weight >= MODEL.possible_above and not veto)


@given(cases())
def test_each_two_children_are_asked_about_once_and_never_one_with_itself(drawn: Case) -> None:
    child = drawn.children()
    asked: defaultdict[frozenset[str], int] = defaultdict(int)
    for (one, two), why in reasons(drawn).items():
        assert child[one] != child[two]
        assert set(why) <= {*RULES, "given_names_differ"}
        assert why
        asked[frozenset((child[one], child[two]))] += 1
    assert set(asked.values()) <= {1}


@st.composite
def nearly_clear_cases(draw: st.DrawFn) -> Case:
    """Records of few persons: those of one nearly always agree, those of two nearly never."""
    new = {record: draw(st.sampled_from(("CA", "TX", "WA", "FL"))) for record in range(1, 7)}
    linked = {record: (draw(st.sampled_from("AB")), f"S{record}") for record in range(10, 13)}
    person = {record: draw(st.integers(1, 4)) for record in new} | {
        record: 1 + "AB".index(child) for record, (child, _) in linked.items()
    }
    rare = st.integers(0, 14).map(lambda number: number == 0)
    pairs, apart = {}, set()
    for one, two in combinations((*new, *linked), 2):
        if one in new and (person[one] == person[two]) != draw(rare):
            weight = draw(st.sampled_from((SURE, SURE + 1, SURE + 7))) if not draw(rare) else LIKELY
            pairs[one, two] = (weight, "given_names_differ" if draw(rare) else "", draw(rare))
            if draw(rare):
                apart.add((one, two))
    return Case(new, linked, pairs, apart)


@given(nearly_clear_cases())
def test_groups_in_which_all_agree_become_what_they_become_pair_by_pair(drawn: Case) -> None:
    scored, known = drawn.frames()
    members = {name: known[name] for name in ("new", "membership")}
    with patch("openmsix.matching.verdict.agreeing", nobody_agrees):
        expected, missing = drawn.decided(), unscored_pairs(scored, **members, model=MODEL)
    assert unscored_pairs(scored, **members, model=MODEL).equals(missing)
    with patch(
        "openmsix.matching.verdict._FEW", -1
    ):  # drawn cases are small, and would not be put together as columns
        found = drawn.decided()
    assert found.links.equals(expected.links)
    assert found.mint.equals(expected.mint)
    assert found.possibles.equals(expected.possibles)


def nobody_agrees(pairs: pl.DataFrame, **_: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(schema={"record_id": pl.Int64, "msix_id": pl.String, "group": pl.Int64})


def test_records_that_all_agree_are_found_as_a_group_and_one_beside_them_in_doubt_ends_it() -> None:
    new = pl.DataFrame({"record_id": [1, 2, 3, 4], "state_code": ["CA", "TX", "WA", "FL"]})
    nobody = pl.DataFrame(
        schema={"record_id": pl.Int64, "msix_id": pl.String, "state_code": pl.String, "live": pl.Boolean}
    )
    sure = pl.DataFrame({"record_id_l": [1, 3], "record_id_r": [2, 4], "sure": True})
    assert sorted(agreeing(sure, new=new, membership=nobody)["record_id"]) == [1, 2, 3, 4]
    doubt = pl.DataFrame({"record_id_l": [2], "record_id_r": [3], "sure": False})
    assert agreeing(pl.concat([sure, doubt]), new=new, membership=nobody).is_empty()
