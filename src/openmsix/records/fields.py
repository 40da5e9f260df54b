"""Model fields that take type, length and choices from the data dictionary.

A table holds what every version of the dictionary may send, so a field is as wide as the widest declaration
of its element.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import models

from openmsix.dictionary import VERSIONS, dictionary
from openmsix.dictionary.declare import CodeSet, Element, Type

if TYPE_CHECKING:
    _Text = models.CharField[str | None, str | None]
else:  # Django's fields take no type parameters at run time
    _Text = models.CharField


class CodeField(_Text):
    """A value of a code set. The choices are for labels; the table does not know them, so a new code needs no
    migration.
    """

    def deconstruct(self) -> Any:
        """As Django's, without the choices."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        return name, path, args, kwargs


@cache
def declarations(record: str, key: str) -> tuple[tuple[Element, CodeSet | None], ...]:
    """An element with its code set in every version that has it, the oldest first.

    Raises:
        KeyError: no version has it.
    """
    found = []
    for book in map(dictionary, VERSIONS):
        element = next((each for each in book.records[record].elements if each.key == key), None)
        if element:
            found.append((element, book.code_set(element.code_set) if element.code_set else None))
    if not found:
        raise KeyError(f"no version of the dictionary has {record}.{key}")
    return tuple(found)


def choices(record: str, key: str) -> list[tuple[str, str]]:
    """Value and label of every code that any version lists; the newest label counts."""
    labels = {code.value: code.label for _, codes in declarations(record, key) if codes for code in codes}
    return list(labels.items())


def element(record: str, key: str) -> "models.Field[Any, Any]":
    """The field that stores an element; null where the State sent nothing.

    Raises:
        KeyError: no version of the dictionary has the element.
    """
    versions = [found for found, _ in declarations(record, key)]
    newest = versions[-1]
    if make := _FIELDS.get(newest.type):
        return make(newest)
    length = max(each.length for each in versions)
    if newest.code_set:
        return CodeField(newest.name, max_length=length, null=True, choices=choices(record, key))
    return models.CharField(newest.name, max_length=length, null=True)


def _decimal(found: Element) -> "models.Field[Any, Any]":
    return models.DecimalField(found.name, max_digits=found.length, decimal_places=found.scale, null=True)


_FIELDS: dict[Type, Callable[[Element], "models.Field[Any, Any]"]] = {
    Type.DATE: lambda found: models.DateField(found.name, null=True),
    Type.MONTH: lambda found: models.DateField(found.name, null=True, help_text="the first day of the month"),
    Type.MOMENT: lambda found: models.DateTimeField(found.name, null=True),
    Type.INTEGER: lambda found: models.IntegerField(found.name, null=True),
    Type.YEAR: lambda found: models.IntegerField(found.name, null=True),
    Type.DECIMAL: _decimal,
}
