"""Where the texts and the tags of some regular XML lie, and the proof that nothing else is there. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from .text import BLANKS_BEGIN
from .xml_markup import NOTHING, NotRegular, Numbers, Runs, Truths
from .xml_places import Places

BLANKS = " \t\r\n"

LONGEST_TEXT = 1_000_000
MOST_DIFFERENT = 20_000
"""No regular file has a longer value; no piece of one has more different runs of tags, or of blanks between them."""

_BLOCK = 1 << 19
"""So many bytes are compared at once: as many as the processor keeps at hand."""

_INLINE = 12
"""Polars holds texts of so many bytes within the column, and of others where they lie."""

_SPACE, _TAB, _CR, _LF = BLANKS.encode()
_BEGIN, _END, _AMPERSAND = b"<>&"


@dataclass(frozen=True)
class _Signs:
    """Signs of a piece by their places.

    `turns`: before which a text begins, as a tag ends there and none begins, or a text ends, as a tag begins there and none ends; `begins_text`: which of the
    two. `low`: control characters. `odd`: what may stand for something else, or be white space beyond ASCII. `of_tags`: how often "<" and ">" are there.
    """

    turns: Numbers
    begins_text: Truths
    low: Numbers
    odd: Numbers
    of_tags: int


def _signs(content: Numbers, *, has_references: bool) -> _Signs:
    turns, begins_text, unusual, references, of_tags = [], [], [], [], 0
    for begin in range(0, content.size, _BLOCK):
        block = content[begin : begin + _BLOCK + 1]
        begins, ends = block == _BEGIN, block == _END
        at = np.flatnonzero(ends[:-1] != begins[1:])
        turns.append(at + begin + 1)
        begins_text.append(ends[at])
        of_tags += int(np.count_nonzero(begins[:_BLOCK]) + np.count_nonzero(ends[:_BLOCK]))
        block = block[:_BLOCK]
        unusual.append(np.flatnonzero(block.view(np.int8) < _SPACE) + begin)  # those beyond ASCII are below 0
        if has_references:
            references.append(np.flatnonzero(block == _AMPERSAND) + begin)
    other = np.concatenate(unusual)
    signs = content[other]
    odd = np.concatenate([other[np.isin(signs, list(BLANKS_BEGIN))], *references])
    low = other[signs < _SPACE]
    return _Signs(np.concatenate(turns), np.concatenate(begins_text), low, odd, of_tags)


class Tokens:
    """A piece of a file, from the end of a tag to the end of another: by turns a text and a run of tags.

    `run`: of each run its number among `runs`. `values`: the places of the runs that end by opening a value, whose text comes next; `names`: of each value
    the number of its name. `line_ends`: where lines end.

    Raises:
        NotRegular: something else is there.
    """

    def __init__(self, data: bytes, begin: int, end: int, places: Places) -> None:
        piece = memoryview(data)[begin:end]
        self._content = np.frombuffer(piece, np.uint8)
        signs = _signs(self._content, has_references=data.find(b"&", begin, end) >= 0)
        self._bounds = self._by_turns(signs.turns, signs.begins_text)
        self._buffers = [pa.py_buffer(self._bounds), pa.py_buffer(piece)]
        self._tokens = pa.Array.from_buffers(pa.string(), self._bounds.size - 1, [None, *self._buffers])
        different, self.run = self._coded_runs()
        self.runs = Runs(different, places)
        # All of these signs belong to tags, and so none to a text. The first one ends the tag before.
        if signs.of_tags != 2 * (np.bincount(self.run) @ self.runs.tags) + 1:
            raise NotRegular
        opens, closes = self.runs.opens[self.run], self.runs.closes[self.run]
        if closes[0] != NOTHING or opens[-1] != NOTHING or (opens[:-1] != closes[1:]).any():
            raise NotRegular
        self.values = np.flatnonzero(opens != NOTHING)
        self.names = opens[self.values]
        self._texts = 2 * self.values + 2
        self._begins, self._ends = self._bounds[self._texts], self._bounds[self._texts + 1]
        breaks = self._line_breaks(signs.low)
        self.line_ends = breaks[self._content[breaks] == _LF]
        between = np.append(0, 2 * np.flatnonzero(opens[:-1] == NOTHING) + 2)
        are_between = self._breaks_in(between) == breaks.size
        self._odd = signs.odd if are_between else np.concatenate([signs.odd, breaks])

    def _by_turns(self, turns: Numbers, begins_text: Truths) -> Numbers:
        """Where each text and each run of tags begins, and where the last run ends."""
        first = [1, 1] if self._content[1] == _BEGIN else []
        bounds = np.empty(len(first) + turns.size + 1, np.int32)
        bounds[: len(first)], bounds[len(first) : -1], bounds[-1] = first, turns, self._content.size
        are_by_turns = bounds.size % 2 and begins_text[::2].all() and not begins_text[1::2].any()
        if not are_by_turns or self._content[-1] != _END or np.diff(bounds).max() > LONGEST_TEXT:
            raise NotRegular
        return bounds

    def _coded_runs(self) -> tuple[Sequence[str], Numbers]:
        """The different runs, and of each run which of them it is."""
        size = len(self._tokens)
        is_run = pa.py_buffer(np.full(size // 8 + 1, 0b10101010, np.uint8))
        coded = pa.Array.from_buffers(pa.string(), size, [is_run, *self._buffers]).dictionary_encode()
        if len(coded.dictionary) > MOST_DIFFERENT:
            raise NotRegular
        numbers = np.frombuffer(coded.indices.buffers()[1], np.int32, size)
        return coded.dictionary.to_pylist(), numbers[1::2].astype(np.intp)

    def _line_breaks(self, low: Numbers) -> Numbers:
        """Where CR and LF stand. Of control characters there is but the tab besides, and no CR without LF."""
        signs = self._content[low]
        returns = low[signs == _CR]
        breaks: Numbers = low[signs != _TAB]
        if breaks.size != returns.size + np.count_nonzero(signs == _LF):
            raise NotRegular
        if (self._content[returns + 1] != _LF).any():
            raise NotRegular
        return breaks

    def _breaks_in(self, between: Numbers) -> int:
        """How often CR and LF stand in these texts. All of them are blank."""
        coded = self._tokens.take(pa.array(between)).dictionary_encode()
        if len(coded.dictionary) > MOST_DIFFERENT:
            raise NotRegular
        blanks = coded.dictionary.to_pylist()
        if any(text.strip(BLANKS) for text in blanks):
            raise NotRegular
        breaks = np.array([text.count("\n") + text.count("\r") for text in blanks])
        return int(breaks[coded.indices.to_numpy()].sum())

    def lines_before(self, runs: Numbers) -> Numbers:
        """How many lines end before each of these runs."""
        lines: Numbers = np.searchsorted(self.line_ends, self._bounds[2 * runs + 1])
        return lines

    def texts(self) -> tuple[pl.Series, Numbers]:
        """The texts of all values as they stand there, and which of them each value has."""
        sizes = self._ends - self._begins
        # Of the bytes behind texts that are all short nothing is kept.
        short, long = np.flatnonzero(sizes <= _INLINE), np.flatnonzero(sizes > _INLINE)
        places = np.empty(sizes.size, np.int32)
        places[short], places[long] = np.arange(short.size), np.arange(short.size, sizes.size)
        taken = (self._tokens.take(pa.array(self._texts[each])) for each in (short, long))
        return pl.concat([pl.Series(texts, dtype=pl.String) for texts in taken], rechunk=True), places

    def odd(self) -> Numbers:
        """Which values may say something else than stands there: by references, blanks around them or line ends."""
        blank = (self._content[self._begins] <= _SPACE) | (self._content[self._ends - 1] <= _SPACE)
        token = np.searchsorted(self._bounds, self._odd, "right") - 1
        place, after = (np.searchsorted(self._texts, token, side) for side in ("left", "right"))
        odd: Numbers = place[place < after]
        return np.append(np.flatnonzero(blank), odd)
