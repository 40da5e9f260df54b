"""The digits of an MSIX ID."""

import string
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from openmsix.identity.digits import check_digit, is_complete, random_ids

eleven = st.text(string.digits, min_size=11, max_size=11)


def test_the_published_example_holds() -> None:
    assert check_digit("572") == "4"  # Damm's own example


@given(eleven, st.integers(0, 11), st.integers(1, 9))
def test_every_single_wrong_digit_is_found(digits: str, place: int, by: int) -> None:
    whole = digits + check_digit(digits)
    wrong = whole[:place] + str((int(whole[place]) + by) % 10) + whole[place + 1 :]
    assert is_complete(whole)
    assert not is_complete(wrong)


@given(eleven, st.integers(0, 10))
def test_every_swap_of_neighbours_is_found(digits: str, place: int) -> None:
    whole = digits + check_digit(digits)
    swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assert is_complete(swapped) == (whole[place] == whole[place + 1])


def test_ids_differ_are_complete_and_no_spreadsheet_shortens_them() -> None:
    made = random_ids(10_000)
    assert len(set(made)) == 10_000
    assert all(len(one) == 12 and is_complete(one) and one[0] != "0" for one in made)


def test_one_id_tells_nothing_about_the_next() -> None:
    made = [int(one[:11]) for one in random_ids(2_000)]
    rising = sum(later > earlier for earlier, later in pairwise(made))
    assert 850 < rising < 1_150  # a sequence would always rise
