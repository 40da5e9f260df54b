"""The JSON Schema (2020-12) of a part, made from the dictionary. Pure."""

import json
from typing import Any

from openmsix.dictionary.declare import Dictionary, Element, RecordType, Type
from openmsix.dictionary.versions import dictionary
from openmsix.dictionary.written import is_asked_for, pattern_of, said_in, values_of

WORDS = (
    "One part of a submission. Values are text; a key that is left out, or null, says that nothing is known. student_record_id and record_id may be left "
    "out and are then given by position; of the header the totals, and the fields that openmsix adds. The exchange reads what this schema refuses as "
    "well, and says in the receipt what is wrong with it."
)

_NUMBERS = {Type.INTEGER: "integer", Type.YEAR: "integer", Type.DECIMAL: "number"}


def json_schema(version: str) -> str:
    """The schema for one dictionary version, as text."""
    return json.dumps(as_data(version), indent=1, ensure_ascii=False) + "\n"


def as_data(version: str) -> dict[str, Any]:
    """The same as data."""
    book = dictionary(version)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:openmsix:submission:{version}:json",
        "title": f"Submission, dictionary version {book.status}",
        "description": WORDS,
        "type": "object",
        "required": ["header", "students"],
        "additionalProperties": False,
        "properties": {
            "header": {"$ref": "#/$defs/header"},
            "students": {
                "type": "array",
                "items": {"$ref": "#/$defs/students"},
                "maxItems": book.records["students"].most,
            },
        },
        "$defs": {key: _record(record, book) for key, record in book.records.items()},
    }


def _record(record: RecordType, book: Dictionary) -> dict[str, Any]:
    elements = said_in(record)
    values = {element.key: _element(element, book) for element in elements}
    below = (
        {key: _records(other) for key, other in book.records.items() if key not in ("header", "students")}
        if record.key == "students"
        else {}
    )
    return {
        "title": record.name,
        "type": "object",
        "required": [element.key for element in elements if is_asked_for(element)],
        "additionalProperties": False,
        "properties": values | below,
    }


def _records(record: RecordType) -> dict[str, Any]:
    """A list of records; where there is one only, it may stand without its list."""
    one = {"$ref": f"#/$defs/{record.key}"}
    several = {"type": "array", "items": one, "maxItems": record.most}
    return {"anyOf": [several, one, {"type": "null"}]}


def _element(element: Element, book: Dictionary) -> dict[str, Any]:
    asked = is_asked_for(element)
    described = {"title": element.name, "description": element.definition}
    if values := values_of(element, book):
        return described | {"enum": [*values] if asked else [*values, "", None]}
    kinds = ["string", *([] if asked else ["null"])]
    if element.type in _NUMBERS:
        kinds.append(_NUMBERS[element.type])
    form: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds, "maxLength": element.width}
    if pattern := pattern_of(element):
        form["pattern"] = f"^({pattern})$" if asked else f"^({pattern})?$"
    if asked:
        form["minLength"] = 1
    return described | form
