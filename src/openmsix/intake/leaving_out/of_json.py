"""A JSON document without some of its students: in the place of each stands a mark, so that the numbers of the others stay right. Pure.

All else stays as it was written, sign by sign. Only what stands beside header and students was never read, and nobody can tell whom it names: its key stays, with null.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from openmsix.dictionary.columns import resolve_column
from openmsix.intake.document import mark, marked

from .splicing import spliced
from .totals import Totals

_BLANKS = re.compile("[\ufeff \\t\\r\\n]*")
_VALUES = json.JSONDecoder()
_MARK = "\ufeff"

Span = tuple[int, int]


def without(content: bytes, gone: Mapping[int, str | None]) -> bytes:
    """The document with a mark in the place of these students: places among those that are there, from 0, each with the student's number."""
    text, encoding = _decoded(content)
    read = _read(text)
    cuts = [(*span, "null") for key, span in _members(text, _skip(text, 0)) if read.get(key) != span]
    there = [span for span, value in _items(text, read["students"][0]) if not marked(value, 0)]
    cuts += [(*there[at], json.dumps(mark(number))) for at, number in gone.items()]
    return spliced(text, cuts).encode(encoding)


def with_totals(content: bytes, totals: Totals, version: str) -> bytes:
    """The document with lower totals in its header; text stays text, and a number a number."""
    text, encoding = _decoded(content)
    at = _read(text).get("header")
    if at is None or text[at[0]] != "{":
        return content
    cuts = []
    for key, (begin, end) in _members(text, at[0]):
        value = text[begin:end]
        new = totals.lowered(resolve_column(key, "header", version), value.strip('"'))
        if new is not None:
            cuts.append((begin, end, json.dumps(new) if value.startswith('"') else new))
    return spliced(text, cuts).encode(encoding)


def _decoded(content: bytes) -> tuple[str, str]:
    """The text, and the encoding that gives the same bytes again."""
    encoding: str = json.detect_encoding(content)
    text = content.decode(encoding)
    if encoding in ("utf-16", "utf-32"):  # which of the two orders is told by the mark, and is kept
        encoding += "-le" if content.startswith(b"\xff\xfe") else "-be"
        text = _MARK + text
    return text, encoding


def _read(text: str) -> dict[str, Span]:
    """Where header and students stand. Of a key that is there twice the last one is read."""
    return {key: span for key, span in _members(text, _skip(text, 0)) if key in ("header", "students")}


def _members(text: str, begin: int) -> Iterator[tuple[str, Span]]:
    """Each key of the object that begins here, and where its value stands."""
    at = _skip(text, begin + 1)
    while text[at] != "}":
        key, at = _VALUES.raw_decode(text, at)
        first = _skip(text, _skip(text, at) + 1)
        last = _VALUES.raw_decode(text, first)[1]
        yield key, (first, last)
        at = _next(text, last)


def _items(text: str, begin: int) -> Iterator[tuple[Span, Any]]:
    """Each item of the list that begins here: where it stands, and what it is."""
    at = _skip(text, begin + 1)
    while text[at] != "]":
        item, last = _VALUES.raw_decode(text, at)
        yield (at, last), item
        at = _next(text, last)


def _next(text: str, at: int) -> int:
    """Where the next entry begins, or the sign that ends them stands."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at
