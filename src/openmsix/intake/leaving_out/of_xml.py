"""An XML file without some of its students: in the place of each stand a mark and its line ends, so that lines and numbers of the others stay right. Pure.

All else stays as it was written, byte by byte. Only what stands outside header and students (comments, text, elements of another kind) was never read, and nobody can tell whom
it names: of elements the name stays, of text that there was some.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from openmsix.intake.document import mark, marked
from openmsix.intake.xml_places import TOP, Places, places

from .splicing import spliced
from .totals import Totals

_LINE_ENDS = re.compile(rb"\r\n|\r|\n")
_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}

Cut = tuple[int, int, bytes]


def without(content: bytes, gone: Mapping[int, str | None], version: str) -> bytes:
    """The file with a mark in the place of these students: places among those that are there, from 0, each with the student's number."""
    data, encoding = _narrow(content)
    seen = _seen(data, encoding, version)
    marks = [(*seen.students[at], f"<?{mark(number)}?>".encode()) for at, number in gone.items()]
    emptied = [
        (begin, end, new + b"".join(_LINE_ENDS.findall(data, begin, end)))
        for begin, end, new in marks + seen.strange
    ]
    return _as_before(spliced(data, emptied), encoding)


def with_totals(content: bytes, totals: Totals, version: str) -> bytes:
    """The file with lower totals in its header."""
    data, encoding = _narrow(content)
    cuts: list[Cut] = []
    for key, begin, end in _seen(data, encoding, version).values:
        new = totals.lowered(key, data[begin:end].decode("latin-1"))
        if new is not None:
            cuts.append((begin, end, new.encode()))
    return _as_before(spliced(data, cuts), encoding)


def _narrow(content: bytes) -> tuple[bytes, str]:
    """The file with one byte for each sign of XML, and the encoding that it had if it had two: then it is UTF-8 here."""
    encoding = _WIDE.get(content[:2], "")
    return (content.decode(encoding).encode() if encoding else content), encoding


def _as_before(data: bytes, encoding: str) -> bytes:
    return data.decode().encode(encoding) if encoding else data


@dataclass
class _Seen:
    """Where things stand. `values`: each value of the header with its element; `strange`: what was never read, with what takes its place."""

    students: list[tuple[int, int]] = field(default_factory=list)
    values: list[tuple[str | None, int, int]] = field(default_factory=list)
    strange: list[Cut] = field(default_factory=list)


def _seen(data: bytes, encoding: str, version: str) -> _Seen:
    looking = _Looking(data, encoding, places(version))
    return looking.look()


class _Looking:
    """Goes through a file and notes where things begin and end."""

    def __init__(self, data: bytes, encoding: str, within: Places) -> None:
        self.data = data
        self.places = within
        self.seen = _Seen()
        self._root = ""
        self._depth = 0
        self._kind: str | None = None
        self._begin = self._value_begin = 0
        self._tag = ""
        self._text_since = False
        self._gap = 0
        self._parser = self._made(encoding)

    def _made(self, encoding: str) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8" if encoding else None, namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.CommentHandler = lambda _: self._aside(b"-->")
        parser.ProcessingInstructionHandler = lambda target, data: self._aside(b"?>", f"{target} {data}")
        return parser

    def look(self) -> _Seen:
        """All that there is."""
        self._parser.Parse(self.data, True)
        return self.seen

    @property
    def _here(self) -> int:
        return self._parser.CurrentByteIndex

    def _start(self, tag: str, _: dict[str, Any]) -> None:
        self._depth += 1
        self._text_since = False
        if self._depth == 1:
            self._root = tag.rpartition(" ")[0]
            self._gap = self.data.index(b">", self._here) + 1
        elif self._depth == 2:
            self._close_gap(self._here)
            self._begin, self._tag, self._kind = self._here, tag, self._kind_of(tag)
        elif self._depth == 3 and self._kind == "header":
            self._value_begin, self._tag = self._here, tag

    def _kind_of(self, tag: str) -> str | None:
        """The record type that an element in the outermost one begins; None of what is not read there."""
        namespace, _, name = tag.rpartition(" ")
        kind = self.places.record(name) if namespace == self._root else None
        return kind if kind == "students" or (kind in TOP and not self.seen.students) else None

    def _characters(self, _: str) -> None:
        self._text_since = True

    def _end(self, _: str) -> None:
        end = self._end_of_tag()
        self._text_since = True
        if self._depth == 3 and self._kind == "header":
            self._close_value()
        elif self._depth == 2:
            if self._kind == "students":
                self.seen.students.append((self._begin, end))
            elif self._kind is None:
                self.seen.strange.append((self._begin, end, _emptied(self._tag)))
            self._kind, self._gap = None, end
        elif self._depth == 1:
            self._close_gap(self._here)
        self._depth -= 1

    def _end_of_tag(self) -> int:
        """Where the element that ends here ends: behind its closing tag, or where this is, if it has none."""
        here = self._here
        if not self._text_since and self.data[:here].endswith(b"/>"):
            return here
        return self.data.index(b">", here) + 1

    def _close_value(self) -> None:
        begin = self.data.index(b">", self._value_begin) + 1
        if begin <= self._here and self.data[begin - 2 : begin] != b"/>":
            key = self.places.value("header", self._tag.rpartition(" ")[2])
            self.seen.values.append((key, begin, self._here))

    def _aside(self, ends: bytes, text: str = "") -> None:
        """A comment or an instruction; of those outside header and students nothing stays but the marks of students that went before."""
        if self._depth > 1:
            return
        begin, end = self._here, self.data.index(ends, self._here) + len(ends)
        if self._depth == 1:
            self._close_gap(begin)
            self._gap = end
        if self._depth != 1 or not marked(text.strip(), 0):
            self.seen.strange.append((begin, end, b""))

    def _close_gap(self, end: int) -> None:
        """Note the text between two things in the outermost element."""
        if self.data[self._gap : end].strip(b" \t\r\n"):
            self.seen.strange.append((self._gap, end, b"?"))


def _emptied(tag: str) -> bytes:
    """An element of this name without anything in it."""
    namespace, _, name = tag.rpartition(" ")
    prefix, declared = ("o:", f"xmlns:o={quoteattr(namespace)}") if namespace else ("", 'xmlns=""')
    return f"<{prefix}{name} {declared}/>".encode()
