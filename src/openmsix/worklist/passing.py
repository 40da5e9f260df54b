"""Passing tasks from one place to another: up a level when the days of the level have run out, down or sideways by people.

Each step is kept with the task, told to the audit, and seen at once. Up goes only time; people pass a task on to others of its level, or to a lower one, of the same State.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import QuerySet

from openmsix import staging, typed
from openmsix.accounts.hats import Hat
from openmsix.accounts.models import Holding
from openmsix.accounts.permissions import NotPermitted, Permission
from openmsix.audit.actions import record
from openmsix.deadlines import clock
from openmsix.places.models import Place
from openmsix.typed import LONGEST_REASON

from . import levels
from .models import LEVELS, Task
from .refusing import NotPassed, Why

BELOW_TOP = LEVELS[: LEVELS.index(levels.TOP)]


def step(*, to: Place, level: str, person: str, why: str, by: Hat) -> dict[str, str]:
    """One step of a task, as it is kept with it. `why`: what a person gave as the reason; empty where the days had run out."""
    return {
        "at": clock.now().isoformat(),
        "by": by.actor,
        "to": to.name,
        "level": level,
        "person": person,
        "why": why,
    }


@dataclass(frozen=True)
class Desk:
    """A place where people decide tasks, and who they are."""

    place: Place
    holdings: tuple[Holding, ...]


def desks(task: Task) -> list[Desk]:
    """Where a task may be passed by people, the lowest level last: the places of its State, of its level or a lower one, where somebody decides tasks."""
    found: dict[Place, list[Holding]] = {}
    for holding in _deciding(task).order_by("place__path", "user__name", "pk"):
        found.setdefault(holding.place, []).append(holding)
    ordered = sorted(found.items(), key=lambda desk: -LEVELS.index(desk[0].kind))
    return [Desk(place, tuple(holdings)) for place, holdings in ordered]


def _deciding(task: Task) -> QuerySet[Holding]:
    """The roles held by those to whom a task may be passed."""
    kinds = LEVELS[: LEVELS.index(task.level) + 1]
    held = Holding.objects.live().filter(role__in=levels.DECIDING, user__is_active=True)
    within = held.filter(place__state_code=task.state_code, place__kind__in=kinds)
    return within.select_related("place", "user")


@transaction.atomic
def reassign(*, task: Task, to: Place | Holding, by: Hat, reason: str) -> Task:
    """Pass a task on, to a place or to one person there: sideways or down, never up. At a lower level its days begin anew; among equals the clock goes on.

    Raises:
        NotPermitted: the hat does not decide tasks of this place and level.
        NotPassed: it is over, it lies there already, nobody decides tasks there, that is another State or a higher level, or no reason is given.
    """
    why = typed.one_line(reason)
    by.check(Permission.DECIDE_TASKS)
    task = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if not Task.objects.for_hat(by).filter(pk=task.pk).exists():
        raise NotPermitted(f"{by.label} does not decide tasks of this place.")
    if task.status != "open":
        raise NotPassed(Why.OVER)
    place, person = (to.place, to.user) if isinstance(to, Holding) else (to, None)
    if (place, person) == (task.place, task.assigned_to):
        raise NotPassed(Why.NOWHERE)
    reached = _deciding(task).filter(place=place)
    if not task.state_code or not (reached.filter(pk=to.pk) if isinstance(to, Holding) else reached).exists():
        raise NotPassed(Why.NOWHERE)
    if not why or len(why) > LONGEST_REASON:
        raise NotPassed(Why.NO_REASON, most=LONGEST_REASON)
    if task.clock_name and task.level != place.kind:
        task.due_at = levels.due_at(task.clock_name, place.kind, clock.today())
    task.place, task.level, task.assigned_to = place, place.kind, person
    task.passed = [
        *task.passed,
        step(to=place, level=place.kind, person=person.name if person else "", why=why, by=by),
    ]
    task.save(update_fields=["place", "level", "assigned_to", "due_at", "passed"])
    record(
        by=by,
        action="worklist:task:reassigned",
        subject_type="task",
        subject_id=str(task.pk),
        detail={"type": task.type, "to": place.code, "person": person.pk if person else None, "reason": why},
    )
    return task


_ESCALATE = f"""
    WITH late AS (
      SELECT t.id, t.level, t.state_code, t.clock_name, p.id AS place_id, p.parent_id FROM worklist_task t JOIN places_place p ON p.id = t.place_id
      WHERE t.status = 'open' AND t.clock_name <> '' AND t.due_at < %(now)s AND t.level = ANY(%(below)s) FOR UPDATE OF t),
    going AS (
      SELECT late.id, late.clock_name, coalesce(region.id, state.id) AS place_id, coalesce(region.name, state.name) AS name,
        CASE WHEN region.id IS NULL THEN %(top)s ELSE 'region' END AS level
      FROM late JOIN places_place state ON state.kind = 'state' AND state.code = late.state_code
      LEFT JOIN places_place region ON late.level = 'district' AND region.kind = 'region' AND region.id IN (late.place_id, late.parent_id)
        AND {levels.HAS_DESK.format(place="region")}),
    passed AS (
      UPDATE worklist_task t SET place_id = going.place_id, level = going.level, assigned_to_id = NULL, due_at = due.due_at,
        last_due_at = CASE WHEN going.level = %(top)s THEN coalesce(t.last_due_at, due.due_at) ELSE t.last_due_at END,
        passed = t.passed || jsonb_build_array(jsonb_build_object(
          'at', %(moment)s::text, 'by', %(by)s::text, 'to', going.name, 'level', going.level, 'person', '', 'why', ''))
      FROM going JOIN due ON due.clock_name = going.clock_name AND due.level = going.level WHERE t.id = going.id RETURNING t.type, going.level)
    SELECT type || ' to ' || level, count(*) FROM passed GROUP BY 1 ORDER BY 1
"""  # noqa: S608  (our own names)


_STAGED = {"clock_name": "text", "level": "text", "due_at": "timestamptz"}
_DUE: dict[str, "pl.DataType | type[pl.DataType]"] = {
    "clock_name": pl.String,
    "level": pl.String,
    "due_at": pl.Datetime("us", "UTC"),
}


@transaction.atomic
def escalate(*, by: Hat) -> dict[str, int]:
    """Pass up one level what is overdue, where its days begin anew: to the region above if somebody decides tasks there, else to the State, where it stays. How many went where."""
    now = clock.now()
    late = Task.objects.open().overdue().filter(level__in=BELOW_TOP).exclude(clock_name="")
    names = late.order_by().values_list("clock_name", flat=True).distinct()
    if not (due := list(_due(names))):
        return {}
    staging.stage("due", _STAGED, pl.DataFrame(due, schema=_DUE, orient="row"))
    told: dict[str, Any] = dict(
        staging.rows(
            _ESCALATE,
            {
                "now": now,
                "moment": now.isoformat(),
                "below": list(BELOW_TOP),
                "top": levels.TOP,
                "by": by.actor,
                **levels.who_lives_where(),
            },
        )
    )
    if told:
        record(by=by, action="worklist:tasks:escalated", subject_type="tasks", subject_id="", detail=told)
    return told


def _due(names: Iterable[str]) -> Iterable[tuple[str, str, Any]]:
    for name in names:
        for level in ("region", levels.TOP):
            yield name, level, levels.due_at(name, level, clock.today())
