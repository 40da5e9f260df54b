"""A piece of the journal says again what it was told."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openmsix.intake import pieces
from openmsix.intake.pieces import Heading, NoPiece

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCHEMA = {"name": pl.String, "weight": pl.Float64, "mark": pl.Int64}
rows = st.lists(
    st.tuples(
        st.none() | st.text(st.characters(exclude_categories=["Cs"])),
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | st.integers(-(2**60), 2**60),
    )
)


def heading(entries: int, **frames: int) -> Heading:
    return Heading("ab", "", "TX", 1, NOW, NOW, "700", entries, {name: n for name, n in frames.items() if n})


@given(first=rows, second=rows, said=st.text(st.characters(exclude_categories=["Cs"])))
def test_entries_and_rows_come_back_whatever_they_hold(
    first: list[tuple[object, ...]], second: list[tuple[object, ...]], said: str
) -> None:
    frames = {
        name: pl.DataFrame(given, schema=SCHEMA, orient="row")
        for name, given in (("linked", first), ("asked", second))
    }
    told = heading(1, linked=len(first), asked=len(second))
    piece = pieces.read(pieces.written(told, [{"what": said}], {n: f for n, f in frames.items() if f.height}))
    assert piece.heading == told
    assert piece.entries == ({"what": said},)
    for name, frame in frames.items():
        assert piece.frame(name, SCHEMA).equals(frame)
    assert [name for name, _ in piece.rows()] == ["linked"] * len(first) + ["asked"] * len(second)


@pytest.mark.parametrize("data", [b"", b"not packed", pieces.written(heading(2), [{"what": "one"}], {})])
def test_what_is_no_whole_piece_is_told_apart(data: bytes) -> None:
    with pytest.raises(NoPiece):
        pieces.read(data)


def test_a_journal_of_an_earlier_openmsix_is_told_apart() -> None:
    from gzip import compress

    with pytest.raises(NoPiece):
        pieces.read(b'{"at":"2026-11-23T00:00:00+00:00","what":"linked"}\n')
    with pytest.raises(NoPiece):
        pieces.read(compress(b'{"at":"2026-11-23T00:00:00+00:00","what":"linked"}\n'))
