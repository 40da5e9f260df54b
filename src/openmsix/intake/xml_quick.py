"""The quick way to read XML: whole columns at once, from where its tags begin and end. Pure.

It takes only what is wholly regular: every tag a known name in its place, no attributes but those of the outermost element, no prefix, comment, CDATA or
processing instruction. It proves that as it goes, by comparing and counting, and gives up on anything else; `xml_careful` reads that, and can say what
is wrong where. That the file is well-formed and in UTF-8 was proved before.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from openmsix.dictionary.xml_names import record_tag

from .document import OWNER
from .xml_places import TOP, Places

AT_ONCE = 16_000_000
"""So many bytes are read at once, so that what is needed beside the file stays small."""

MOST_TAGS = 2_000
"""No regular file has more different tags."""

ROOT_LEVEL, TOP_LEVEL, RECORD_LEVEL, DEEPEST = 1, 2, 3, 4

_PLAIN = re.compile(r"<([^\s<>/:=\"'!?\[][^\s<>/:=\"']*)/?>\Z")
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(lt|gt|amp|quot|apos));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}

Numbers = npt.NDArray[np.integer]
Truths = npt.NDArray[np.bool_]


class NotRegular(Exception):
    """The file is not wholly regular."""


def read(data: bytes, begin: int, places: Places) -> Mapping[str, pl.DataFrame]:
    """The rows of each record type, the header's too: `line`, `OWNER` of records in students, and the elements that are there.

    Args:
        data: the file.
        begin: where the outermost element begins.
        places: what may stand where.

    Raises:
        NotRegular: it has to be read the careful way.
    """
    pieces: dict[str, list[pl.DataFrame]] = {}
    line, students = data.count(b"\n", 0, begin) + 1, 0
    for start, end in _cuts(data, begin, places):
        piece = _Piece(memoryview(data)[start:end], places, is_first=start == begin)
        for record, rows in piece.rows(line, students).items():
            pieces.setdefault(record, []).append(rows)
        line += piece.line_ends.size
        students += piece.students
    return {record: pl.concat(found, how="diagonal") for record, found in pieces.items()}


def _cuts(data: bytes, begin: int, places: Places) -> Iterator[tuple[int, int]]:
    """Pieces that end where a student ends."""
    closing = f"</{record_tag(places.records['students'])}>".encode()
    while begin < len(data):
        end = len(data)
        if end - begin > AT_ONCE:
            end = data.rfind(closing, begin, begin + AT_ONCE) + len(closing)
            if end < begin:
                raise NotRegular
        yield begin, end
        begin = end


@dataclass(frozen=True)
class _Tags:
    """The tags of a piece in their order.

    `level`: 1 is the outermost element; a closing tag has the level of its opening one. `name`: which of `names` an opening tag has; -1 of closing ones.
    """

    opens: Truths
    is_empty: Truths
    level: Numbers
    name: Numbers
    names: tuple[str, ...]


class _Piece:
    """Some bytes of the file, from a tag to where a student or the file ends."""

    def __init__(self, data: memoryview, places: Places, *, is_first: bool) -> None:
        self.places = places
        self.is_first = is_first
        self.content = np.frombuffer(data, np.uint8)
        self.starts = np.flatnonzero(self.content == ord("<"))
        self.ends = np.flatnonzero(self.content == ord(">"))
        self.line_ends = np.flatnonzero(self.content == ord("\n"))
        self.has_references = bool((self.content == ord("&")).any())
        self.has_returns = bool((self.content == ord("\r")).any())
        self.tokens = self._tokens(data)
        self.tags = self._tags()
        self.students = 0

    def _tokens(self, data: memoryview) -> pa.Array:
        """By turns a tag and the text after it, as they lie in the file."""
        starts, ends = self.starts, self.ends
        if starts.size != ends.size or not starts.size:
            raise NotRegular
        if not (starts < ends).all() or not (ends[:-1] < starts[1:]).all():
            raise NotRegular
        bounds = np.empty(2 * ends.size + 1, np.int32)
        bounds[0:-1:2], bounds[1::2], bounds[-1] = starts, ends + 1, self.content.size
        return pa.Array.from_buffers(
            pa.string(), 2 * ends.size, [None, pa.py_buffer(bounds), pa.py_buffer(data)]
        )

    def _tags(self) -> _Tags:
        opens = self.content[self.starts + 1] != ord("/")
        is_empty = opens & (self.content[self.ends - 1] == ord("/"))
        steps = np.where(opens, np.where(is_empty, 0, 1), -1).astype(np.int32)
        level = np.cumsum(steps, dtype=np.int32) + (steps <= 0) + (0 if self.is_first else ROOT_LEVEL)
        coded = self.tokens.take(pa.array(2 * np.flatnonzero(opens))).dictionary_encode()
        if len(coded.dictionary) > MOST_TAGS:
            raise NotRegular
        names: dict[str, int] = {}
        number = np.zeros(len(coded.dictionary), np.int32)
        for code, tag in enumerate(coded.dictionary.to_pylist()):
            outermost = self.is_first and code == 0  # codes are given in the order of coming
            plain = _PLAIN.match(f"{tag[:-1].split()[0]}>" if outermost else tag)
            if plain is None:
                raise NotRegular
            number[code] = names.setdefault(plain[1], len(names))
        name = np.full(opens.size, -1, np.int32)
        name[opens] = number[coded.indices.to_numpy()]
        return _Tags(opens, is_empty, level, name, tuple(names))

    def rows(self, line: int, students_before: int) -> dict[str, pl.DataFrame]:
        """The rows of each record type. `line`: the one at which the piece begins."""
        tags, keys = self.tags, tuple(self.places.records)
        kind = np.array(
            [-1 if (key := self.places.record(tag)) is None else keys.index(key) for tag in tags.names]
        )
        at_top = tags.opens & (tags.level == TOP_LEVEL)
        tops = [keys.index(key) for key in TOP]
        top = _last(at_top)
        in_student = (kind[tags.name[top]] == tops[1]) & (top >= 0)
        at_record = tags.opens & (tags.level == RECORD_LEVEL) & in_student & (kind[tags.name] >= 0)
        begins = np.flatnonzero(at_top | at_record)
        kinds = kind[tags.name[begins]]
        expected = np.where(at_top[begins], np.isin(kinds, tops), ~np.isin(kinds, tops))
        values = np.flatnonzero(tags.opens & (tags.level > TOP_LEVEL) & ~at_record)
        if not expected.all() or not self._is_regular(values, begins):
            raise NotRegular
        of = np.searchsorted(begins, values, side="right") - 1  # the record that each value is in, among all
        lines = line + np.searchsorted(self.line_ends, self.starts[begins])
        found = {}
        for code, key in enumerate(keys):
            own = np.flatnonzero(kinds == code)
            if own.size:
                mine = kinds[of] == code
                columns = self._columns(key, values[mine], np.searchsorted(own, of[mine]), own.size)
                found[key] = pl.DataFrame([pl.Series("line", lines[own], pl.Int32), *columns])
        students = begins[kinds == tops[1]]
        for key, rows in found.items():
            if key not in TOP:
                owner = np.searchsorted(students, top[begins[kinds == keys.index(key)]]) + students_before + 1
                found[key] = rows.with_columns(pl.Series(OWNER, owner, pl.Int32))
        self.students = students.size
        self._header_comes_first(found, students_before)
        return found

    def _header_comes_first(self, found: Mapping[str, pl.DataFrame], students_before: int) -> None:
        if "header" in found and not self.is_first:
            raise NotRegular
        if (
            "header" in found
            and "students" in found
            and found["header"]["line"][-1] > found["students"]["line"][0]
        ):
            raise NotRegular

    def _is_regular(self, values: Numbers, begins: Numbers) -> bool:
        """Whether values hold nothing but text, stand directly in their record, and no other text stands anywhere."""
        tags = self.tags
        if tags.level.max() > DEEPEST or tags.level.min() < ROOT_LEVEL:
            return False
        of = np.searchsorted(begins, values, side="right") - 1
        if of.size and (of.min() < 0 or (tags.level[values] != tags.level[begins[of]] + 1).any()):
            return False
        holding = values[~tags.is_empty[values]]
        if tags.opens[holding + 1].any():
            return False
        follows = np.append(self.starts[1:], self.content.size) - self.ends > 1
        follows[holding] = False
        between = self.tokens.take(pa.array(2 * np.flatnonzero(follows) + 1))
        return bool((pl.Series(between, dtype=pl.String).str.strip_chars(" \t\r\n") == "").all())

    def _columns(self, record: str, values: Numbers, rows: Numbers, height: int) -> Iterator[pl.Series]:
        """The elements of a record type. `rows`: of each value the row it belongs to, in order."""
        tags = self.tags
        names = tags.name[values]
        seen = set()
        for name in np.unique(names):
            key = self.places.value(record, tags.names[name])
            mine = np.flatnonzero(names == name)
            at = rows[mine]
            if key is None or key in seen or (np.diff(at) == 0).any():
                raise NotRegular
            seen.add(key)
            where = np.full(height, -1, np.int64)
            where[at] = np.where(tags.is_empty[values[mine]], -1, 2 * values[mine] + 1)
            texts = self.tokens.take(pa.array(where, mask=where < 0))
            yield self._said(pl.Series(key, texts, dtype=pl.String))

    def _said(self, texts: pl.Series) -> pl.Series:
        """Texts with what their references stand for. A line ends in LF, whatever the file has."""
        if self.has_returns:
            texts = texts.str.replace_all(r"\r\n?", "\n")
        if self.has_references and texts.str.contains("&", literal=True).any():
            different = texts.unique().drop_nulls()
            texts = texts.replace(
                {text: _REFERENCE.sub(_referred, text) for text in different if "&" in text}
            )
        return texts


def _last(at: Truths) -> Numbers:
    """For each place the last one at or before it that is true; -1 if there is none."""
    return np.maximum.accumulate(np.where(at, np.arange(at.size), -1))


def _referred(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name:
        return _NAMED[name]
    return chr(int(hexadecimal, 16) if hexadecimal else int(decimal))
