"""Reading a part that is one XML file. Pure.

First the outermost element is looked at: no document type, its name, and which dictionary version it names. Then the file is read the quick way
(`xml_quick`) if it is wholly regular; else it is proved to be well-formed to its end (lxml) and read the careful way (`xml_careful`). See
docs/adr/0011-file-formats.md.
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
from .xml_markup import NotRegular
from .xml_places import Places, places

if TYPE_CHECKING:
    from lxml.etree import ParserTarget

MOST_BYTES = 450_000_000
"""Half as much again as a full part of 40,000 students takes."""

_DECLARED = re.compile(rb"^<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'][^>]*\?>")
_BEGINS = re.compile(rb"<[^?!]")
_ROOT = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.-]*)(?=[\s>])[^<>]*>")
_MARK = b"\xef\xbb\xbf"
_SAME_AS_UTF8 = ("utf-8", "us-ascii", "ascii")
_TOO_DEEP = "Excessive depth"
_TOO_LONG = "Buffer size limit exceeded"


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
    if found.found(nesting.DOCUMENT_TYPE) or found.found(nesting.TOO_LARGE) or not head.root:
        problems.rows += found.rows
        return None
    if not within.is_root(head.root):
        problems.add(nesting.ROOT_UNKNOWN, line=1, value=f"<{head.root}>")
        return None
    encoding = encoding_of(data)
    quick = regular(data, encoding, within)
    if quick is None and not ends_well(data, problems):
        return None
    named = version_in(head.namespace)
    if named not in VERSIONS:
        said, expected = head.namespace or "missing", namespace(book.version)
        problems.add(nesting.NAMESPACE_UNKNOWN, value=said, expected=expected)
    left_out: frozenset[int] = frozenset()
    if quick is None:
        careful = CarefulXml(book, within, problems)
        rows = dict(careful.read(data))
        if not careful.is_whole:
            return None
        left_out = frozenset(careful.left_out)
    else:
        rows = dict(quick)
    headers = rows.pop("header", None)
    return Nested(
        headers=headers.drop("line", "_owner", strict=False).to_dicts() if headers is not None else [],
        records=rows,
        header_line=headers["line"][0] if headers is not None else None,
        version=named if named in VERSIONS else "",
        encoding=encoding,
        control=b"\x7f" in data or (b"&" in data and b"&#" in data) or encoding not in _SAME_AS_UTF8,
        is_clean=quick is not None,
        left_out=left_out,
    )


def regular(data: bytes, encoding: str, within: Places) -> Mapping[str, pl.DataFrame] | None:
    """The rows of a file that is wholly regular, and so well-formed; None if it is not."""
    begin = _BEGINS.search(data)
    root = _ROOT.match(data, begin.start()) if begin else None
    is_same = encoding in _SAME_AS_UTF8 and (data.isascii() or (encoding == "utf-8" and is_utf8(data)))
    if root is None or not is_same or b"<!DOCTYPE" in data[: root.start()]:
        return None
    if not ends_well(data[: root.end()] + b"</" + root[1] + b">", Problems(1)):
        return None
    try:
        return xml_quick.read(data, root.end(), root[1], within)
    except NotRegular:
        return None


def encoding_of(data: bytes) -> str:
    """The encoding that the file declares, or has without declaring one."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")):
        return "utf-16"
    declared = _DECLARED.match(data.removeprefix(_MARK))
    return declared[1].decode().lower() if declared else "utf-8"


def ends_well(data: bytes, problems: Problems) -> bool:
    """Whether the file is well-formed to its end."""
    parser = etree.XMLParser(target=_TARGET, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        for begin in range(0, len(data), PIECE):
            parser.feed(data[begin : begin + PIECE])
        parser.close()
    except etree.XMLSyntaxError as fault:
        line, reason = fault.lineno or None, " ".join(str(fault.msg).split())
        if _TOO_DEEP in reason:
            problems.add(nesting.TOO_DEEP, line=line, value=f"Line {line}")
        elif _TOO_LONG in reason:
            problems.add(nesting.TOO_LARGE, line=line, reason=f"one tag at line {line} is as long as a file")
        else:
            problems.add(nesting.DOCUMENT_BROKEN, line=line, format="XML", reason=reason)
        return False
    except (LookupError, ValueError):
        problems.add(nesting.DOCUMENT_BROKEN, format="XML", reason="its encoding is not known")
        return False
    return True
