"""What elements, codes and record types are called, in English and in Spanish.

English is the declaration itself. Spanish stands in `labels_es.csv`, each line beside the English it
translates: a changed declaration shows as an untranslated one, and a test finds it. Families read these in
prints.
"""

import csv
from functools import cache
from importlib.resources import files
from typing import Literal

from openmsix.dictionary.versions import dictionary

Language = Literal["en", "es"]


@cache
def spanish() -> dict[tuple[str, str, str, str], str]:
    """Spanish by kind (record, element, code), group (record type or code set), key and English."""
    text = files("openmsix.dictionary").joinpath("labels_es.csv").read_text(encoding="utf-8")
    return {
        (row["kind"], row["group"], row["key"], row["english"]): row["spanish"]
        for row in csv.DictReader(text.splitlines())
    }


def _in_language(kind: str, group: str, key: str, english: str, language: Language) -> str:
    return english if language == "en" else spanish().get((kind, group, key, english), english)


def record_label(record: str, *, language: Language = "en", version: str = "current") -> str:
    """The name of a record type. KeyError if there is none."""
    name = dictionary(version).records[record].name
    return _in_language("record", "", record, name, language)


def element_label(record: str, key: str, *, language: Language = "en", version: str = "current") -> str:
    """The name of an element of a record type, as it was in the version. KeyError if there is none."""
    name = dictionary(version).element(record, key).name
    return _in_language("element", record, key, name, language)


def code_label(code_set: str, value: str, *, language: Language = "en", version: str = "current") -> str:
    """What a code means; an unlisted value is its own label. KeyError if there is no such set."""
    label = dictionary(version).label(code_set, value)
    return _in_language("code", code_set, value, label, language)
