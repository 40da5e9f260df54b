"""The XML Schema (XSD 1.0) of a part, made from the dictionary. Pure."""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from openmsix.dictionary.declare import Dictionary, Element, RecordType
from openmsix.dictionary.versions import dictionary
from openmsix.dictionary.written import is_asked_for, pattern_of, said_in, values_of
from openmsix.dictionary.xml_names import ROOT, element_tag, namespace, record_tag

WORDS = (
    "One part of a submission. An element that is left out, or empty, says that nothing is known. Within a student its values come first, then its "
    "records; within a record the order is free. StudentRecordId and RecordId may be left out and are then given by position; of the header the "
    "totals, and the fields that openmsix adds. The exchange reads what this schema refuses as well, and says in the receipt what is wrong with it."
)


def xml_schema(version: str) -> str:
    """The schema for one dictionary version."""
    return "\n".join(_lines(dictionary(version))) + "\n"


def _lines(book: Dictionary) -> Iterator[str]:
    target = namespace(book.version)
    header, students, *others = book.records.values()
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{target}" targetNamespace="{target}" '
        f'elementFormDefault="qualified" version="{escape(book.status)}">'
    )
    yield f"  <xs:annotation><xs:documentation>{escape(WORDS)}</xs:documentation></xs:annotation>"
    yield f'  <xs:element name="{ROOT}">'
    yield "    <xs:complexType>"
    yield "      <xs:sequence>"
    yield f'        <xs:element name="{record_tag(header)}" type="{record_tag(header)}"/>'
    yield (
        f'        <xs:element name="{record_tag(students)}" type="{record_tag(students)}" minOccurs="0" maxOccurs="{students.most}"/>'
    )
    yield "      </xs:sequence>"
    yield "    </xs:complexType>"
    yield "  </xs:element>"
    yield from _record(header, book, "all")
    yield from _record(students, book, "sequence", others)
    for record in others:
        yield from _record(record, book, "all")
    yield "</xs:schema>"


def _record(
    record: RecordType, book: Dictionary, group: str, within: list[RecordType] | None = None
) -> Iterator[str]:
    yield f'  <xs:complexType name="{record_tag(record)}">'
    yield f"    <xs:{group}>"
    for element in said_in(record):
        yield from _element(element, book)
    for other in within or ():
        yield f'      <xs:element name="{record_tag(other)}" type="{record_tag(other)}" minOccurs="0" maxOccurs="{other.most}"/>'
    yield f"    </xs:{group}>"
    yield "  </xs:complexType>"


def _element(element: Element, book: Dictionary) -> Iterator[str]:
    asked = is_asked_for(element)
    least = "" if asked else ' minOccurs="0"'
    words = f"{element.name}: {element.definition}"
    yield f'      <xs:element name="{element_tag(element)}"{least}>'
    yield f"        <xs:annotation><xs:documentation>{escape(words)}</xs:documentation></xs:annotation>"
    yield '        <xs:simpleType><xs:restriction base="xs:token">'
    values = values_of(element, book)
    pattern = pattern_of(element)
    if values:
        for value in values if asked else ("", *values):
            yield f"          <xs:enumeration value={quoteattr(value)}/>"
    else:
        if pattern:
            yield f"          <xs:pattern value={quoteattr(pattern if asked else f'({pattern})?')}/>"
        if asked:
            yield '          <xs:minLength value="1"/>'
        yield f'          <xs:maxLength value="{element.width}"/>'
    yield "        </xs:restriction></xs:simpleType>"
    yield "      </xs:element>"
