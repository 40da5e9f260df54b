"""How a stored value reads in words: dates, codes with their labels, numbers, telephone numbers."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from openmsix.dictionary import dictionary
from openmsix.dictionary.declare import UNSPECIFIED, Element, Type
from openmsix.dictionary.labels import Language, code_label
from openmsix.interop.prints.phrases import PHRASES, Phrases

EMPTY = "-"

Places = Mapping[str, str]
"""Number of a district or school -> its name."""

NOWHERE: Places = MappingProxyType({})


def shown(
    record_type: str, key: str, value: Any, language: Language = "en", *, places: Places = NOWHERE
) -> str:
    """A value of an element in words; a dash if it is empty. An unlisted code is shown as it is.

    The number of a district or school that `places` names stands behind the name.
    """
    if value is None or value == "":
        return EMPTY
    declared = _declared(record_type, key)
    words = PHRASES[language]
    if declared and declared.code_set:
        return _code(declared.code_set, str(value), language)
    if declared and declared.place and value in places:
        return f"{places[value]} ({value})"
    if isinstance(value, datetime):
        return words.day_in_words(value.date())
    if isinstance(value, date):
        in_words = words.month_in_words if declared and declared.type is Type.MONTH else words.day_in_words
        return in_words(value)
    if isinstance(value, Decimal):
        return words.number(value)
    if declared and declared.type is Type.PHONE and len(str(value)) == 10:
        return telephone(str(value))
    return str(value)


def sent(record_type: str, key: str, value: Any) -> str:
    """A value as it stands in a file of the State: dates as digits, codes as codes; a dash if it is empty."""
    if value is None or value == "":
        return EMPTY
    declared = _declared(record_type, key)
    if isinstance(value, datetime):
        return value.strftime("%Y%m%d%H%M%S") + f"{value.microsecond // 1000:03}"
    if isinstance(value, date):
        return value.strftime("%m%Y" if declared and declared.type is Type.MONTH else "%Y%m%d")
    return str(value)


def meaning(
    record_type: str, key: str, value: Any, language: Language = "en", *, places: Places = NOWHERE
) -> str:
    """What a value as sent means, where that is not the same: a day in words, a code's label, a place's name."""
    as_sent = sent(record_type, key, value)
    declared = _declared(record_type, key)
    if isinstance(value, Decimal) or as_sent == EMPTY or not declared:
        return ""
    if not is_published(record_type, key, as_sent):
        return PHRASES[language].meaning_not_public
    if declared.place:
        return places.get(as_sent, "")
    in_words = shown(record_type, key, value, language)
    return "" if in_words == as_sent else in_words


def is_published(record_type: str, key: str, code: str) -> bool:
    """Whether anybody published what a code of an element means."""
    declared = _declared(record_type, key)
    return not declared or not declared.code_set or _is_published(declared.code_set, code)


def _is_published(code_set: str, code: str) -> bool:
    return dictionary("current").label(code_set, code) != UNSPECIFIED


def _declared(record_type: str, key: str) -> Element | None:
    elements = dictionary("current").records[record_type].elements
    return next((one for one in elements if one.key == key), None)


def _code(code_set: str, value: str, language: Language) -> str:
    """A code in words; of one whose meaning nobody published, the code and that."""
    if not _is_published(code_set, value):
        return f"{value} ({PHRASES[language].meaning_not_public})"
    return code_label(code_set, value, language=language)


def telephone(digits: str) -> str:
    """Ten digits as people write them."""
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if len(digits) == 10 and digits.isdigit() else digits


def grouped_id(msix_id: str) -> str:
    """An MSIX ID in groups of four."""
    return " ".join(msix_id[start : start + 4] for start in range(0, len(msix_id), 4))


def tag(state_code: str, said_at: date, words: Phrases) -> str:
    """Who said a value and when: TX, 3 Mar 2026."""
    return f"{state_code}, {words.day_in_words(said_at)}"
