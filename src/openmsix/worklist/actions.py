"""Opening tasks in sets, and ending them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction

from openmsix import staging
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted, Permission
from openmsix.audit.actions import record
from openmsix.deadlines import clock

from . import levels
from .models import Message, Status, Task

COLUMNS: dict[str, "pl.DataType | type[pl.DataType]"] = {
    "type": pl.String,
    "subject_type": pl.String,
    "subject_id": pl.String,
    "place_id": pl.Int64,
    "level": pl.String,
    "title": pl.String,
    "clock_name": pl.String,
    "due_at": pl.Datetime("us", "UTC"),
    "last_due_at": pl.Datetime("us", "UTC"),
    "detail": pl.String,
}
_AS = {"place_id": "bigint", "due_at": "timestamptz", "last_due_at": "timestamptz", "detail": "jsonb"}
STAGED = dict.fromkeys(COLUMNS, "text") | _AS


class AlreadyClosed(ValueError):
    """The task was decided or withdrawn before."""


@dataclass(frozen=True)
class NewTask:
    """A task to open. `level` is one of `models.LEVELS`; `title` carries no personal data. `clock_name`: see `models.Task`; its due time is reckoned from today."""

    type: str
    subject_type: str
    subject_id: str
    place_id: int
    level: str
    title: str
    clock_name: str = ""
    due_at: datetime | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def open_tasks(tasks: pl.DataFrame | Iterable[NewTask], *, by: Hat) -> int:
    """Open tasks as one set; how many are new.

    A task of the same type about the same subject in the same State that is open already stays as it is.

    A frame has the columns of `NewTask`; `clock_name`, `due_at` and `detail` (a struct) may be left out.
    """
    staging.stage("new_task", STAGED, pl.DataFrame(list(_rows(tasks)), schema=COLUMNS, orient="row"))
    names = ", ".join(COLUMNS)
    opened = dict(
        staging.rows(
            f"""
            with opened as (
                insert into {Task._meta.db_table} ({names}, state_code, opened_at, status, outcome, passed)
                select {", ".join(f"new.{name}" for name in COLUMNS)}, place.state_code, %s, 'open', '', '[]'
                from new_task new join places_place place on place.id = new.place_id
                on conflict do nothing
                returning type
            )
            select type, count(*) from opened group by type order by type
            """,  # noqa: S608  names of our own columns only
            [clock.now()],
        )
    )
    if opened:
        record(by=by, action="worklist:tasks:opened", subject_type="tasks", subject_id="", detail=opened)
    return sum(opened.values())


def _rows(tasks: pl.DataFrame | Iterable[NewTask]) -> Iterator[tuple[Any, ...]]:
    named = tasks.iter_rows(named=True) if isinstance(tasks, pl.DataFrame) else (vars(task) for task in tasks)
    for task in named:
        clock_name, level = task.get("clock_name") or "", task["level"]
        due = levels.due_at(clock_name, level, clock.today()) if clock_name else task.get("due_at")
        told = {
            **task,
            "clock_name": clock_name,
            "due_at": due,
            "last_due_at": due if clock_name and level == levels.TOP else None,
            "detail": json.dumps(task.get("detail") or {}, default=str),
        }
        yield tuple(told[column] for column in COLUMNS)


@transaction.atomic
def close(*, task: Task, outcome: str, by: Hat) -> None:
    """Decide a task.

    Raises:
        NotPermitted: the hat does not decide tasks of this place and level.
        AlreadyClosed: somebody was faster.
    """
    by.check(Permission.DECIDE_TASKS)
    if not Task.objects.for_hat(by).filter(pk=task.pk).exists():
        raise NotPermitted(f"{by.label} does not decide tasks of this place.")
    ended = (
        Task.objects.open()
        .filter(pk=task.pk)
        .update(status=Status.DONE, outcome=outcome, closed_at=clock.now(), closed_by_id=by.actor_id)
    )
    if not ended:
        raise AlreadyClosed("This task was decided or withdrawn before.")
    record(
        by=by,
        action="worklist:task:closed",
        subject_type="task",
        subject_id=str(task.pk),
        detail={"type": task.type, "outcome": outcome},
    )
    task.refresh_from_db()


@transaction.atomic
def withdraw(*, subject_type: str, subject_ids: Sequence[str], outcome: str, by: Hat) -> int:
    """Withdraw the open tasks about things that are no more as they were; how many there were."""
    about = Task.objects.open().filter(subject_type=subject_type, subject_id__in=subject_ids)
    ended = about.update(
        status=Status.WITHDRAWN, outcome=outcome, closed_at=clock.now(), closed_by_id=by.actor_id
    )
    if ended:
        record(
            by=by,
            action="worklist:tasks:withdrawn",
            subject_type=subject_type,
            subject_id="",
            detail={"tasks": ended, "outcome": outcome},
        )
    return ended


@transaction.atomic
def write(*, subject_type: str, subject_id: str, text: str, by: Hat) -> Message:
    """Add a message to the thread about a thing. Whoever calls it has seen that the hat may read the thread; the audit does not repeat the text."""
    message = Message.objects.create(
        subject_type=subject_type,
        subject_id=subject_id,
        author=by.actor,
        author_id=by.actor_id,
        state_code=by.state_code,
        text=text,
    )
    record(by=by, action="worklist:message:written", subject_type=subject_type, subject_id=subject_id)
    return message
