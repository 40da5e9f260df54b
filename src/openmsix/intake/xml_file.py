"""Reading a part that is one XML file. Pure.

First what may be done with it is settled: no document type, well-formed to its end (lxml), and which dictionary version it names. Then it is read the
quick way (`xml_quick`) if it is wholly regular, else the careful one (`xml_careful`). See docs/adr/0011-file-formats.md.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import polars as pl
from lxml import etree

from openmsix.dictionary import VERSIONS
from openmsix.dictionary.declare import Dictionary
from openmsix.dictionary.xml_names import namespace, version_in

from . import xml_quick
from .checks import nesting
from .document import Nested
from .problems import Problems
from .text import is_utf8
from .xml_careful import PIECE, CarefulXml
from .xml_places import places

if TYPE_CHECKING:
    from lxml.etree import ParserTarget

MOST_BYTES = 450_000_000
"""Half as much again as a full part of 40,000 students takes."""

_DECLARED = re.compile(rb"^<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'][^>]*\?>")
_MARK = b"\xef\xbb\xbf"
_SAME_AS_UTF8 = ("utf-8", "us-ascii", "ascii")
_TOO_DEEP = "Excessive depth"


class _Ending:
    """Told of nothing but the end: the file is read through and nothing kept."""

    def close(self) -> bool:
        """The file has ended as it should."""
        return True


_TARGET = cast("ParserTarget[bool]", _Ending())


def header(data: bytes, book: Dictionary) -> Mapping[str, str | None]:
    """The first header by element key; empty if there is none before the first student."""
    head = CarefulXml(book, places(book.version), Problems(1), only_header=True)
    rows = head.read(data).get("header")
    values = rows.drop("line").row(0, named=True) if rows is not None else {}
    named = version_in(head.namespace)
    said = {
        key: (text and text.strip()) or None
        for key, text in values.items()
        if key in book.records["header"].columns
    }
    if said and named in VERSIONS:
        said["dictionary_version"] = said["dictionary_version"] or named
    return said


def read(data: bytes, book: Dictionary, problems: Problems) -> Nested | None:
    """What stands in the file; None if it cannot be used, and `problems` says why."""
    if len(data) > MOST_BYTES:
        problems.add(nesting.TOO_LARGE, reason=f"at most {MOST_BYTES:,} bytes of XML are read")
        return None
    within = places(book.version)
    found = Problems(problems.part)
    head = CarefulXml(book, within, found, only_header=True)
    head.read(data)
    if found.found(nesting.DOCUMENT_TYPE) or not head.root:
        problems.rows += found.rows
        return None
    if not within.is_root(head.root):
        problems.add(nesting.ROOT_UNKNOWN, line=1, value=f"<{head.root}>")
        return None
    if not _ends_well(data, problems):
        return None
    named = version_in(head.namespace)
    if named not in VERSIONS:
        said, expected = head.namespace or "missing", namespace(book.version)
        problems.add(nesting.NAMESPACE_UNKNOWN, value=said, expected=expected)
    encoding = _encoding(data)
    read = _rows(data, encoding, book, problems)
    if read is None:
        return None
    rows, left_out = read
    headers = rows.pop("header", None)
    return Nested(
        headers=headers.drop("line", "_owner", strict=False).to_dicts() if headers is not None else [],
        records=rows,
        header_line=headers["line"][0] if headers is not None else None,
        version=named if named in VERSIONS else "",
        encoding=encoding,
        left_out=left_out,
        control=b"\x7f" in data or b"&#" in data or encoding not in _SAME_AS_UTF8,
    )


def _rows(
    data: bytes, encoding: str, book: Dictionary, problems: Problems
) -> tuple[dict[str, pl.DataFrame], frozenset[int]] | None:
    """The rows of each record type, and which of the students were left out."""
    within = places(book.version)
    begin = re.compile(rb"<[^?!]").search(data)
    if encoding in _SAME_AS_UTF8 and begin and is_utf8(data):
        try:
            return dict(xml_quick.read(data, begin.start(), within)), frozenset()
        except xml_quick.NotRegular:
            pass
    careful = CarefulXml(book, within, problems)
    rows = dict(careful.read(data))
    return (rows, frozenset(careful.left_out)) if careful.is_whole else None


def _encoding(data: bytes) -> str:
    """The encoding that the file declares, or has without declaring one."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")):
        return "utf-16"
    declared = _DECLARED.match(data.removeprefix(_MARK))
    return declared[1].decode().lower() if declared else "utf-8"


def _ends_well(data: bytes, problems: Problems) -> bool:
    """Whether the file is well-formed to its end."""
    parser = etree.XMLParser(target=_TARGET, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        for begin in range(0, len(data), PIECE):
            parser.feed(data[begin : begin + PIECE])
        parser.close()
    except etree.XMLSyntaxError as fault:
        line = fault.lineno or None
        if _TOO_DEEP in (fault.msg or ""):
            problems.add(nesting.TOO_DEEP, line=line, value=f"Line {line}")
        else:
            problems.add(nesting.DOCUMENT_BROKEN, line=line, format="XML", reason=str(fault.msg))
        return False
    except (LookupError, ValueError):
        problems.add(nesting.DOCUMENT_BROKEN, format="XML", reason="its encoding is not known")
        return False
    return True
