"""FEBRL 3 and 4 with settings of their own: the engine on records that the shipped model knows nothing of."""

import pytest

from tests.benchmarks.febrl import AIMS, SETS, ours, people, splink


@pytest.mark.parametrize("name", SETS)
def test_weights_learned_from_the_file_link_it_as_well_as_bare_splink_and_better_than_was_asked(
    name: str,
) -> None:
    rows = people(name)
    own = ours(rows)
    assert own.f1 >= AIMS[name]
    assert own.f1 >= splink(rows).f1
