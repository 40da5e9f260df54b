"""What is asked of two records is one question, whether it is asked plainly, quickly or in Python."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openmsix.matching.batch import in_memory
from openmsix.matching.conditions import PYTHON_WORDS, Condition, Continues, FewEdits, Near
from openmsix.matching.date_conditions import OneEdit

names = st.none() | st.text("abc", min_size=1, max_size=13)
days = st.none() | st.integers(0, 4_000).map(lambda days: date(2005, 1, 1) + timedelta(days=days))
EDITED = (FewEdits("it", 1), FewEdits("it", 2, letters=9), Near("it", 0.8) | FewEdits("it", 1), ~FewEdits("it", 2), Continues("it", letters=2, slips=1), ~Continues("it", letters=4, slips=1))  # fmt: skip
DATED = (OneEdit("it"), ~OneEdit("it"))


@st.composite
def slips(draw: st.DrawFn) -> tuple[str, str]:
    """A name, and what a hand in a hurry makes of it: letters left out, put in, mistaken or in the other order, some of them close together."""
    name = draw(st.text("abc", min_size=1, max_size=13))
    letters = list(name)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(letters)))
        kind = draw(st.sampled_from(("out", "in", "other", "turned")))
        if kind == "in":
            letters.insert(place, draw(st.sampled_from("abc")))
        elif kind == "out":
            del letters[place : place + 1]
        elif kind == "other":
            letters[place : place + 1] = draw(st.sampled_from("abc"))
        else:
            letters[place : place + 2] = reversed(letters[place : place + 2])
    return name, "".join(letters) or "a"


@pytest.mark.parametrize("condition", EDITED)
@settings(deadline=None, max_examples=30)
@given(st.lists(slips() | st.tuples(names, names), min_size=20, max_size=200))
def test_edits_are_counted_alike_plainly_quickly_and_in_python(
    condition: Condition, pairs: list[tuple[str | None, str | None]]
) -> None:
    assert_one_answer(condition, pl.DataFrame(pairs, schema={"it_l": pl.String, "it_r": pl.String}, orient="row"))  # fmt: skip


@pytest.mark.parametrize("condition", DATED)
@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(days, days), min_size=20, max_size=200))
def test_dates_that_differ_by_one_digit_are_found_alike_plainly_quickly_and_in_python(
    condition: Condition, pairs: list[tuple[date | None, date | None]]
) -> None:
    drawn = pl.DataFrame(pairs, schema={"it_l": pl.Date, "it_r": pl.Date}, orient="row")
    near = pl.concat([drawn.select("it_l", it_r=pl.col("it_l").dt.offset_by(by)) for by in ("1d", "9d", "1mo", "1y", "10y")])  # fmt: skip
    assert_one_answer(condition, pl.concat([drawn, near]))


def assert_one_answer(condition: Condition, pairs: pl.DataFrame) -> None:
    with in_memory() as connection:
        connection.register("pairs", pairs.to_arrow())
        asked = ", ".join(
            f"coalesce({question}, FALSE)" for question in (condition.sql(), condition.quick_sql())
        )
        answers = connection.execute(f"SELECT {asked} FROM pairs").fetchall()
    by_python = [bool(eval(condition.python(), dict(PYTHON_WORDS), row)) for row in pairs.iter_rows(named=True)]  # fmt: skip
    assert [plain for plain, _ in answers] == by_python
    assert [quick for _, quick in answers] == by_python
