"""Looking at the bytes of a file as a whole: quick, and never quicker than right."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openmsix.intake import table as tables
from openmsix.intake.checks import nesting
from openmsix.intake.problems import Problems
from openmsix.intake.table import read_table
from openmsix.intake.text import CACHED, count, survey

SIGNS = st.sampled_from(list('ab ,"\n\r\t\x0b\x0c\u0085\u00a0\u1680\u2003\u2028\u205f\u3000\u2019áñ¿'))


@given(st.lists(st.text(SIGNS, max_size=6), min_size=1, max_size=6))
def test_no_file_whose_cells_have_blanks_around_them_passes_for_trimmed(cells: list[str]) -> None:
    cells = [cell.replace("\n", "").replace("\r", "") for cell in cells]
    stripped = pl.Series(cells).str.strip_chars().to_list()
    if stripped != cells:
        assert survey(",".join(cells).encode()).blanks_at_edges


def test_blanks_within_cells_and_letters_with_accents_do_not_count_as_edges() -> None:
    assert not survey("Las Cruces,María José\nDe la O,Ñ".encode()).blanks_at_edges


@given(st.text(SIGNS, max_size=40), st.integers(CACHED - 40, CACHED))
def test_commas_and_line_ends_are_found_as_python_finds_them(text: str, before: int) -> None:
    data = b"a" * before + text.encode()
    seen = survey(data)
    assert seen.commas == data.count(b",") == count(data, b",")
    assert seen.line_ends.tolist() == [at for at, sign in enumerate(data) if sign == ord("\n")]


@given(st.integers(0, 3))
def test_a_blank_at_an_edge_is_seen_where_one_piece_ends_and_the_next_begins(beside: int) -> None:
    for edge in (b", ", b" ,", b'" ', b" \n"):
        data = b"a" * (CACHED - 2 + beside) + edge + b"a" * 10
        assert survey(data).blanks_at_edges
        assert not survey(data.replace(b" ", b"b")).blanks_at_edges


@given(st.text(st.characters(max_codepoint=0x90, exclude_categories=()), max_size=40))
def test_a_control_character_is_seen_wherever_it_stands(text: str) -> None:
    wrong = any(letter == "\x7f" or (letter < " " and letter not in "\n\r\t") for letter in text)
    assert survey(text.encode()).control is wrong


def test_a_line_end_within_quotes_is_taken_off_a_value_as_any_blank_is() -> None:
    table = read_table("header", b'a,b\n"\nx",y\n', Problems(1))
    assert table is not None
    assert not table.trimmed


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_comma_too_many_at_the_very_end_makes_up_for_none_that_is_missing(end: str) -> None:
    problems = Problems(1)
    table = read_table("header", f"a,b,c\n1,2,3\n1,3\n4,5,6,{end}".encode(), problems)
    assert table is not None
    assert table.broken == {3, 4}
    assert problems.frame()["line"].to_list() == [3, 4]


def test_an_empty_cell_at_the_very_end_is_one() -> None:
    table = read_table("header", b"a,b\n1,2\n3,", Problems(1))
    assert table is not None
    assert not table.broken
    assert table.rows["1"].to_list() == ["2", None]


def test_of_too_many_lines_nothing_is_kept_before_they_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_CELLS", 10)
    monkeypatch.setattr(tables, "survey", None)
    problems = Problems(1)
    assert read_table("header", b"a,b\n" + b"\n" * 6, problems) is None
    assert problems.frame()["code"].to_list() == [nesting.TOO_LARGE.code]
