"""Made-up districts and schools in real States, with the States' own regions, operators and contacts.

Numbers have the shape of the National Center for Education Statistics: a district 7 digits beginning with the State's
FIPS number, a school 12 beginning with its district. Made-up districts have 98 behind the FIPS number, so that none
can be taken for a real one.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from . import lists
from .chance import Chance, Generator, Numbers, between, pick

CHILDREN_PER_DISTRICT = 60
LEAST_DISTRICTS, MOST_DISTRICTS = 4, 900
DISTRICTS_PER_REGION = 12
MADE_UP = "98"
STRAY = 0.02  # degrees a district lies from its town at most
# level, lowest and highest grade, how the name ends, number within the district
SCHOOLS = (
    ("elementary", "PK", "05", "{word} Elementary School", "00101"),
    ("elementary", "KG", "05", "{word} Primary School", "00102"),
    ("middle", "06", "08", "{word} Middle School", "00201"),
    ("high", "09", "12", "{place} High School", "00301"),
)
SCHOOLS_PER_DISTRICT = len(SCHOOLS)
STREETS = (
    "Main St",
    "Orchard Ave",
    "Valley Rd",
    "School St",
    "Cannery Row",
    "Mill Rd",
    "Canal St",
    "Harvest Ln",
)
REGIONS = (
    "Northern",
    "Southern",
    "Eastern",
    "Western",
    "Central",
    "Valley",
    "Coastal",
    "River",
    "Plains",
    "Upland",
)
CONTACT_TITLES = {
    "district": "Migrant Education Liaison",
    "region": "Regional Migrant Education Coordinator",
    "state": "State Data Administrator, Migrant Education",
}


@dataclass(frozen=True)
class Land:
    """The made-up places.

    `districts` and `schools` have one row a place, numbered from 0 by `district` and `school`; the schools of district d
    are numbered from d * SCHOOLS_PER_DISTRICT, in the order of SCHOOLS. `regions`, `operators` and `contacts` are the
    States' own lists, in the layout that `places load` reads.
    """

    districts: pl.DataFrame
    schools: pl.DataFrame
    regions: pl.DataFrame
    operators: pl.DataFrame
    contacts: pl.DataFrame


def make(chance: Chance, children: dict[str, int]) -> Land:
    """Places for so many children a State (postal code to number)."""
    rng = chance.of("districts")
    districts = pl.concat([_districts(rng, state, count) for state, count in children.items()])
    districts = districts.with_row_index("district")
    regions = districts.group_by("state", "region", maintain_order=True).first()
    return Land(
        districts,
        _schools(chance.of("schools"), districts),
        regions.select(
            "state", code="region", name="region_name", address="street", city="town", zip="zip", phone="phone",
            latitude="latitude", longitude="longitude",
        ),
        _operators(regions),
        _contacts(chance.of("contacts"), districts, regions),
    )  # fmt: skip


def _streets(rng: Generator, count: int) -> pl.Series:
    return (
        pl.Series(between(rng, 1, 999, count)).cast(pl.String)
        + " "
        + pl.Series(STREETS).gather(between(rng, 0, len(STREETS) - 1, count))
    )


def _numbers(values: Numbers, digits: int) -> pl.Series:
    return pl.Series(values).cast(pl.String).str.zfill(digits)


def _districts(rng: Generator, state: str, children: int) -> pl.DataFrame:
    look = lists.states().row(by_predicate=pl.col("state") == state, named=True)
    towns = lists.towns().filter(pl.col("state") == state)
    count = int(np.clip(round(children / CHILDREN_PER_DISTRICT), LEAST_DISTRICTS, MOST_DISTRICTS))
    first, second = lists.read("place_first")["word"], lists.read("place_second")["word"]
    pair = rng.permutation(len(first) * len(second))[:count]
    place = first.gather(pair % len(first)) + " " + second.gather(pair // len(first))
    town = towns[np.arange(count) % towns.height]
    region = np.arange(count) // DISTRICTS_PER_REGION
    digits = between(rng, 0, 9999, count)
    return pl.DataFrame(
        {
            "state": pl.Series([state]).new_from_index(0, count),
            "leaid": look["fips"] + MADE_UP + _numbers(np.arange(1, count + 1), 3),
            "name": place + f" {look['district']}",
            "place": place,
            "region": _numbers(region + 1, 2),
            "region_name": pl.Series(REGIONS).gather(region % len(REGIONS))
            + " Region "
            + _numbers(region + 1, 1),
            "street": _streets(rng, count),
            "town": town["town"],
            "zip": look["zip"] + _numbers(digits % 100, 2),
            "phone": look["area_code"] + "555" + _numbers(digits, 4),
            "latitude": (town["latitude"] + rng.uniform(-STRAY, STRAY, count)).round(5),
            "longitude": (town["longitude"] + rng.uniform(-STRAY, STRAY, count)).round(5),
        }
    )


def _schools(rng: Generator, districts: pl.DataFrame) -> pl.DataFrame:
    words = lists.read("place_first")["word"]
    schools = pl.concat(
        [
            districts.select(
                "district", "state", "leaid", "town", "zip", "phone", "latitude", "longitude", "place",
                street=_streets(rng, districts.height),
                word=words.gather(between(rng, 0, len(words) - 1, districts.height)),
                level=pl.lit(level), low=pl.lit(low), high=pl.lit(high), pattern=pl.lit(pattern), number=pl.lit(number),
            )
            for level, low, high, pattern, number in SCHOOLS
        ]
    )  # fmt: skip
    return (
        schools.sort("district", "number")
        .with_row_index("school")
        .with_columns(
            ncessch=pl.col("leaid") + pl.col("number"),
            name=pl.col("pattern")
            .str.replace("{word}", pl.col("word"), literal=True)
            .str.replace("{place}", pl.col("place"), literal=True),
        )
        .drop("pattern", "word", "number", "place")
    )


def _operators(regions: pl.DataFrame) -> pl.DataFrame:
    """Each region has a migrant project without a national number, and an office."""
    common = {
        "state": "state",
        "address": "street",
        "city": "town",
        "zip": "zip",
        "phone": "phone",
        "latitude": "latitude",
        "longitude": "longitude",
    }
    projects = regions.select(
        kind=pl.lit("project"), code=pl.col("region"), name=pl.col("region_name") + " Migrant Education Project",
        region="region", **common,
    )  # fmt: skip
    offices = regions.select(
        kind=pl.lit("facility"), code=pl.col("region"), name=pl.col("region_name") + " Service Center",
        region="region", **common,
    )  # fmt: skip
    columns = [
        "state",
        "kind",
        "code",
        "name",
        "region",
        "address",
        "city",
        "zip",
        "phone",
        "latitude",
        "longitude",
    ]
    return pl.concat([projects, offices]).select(columns).sort("state", "kind", "code")


def _contacts(rng: Generator, districts: pl.DataFrame, regions: pl.DataFrame) -> pl.DataFrame:
    places = pl.concat(
        [
            districts.select("state", "phone", level=pl.lit("district"), place=pl.col("leaid")),
            regions.select("state", "phone", level=pl.lit("region"), place=pl.col("region")),
            regions.group_by("state", maintain_order=True).first().select(
                "state", "phone", level=pl.lit("state"), place=pl.lit("")
            ),
        ]
    )  # fmt: skip
    given = pl.concat(
        [lists.given_names("hispanic", "F"), lists.given_names("anglo", "F"), lists.given_names("anglo", "M")]
    )
    family = pl.concat([lists.surnames("hispanic"), lists.surnames("anglo")])
    first = given["name"].gather(pick(rng, given["weight"].to_numpy(), places.height))
    last = family["name"].gather(pick(rng, family["weight"].to_numpy(), places.height))
    return places.select(
        "state", "level", "place", name=first + " " + last,
        title=pl.col("level").replace_strict(CONTACT_TITLES), phone="phone",
        email="migrant." + pl.when(pl.col("place") == "").then(pl.lit("office")).otherwise(pl.col("place")) + "@" + pl.col("state").str.to_lowercase() + ".example",
        note=pl.when(pl.col("level") == "state").then(pl.lit("Weekdays 8 to 5")).otherwise(pl.lit("")),
    )  # fmt: skip
