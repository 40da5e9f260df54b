"""Columns of the files: the header row of each, and which element a header cell means."""

import re
from collections.abc import Iterator
from functools import cache

from openmsix.dictionary.declare import Element
from openmsix.dictionary.versions import dictionary

_NOT_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]+")


def columns(record_type: str, version: str = "current") -> tuple[str, ...]:
    """The header row of a record type's file. KeyError if there is no such record type."""
    return dictionary(version).records[record_type].columns


def plain(header: str) -> str:
    """A header cell without case, spaces, hyphens and other signs: `Grade-to-Date` is `gradetodate`."""
    return _NOT_LETTER_OR_DIGIT.sub("", header.lower())


def names_of(element: Element) -> Iterator[str]:
    """Every name by which readers know the element: its key, its name now and earlier, its aliases."""
    yield element.key
    yield element.name
    yield from element.aliases
    yield from (change.name for change in element.changes if change.name)


@cache
def _keys_by_plain_name(record_type: str, version: str) -> dict[str, str]:
    elements = dictionary(version).records[record_type].elements
    return {plain(name): element.key for element in elements for name in names_of(element)}


def resolve_column(header: str, record_type: str | None = None, version: str = "current") -> str | None:
    """The key of the element that a header cell means, or None: "First Name" is `first_name`.

    Without a record type the first one that knows the name answers. KeyError if there is no such record type.
    """
    records = tuple(dictionary(version).records) if record_type is None else (record_type,)
    found = (_keys_by_plain_name(record, version).get(plain(header)) for record in records)
    return next((key for key in found if key is not None), None)
