"""The levels at which tasks are decided: where a task lies among the places of a State, and until when it is to be decided there.

A place has a desk if somebody lives there who decides tasks: who holds a role that may, today. A task about a district lies at the desk of the district, else of the
region above it, else with the State, which has one whether or not anybody is there now. How many days a level has is a clock of `deadlines.rules`, named after the kind of
task and the level.
"""

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache

import polars as pl

from openmsix import staging
from openmsix.accounts.models import Holding
from openmsix.accounts.permissions import Permission
from openmsix.accounts.roles import ROLES
from openmsix.deadlines import clock
from openmsix.deadlines.rules import rule

TOP = "state"
"""The last level to which a task with a clock is passed up."""

DECIDING = tuple(role.key for role in ROLES.values() if Permission.DECIDE_TASKS in role.permissions)
"""The roles whose holders decide tasks."""

HAS_DESK = """
    EXISTS (SELECT FROM accounts_holding h JOIN accounts_user u ON u.id = h.user_id AND u.is_active
      WHERE h.place_id = {place}.id AND h.role = ANY(%(deciding)s) AND h.since <= %(today)s AND (h.until IS NULL OR h.until > %(today)s))
"""
"""The condition that somebody lives at a place who decides tasks; its parameters are `who_lives_where`."""

_DESKS = f"""
    SELECT d.code, CASE WHEN {HAS_DESK.format(place="d")} THEN d.id ELSE region.id END, CASE WHEN {HAS_DESK.format(place="d")} THEN 'district' ELSE 'region' END
    FROM places_place d LEFT JOIN places_place region ON region.id = d.parent_id AND region.kind = 'region' AND {HAS_DESK.format(place="region")}
    WHERE d.kind = 'district' AND d.code = ANY(%(districts)s) AND (region.id IS NOT NULL OR {HAS_DESK.format(place="d")})
"""  # noqa: S608  (our own names)


def who_lives_where() -> dict[str, object]:
    """The parameters of `HAS_DESK`."""
    return {"deciding": list(DECIDING), "today": clock.today()}


def deciding_in(states: Collection[str], *, besides: int | None) -> set[str]:
    """Those of the States in which somebody decides tasks; `besides`: one person who does not count."""
    held = Holding.objects.live().filter(role__in=DECIDING, user__is_active=True).exclude(user=besides)
    return set(held.filter(place__state_code__in=states).values_list("place__state_code", flat=True))


def lying(about: pl.DataFrame) -> pl.DataFrame:
    """Where tasks lie. `about`: `state_code` and `district_id`, null where none is known; the answer has `place_id` and `level` besides, in the same order."""
    districts = about["district_id"].drop_nulls().unique().to_list()
    desks = staging.read(
        _DESKS,
        {"district_id": pl.String, "desk_id": pl.Int64, "desk_level": pl.String},
        {"districts": districts, **who_lives_where()},
    )
    states = staging.read(
        "SELECT code, id FROM places_place WHERE kind = 'state'",
        {"state_code": pl.String, "state_place_id": pl.Int64},
    )
    return (
        about.join(desks, on="district_id", how="left", maintain_order="left")
        .join(states, on="state_code", how="left", maintain_order="left")
        .with_columns(
            place_id=pl.coalesce("desk_id", "state_place_id"),
            level=pl.coalesce("desk_level", pl.lit(TOP)),
        )
        .drop("desk_id", "desk_level", "state_place_id")
    )


@lru_cache(maxsize=256)
def due_at(clock_name: str, level: str, day: date) -> datetime:
    """The end of the days that a level has for a task that came to it on a day. KeyError if there is no such clock."""
    return clock.end_of(rule(f"{clock_name}_{level}", day).due(day))


def begin_clocks_anew() -> int:
    """Give every level all its days again, from today, for the tasks that lie there; how many. For a rebuilt exchange, whose people had no part in the time before."""
    found = staging.rows(
        "SELECT DISTINCT clock_name, level FROM worklist_task WHERE status = 'open' AND clock_name <> ''"
    )
    return sum(
        staging.run(
            """
            UPDATE worklist_task SET due_at = %(due)s, last_due_at = CASE WHEN level = %(top)s THEN %(due)s::timestamptz END
            WHERE status = 'open' AND clock_name = %(clock)s AND level = %(level)s
            """,
            {"due": due_at(name, level, clock.today()), "top": TOP, "clock": name, "level": level},
        )
        for name, level in found
    )
