"""Reading a part that is one JSON document: header, students, and within each student its records. Pure.

    {"header": {element: value}, "students": [{element: value, record type: [{element: value}]}]}

Values are text or null; keys are those of the dictionary, however they are spelled. A record type with one record may hold it without a list.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from openmsix.dictionary.columns import plain, resolve_column
from openmsix.dictionary.declare import Dictionary, Type

from .checks import nesting
from .document import OWNER, PLACES, Nested, Rows, Strange, marked
from .problems import Problems, shown

MOST_BYTES = 100_000_000
"""Some fifteen thousand students with all their records. It is read whole, and takes several times its size meanwhile."""

MOST_OF_SIGN = {b"[": 1_000_000, b"{": 1_000_000, b",": 8_000_000}
"""So many lists, objects and values are read: each takes far more room than its sign."""

LONGEST_STEP = 200
"""So many signs of a key are shown in a pointer."""

MOST_OF_HEADER = 100_000
_HEADER_BEGINS = re.compile(r'\s*\{\s*"header"\s*:\s*')

_NUMBERS = (Type.INTEGER, Type.YEAR, Type.DECIMAL)
"""Types whose values may be written as JSON numbers as well: they have no zeros to lose."""


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


class _Twice(dict[str, Any]):
    """An object that has keys more than once. `twice`: those keys."""

    twice: tuple[str, ...] = ()


class _Unreadable(Exception):
    """The document cannot be read; what is wrong was noted."""


@dataclass(frozen=True)
class _Place:
    """Where an object stands: its record type, the number of its student, and its own number among the student's records of the type."""

    record: str
    student: int | None = None
    number: int | None = None

    @property
    def pointer(self) -> str:
        """The place as a JSON pointer."""
        if self.student is None:
            return f"/{self.record}"
        within = f"/students/{self.student - 1}"
        return within if self.record == "students" else f"{within}/{self.record}/{(self.number or 1) - 1}"


def _step(key: str) -> str:
    """A key as a step of a JSON pointer (RFC 6901); one that is absurdly long is cut."""
    cut = key if len(key) <= LONGEST_STEP else f"{key[:LONGEST_STEP]}…"
    return shown(cut).replace("~", "~0").replace("/", "~1")


def header(data: bytes, book: Dictionary) -> Mapping[str, str | None]:
    """The header by element key; empty if there is none that can be read."""
    try:
        said = _first(data) or _loaded(data, Problems(1)).get("header")
    except (_Unreadable, AttributeError):
        return {}
    if not isinstance(said, dict):
        return {}
    values = _Document(book, Problems(1)).values(said, _Place("header"))
    return {key: values.get(key, "").strip() or None for key in book.records["header"].columns}


def read(data: bytes, book: Dictionary, problems: Problems) -> Nested | None:
    """What stands in the document; None if it cannot be used, and `problems` says why."""
    try:
        content = _loaded(data, problems)
    except _Unreadable:
        return None
    if reason := _no_part(content):
        problems.add(nesting.ROOT_UNKNOWN, value=reason)
        return None
    control = any(sign in data for sign in (b"\\u00", b"\\b", b"\\f", b"\x7f"))
    halves = b"\\ud" in data or b"\\uD" in data
    return _Document(book, problems, halves=halves).read(content, control=control)


def _first(data: bytes) -> Any:
    """The header where it is the first in the document, without reading the rest; None if it is not."""
    begin = data[:MOST_OF_HEADER].decode("utf-8", "ignore").removeprefix("\ufeff")
    if found := _HEADER_BEGINS.match(begin):
        try:
            return _DECODER.raw_decode(begin, found.end())[0]
        except (json.JSONDecodeError, RecursionError):
            return None
    return None


def _no_part(content: Any) -> str:
    """What a document is that is no part, in words; empty if it may be one."""
    if not isinstance(content, dict):
        return f"{_kind(content)} where an object belongs"
    if "students" not in content:
        return "an object without students"
    if not isinstance(content["students"], list):
        return f"students that are {_kind(content['students'])}, not a list"
    return ""


def _kind(value: Any) -> str:
    """What a value is in JSON, in words."""
    if isinstance(value, _Number):
        return "a number"
    if isinstance(value, bool):
        return "true or false"
    if value is None:
        return "null"
    if isinstance(value, str):
        return "half of a character" if _has_half(value) else "text"
    return "a list" if isinstance(value, list) else "an object"


def _has_half(text: str) -> bool:
    """Whether a lone surrogate stands in it."""
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def _loaded(data: bytes, problems: Problems) -> Any:
    """The document.

    Raises:
        _Unreadable: it cannot be read.
    """
    if len(data) > MOST_BYTES:
        problems.add(nesting.TOO_LARGE, reason=f"at most {MOST_BYTES:,} bytes of JSON are read")
        raise _Unreadable
    for sign, most in MOST_OF_SIGN.items():
        if data.count(sign) > most:
            problems.add(nesting.TOO_LARGE, reason=f"it has more than {most:,} signs {sign.decode()}")
            raise _Unreadable
    try:
        return _DECODER.decode(data.decode(json.detect_encoding(data)).removeprefix("\ufeff"))
    except json.JSONDecodeError as fault:
        reason = f"{fault.msg}, line {fault.lineno}, column {fault.colno}"
        problems.add(nesting.DOCUMENT_BROKEN, format="JSON", reason=reason)
    except UnicodeDecodeError as fault:
        reason = f"byte {fault.start + 1:,} is no {fault.encoding.upper()}"
        problems.add(nesting.DOCUMENT_BROKEN, format="JSON", reason=reason)
    except RecursionError:
        problems.add(nesting.TOO_DEEP, value="The document")
    raise _Unreadable


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    marked = _Twice(made)
    times = Counter(key for key, _ in pairs)
    marked.twice = tuple(key for key, count in times.items() if count > 1)
    return marked


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_Number, parse_float=_Number, parse_constant=_Number
)


class _Document:
    """Takes a document apart and remembers what it met on the way."""

    def __init__(self, book: Dictionary, problems: Problems, *, halves: bool = True) -> None:
        """Take what is needed. `halves`: whether there may be halves of characters, which JSON can write and no text can hold."""
        self.halves = halves
        self.book = book
        self.problems = problems
        self.rows = Rows(book)
        self.strange = Strange()
        self.places: list[tuple[int, str, int, int, str]] = []
        self._before: Counter[str] = Counter()
        self.left_out: set[int] = set()
        self._keys: dict[str, dict[str, str | None]] = {key: {} for key in book.records}
        self._below = {plain(key): key for key in book.records if key not in ("header", "students")}

    def read(self, content: dict[str, Any], *, control: bool) -> Nested:
        """All that stands in it."""
        for key in getattr(content, "twice", ()):
            self.problems.add(nesting.HEADER_UNCLEAR, value=key, reason="is there twice beside it")
        for key in content:
            if key not in ("header", "students"):
                self.strange.note("", key, None, f"/{_step(key)}")
        headers = self._headers(content)
        for number, student in enumerate(content["students"], start=1):
            self._student(number, student)
        self.strange.tell(self.problems)
        places = pl.DataFrame(self.places, schema=PLACES, orient="row")
        return Nested(
            headers, self.rows.frames(), control=control, places=places, left_out=frozenset(self.left_out)
        )

    def _headers(self, content: Mapping[str, Any]) -> list[dict[str, str | None]]:
        if content.get("header") is None:
            return []
        if isinstance(content["header"], dict):
            return [dict(self.values(content["header"], _Place("header")))]
        reason = f"is {_kind(content['header'])}, not an object"
        self.problems.add(nesting.HEADER_UNCLEAR, "header", value="What stands", reason=reason)
        return []

    def _student(self, number: int, student: Any) -> None:
        place = _Place("students", number)
        self._before.clear()
        if not isinstance(student, dict):
            if row := marked(student, number):
                self.left_out.add(number)
            else:
                self._no_record(place, student)
            self.rows.add("students", row or {"line": number})
            return
        self.rows.add("students", {"line": number, **self.values(student, place)})
        for key, value in student.items():
            record = self._below.get(plain(key))
            if record is not None and value is not None:
                self._records(record, key, number, value)

    def _records(self, record: str, key: str, student: int, found: Any) -> None:
        """The student's records of one type."""
        alone = isinstance(found, dict)
        given: list[str] = []
        for number, item in enumerate([found] if alone or not isinstance(found, list) else found, start=1):
            place = _Place(record, student, number)
            if not isinstance(item, dict):
                self._no_record(place, item)
                item = {}
            row = self.values(item, place)
            self.rows.add(record, {"line": student, OWNER: student, **row})
            own = (row.get("record_id") or "").strip()
            given.append(own and own.zfill(3))
        before = self._before[record]
        self._before[record] += len(given)
        by_place = [f"{number:03d}" for number in range(1, len(given) + 1)]
        if alone or before or key != record or given not in (by_place, [""] * len(given)):
            step = _step(key)
            for number in range(len(given)):
                at = step if alone else f"{step}/{number}"
                self.places.append((self.problems.part, record, student, before + number + 1, at))

    def _no_record(self, place: _Place, item: Any) -> None:
        self.problems.add(
            nesting.NOT_A_RECORD, place.record, line=place.student, student=place.student, value=place.pointer, reason=_kind(item)
        )  # fmt: skip

    def values(self, item: Mapping[str, Any], place: _Place) -> dict[str, str]:
        """The elements of a record that are text; of all else in it what is wrong is noted."""
        keys = self._keys[place.record]
        row: dict[str, str] = {}
        twice: list[str] = [*getattr(item, "twice", ())]
        for key, value in item.items():
            if key not in keys:
                keys[key] = resolve_column(key, place.record, self.book.version)
            element = keys[key]
            if element is None:
                self._other(key, value, place)
            elif value is not None:
                if element in row:
                    twice.append(key)
                whole = type(value) is str and not (self.halves and _has_half(value))
                text = value if whole else self._as_text(element, value, place)
                if text is not None:
                    row[element] = text
        for key in twice:
            self._twice(key, place)
        return row

    def _other(self, key: str, value: Any, place: _Place) -> None:
        """A key that is none of the record's elements: records within a student, or nothing known."""
        record = self._below.get(plain(key))
        if record is None:
            self.strange.note(place.record, key, place.student, f"{place.pointer}/{_step(key)}")
        elif place.record != "students" and value is not None:
            self._misplaced(key, place)
            if place.student is not None:
                # They count as records of the student, who is rejected.
                for _ in value if isinstance(value, list) else [value]:
                    self.rows.add(record, {"line": place.student, OWNER: place.student})
                    self._before[record] += 1

    def _misplaced(self, key: str, place: _Place) -> None:
        if place.student is None:
            self.problems.add(nesting.HEADER_UNCLEAR, "header", value=key, reason="belongs to students")
            return
        self.problems.add(
            nesting.MISPLACED, place.record, line=place.student, student=place.student, value=key, within=place.pointer
        )  # fmt: skip

    def _twice(self, key: str, place: _Place) -> None:
        if place.student is None:
            self.problems.add(nesting.HEADER_UNCLEAR, "header", value=key, reason="is there twice")
            return
        element = self._keys[place.record].get(key) or ""
        self.problems.add(
            nesting.VALUE_TWICE, place.record, line=place.student, student=place.student, element=element, value=key
        )  # fmt: skip

    def _as_text(self, element: str, value: Any, place: _Place) -> str | None:
        """A number of an element of numbers as it was written; of anything else that is no text, a finding and nothing."""
        if isinstance(value, _Number) and self.book.element(place.record, element).type in _NUMBERS:
            return str.__str__(value)
        if place.student is None:
            reason = f"is {_kind(value)}, not text"
            self.problems.add(nesting.HEADER_UNCLEAR, "header", element=element, value=element, reason=reason)
            return None
        shown = (
            str.__str__(value)
            if isinstance(value, _Number)
            else json.dumps(value)
            if isinstance(value, bool)
            else None
        )
        self.problems.add(
            nesting.NO_TEXT, place.record, line=place.student, student=place.student, element=element, value=shown, reason=_kind(value),
            record_id=None if place.number is None else f"{place.number:03d}",
        )  # fmt: skip
        return None
