"""How a stored value reads in words: dates, codes with their labels, numbers, telephone numbers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openmsix.dictionary import dictionary
from openmsix.dictionary.declare import Type
from openmsix.dictionary.labels import Language, code_label
from openmsix.interop.prints.phrases import PHRASES, Phrases

EMPTY = "-"


def shown(record_type: str, key: str, value: Any, language: Language = "en") -> str:
    """A value of an element in words; a dash if it is empty. An unlisted code is shown as it is."""
    if value is None or value == "":
        return EMPTY
    words = PHRASES[language]
    element = dictionary("current").records[record_type]
    declared = next((one for one in element.elements if one.key == key), None)
    if declared and declared.code_set:
        return code_label(declared.code_set, str(value), language=language)
    if isinstance(value, datetime):
        return words.day_in_words(value.date())
    if isinstance(value, date):
        return (
            words.month_in_words(value)
            if declared and declared.type is Type.MONTH
            else words.day_in_words(value)
        )
    if isinstance(value, Decimal):
        return words.number(value)
    if declared and declared.type is Type.PHONE and len(str(value)) == 10:
        return telephone(str(value))
    return str(value)


def telephone(digits: str) -> str:
    """Ten digits as people write them."""
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if len(digits) == 10 and digits.isdigit() else digits


def grouped_id(msix_id: str) -> str:
    """An MSIX ID in groups of four."""
    return " ".join(msix_id[start : start + 4] for start in range(0, len(msix_id), 4))


def tag(state_code: str, said_at: date, words: Phrases) -> str:
    """Who said a value and when: TX, 3 Mar 2026."""
    return f"{state_code}, {words.day_in_words(said_at)}"
