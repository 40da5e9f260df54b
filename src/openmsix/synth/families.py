"""Families and their children: who belongs together, when they were born, who their parents are.

Two frames. `families`: one row a family that moves together (a youth alone is a family of one). `children`: one row a child,
in the order of the families, the eldest first; `couple` tells apart the parents within a household (half siblings, cousins).
"""

from datetime import date, timedelta

import numpy as np
import polars as pl

from . import lists, shape
from .chance import Chance, Flags, Floats, Generator, Numbers, between, happens, pick

DAYS = 365.25
OLDEST_AT_SCHOOL = 18.6  # years; older youth in the nation are out of school


def make_families(chance: Chance, count: int, states: list[str]) -> pl.DataFrame:
    """Families for `count` children: family, state (home), people, alone, household, children."""
    rng = chance.of("families")
    alone = round(count * shape.SHARE_ALONE)
    together = _sizes(rng, count - alone)
    sizes = np.concatenate([together, np.ones(alone, dtype=np.int64)])
    weights = {row["state"]: row["weight"] for row in lists.states().iter_rows(named=True)}
    home = pick(rng, [weights[state] for state in states], len(sizes))
    household = np.where(sizes > 1, pick(rng, list(shape.HOUSEHOLDS.values()), len(sizes)), 0)
    people = np.zeros(len(sizes), dtype=np.int64)
    for position, state in enumerate(states):
        here = home == position
        shares = shape.EVERYWHERE | shape.IN_STATE.get(state, {})
        people[here] = pick(rng, [shares[key] for key in shape.PEOPLE_KEYS], int(here.sum()))
    years_here = np.array([people_.years_here for people_ in shape.PEOPLES])[people]
    order = rng.permutation(len(sizes))  # youth alone stand among the families
    return pl.DataFrame(
        {
            "home": home.astype(np.int16),
            "people": people.astype(np.int8),
            "alone": np.arange(len(sizes)) >= len(together),
            "household": household.astype(np.int8),
            "size": sizes,
            "years_here": rng.gamma(2.0, years_here / 2.0),
        }
    )[order].with_row_index("family")


def _sizes(rng: Generator, children: int) -> Numbers:
    """Sizes of families that sum to `children`, each of 2 to 5 unless there are too few children for that."""
    if children < 2:
        return np.ones(children, dtype=np.int64)
    possible = np.array(list(shape.FAMILY_SIZES))
    sizes = possible[pick(rng, list(shape.FAMILY_SIZES.values()), children // 2 + 1)]
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), children)) + 1]
    over = int(sizes.sum()) - children
    larger = np.flatnonzero(sizes > 2)[::-1][:over]
    sizes[larger] -= 1
    sizes[-1] -= over - len(larger)  # where there are few families the last is as small as need be
    return sizes[sizes > 0]


def make_children(chance: Chance, families: pl.DataFrame, today: date) -> pl.DataFrame:
    """The children of these families: child, family, couple, sex, birth_date, twin, and what stays with them."""
    sizes = families["size"].to_numpy()
    family = np.repeat(np.arange(len(sizes)), sizes)
    order = np.arange(len(family)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    alone = families["alone"].to_numpy()[family]
    couple = _couples(chance.of("couples"), families, family, order)
    twin = _twins(chance.of("twins"), family, couple)
    age = np.where(
        alone,
        16.1 + 5.8 * chance.of("ages alone").random(len(family)),
        _ages(chance.of("ages"), family, order, sizes, twin),
    )
    people = families["people"].to_numpy()[family]
    rng = chance.of("children")
    sex = np.where(happens(rng, np.where(alone, 0.85, 0.5), len(family)), "M", "F")
    learner = (
        np.array([people_.english_learners for people_ in shape.PEOPLES])[people]
        * shape.SHARE_ENGLISH_LEARNERS
    )
    dropped = happens(rng, shape.SHARE_DROPPED_OUT, len(family)) & (age >= 16.3)
    born = pl.Series(np.floor(age * DAYS).astype(np.int32))
    return pl.DataFrame(
        {
            "family": family.astype(np.uint32),
            "couple": couple.astype(np.int8),
            "people": people.astype(np.int8),
            "alone": alone,
            "sex": sex,
            "birth_date": pl.Series([today]).new_from_index(0, len(family)) - born * timedelta(days=1),
            "twin": twin | np.append(twin[1:], False),
            "out_of_school": alone | dropped,
            "learner": happens(rng, learner, len(family)) & ~alone,
            "disability": happens(rng, shape.SHARE_DISABILITY, len(family)),
            "priority": happens(rng, shape.SHARE_PRIORITY, len(family)),
            "alert": pick(rng, [0.04, 0.02, 0.94], len(family)).astype(np.int8),
            "kept_back": happens(rng, 0.08, len(family)),
            "able": rng.normal(size=len(family)).astype(np.float32),
        }
    ).with_row_index("child")


def _couples(rng: Generator, families: pl.DataFrame, family: Numbers, order: Numbers) -> Numbers:
    """0 for the first couple of the household, 1 for the second: the younger children from a drawn position on."""
    sizes = families["size"].to_numpy()
    second_from = between(rng, np.ones(len(sizes), dtype=np.int64), sizes - 1)
    two = families["household"].to_numpy() > 0
    return (two[family] & (order >= second_from[family])).astype(np.int64)


def _twins(rng: Generator, family: Numbers, couple: Numbers) -> Flags:
    """Whether a child is the second of a pair of twins: its elder neighbour is the first. No triplets."""
    beside = np.zeros(len(family), dtype=bool)
    beside[1:] = (family[1:] == family[:-1]) & (couple[1:] == couple[:-1])
    wanted = shape.SHARE_TWINS / 2 * len(family)
    second = beside & happens(rng, min(1.0, wanted / max(1, int(beside.sum()))), len(family))
    for _ in range(2):
        second[1:] &= ~second[:-1]
    return second


def _ages(rng: Generator, family: Numbers, order: Numbers, sizes: Numbers, twin: Flags) -> Floats:
    """Ages in years: siblings at least eleven months apart, twins equal, the eldest at most just out of school."""
    gap = np.where(order == 0, 0.0, np.where(twin, 0.0, 1.0 + rng.gamma(1.6, 0.85, len(family))))
    since_eldest = np.cumsum(gap)
    first = np.cumsum(sizes) - sizes
    since_eldest -= since_eldest[first][family]
    span = since_eldest[np.cumsum(sizes) - 1]
    room = OLDEST_AT_SCHOOL - 0.05
    squeeze = np.where(span > room - 0.5, (room - 0.5) / np.maximum(span, 1e-9), 1.0)
    eldest = span * squeeze + (room - span * squeeze) * rng.random(len(sizes)) ** 0.72
    ages: Floats = eldest[family] - since_eldest * squeeze[family] + 0.05
    return ages
