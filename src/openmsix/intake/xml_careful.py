"""The careful way to read XML: tag by tag, for files that are not wholly regular. It says what is wrong where. Pure.

Only the record at hand is kept; its values go into columns (`document.Rows`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers import expat

import polars as pl

from openmsix.dictionary.declare import Dictionary

from .checks import nesting
from .document import MOST_DEEP, OWNER, Rows, Strange, marked
from .problems import Problems
from .table import MOST_IN_CELL
from .xml_places import TOP, Places

PIECE = 1 << 20

MOST_IN_TAG = 4 * PIECE
"""Bytes of one tag or comment that are read, about: the parser takes it whole, and each attribute takes many times its room."""

OF_XML_ITSELF = (
    "http://www.w3.org/XML/1998/namespace",
    "http://www.w3.org/2001/XMLSchema-instance",
)
"""Namespaces of attributes that say something about the file and nothing about a child."""

_TEXT = "(text)"

_APART = "\x01"
"""Between a namespace and a name. It can stand in no XML: expat breaks off at a namespace that holds the sign."""


class _Stop(Exception):
    """Enough was seen."""


@dataclass
class _Record:
    """The record at hand. `values`: by element key, as far as they are whole."""

    key: str
    tag: str
    line: int
    values: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


class CarefulXml:
    """Reads one file tag by tag.

    `only_header`: stop where the header ends or a student begins. `root`: the name of the outermost element; `namespace`: the one it stands in;
    `is_whole`: whether it was read to its end.
    """

    def __init__(
        self, book: Dictionary, places: Places, problems: Problems, *, only_header: bool = False
    ) -> None:
        self.root = self.namespace = ""
        self.is_whole = True
        self.only_header = only_header
        self.places = places
        self.problems = problems
        self.rows = Rows(book)
        self.strange = Strange()
        self.students = 0
        self.left_out: set[int] = set()
        self._within: list[_Record] = []
        self._value: str | None = None
        self._text: list[str] = []
        self._length = 0
        self._last_seen = 0
        self._fed = 0
        self._depth = 0
        self._skipped_at: int | None = None
        self._parser = self._made()

    def _made(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=_APART)
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        parser.CommentHandler = self._seen
        return parser

    def read(self, data: bytes) -> Mapping[str, pl.DataFrame]:
        """The rows of each record type; what is wrong is noted in `problems`."""
        try:
            for begin in range(0, len(data), PIECE):
                self._feed(data[begin : begin + PIECE])
            self._parser.Parse(b"", True)
        except _Stop:
            self.is_whole = False
        except expat.ExpatError as fault:
            self.is_whole = False
            reason = f"{expat.errors.messages[fault.code]}, line {fault.lineno}"
            self.problems.add(nesting.DOCUMENT_BROKEN, line=fault.lineno, format="XML", reason=reason)
        except (LookupError, ValueError):
            self.is_whole = False
            self.problems.add(nesting.DOCUMENT_BROKEN, format="XML", reason="its encoding is not known")
        self.strange.tell(self.problems)
        return self.rows.frames()

    def _feed(self, piece: bytes) -> None:
        self._fed += len(piece)
        self._parser.Parse(piece, False)
        if self._fed - self._last_seen > MOST_IN_TAG:
            self._too_large(f"a tag or comment on line {self._line} has more than {MOST_IN_TAG:,} bytes")

    def _seen(self, *_: Any) -> None:
        """The parser has got on."""
        self._last_seen = self._fed

    def _too_large(self, reason: str) -> NoReturn:
        self.problems.add(nesting.TOO_LARGE, line=self._line, reason=reason)
        raise _Stop

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber

    def _doctype(self, *_: Any) -> None:
        self.problems.add(nesting.DOCUMENT_TYPE, line=self._line)
        raise _Stop

    def _instruction(self, target: str, data: str) -> None:
        row = marked(f"{target} {data}".strip(), self._line)
        if row and self._depth == 1:
            if self.only_header:
                raise _Stop
            self.students += 1
            self.left_out.add(self.students)
            self.rows.add("students", row)

    def _start(self, tag: str, attributes: list[str]) -> None:
        self._seen()
        self._depth += 1
        if self._depth > MOST_DEEP:
            self.problems.add(nesting.TOO_DEEP, line=self._line, value=f"Line {self._line}")
            raise _Stop
        if self._skipped_at is not None:
            return
        namespace, _, name = tag.rpartition(_APART)
        if self._depth == 1:
            self.root, self.namespace = name, namespace
            return
        if self._value is not None:
            self._misplaced(name, self._value)
        elif namespace != self.namespace:
            self._unknown(name)
        else:
            self._open(name)
        if attributes and self._skipped_at is None:
            self._note_attributes(attributes)

    def _open(self, name: str) -> None:
        """A tag where records or values may stand."""
        self._note_text()
        record = self.places.record(name)
        if self.only_header and record == "students":
            raise _Stop
        within = self._within[-1] if self._within else None
        if record is not None and self._may_stand(record, within):
            self._within.append(_Record(record, name, self._line))
            self.students += record == "students"
        elif record is not None and not (within and self.places.value(within.key, name)):
            self._misplaced(name, within.tag if within else "")
            if within and within.key != "header" and record not in TOP:
                # It counts as a record of the student, who is rejected.
                self._skipped_at = None
                self._within.append(_Record(record, name, self._line))
        elif within and (key := self.places.value(within.key, name)):
            self._value = key
        else:
            self._unknown(name)

    def _may_stand(self, record: str, within: _Record | None) -> bool:
        if within is None:
            return record == "students" or (record == "header" and not self.students)
        return within.key == "students" and record not in TOP

    def _misplaced(self, name: str, within: str) -> None:
        """Something that belongs elsewhere is passed over, with all that stands in it."""
        self._skipped_at = self._depth
        record = self._within[-1].key if self._within else ""
        if record == "header":
            reason = f"has {name} within it"
            self.problems.add(nesting.HEADER_UNCLEAR, record, line=self._line, value=within, reason=reason)
        elif record:
            self.problems.add(
                nesting.MISPLACED, record, line=self._line, value=name, within=within, student=self.students
            )
        else:
            self.problems.add(nesting.STRAY, line=self._line, value=name)
        if self.problems.is_full:
            raise _Stop

    def _unknown(self, name: str) -> None:
        self._skipped_at = self._depth
        self._strange(name)

    def _strange(self, name: str) -> None:
        record = self._within[-1].key if self._within else ""
        self.strange.note(record, name, self._line, f"line {self._line}")

    def _note_attributes(self, attributes: list[str]) -> None:
        for name in attributes[::2]:
            namespace, _, plain = name.rpartition(_APART)
            if namespace not in OF_XML_ITSELF:
                self._strange(f"@{plain}")

    def _characters(self, text: str) -> None:
        self._seen()
        if self._skipped_at is None:
            self._text.append(text)
            self._length += len(text)
            if self._length > MOST_IN_CELL:
                self._too_large(
                    f"a value that ends after line {self._line} has more than {MOST_IN_CELL:,} characters"
                )

    def _text_ends(self) -> None:
        self._text.clear()
        self._length = 0

    def _note_text(self) -> None:
        """Text that stands between records or values belongs to nothing."""
        if any(not piece.isspace() for piece in self._text):
            self._strange(_TEXT)
        self._text_ends()

    def _end(self, tag: str) -> None:
        self._seen()
        self._depth -= 1
        if self._skipped_at is not None:
            if self._depth < self._skipped_at:
                self._skipped_at = None
            return
        if self._value is not None:
            self._close_value(self._value)
        elif self._within:
            self._note_text()
            self._close_record(self._within.pop())
        else:
            self._note_text()

    def _close_value(self, key: str) -> None:
        record = self._within[-1]
        text = "".join(self._text)
        self._text_ends()
        self._value = None
        if key not in record.values:
            record.values[key] = text
        elif record.key == "header":
            self.problems.add(
                nesting.HEADER_UNCLEAR, record.key, line=self._line, value=key, reason="is there twice"
            )
        else:
            self.problems.add(
                nesting.VALUE_TWICE,
                record.key,
                line=self._line,
                element=key,
                value=text,
                student=self.students,
            )

    def _close_record(self, record: _Record) -> None:
        row = {"line": record.line, **record.values}
        if record.key not in TOP:
            row[OWNER] = self.students
        self.rows.add(record.key, row)
        if self.only_header:
            raise _Stop
