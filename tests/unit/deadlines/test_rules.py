"""The clocks of the regulation, with the days on which they run out."""

from datetime import date
from itertools import pairwise

import polars as pl
import pytest

from openmsix.deadlines.document import clocks_page
from openmsix.deadlines.rules import Unit, rule, rules
from openmsix.dictionary.declare import Mark

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("newly_documented", "2026-12-08"),  # 10 working days, over Thanksgiving
        ("change_of_residence", "2026-11-30"),  # 4 working days, over Thanksgiving
        ("end_of_term", "2026-12-23"),  # 30 calendar days
        ("correction_request", "2026-12-23"),
        ("corrected_data", "2026-11-30"),
        ("answer_to_state", "2026-12-08"),
        ("data_request_escalated", "2026-11-25"),
        ("access_paperwork", "2029-11-23"),
    ],
)
def test_a_clock_runs_out(name: str, due: str) -> None:
    found = rule(name, MONDAY)

    assert found.due(MONDAY) == date.fromisoformat(due)
    assert pl.DataFrame({"event": [MONDAY]}).select(
        found.due_of(pl.col("event"))
    ).item() == date.fromisoformat(due)


def test_the_start_up_clock_is_over() -> None:
    assert rule("start_up", date(2016, 7, 1)).due(date(2016, 6, 9)) == date(2016, 9, 7)
    with pytest.raises(KeyError, match="start_up"):
        rule("start_up", MONDAY)


def test_no_rule_stands_before_it_took_effect() -> None:
    with pytest.raises(KeyError, match="end_of_term"):
        rule("end_of_term", date(2016, 6, 8))


def test_at_most_one_line_of_a_name_is_in_force_on_a_day() -> None:
    spans = sorted((found.name, found.since, found.until or date.max) for found in rules())

    for (name, _, until), (next_name, since, _) in pairwise(spans):
        assert name != next_name or until < since


def test_what_is_recalled_says_how_sure_it_is() -> None:
    assert {found.confidence for found in rules() if found.mark is Mark.RECALLED} <= {"high", "medium"}
    assert {found.confidence for found in rules() if found.mark is Mark.VERIFIED} == {""}


def test_law_has_a_section_and_custom_has_none() -> None:
    for found in rules():
        assert found.section.startswith("34 CFR 200.85(") is (found.source == "regulation"), found.name


def test_every_unit_is_in_use() -> None:
    assert {found.unit for found in rules()} == set(Unit)


def test_the_page_has_a_row_for_every_clock() -> None:
    page = clocks_page()

    assert [found.name for found in rules() if f"| `{found.name}` |" not in page] == []
