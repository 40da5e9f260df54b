"""Looking at the bytes of a file as a whole: quick, and never quicker than right."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from openmsix.intake.problems import Problems
from openmsix.intake.table import read_table
from openmsix.intake.text import count, has_control_characters, may_have_blanks_at_edges

SIGNS = st.sampled_from(list('ab ,"\n\r\t\x0b\x0c\u0085\u00a0\u1680\u2003\u2028\u205f\u3000\u2019áñ¿'))


@given(st.lists(st.text(SIGNS, max_size=6), min_size=1, max_size=6))
def test_no_file_whose_cells_have_blanks_around_them_passes_for_trimmed(cells: list[str]) -> None:
    cells = [cell.replace("\n", "").replace("\r", "") for cell in cells]
    stripped = pl.Series(cells).str.strip_chars().to_list()
    if stripped != cells:
        assert may_have_blanks_at_edges(",".join(cells).encode())


def test_blanks_within_cells_and_letters_with_accents_do_not_count_as_edges() -> None:
    assert not may_have_blanks_at_edges("Las Cruces,María José\nDe la O,Ñ".encode())


@given(st.text(SIGNS, max_size=40))
def test_signs_are_counted_as_python_counts_them(text: str) -> None:
    data = text.encode()
    for sign in (b",", b"\n", b"\r"):
        assert count(data, sign) == data.count(sign)


@given(st.text(st.characters(max_codepoint=0x90, exclude_categories=()), max_size=40))
def test_a_control_character_is_seen_wherever_it_stands(text: str) -> None:
    wrong = any(letter == "\x7f" or (letter < " " and letter not in "\n\r\t") for letter in text)
    assert has_control_characters(text.encode()) is wrong


def test_a_line_end_within_quotes_is_taken_off_a_value_as_any_blank_is() -> None:
    table = read_table("header", b'a,b\n"\nx",y\n', Problems(1))
    assert table is not None
    assert not table.trimmed
