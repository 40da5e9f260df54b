"""Nations for the tests of `synth`: made once a run, since every test only reads them."""

from datetime import date

import pytest

from openmsix.synth import nation

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def clean() -> nation.Nation:
    """3,000 children of 8 States, without noise."""
    return nation.make(children=3_000, states=8, seed=11, noise=0.0, today=TODAY)


@pytest.fixture(scope="session")
def lifelike() -> nation.Nation:
    """3,000 children of 8 States as in life."""
    return nation.make(children=3_000, states=8, seed=11, noise=1.0, today=TODAY)
