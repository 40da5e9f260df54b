"""Which State has which child on its roll, when, and with which qualifying moves.

A roll is one State's record of one child (`roll` numbers it). A child that returns to a State may have been given a new
identifier there: then the State has two rolls of it, one for the time before and one for the time after.
"""

from dataclasses import dataclass

import polars as pl

from openmsix.deadlines.eligibility import YEARS_OF_ELIGIBILITY, expiration_of

from .chance import Chance, happens
from .habits import rate_of
from .land import Land


@dataclass(frozen=True)
class Rolls:
    """`rolls`: roll, child, state, reissued. `presence`: one row a roll and stay. `moves`: one row a roll and qualifying move."""

    rolls: pl.DataFrame
    presence: pl.DataFrame
    moves: pl.DataFrame


def make_rolls(
    chance: Chance,
    children: pl.DataFrame,
    stays: pl.DataFrame,
    outside: pl.DataFrame,
    land: Land,
    states: list[str],
    noise: float,
) -> Rolls:
    """The rolls of all States. `outside`: for each family the town outside it came from."""
    born = children.select("child", "family", "birth_date")
    present = (
        stays.join(born, on="family", how="inner", maintain_order="left_right")
        .filter(pl.col("end").is_null() | (pl.col("end") > pl.col("birth_date")))
        .sort("child", "begin")
        .with_columns(
            qualifies=pl.col("qualifying") & (pl.col("begin") >= pl.col("birth_date")),
            begin=pl.max_horizontal("begin", "birth_date"),
            visit=(pl.col("state") != pl.col("state").shift(1).over("child"))
            .fill_null(False)
            .cum_sum()
            .over("child"),
        )
    )
    era = _eras(chance, present, states, noise)
    present = present.join(era, on=["child", "state", "visit"], how="left", maintain_order="left")
    moves = _moves(present)
    rolls = (
        moves.select("child", "state", "era").unique().sort("state", "child", "era").with_row_index("roll")
    )
    keys = ["child", "state", "era"]
    presence = present.join(rolls, on=keys, how="inner", maintain_order="left").sort("roll", "begin")
    return Rolls(
        rolls.with_columns(reissued=pl.col("era") > 0),
        presence.select("roll", "child", "state", "district", "begin", "end"),
        _told(moves.join(rolls, on=keys, how="inner", maintain_order="left"), born, outside, land),
    )


def _eras(chance: Chance, present: pl.DataFrame, states: list[str], noise: float) -> pl.DataFrame:
    """For each visit whether it lies under the child's first identifier in the State (0) or a reissued one (1)."""
    visits = present.select("child", "state", "visit").unique().sort("child", "visit")
    again = pl.col("visit") > pl.col("visit").min().over("child", "state")
    pairs = visits.select("child", "state").unique(maintain_order=True)
    rate = rate_of("reissued_id", states, noise)[pairs["state"].to_numpy()]
    pairs = pairs.with_columns(reissues=pl.Series(happens(chance.of("reissued ids"), rate, pairs.height)))
    return visits.join(pairs, on=["child", "state"], how="left", maintain_order="left").select(
        "child", "state", "visit", era=(again & pl.col("reissues")).cast(pl.Int8)
    )


def _moves(present: pl.DataFrame) -> pl.DataFrame:
    """The qualifying moves each State knows of each child: those into the State, else the latest one before the stay there."""
    keys = ["child", "state", "era"]
    columns = [*keys, "family", "qad", "to_district", "from_district", "from_abroad"]
    known = present.filter("qualifies").select(
        *keys, "family", "from_district", "from_abroad", qad="begin", to_district="district"
    )
    without = (
        present.group_by(keys, maintain_order=True)
        .agg(pl.col("family").first(), pl.col("begin").min().alias("arrived"))
        .join(known, on=keys, how="anti")
    )
    elsewhere = known.select("child", "qad", "to_district", "from_district", "from_abroad")
    earlier = (
        without.join(elsewhere, on="child", how="inner")
        .filter(
            pl.col("qad") <= pl.col("arrived"),
            pl.col("qad") > pl.col("arrived").dt.offset_by(f"-{YEARS_OF_ELIGIBILITY}y"),
        )
        .sort(*keys, "qad")
        .group_by(keys, maintain_order=True)
        .last()
    )
    return pl.concat([known.select(columns), earlier.select(columns)]).sort(*keys, "qad")


def _told(moves: pl.DataFrame, born: pl.DataFrame, outside: pl.DataFrame, land: Land) -> pl.DataFrame:
    towns = land.districts.select("town", "state")
    abroad = moves["from_abroad"]
    origin = towns[moves["from_district"].to_numpy()]
    goal = towns[moves["to_district"].to_numpy()]
    came_from = outside[moves["family"].to_numpy()]
    return (
        moves.join(born.select("child", "birth_date"), on="child", how="left", maintain_order="left")
        .select(
            "roll",
            qualifying_arrival_date="qad",
            from_city=pl.when(pl.lit(abroad))
            .then(pl.lit(came_from["city"]))
            .otherwise(pl.lit(origin["town"])),
            from_state=pl.lit(origin["state"].set(abroad, None)),
            from_country=pl.lit(came_from["country"].set(~abroad, None)),
            to_city=pl.lit(goal["town"]),
            to_state=pl.lit(goal["state"]),
            eligibility_expiration_date=expiration_of(pl.col("qad"), pl.col("birth_date")),
        )
        .sort("roll", "qualifying_arrival_date")
    )
