"""What a finding says to people: the words of its check, filled with what was found and what the dictionary knows. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Any

from openmsix.dictionary.declare import Dictionary, Element, Type
from openmsix.dictionary.formats import Format

from .checks.declare import Check
from .formats import POSITIONS, file_of

MOST_OF_RULE = 3
"""Findings about students that a receipt which is read shows of one rule; the CSV has all of them."""

MOST_OF_FILE = 50
"""Findings about the file that it shows of one rule."""

MOST_CODES = 15
"""So many codes are listed; longer lists stand in the documentation."""

NO_LONGER = "It was left out, and the {element} that you sent before no longer stands."
"""Said of a value that was left out where the one before it went with it."""

_OF_TYPE: Mapping[Type, str] = {
    Type.DATE: "YYYYMMDD",
    Type.MONTH: "MMYYYY",
    Type.MOMENT: "YYYYMMDDhhmmssSSS",
    Type.YEAR: "YYYY",
    Type.INTEGER: "in digits, such as 12",
    Type.EMAIL: "name@place.org",
    Type.PHONE: "ten digits",
    Type.DIGITS: "digits only",
}

_OF_PATTERN: Mapping[str, str] = {
    "00[1-9]|0[1-9][0-9]|[1-9][0-9]{2}": "three digits, 001 to 999",
    "[0-9A-Za-z]+": "letters and digits only",
    "[0-9]{5}(-[0-9]{4})?": "five digits, or nine with a hyphen",
}

_DIGITS = re.compile(r"^\[0-9\]\{(\d+)\}$")


def form_of(element: Element) -> str:
    """How a value of the element is written, in words."""
    if element.type is Type.DECIMAL:
        return f"in digits with up to {element.scale} decimals, such as {'1.' + '5' * element.scale}"
    if element.pattern and element.type not in (Type.EMAIL, Type.PHONE):
        if digits := _DIGITS.match(element.pattern):
            return f"{digits[1]} digits"
        return _OF_PATTERN[element.pattern]
    return _OF_TYPE.get(element.type, f"at most {element.width} characters")


def allowed_in(element: Element, dictionary: Dictionary) -> str:
    """The codes of the element, or the first of them."""
    if element.code_set is None:
        return ""
    values = dictionary.code_set(element.code_set).values
    more = "" if len(values) <= MOST_CODES else f" and {len(values) - MOST_CODES} more, see the code list"
    return ", ".join(values[:MOST_CODES]) + more


def element_of(dictionary: Dictionary, record: str, key: str) -> Element | None:
    """The element a finding names, if it names one of this version."""
    declared = dictionary.records.get(record)
    return next((each for each in declared.elements if each.key == key), None) if declared else None


def _of_element(dictionary: Dictionary, record: str, key: str) -> dict[str, Any]:
    element = element_of(dictionary, record, key)
    if element is None:
        return {"element": key or "The value"}
    allowed = allowed_in(element, dictionary)
    return {
        "element": element.name,
        "form": f"one of {allowed}" if allowed else form_of(element),
        "most": element.width,
        "allowed": allowed,
    }


class Teller:
    """Says findings in words, one dictionary version for all."""

    def __init__(self, dictionary: Dictionary, formats: Mapping[int, Format] | None = None) -> None:
        """Take what is needed. `formats`: what each part is written in; CSV where nothing else is said."""
        self.dictionary = dictionary
        self.formats = formats or {}
        self._elements: dict[tuple[str, str], dict[str, Any]] = {}

    def facts(self, record: str, element: str) -> dict[str, Any]:
        """What the dictionary knows about the element."""
        key = (record, element)
        if key not in self._elements:
            self._elements[key] = _of_element(self.dictionary, record, element)
        return self._elements[key]

    def place(self, record: str, element: str, part: int | None = None) -> tuple[str, str]:
        """The file and the element of a finding, as a State knows them; empty for what it does not name."""
        declared = self.dictionary.records.get(record)
        found = element_of(self.dictionary, record, element)
        file = file_of(declared, self.format_of(part)) if declared else record
        return file, found.name if found else element

    def format_of(self, part: int | None = None) -> Format:
        """What a part is written in; without one, what all are, if they are one."""
        if part is None:
            return next(iter(self.formats.values())) if len(set(self.formats.values())) == 1 else Format.CSV
        return self.formats.get(part, Format.CSV)

    def position(self, line: int, part: int | None = None, record_id: str | None = None) -> str:
        """What the line of a finding is: `line 12`, in JSON `student 12, record 3`, where many records may stand on one line."""
        form = self.format_of(part)
        within = f", record {record_id.lstrip('0')}" if record_id and form is Format.JSON else ""
        return f"{POSITIONS[form]} {line}{within}"

    def tell(
        self,
        check: Check,
        *,
        record: str,
        element: str,
        value: str | None,
        line: int | None,
        detail: str | Mapping[str, Any] | None,
    ) -> tuple[str, str]:
        """What is wrong, and how to mend it. `detail`: as the finding has it, JSON or read already."""
        more = json.loads(detail) if isinstance(detail, str) else (detail or {})
        known = {"value": value or "nothing", "line": line, **self.facts(record, element), **more}
        wrong = f"{check.wrong} {NO_LONGER}" if more.get("no_longer") else check.wrong
        return wrong.format_map(known), check.mend.format_map(known)
