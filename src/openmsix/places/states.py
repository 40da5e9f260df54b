"""The States and territories with their Census (FIPS) numbers, which begin every NCES identifier. Pure."""

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

NATION = "US"
NATION_NAME = "United States"
SOURCE = Path(__file__).with_name("states.csv")


@dataclass(frozen=True)
class State:
    """`code`: postal code; `fips`: two digits."""

    code: str
    fips: str
    name: str

    @property
    def path(self) -> str:
        """Where the State stands in the tree of places."""
        return f"/{NATION}/{self.code}/"


@functools.cache
def states() -> dict[str, State]:
    """States and territories by postal code, in the order of their numbers."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: State(**row) for row in csv.DictReader(file)}


@functools.cache
def by_fips() -> dict[str, State]:
    """States and territories by their two-digit Census number."""
    return {state.fips: state for state in states().values()}
