"""When a child came to another State, or to another district of one. Pure: what the States said in, arrivals out.

A State speaks for itself: an enrollment in one of its own places, a qualifying move to it. What counts is the day on which each began, the last one on which somebody is sure
that the child was there: ends are often missing, or are those of the school year. Two places on one day are no arrival, since nobody knows which came first.
Districts are compared by their numbers; a project runs beside a school and does not say where the child lives.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise


@dataclass(frozen=True, order=True)
class Presence:
    """A State's word that the child was there on a day. `record`: its state record. `district`: empty where it does not say so."""

    day: date
    state: str
    record: int
    district: str = ""


@dataclass(frozen=True)
class Told:
    """An arrival that was noticed before."""

    state: str
    day: date


@dataclass(frozen=True)
class Arrival:
    """The child came on `day` to a place, from another where it was known last on `after`.

    `record`, `before`: the state records that say so. `until`: the day on which it is known elsewhere again, if it is.
    """

    record: int
    before: int
    from_district: str
    state: str
    to_district: str
    day: date
    after: date
    until: date | None

    def is_among(self, told: Iterable[Told]) -> bool:
        """Whether it was noticed before, perhaps with a day that was corrected since: a child comes to a place once between two times elsewhere."""
        return any(
            one.state == self.state
            and (
                one.day == self.day or (self.after < one.day and (self.until is None or one.day < self.until))
            )
            for one in told
        )


@dataclass(frozen=True)
class _Stop:
    """The child was at one place from `first` to `last`, which are the days of the first and last word of it."""

    state: str
    district: str
    first: Presence
    last: Presence

    def holds(self, one: Presence) -> bool:
        """Whether this word is of the same place."""
        elsewhere = one.district and self.district and one.district != self.district
        return one.state == self.state and not elsewhere

    def and_on(self, one: Presence) -> "_Stop":
        """The same with one more word."""
        return replace(self, district=self.district or one.district, last=one)


def _stops(presences: Iterable[Presence]) -> Iterator[_Stop]:
    stop: _Stop | None = None
    for one in sorted(presences):
        if stop is not None and stop.holds(one):
            stop = stop.and_on(one)
            continue
        if stop is not None:
            yield stop
        stop = _Stop(one.state, one.district, one, one)
    if stop is not None:
        yield stop


def arrivals(presences: Iterable[Presence]) -> list[Arrival]:
    """Every arrival of a child, the first first; none of a child that is known at one place only."""
    stops: Sequence[_Stop | None] = [*_stops(presences), None]
    found = []
    for (before, now), (_, then) in pairwise(pairwise(stops)):
        assert before is not None
        assert now is not None
        if now.first.day > before.last.day:
            found.append(
                Arrival(
                    record=now.first.record,
                    before=before.last.record,
                    from_district=before.district,
                    state=now.state,
                    to_district=now.district,
                    day=now.first.day,
                    after=before.last.day,
                    until=then.first.day if then else None,
                )
            )
    return found


def new_ones(presences: Iterable[Presence], told: Sequence[Told], since: date) -> list[Arrival]:
    """The arrivals not before a day that were not noticed yet."""
    return [one for one in arrivals(presences) if one.day >= since and not one.is_among(told)]
