"""Kin who are easily taken for one child: shared first names, twins with like names, siblings of one year, cousins of one name.

The nation's families are changed in place, a share of each kind; `kin` says which children are concerned, and how.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from rapidfuzz.distance import Levenshtein

from . import lists
from .chance import Chance, Flags, Numbers, between, happens


@dataclass(frozen=True)
class Kind:
    """A kind of likeness between kin: its share of the families (or pairs) that could have it, and the mark it leaves."""

    key: str
    words: str
    share: float


SHARED_NAME = Kind("shared_first_name", "siblings share the first given name and differ in the second", 0.15)
LIKE_TWINS = Kind("like_twins", "twins whose given names begin alike", 0.3)
CLOSE = Kind("born_within_a_year", "siblings born within a year", 0.05)
COUSINS = Kind("cousins", "cousins with the given name and first surname of each other", 0.06)
KINDS = (SHARED_NAME, LIKE_TWINS, CLOSE, COUSINS)

BEGINNING = 3  # letters that like names have in common
FEWEST_DAYS, MOST_DAYS = 285, 350  # between the births of siblings of one year
YEARS_BETWEEN_COUSINS = 2
TWINS_SHARE = 0.1  # of families who share first names, those who do so with twins
FEWEST_EDITS = 2  # between like names of twins of one sex


def make_alike(chance: Chance, children: pl.DataFrame) -> pl.DataFrame:
    """The nation's children with kin made alike; a new column `kin`: the keys of `KINDS`, separated by semicolons."""
    marks: dict[str, Flags] = {}
    for kind, change in (
        (LIKE_TWINS, _like_twins),
        (SHARED_NAME, _shared_name),
        (CLOSE, _close),
        (COUSINS, _cousins),
    ):
        before = children
        children = change(chance, children)
        changed = pl.Series([False]).new_from_index(0, children.height)
        for name in ("first_name", "birth_date", "last_name_1"):
            changed = changed | before[name].ne_missing(children[name])
        concerned = pl.DataFrame({"family": children["family"], "changed": changed})
        marks[kind.key] = concerned.select(pl.col("changed").any().over("family")).to_series().to_numpy()
    words = pl.DataFrame(marks).select(
        pl.concat_str(
            [pl.when(key).then(pl.lit(key)) for key in marks], separator=";", ignore_nulls=True
        ).alias("kin")
    )
    return children.hstack(words)


def _shared_name(chance: Chance, children: pl.DataFrame) -> pl.DataFrame:
    """María Elena and María Sofía: the first name of the eldest of a sex, before each one's own."""
    families = int(children["family"].max()) + 1  # type: ignore[arg-type]
    chosen = happens(chance.of("kin shared"), SHARED_NAME.share, families)[children["family"].to_numpy()]
    eldest = pl.col("first_name").first().over("family", "sex", "couple")
    of_two = pl.len().over("family", "sex", "couple") > 1
    # twins who share the first name are few: once the second one is left out, nothing tells them apart
    twins_too = pl.lit(
        pl.Series(
            happens(chance.of("kin shared by twins"), TWINS_SHARE, families)[children["family"].to_numpy()]
        )
    )
    twins = pl.col("twin").any().over("family", "sex", "couple")
    shares = pl.lit(pl.Series(chosen)) & of_two & ~pl.col("alone") & (~twins | twins_too)
    own = pl.when(pl.col("first_name") == eldest).then("middle_name").otherwise("first_name")
    return children.with_columns(
        first_name=pl.when(shares).then(eldest).otherwise("first_name"),
        middle_name=pl.when(shares).then(own).otherwise("middle_name"),
    )


def _like_twins(chance: Chance, children: pl.DataFrame) -> pl.DataFrame:
    """Twins named Daniel and Daniela, Ana and Anahí: the second one's name is changed to one that begins like the first's."""
    second = (
        children.select(
            pl.col("twin")
            & (pl.col("birth_date") == pl.col("birth_date").shift(1))
            & (pl.col("family") == pl.col("family").shift(1))
        )
        .to_series()
        .fill_null(False)
    )
    rows = np.flatnonzero(second.to_numpy() & happens(chance.of("kin twins"), LIKE_TWINS.share, len(second)))
    like = _names_that_begin_alike()
    rng = chance.of("kin twins' names")
    first, sex = children["first_name"], children["sex"]
    changed = []
    for row in rows:
        elder = first[int(row) - 1]
        least = FEWEST_EDITS if sex[int(row)] == sex[int(row) - 1] else 1
        names = [
            name
            for name in like.get((sex[int(row)], elder[:BEGINNING]), [])
            if Levenshtein.distance(name, elder) >= least
        ]
        changed.append(names[int(rng.integers(len(names)))] if names else first[int(row)])
    return children.with_columns(first.scatter(rows, changed))


def _names_that_begin_alike() -> dict[tuple[str, str], list[str]]:
    given = lists.read("given_names").select("sex", "name", begins=pl.col("name").str.slice(0, BEGINNING))
    groups = given.unique(maintain_order=True).group_by("sex", "begins", maintain_order=True).agg("name")
    return {(sex, begins): names for sex, begins, names in groups.iter_rows()}


def _close(chance: Chance, children: pl.DataFrame) -> pl.DataFrame:
    """The second child of a family born within a year of the first."""
    second = (
        children.select(
            (pl.col("family") == pl.col("family").shift(1))
            & (pl.col("couple") == pl.col("couple").shift(1))
            & ~pl.col("twin")
            & ~pl.col("twin").shift(1)
            & (pl.int_range(pl.len()).over("family") == 1)
        )
        .to_series()
        .fill_null(False)
        .to_numpy()
    )
    close = second & happens(chance.of("kin close"), CLOSE.share, len(second))
    days = between(chance.of("kin days"), FEWEST_DAYS, MOST_DAYS, len(second))
    return children.with_columns(
        birth_date=pl.when(pl.lit(pl.Series(close)))
        .then(pl.col("birth_date").shift(1) + pl.lit(pl.Series(days)) * timedelta(days=1))
        .otherwise("birth_date")
    )


def _cousins(chance: Chance, children: pl.DataFrame) -> pl.DataFrame:
    """The eldest child of a family gets the given name and first surname of the eldest of the next: both bear a grandfather's name."""
    eldest = (
        children.with_row_index("row")
        .group_by("family", maintain_order=True)
        .first()
        .filter(~pl.col("alone"))
    )
    pairs = eldest.with_columns(pl.all().shift(-1).name.prefix("other_")).filter(
        (pl.col("sex") == pl.col("other_sex"))
        & (pl.col("people") == pl.col("other_people"))
        & (
            (pl.col("birth_date") - pl.col("other_birth_date")).abs()
            < timedelta(days=366 * YEARS_BETWEEN_COUSINS)
        )
    )
    # those of the same year and sex are few: the share is of them
    chosen = pairs.filter(pl.Series(happens(chance.of("kin cousins"), COUSINS.share * 4, pairs.height)))
    rows = chosen["row"].to_numpy().astype(np.int64)
    return children.with_columns(
        _scattered(children, name, rows, chosen[f"other_{name}"])
        for name in ("first_name", "last_name_1", "male_parent_last_name")
    )


def _scattered(children: pl.DataFrame, name: str, rows: Numbers, values: pl.Series) -> pl.Series:
    return children[name].scatter(rows, values)
