"""The quick way to read XML: whole columns at once, from where its texts begin and end. Pure.

It takes only what is wholly regular: every tag a known name in its place, no attributes but those of the outermost element, no prefix, comment, CDATA or
processing instruction. Every byte of that is accounted for, so that what is taken is well-formed without another reading. Anything else `xml_careful`
reads, which can say what is wrong where.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from .document import OWNER, cleaned
from .xml_markup import NOTHING, STUDENT, NotRegular, Numbers, are_in_order
from .xml_places import TOP, Places
from .xml_tokens import BLANKS, Tokens

AT_ONCE = 16_000_000
"""So many bytes are read at once, so that what is needed beside the file stays small."""

READERS = 2
"""So many pieces are read at the same time."""

_TAIL = re.compile(rb"</([^\s<>/]+)[ \t\r\n]*>[ \t\r\n]*")
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_CHARACTER = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot|apos));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


def read(data: bytes, begin: int, root: bytes, places: Places) -> Mapping[str, pl.DataFrame]:
    """The rows of each record type, the header's too: `line`, `OWNER` of records in students, and the elements that are there, cleaned.

    Args:
        data: the file, in UTF-8.
        begin: where what stands in the outermost element begins; all before it is well-formed.
        root: the name of the outermost element.
        places: what may stand where.

    Raises:
        NotRegular: it has to be read the careful way.
    """
    end, head = _end(data, begin, root), data[:begin]
    if data.find(b"\xef", begin) >= 0 and any(none in data for none in _NO_CHARACTERS):
        raise NotRegular
    if head.count(b"\r") != head.count(b"\r\n"):
        raise NotRegular
    pieces: dict[str, list[pl.DataFrame]] = {}
    lines, students = head.count(b"\n") + 1, 0
    cuts = list(_cuts(data, begin, end))
    with ThreadPoolExecutor(READERS) as readers:
        for piece in readers.map(lambda cut: _read_piece(data, places, *cut), cuts):
            if "header" in piece.rows and pieces:
                raise NotRegular
            for record, rows in piece.rows.items():
                for name, before in (("line", lines), (OWNER, students)):
                    if name in rows.columns:
                        rows.replace_column(rows.get_column_index(name), rows[name] + before)
                pieces.setdefault(record, []).append(rows)
            lines += piece.lines
            students += piece.students
    return {record: pl.concat(found, how="diagonal") for record, found in pieces.items()}


def _end(data: bytes, begin: int, root: bytes) -> int:
    """Where the last tag within the outermost element ends."""
    closing = data.rfind(b"</")
    tail = _TAIL.fullmatch(data, max(closing, begin))
    end = data.rfind(b">", begin - 1, closing) + 1
    if tail is None or tail[1] != root or data[end:closing].strip(BLANKS.encode()):
        raise NotRegular
    return end


def _cuts(data: bytes, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Pieces that end where a student ends."""
    closing = data[data.rfind(b"</", begin, end) : end]
    while begin < end:
        stop = end
        if stop - begin > AT_ONCE:
            stop = data.rfind(closing, begin, begin + AT_ONCE) + len(closing)
            if stop <= begin:
                raise NotRegular
        yield begin, stop
        begin = stop


@dataclass(frozen=True)
class _Piece:
    """What stands in some bytes of the file. `rows`: as of `read`, lines from 0 and students from 1. `lines`: how many end in it."""

    rows: Mapping[str, pl.DataFrame]
    lines: int
    students: int


@dataclass(frozen=True)
class _Records:
    """The records of a piece as they come.

    `kind`: which of the record types each is; `row`: its place among those of its type; `line`: where it begins, from 0; `owner`: the student it is or stands
    in, from 1; `held`: how many values with a text it has. `empty`: of each value without text the record that has it, and the number of its name.
    """

    kind: Numbers
    row: Numbers
    line: Numbers
    owner: Numbers
    held: Numbers
    empty: tuple[Numbers, Numbers]


def _read_piece(data: bytes, places: Places, begin: int, end: int) -> _Piece:
    tokens = Tokens(data, begin - 1, end, places)  # from the end of the tag before
    records = _records(tokens, places)
    rows = {}
    for kind, columns in _columns(tokens, records, places).items():
        key, own = tuple(places.records)[kind], records.kind == kind
        owner = [] if key in TOP else [pl.Series(OWNER, records.owner[own], pl.Int32)]
        rows[key] = pl.DataFrame([pl.Series("line", records.line[own], pl.Int32), *owner, *columns])
    students = rows["students"].height if "students" in rows else 0
    return _Piece(rows, tokens.line_ends.size, students)


def _records(tokens: Tokens, places: Places) -> _Records:
    """The records, each of which has its values before what else stands in it."""
    at, step, name = tokens.runs.steps.of(tokens.run)
    if not are_in_order(step, name):
        raise NotRegular
    begins = step % 2 == 0
    opened = np.searchsorted(tokens.values, at)
    held = np.diff(opened, append=tokens.values.size)
    at_empty, after, empty = tokens.runs.empty.of(tokens.run)
    within = np.searchsorted(at, at_empty) + after - 1  # the step after which a value without text stands
    if opened[0] or held[~begins].any() or (within < 0).any() or not begins[within].all():
        raise NotRegular
    keys = tuple(places.records)
    begun = map(places.record, tokens.runs.names)
    kinds = np.array([keys.index(key) if key else NOTHING for key in begun], np.int32)
    kind, row = kinds[name[begins]], np.zeros(np.count_nonzero(begins), np.int32)
    for each in np.unique(kind):
        own = kind == each
        row[own] = np.arange(np.count_nonzero(own))
    line = tokens.lines_before(at[begins])
    owner = np.cumsum(step[begins] == STUDENT)
    return _Records(kind, row, line, owner, held[begins], (np.cumsum(begins)[within] - 1, empty))


@dataclass(frozen=True)
class _Layout:
    """All cells of a piece in one row, column after column.

    `columns`: of each record type that is there, where the columns of its elements begin. `begins`: the same by record type and name of a tag, or NOTHING.
    `heights`: how long the columns of a record type are.
    """

    columns: Mapping[int, Mapping[str, int]]
    begins: Numbers
    heights: Numbers
    size: int


def _layout(tokens: Tokens, records: _Records, places: Places) -> _Layout:
    keys, names = tuple(places.records), tokens.runs.names
    columns: dict[int, dict[str, int]] = {}
    begins, heights, size = np.full((len(keys), len(names)), NOTHING, np.int32), np.bincount(records.kind), 0
    for kind in np.flatnonzero(heights).tolist():
        columns[kind], height = {}, int(heights[kind])
        for number, name in enumerate(names):
            if element := places.value(keys[kind], name):
                begin = columns[kind].setdefault(element, size + height * len(columns[kind]))
                begins[kind, number] = begin
        size += height * len(columns[kind])
    return _Layout(columns, begins, heights, size)


def _cells(tokens: Tokens, records: _Records, layout: _Layout, texts: Numbers) -> tuple[Numbers, Numbers]:
    """The cell of each value with a text, and of each cell the text it has, or NOTHING. `texts`: which of them each value has."""
    kinds = np.repeat(records.kind * layout.begins.shape[1], records.held)
    column = layout.begins.ravel()[kinds + tokens.names]
    record, name = records.empty
    empty_column = layout.begins[records.kind[record], name]
    if (column == NOTHING).any() or (empty_column == NOTHING).any():
        raise NotRegular
    cells = column + np.repeat(records.row, records.held)
    empty = empty_column + records.row[record]
    has = np.full(layout.size, NOTHING, np.int32)
    has[cells], has[empty] = texts, cells.size
    if np.count_nonzero(has != NOTHING) != cells.size + empty.size:  # some value is there twice
        raise NotRegular
    has[empty] = NOTHING
    return cells, has


def _columns(tokens: Tokens, records: _Records, places: Places) -> dict[int, list[pl.Series]]:
    """The elements of each record type that is there."""
    layout = _layout(tokens, records, places)
    texts, text_of_value = tokens.texts()
    cells, has = _cells(tokens, records, layout, text_of_value)
    text_of_cell = pl.Series(pa.array(has, mask=has == NOTHING))
    starts = np.array([begin for columns in layout.columns.values() for begin in columns.values()], np.int64)
    odd = set(starts[np.searchsorted(starts, cells[tokens.odd()], "right") - 1].tolist())
    found = {}
    for kind, columns in layout.columns.items():
        height, first = int(layout.heights[kind]), min(columns.values(), default=0)
        # Each record type by itself, so that none keeps the others in memory.
        whole = texts.gather(text_of_cell.slice(first, height * len(columns)))
        said = {begin: whole.slice(begin - first, height).alias(key) for key, begin in columns.items()}
        found[kind] = [cleaned(_said(each)) if begin in odd else each for begin, each in said.items()]
    return found


def _said(texts: pl.Series) -> pl.Series:
    """Texts with what their references stand for. A line ends in LF, whatever the file has."""
    texts = texts.str.replace_all("\r\n", "\n", literal=True)
    with_references = texts.filter(texts.str.contains("&", literal=True)).unique()
    if with_references.is_empty():
        return texts
    return texts.replace({text: _resolved(text) for text in with_references})


def _resolved(text: str) -> str:
    if len(_REFERENCE.findall(text)) != text.count("&"):
        raise NotRegular
    return _REFERENCE.sub(_referred, text)


def _referred(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name:
        return _NAMED[name]
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if number > sys.maxunicode or not _CHARACTER.fullmatch(chr(number)):
        raise NotRegular
    return chr(number)
