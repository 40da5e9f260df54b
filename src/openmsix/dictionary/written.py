"""How a value of each element is written in a file, as a pattern and a list: what the schemas of XML and JSON have in common. Pure."""

from openmsix.dictionary.declare import Dictionary, Element, RecordType, Required, Type

BY_POSITION = ("student_record_id", "record_id")
"""Numbers within the file, which nesting makes needless: left out, they are given by position."""

FILLED_IN = (
    "total_students",
    "total_records",
    "dictionary_version",
    "submission_kind",
    "part_number",
    "total_parts",
)
"""Fields of the header that a document may leave out."""

_OF_TYPE = {
    Type.DATE: "[0-9]{8}",
    Type.MONTH: "[0-9]{6}",
    Type.MOMENT: "[0-9]{17}",
    Type.YEAR: "[0-9]{4}",
}


def pattern_of(element: Element) -> str:
    """What a value must match as a whole; empty if any text will do."""
    if element.pattern:
        return element.pattern
    if element.type is Type.INTEGER:
        return f"[0-9]{{1,{min(element.length, 9)}}}"
    if element.type is Type.DECIMAL:
        whole, scale = element.length - element.scale, element.scale
        return rf"[0-9]{{1,{whole}}}(\.[0-9]{{1,{scale}}})?|\.[0-9]{{1,{scale}}}"
    if element.type in (Type.DIGITS, Type.PHONE):
        return "[0-9]+"
    return _OF_TYPE.get(element.type, "")


def values_of(element: Element, dictionary: Dictionary) -> tuple[str, ...]:
    """The values that an element takes; none if any text will do, or if the full list was never seen."""
    if element.code_set is None:
        return ()
    codes = dictionary.code_set(element.code_set)
    return () if codes.open or codes.prefixes else codes.values


def is_asked_for(element: Element) -> bool:
    """Whether a document must say it in every record."""
    return element.required is Required.MUST and element.key not in (*BY_POSITION, *FILLED_IN)


def said_in(record: RecordType) -> tuple[Element, ...]:
    """The elements of a record as a document has it: what nests says whose it is."""
    own = record.key == "students"
    return tuple(each for each in record.elements if own or each.key != "student_record_id")
