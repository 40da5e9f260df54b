"""Asking the database and the disks how things stand. What is asked at each scrape costs three short queries."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db.models import Count, F, IntegerField, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, TruncHour

from openmsix import staging
from openmsix.audit import verify
from openmsix.deadlines import clock
from openmsix.intake.lanes import Lane as Queue
from openmsix.intake.models import Submission
from openmsix.intake.states import Status

from . import backups
from .facts import (
    LEFT_ALONE,
    AtHand,
    Database,
    Disk,
    FailedSubmission,
    Health,
    Hour,
    Lane,
    Numbers,
    SubmissionLine,
    Worker,
)

WORKER_LATE = timedelta(seconds=60)
MOST_FAILED = 20
MOST_WAITING = 20
HOURS = 24

# One question, one answer: the queue, the workers, the submissions, the tasks, the database itself.
_ALL = """
    WITH lane AS (
      SELECT j.queue_name AS name,
        count(*) FILTER (WHERE j.status = 'todo' AND coalesce(j.scheduled_at <= now(), true)) AS waiting,
        count(*) FILTER (WHERE j.status = 'todo' AND j.scheduled_at > now()) AS held,
        count(*) FILTER (WHERE j.status = 'doing') AS at_hand,
        coalesce(extract(epoch FROM now() - min(e.at) FILTER (WHERE j.status = 'todo')), 0) AS oldest_seconds
      FROM procrastinate_jobs j
      LEFT JOIN LATERAL (
        SELECT max(at) AS at FROM procrastinate_events WHERE job_id = j.id AND type = 'deferred') e ON true
      WHERE j.status IN ('todo', 'doing') GROUP BY 1),
    worker AS (
      SELECT w.id AS number, extract(epoch FROM now() - w.last_heartbeat) AS silent_seconds FROM procrastinate_workers w),
    at_hand AS (
      SELECT j.worker_id AS worker, s.ref, s.state_code, s.status, s.step_done AS done, s.step_total AS total,
        coalesce(extract(epoch FROM now() - e.at), 0) AS seconds
      FROM procrastinate_jobs j
      JOIN intake_submission s ON s.id = (j.args ->> 'submission_id')::bigint
      LEFT JOIN LATERAL (
        SELECT max(at) AS at FROM procrastinate_events WHERE job_id = j.id AND type = 'started') e ON true
      WHERE j.status = 'doing'),
    submission AS (SELECT state_code, status, count(*) AS n FROM intake_submission GROUP BY 1, 2),
    task AS (SELECT type, count(*) AS n FROM worklist_task WHERE status = 'open' GROUP BY 1)
    SELECT jsonb_build_object(
      'lanes', (SELECT coalesce(jsonb_agg(lane), '[]') FROM lane),
      'workers', (SELECT coalesce(jsonb_agg(worker ORDER BY number), '[]') FROM worker),
      'at_hand', (SELECT coalesce(jsonb_agg(at_hand), '[]') FROM at_hand),
      'submissions', (SELECT coalesce(jsonb_agg(submission), '[]') FROM submission),
      'tasks', (SELECT coalesce(jsonb_agg(task), '[]') FROM task),
      'failed', (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'),
      'version', split_part(version(), ' on ', 1),
      'size', pg_database_size(current_database()),
      'sessions', (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
      'most_sessions', current_setting('max_connections')::int)::text
"""


def numbers() -> Numbers:
    """What changes by itself."""
    [(told,)] = staging.rows(_ALL)
    found = json.loads(told)
    workers = [_worker(each, found["at_hand"]) for each in found["workers"]]
    return Numbers(
        lanes=_lanes(found["lanes"]),
        workers=tuple(each for each in workers if each.silent_seconds < WORKER_LATE.total_seconds()),
        last_sign_seconds=min((each.silent_seconds for each in workers), default=None),
        jobs_failed=found["failed"],
        submissions={(each["state_code"], each["status"]): each["n"] for each in found["submissions"]},
        open_tasks={each["type"]: each["n"] for each in found["tasks"]},
        unsealed_seconds=verify.unsealed_age(clock.now()).total_seconds(),
        database=Database(found["version"], found["size"], found["sessions"], found["most_sessions"]),
        disks=disks(),
        backup_at=backups.last(),
    )


def _lanes(found: list[dict[str, Any]]) -> tuple[Lane, ...]:
    """Those we have, also when nothing waits in them, and any other one in which a job stands."""
    by_name = {each.value: Lane(each.value, 0, 0, 0, 0.0) for each in Queue}
    by_name |= {each["name"]: Lane(**each) for each in found}
    return tuple(by_name.values())


def _worker(worker: dict[str, Any], at_hand: list[dict[str, Any]]) -> Worker:
    own = ({**each} for each in at_hand if each["worker"] == worker["number"])
    return Worker(
        number=worker["number"],
        silent_seconds=worker["silent_seconds"],
        at_hand=tuple(
            AtHand(**{name: value for name, value in each.items() if name != "worker"}) for each in own
        ),
    )


def disks() -> tuple[Disk, ...]:
    """The room for the installation's folder and for the kept files; one that is not on a disk of ours has no such bound."""
    found: list[Disk] = []
    usage: dict[int, tuple[int, int]] = {}  # by disk, asked once: folders on one disk have the same room
    for name, folder in (("home", home_folder()), ("kept", kept_folder())):
        if folder is not None and (there := _first_that_is_there(folder)):
            room = shutil.disk_usage(there)
            found.append(Disk(name, *usage.setdefault(there.stat().st_dev, (room.total, room.free))))
    return tuple(found)


def home_folder() -> Path:
    """The installation's folder."""
    return Path(settings.HOME)


def kept_folder() -> Path | None:
    """Where kept files lie; None if their storage is no folder."""
    try:
        return Path(storages["kept"].path(""))
    except NotImplementedError:
        return None


def _first_that_is_there(folder: Path) -> Path | None:
    return next((each for each in (folder, *folder.parents) if each.exists()), None)


def hours(now: datetime) -> tuple[Hour, ...]:
    """What was published in each of the last 24 hours, the oldest first; the last one is the present hour, not yet over."""
    last = now.replace(minute=0, second=0, microsecond=0)
    first = last - timedelta(hours=HOURS - 1)
    students = Coalesce(Sum(Cast(KeyTextTransform("students", "counts"), IntegerField())), 0)
    rows = (
        Submission.objects.filter(status=Status.PUBLISHED, finished_at__gte=first)
        .order_by()
        .values_list(TruncHour("finished_at"))
        .annotate(submissions=Count("id"), students=students)
    )
    found = {begins: (submissions, count) for begins, submissions, count in rows}
    each_hour = (first + timedelta(hours=number) for number in range(HOURS))
    return tuple(Hour(begins, *found.get(begins, (0, 0))) for begins in each_hour)


def report(faults: tuple[str, ...] = ()) -> Health:
    """Everything: the numbers, and the submissions that a person may want to look at."""
    stopped = Submission.objects.stopped().order_by(F("finished_at").desc(nulls_first=True), "-pk")
    newest = Submission.objects.order_by("state_code", "-received_at").distinct("state_code")
    now = clock.now()
    return Health(
        at=now,
        numbers=numbers(),
        last=tuple(map(_line, newest)),
        failed=tuple(
            FailedSubmission(one.ref, one.state_code, one.problem or LEFT_ALONE, one.finished_at)
            for one in stopped[:MOST_FAILED]
        ),
        waiting=tuple(map(_line, Submission.objects.waiting().newest_first()[:MOST_WAITING])),
        hours=hours(now),
        faults=faults,
    )


def _line(one: Submission) -> SubmissionLine:
    return SubmissionLine(one.ref, one.state_code, one.status, one.received_at)
