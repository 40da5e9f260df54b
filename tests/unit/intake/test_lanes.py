"""Small submissions before large ones, and no State before another for sending more."""

import pytest

from openmsix.intake.lanes import (
    HEAVY_BYTES,
    HEAVY_STUDENTS,
    SMALL_BYTES,
    SMALL_STUDENTS,
    Lane,
    lane_of,
    lock_of,
    priority_of,
)


@pytest.mark.parametrize(
    ("students", "size", "lane"),
    [
        (1_000, 300_000, Lane.SMALL),
        (SMALL_STUDENTS, SMALL_BYTES, Lane.SMALL),
        (SMALL_STUDENTS + 1, 300_000, Lane.LARGE),
        (1_000, SMALL_BYTES + 1, Lane.LARGE),  # a header that lies
        (HEAVY_STUDENTS, 9_000_000, Lane.LARGE),
        (HEAVY_STUDENTS + 1, 9_000_000, Lane.HEAVY),
        (None, HEAVY_BYTES + 1, Lane.HEAVY),
        (None, 300_000, Lane.SMALL),
        (None, 5_000_000, Lane.LARGE),
    ],
)
def test_what_is_small(students: int | None, size: int, lane: Lane) -> None:
    assert lane_of(students=students, size=size, is_delta=True) is lane


def test_the_place_for_changes_is_not_taken_by_small_states_that_send_all_their_students() -> None:
    assert lane_of(students=100, size=30_000, is_delta=False) is Lane.LARGE


def test_a_small_submission_goes_before_every_large_one() -> None:
    assert priority_of(is_small=True, waiting=10**6) > priority_of(is_small=False, waiting=0)


@pytest.mark.parametrize("small", [True, False])
def test_of_two_states_the_one_with_fewer_waiting_goes_first(small: bool) -> None:
    first, second, third = (priority_of(is_small=small, waiting=number) for number in range(3))
    assert first > second > third


def test_a_states_small_submissions_do_not_wait_for_its_large_ones() -> None:
    assert lock_of("TX", Lane.SMALL) != lock_of("TX", Lane.LARGE)
    assert lock_of("TX", Lane.SMALL) != lock_of("CA", Lane.SMALL)
