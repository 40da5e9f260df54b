"""The clocks: what must be done within which time, from which day on the rule stands, and how certain it is.

The table is `rules.csv`: a rule that changes gets an end (`until`) and a new line. Nothing in the code
knows a limit.
"""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

import polars as pl

from openmsix.deadlines.anniversaries import anniversary, anniversary_of
from openmsix.deadlines.working_days import add_working_days, working_days_after
from openmsix.dictionary.declare import Mark


class Unit(StrEnum):
    """What a limit counts."""

    WORKING_DAYS = "working days"
    CALENDAR_DAYS = "calendar days"
    YEARS = "years"


@dataclass(frozen=True)
class Rule:
    """One clock: it runs from `event`, and `who` must be done within `limit` units.

    `confidence` says how sure a recalled rule is; `section` is empty for a custom of the exchange or of a
    State (`source`), which is no law.
    """

    name: str
    event: str
    limit: int
    unit: Unit
    who: str
    section: str
    source: str
    mark: Mark
    confidence: str
    since: date
    until: date | None
    words: str

    def due(self, event: date) -> date:
        """The last day in time, for an event on a day."""
        match self.unit:
            case Unit.WORKING_DAYS:
                return add_working_days(event, self.limit)
            case Unit.CALENDAR_DAYS:
                return event + timedelta(days=self.limit)
            case Unit.YEARS:
                return anniversary(event, self.limit)

    def due_of(self, event: pl.Expr) -> pl.Expr:
        """`due` for a column of dates; null stays null."""
        match self.unit:
            case Unit.WORKING_DAYS:
                return working_days_after(event, self.limit)
            case Unit.CALENDAR_DAYS:
                return event.dt.offset_by(f"{self.limit}d")
            case Unit.YEARS:
                return anniversary_of(event, self.limit)

    def stands_on(self, day: date) -> bool:
        """Whether the rule is in force on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


@cache
def rules() -> tuple[Rule, ...]:
    """Every line of the table, past rules too."""
    text = files("openmsix.deadlines").joinpath("rules.csv").read_text(encoding="utf-8")
    return tuple(
        Rule(
            name=row["name"],
            event=row["event"],
            limit=int(row["limit"]),
            unit=Unit(row["unit"]),
            who=row["who"],
            section=row["section"],
            source=row["source"],
            mark=Mark(row["mark"]),
            confidence=row["confidence"],
            since=date.fromisoformat(row["since"]),
            until=date.fromisoformat(row["until"]) if row["until"] else None,
            words=row["words"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def rule(name: str, day: date) -> Rule:
    """The rule with this name that is in force on a day. KeyError if there is none."""
    for found in rules():
        if found.name == name and found.stands_on(day):
            return found
    raise KeyError(f"No rule {name} on {day.isoformat()}")
