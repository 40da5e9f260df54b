"""The words for numbers."""

import pytest

from openmsix.intake.words import as_runs


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([], ""),
        ([3], "3"),
        ([1, 3], "1, 3"),
        ([1, 2], "1-2"),
        ([2, 5, 6, 7, 9], "2, 5-7, 9"),
        (range(2, 10_000), "2-9999"),
    ],
)
def test_numbers_that_follow_each_other_are_told_by_the_first_and_the_last(
    numbers: list[int], said: str
) -> None:
    assert as_runs(numbers) == said
