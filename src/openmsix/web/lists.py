"""Lists: 50 a page, and filters as chips that stay in the address. Personal data never stands in a filter."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.functional import Promise

PAGE_SIZE = 50

Words = str | Promise


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
