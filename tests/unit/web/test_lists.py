"""Filters as chips that stay in the address, and pages of fifty."""

import pytest
from django.test import RequestFactory

from openmsix.web.lists import PAGE_SIZE, Filter, chips, page_of

OPTIONS = [("open", "Open"), ("done", "Done")]


def _filter(address: str, counts: dict[str, int] | None = None) -> Filter:
    return chips(RequestFactory().get(address), "status", "Status", OPTIONS, everything="All", counts=counts)


def test_the_chip_in_the_address_is_set() -> None:
    found = _filter("/?status=done")
    assert found.value == "done"
    assert [chip.label for chip in found.chips if chip.chosen] == ["Done"]


@pytest.mark.parametrize("address", ["/", "/?status=", "/?status=nonsense", "/?status=Open"])
def test_what_is_no_option_sets_nothing(address: str) -> None:
    assert _filter(address).value == ""


def test_a_chip_keeps_the_other_filters_and_goes_to_the_first_page() -> None:
    found = _filter("/?kind=full&page=4")
    assert [chip.address for chip in found.chips] == [
        "?kind=full",
        "?kind=full&status=open",
        "?kind=full&status=done",
    ]


def test_a_chip_that_would_leave_nothing_is_not_shown_unless_it_is_set() -> None:
    assert [chip.label for chip in _filter("/", {"open": 3}).chips] == ["All", "Open"]
    assert [chip.label for chip in _filter("/?status=done", {"open": 3}).chips] == ["All", "Open", "Done"]


@pytest.mark.parametrize(("asked", "shown"), [("", 1), ("2", 2), ("99", 3), ("0", 3), ("x", 1)])
def test_a_page_that_is_not_there_is_the_nearest_one(asked: str, shown: int) -> None:
    request = RequestFactory().get(f"/?page={asked}")
    assert page_of(request, range(2 * PAGE_SIZE + 1)).number == shown
