"""Where families stayed and when they moved.

`stays`: one row a stay of a family in one district, in order; `begin` is the day of arrival, `end` the last day (null while
the family is there). A stay knows where the family came from, and whether the move counts for the law (`qualifying`).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from . import shape
from .chance import Chance, Flags, Generator, Numbers, between, happens, pick
from .land import Land

EPOCH = date(1970, 1, 1)
SPRING, AUTUMN = (80, 95), (235, 92)  # day of the year a season of moves begins, and its length in days
LEAST_STAY = 21  # days
FROM_ABROAD = 0.35  # of the first moves seen, how many began in another country


def day_number(day: date) -> int:
    """Days since 1970, as Polars counts dates."""
    return (day - EPOCH).days


@dataclass
class Ways:
    """What is fixed for each family: how it moves, its home and its place for the season (districts)."""

    pattern: Numbers
    home: Numbers
    season: Numbers


class Districts:
    """Draws districts of a State."""

    def __init__(self, land: Land, states: list[str]) -> None:
        state = land.districts["state"].to_list()
        self.first = np.array([state.index(code) for code in states])
        self.count = np.array([state.count(code) for code in states])
        self.state_of = np.repeat(np.arange(len(states)), self.count)

    def draw(self, rng: Generator, state: Numbers) -> Numbers:
        """A district in each of these States (positions)."""
        return self.first[state] + between(rng, 0, self.count[state] - 1)


def make_stays(
    chance: Chance, families: pl.DataFrame, youngest: Numbers, land: Land, states: list[str], today: date
) -> pl.DataFrame:
    """The stays of all families. `youngest`: the day on which the youngest child of each was born, as a day number."""
    districts = Districts(land, states)
    now = day_number(today)
    ways = _ways(chance.of("ways"), families, districts, states)
    rows = _seasons(chance.of("seasons"), ways, districts, now)
    rows += _needed(chance.of("needed moves"), rows, ways, districts, youngest, now)
    family, begin, district, qualifying = (np.concatenate(column) for column in zip(*rows, strict=True))
    order = np.lexsort((begin, family))
    in_order = (family[order], begin[order], district[order], qualifying[order])
    return _as_frame(chance.of("ends"), families, in_order, districts, now)


Rows = list[tuple[Numbers, Numbers, Numbers, Flags]]  # family, begin, district, qualifying


def _ways(rng: Generator, families: pl.DataFrame, districts: Districts, states: list[str]) -> Ways:
    state = families["home"].to_numpy().astype(np.int64)
    pattern = pick(rng, [pattern.share for pattern in shape.PATTERNS], len(state))
    crosses = happens(rng, np.array([pattern.crosses for pattern in shape.PATTERNS])[pattern], len(state))
    season_state = state.copy()
    for position, code in enumerate(states):
        streams = shape.STREAMS.get(code, shape.ELSEWHERE)
        weights = [streams.get(other, 0.0) if other != code else 0.0 for other in states]
        rows = np.flatnonzero(crosses & (state == position))
        if sum(weights):
            season_state[rows] = pick(rng, weights, len(rows))
    home = districts.draw(rng, state)
    season = districts.draw(rng, season_state)
    # Within a State the season's place is another district, where there is one.
    same = (season == home) & (districts.count[state] > 1)
    season = np.where(
        same, districts.first[state] + (home - districts.first[state] + 1) % districts.count[state], season
    )
    return Ways(pattern, home, season)


def _seasons(rng: Generator, ways: Ways, districts: Districts, now: int) -> Rows:
    count = len(ways.home)
    everyone = np.arange(count)
    start = now - between(rng, 60, shape.YEARS_SEEN * 365, count)
    rows: Rows = [(everyone, start, ways.home.copy(), np.ones(count, dtype=bool))]
    place, last = ways.home.copy(), start.copy()
    first_year = date.fromordinal(now + EPOCH.toordinal()).year - shape.YEARS_SEEN
    leaving = {
        name: np.array([getattr(pattern, name) for pattern in shape.PATTERNS])[ways.pattern]
        for name in ("spring", "autumn")
    }
    for year in range(first_year, first_year + shape.YEARS_SEEN + 1):
        for name, (opens, length) in (("spring", SPRING), ("autumn", AUTUMN)):
            day = day_number(date(year, 1, 1)) + opens + (rng.beta(2, 2, count) * length).astype(np.int64)
            away = place != ways.home
            goes = happens(rng, np.where(away, shape.RETURNS_HOME, leaving[name]), count)
            goes &= (day > last + LEAST_STAY) & (day < now)
            goal = np.where(away, ways.home, ways.season)
            another = happens(rng, 0.15, count)
            goal = np.where(another, districts.draw(rng, districts.state_of[goal]), goal)
            goes &= goal != place
            counts = happens(rng, shape.QUALIFYING, count)
            rows.append((everyone[goes], day[goes], goal[goes], counts[goes]))
            place, last = np.where(goes, goal, place), np.where(goes, day, last)
    return rows


def _needed(
    rng: Generator, rows: Rows, ways: Ways, districts: Districts, youngest: Numbers, now: int
) -> Rows:
    """One more qualifying move where a child would have none, or where eligibility would long be over."""
    count = len(ways.home)
    latest = np.full(count, -1, dtype=np.int64)
    last = np.full(count, -1, dtype=np.int64)
    for family, begin, _district, qualifying in rows:
        np.maximum.at(last, family, begin)
        np.maximum.at(latest, family[qualifying], begin[qualifying])
    window = now - np.where(
        happens(rng, shape.STILL_ELIGIBLE, count), shape.ELIGIBLE_DAYS, shape.YEARS_SEEN * 365
    )
    needed = np.flatnonzero((latest < window) | (latest < youngest + 1))
    earliest = np.minimum(
        np.maximum(np.maximum(window[needed], youngest[needed] + 1), last[needed] + LEAST_STAY), now
    )
    begin = between(rng, earliest, np.full(len(needed), now - 3))
    state = districts.state_of[ways.home[needed]]
    return [(needed, begin, districts.draw(rng, state), np.ones(len(needed), dtype=bool))]


def _as_frame(
    rng: Generator,
    families: pl.DataFrame,
    rows: tuple[Numbers, Numbers, Numbers, Flags],
    districts: Districts,
    now: int,
) -> pl.DataFrame:
    """The stays in order, each until shortly before the next one begins."""
    family, begin, district, qualifying = rows
    count = len(family)
    first = np.append(True, family[1:] != family[:-1])
    last = np.append(first[1:], True)
    end = np.maximum(np.append(begin[1:], now) - between(rng, 1, 9, count), begin + 1)
    left = last & happens(rng, shape.LEFT_THE_COUNTRY, count) & (begin < now - 200)
    end = np.where(left, np.minimum(begin + between(rng, 60, 190, count), now - 1), end)
    elsewhere = between(rng, 0, len(districts.state_of) - 1, count)
    from_outside = np.array([bool(people.countries) for people in shape.PEOPLES])[
        families["people"].to_numpy()
    ]
    return pl.DataFrame(
        {
            "family": family.astype(np.uint32),
            "district": district.astype(np.uint16),
            "state": districts.state_of[district].astype(np.int16),
            "from_district": np.where(first, elsewhere, np.append(-1, district[:-1])).astype(np.int32),
            "from_abroad": first & from_outside[family] & happens(rng, FROM_ABROAD, count),
            "qualifying": qualifying,
            "begin": pl.Series(begin.astype(np.int32)).cast(pl.Date),
            "end": pl.Series(end.astype(np.int32)).cast(pl.Date).set(pl.Series(last & ~left), None),
        }
    ).with_row_index("stay")
