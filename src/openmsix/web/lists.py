"""Lists: 50 a page, and filters as chips that stay in the address. Personal data never stands in a filter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

PAGE_SIZE = 50

Words = str | Promise
Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True)
class Chip:
    """One value of a filter: its words, the address that sets it, whether it is set, how many it leaves."""

    label: Words
    address: str
    chosen: bool
    count: int | None = None


@dataclass(frozen=True)
class Filter:
    """One question about a list, and the chips that answer it."""

    key: str
    label: Words
    chips: tuple[Chip, ...]
    value: str

    @property
    def chosen(self) -> Chip | None:
        """The chip that is set, if any."""
        return next((chip for chip in self.chips if chip.chosen), None)


def chips(
    request: HttpRequest,
    key: str,
    label: Words,
    options: Iterable[tuple[str, Words]],
    *,
    everything: Words,
    counts: dict[str, int] | None = None,
) -> Filter:
    """A filter read from the address. A value that is no option counts as none."""
    listed = list(options)
    value = request.GET.get(key, "")
    value = value if value in {option for option, _ in listed} else ""
    made = [Chip(everything, _address(request, key, ""), value == "")]
    for option, words in listed:
        count = None if counts is None else counts.get(option, 0)
        if count != 0 or option == value:
            made.append(Chip(words, _address(request, key, option), option == value, count))
    return Filter(key, label, tuple(made), value)


@dataclass(frozen=True)
class Facet:
    """One question about a list, before it is asked: the values that answer it, each with its words and the condition on the rows."""

    key: str
    label: Words
    everything: Words
    options: Sequence[tuple[str, Words, Q]]


def narrowed(request: HttpRequest, rows: Rows, facets: Sequence[Facet]) -> tuple[list[Filter], Rows]:
    """The filters of a list, and the rows that those leave which are set in the address.

    The number on each chip is what a click on it would show: it heeds what the other filters are set to. A value that is set and leaves nothing stays to be seen, so that it can be taken off.
    """
    conditions = {
        facet.key: {value: condition for value, _words, condition in facet.options} for facet in facets
    }
    chosen = {
        key: of_value[value]
        for key, of_value in conditions.items()
        if (value := request.GET.get(key, "")) in of_value
    }

    def left(*, but: str = "") -> Rows:
        return rows.filter(reduce(and_, (set_ for key, set_ in chosen.items() if key != but), Q()))

    def counted(facet: Facet) -> dict[str, int]:
        numbered = {f"of_{n}": one for n, one in enumerate(facet.options)}
        each = {name: Count("pk", filter=condition) for name, (_v, _w, condition) in numbered.items()}
        found = left(but=facet.key).order_by().aggregate(**each)
        return {numbered[name][0]: count for name, count in found.items()}

    filters = [
        chips(
            request,
            facet.key,
            facet.label,
            [(value, words) for value, words, _condition in facet.options],
            everything=facet.everything,
            counts=counted(facet),
        )
        for facet in facets
    ]
    return filters, left()


def _address(request: HttpRequest, key: str, value: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query.pop(key, None)
    if value:
        query[key] = value
    return f"?{query.urlencode()}" if query else request.path


def page_of(request: HttpRequest, rows: Any) -> Page[Any]:
    """The page of the list that the address asks for; the nearest one if there is no such page."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
