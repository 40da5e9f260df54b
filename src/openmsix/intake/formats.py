"""The formats in which a part may be sent, told by the content of the file and never by its name. Pure."""

from collections.abc import Mapping

from openmsix.dictionary.declare import RecordType
from openmsix.dictionary.formats import Format
from openmsix.dictionary.xml_names import record_tag

PARQUET_BEGINS = b"PAR1"
ZIP_BEGINS = b"PK\x03\x04"

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_XML_BEGINS = (b"<", b"<\x00", b"\x00<")
_JSON_BEGINS = (b"{", b"[")


DOCUMENTS = (Format.XML, Format.JSON)
"""Formats that hold a whole part in one file, each student's records within the student."""


POSITIONS: Mapping[Format, str] = {
    Format.CSV: "line",
    Format.XML: "line",
    Format.PARQUET: "row",
    Format.JSON: "student",
}
"""What the line of a row is."""


def file_of(record: RecordType, form: Format) -> str:
    """What holds the rows of a record type, as whoever wrote the file knows it."""
    names = {
        Format.CSV: record.file,
        Format.XML: record_tag(record),
        Format.PARQUET: f"{record.key}.parquet",
        Format.JSON: record.key,
    }
    return names[form]


def may_be_part(begin: bytes) -> bool:
    """Whether a file may be a part at all, by its first bytes: a zip, XML or JSON."""
    return begin.startswith(ZIP_BEGINS) or format_of(begin) in DOCUMENTS


def format_of(begin: bytes) -> Format:
    """What a file that is no zip is written in, by its first bytes: text that is neither XML nor JSON is CSV."""
    if begin.startswith(PARQUET_BEGINS):
        return Format.PARQUET
    for mark in _MARKS:
        begin = begin.removeprefix(mark)
    begin = begin.lstrip(b" \t\r\n")
    if begin.startswith(_XML_BEGINS):
        return Format.XML
    return Format.JSON if begin.startswith(_JSON_BEGINS) else Format.CSV
