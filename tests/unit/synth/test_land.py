"""The made-up places: numbers in the right shape, positions inside the State, a layout that the loader reads without a fault."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from openmsix.places import outlines, reading
from openmsix.places.states import states
from openmsix.synth import land, lists, write
from openmsix.synth.chance import Chance

EVERY_STATE = dict.fromkeys(lists.states()["state"].to_list(), 2_000)


def test_ids_have_the_national_shape_in_the_range_of_made_up_places() -> None:
    made = land.make(Chance(1), EVERY_STATE)
    fips = {code: state.fips for code, state in states().items()}
    for state, leaid in made.districts.select("state", "leaid").iter_rows():
        assert leaid.startswith(fips[state] + land.MADE_UP)
        assert len(leaid) == 7
    assert made.schools.select((pl.col("ncessch").str.slice(0, 7) == pl.col("leaid")).all()).item()
    assert made.schools["ncessch"].str.len_chars().unique().to_list() == [12]
    assert made.schools["ncessch"].n_unique() == made.schools.height
    assert made.districts["name"].str.len_chars().max() <= 60  # type: ignore[operator]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_district_lies_inside_its_state(seed: int) -> None:
    made = land.make(Chance(seed), EVERY_STATE)
    outside = [
        (state, town) for state, town, latitude, longitude in made.districts.select("state", "town", "latitude", "longitude").iter_rows()
        if not outlines.lies_in(state, latitude, longitude)
    ]  # fmt: skip
    assert outside == []


def test_the_loader_reads_the_pack_without_a_fault(tmp_path: Path) -> None:
    made = land.make(Chance(1), {"TX": 3_000, "MI": 300})
    read = reading.read(write.write_places(made, tmp_path, date(2026, 11, 23)))
    assert read.problems == []
    assert set(read.codes()) == frozenset(made.districts["leaid"]) | frozenset(made.schools["ncessch"])


def test_the_largest_state_has_room_for_its_districts() -> None:
    made = land.make(Chance(1), {"CA": 1_000_000})
    assert made.districts.height == land.MOST_DISTRICTS
    assert made.districts["leaid"].n_unique() == land.MOST_DISTRICTS
    assert made.districts["name"].n_unique() == land.MOST_DISTRICTS
