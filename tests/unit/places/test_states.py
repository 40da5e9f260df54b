"""The States, their numbers and their real outlines."""

import pytest

from openmsix.dictionary import dictionary
from openmsix.places import outlines
from openmsix.places.states import by_fips, states
from openmsix.synth import lists


def test_the_states_are_those_of_the_dictionary_that_have_an_outline() -> None:
    names = {code.value: code.label for code in dictionary("current").code_set("state")}
    assert set(states()) <= set(names)
    assert {code: state.name for code, state in states().items()} == {code: names[code] for code in states()}
    assert set(outlines.outlines()) == set(states())


def test_the_made_up_nation_gives_the_states_their_real_numbers() -> None:
    assert all(
        by_fips()[fips].code == state for state, fips in lists.states().select("state", "fips").iter_rows()
    )


def test_the_vendored_boundaries_are_the_published_ones() -> None:
    assert outlines.check_files() == []


@pytest.mark.parametrize(
    ("state", "latitude", "longitude", "inside"),
    [
        ("TX", 31.0, -99.0, True),
        ("OK", 31.0, -99.0, False),
        ("KS", 38.5, -98.3, True),
        ("AK", 64.8, -147.7, True),
        ("HI", 19.6, -155.5, True),
        ("HI", 20.9, -157.5, False),  # the sea between the islands
        ("MI", 46.5, -87.4, True),  # the upper peninsula
        ("MI", 44.5, -86.9, False),  # the lake
        ("PR", 18.2, -66.4, True),
        ("ZZ", 0.0, 0.0, False),
    ],
)
def test_a_point_lies_in_the_right_state(state: str, latitude: float, longitude: float, inside: bool) -> None:
    assert outlines.lies_in(state, latitude, longitude) is inside


def test_rings_are_closed() -> None:
    assert all(
        ring[0] == ring[-1]
        for polygons in outlines.outlines().values()
        for polygon in polygons
        for ring in polygon
    )
