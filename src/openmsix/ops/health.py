"""How the exchange is doing, for `openmsix status` and the operator's page."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, F

from openmsix.audit import verify
from openmsix.deadlines import clock
from openmsix.intake.models import Submission

SEAL_LATE = timedelta(minutes=1)
WORKER_LATE = timedelta(seconds=60)
MOST_FAILED = 20
MOST_WAITING = 20
LEFT_ALONE = "It broke off, and nothing takes it up again by itself. What was sent is kept."


@dataclass(frozen=True)
class SubmissionLine:
    """A submission as one line."""

    ref: str
    state_code: str
    status: str
    received_at: datetime


@dataclass(frozen=True)
class FailedSubmission:
    """A submission that a fault of ours stopped or holds up, and the words that it left."""

    ref: str
    state_code: str
    problem: str
    failed_at: datetime | None


@dataclass(frozen=True)
class Health:
    """One look at the exchange."""

    database: str
    database_size: str
    jobs_waiting: int
    jobs_failed: int
    worker_alive: bool
    submissions: dict[str, int]
    last: tuple[SubmissionLine, ...]
    failed: tuple[FailedSubmission, ...]
    waiting: tuple[SubmissionLine, ...]
    unsealed_seconds: float

    @property
    def well(self) -> bool:
        """Whether nothing needs a person."""
        stuck = self.jobs_failed or self.failed or self.waiting
        return not stuck and self.unsealed_seconds < SEAL_LATE.total_seconds()

    def as_data(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self) | {"well": self.well}

    def as_text(self) -> str:
        """The same as lines for a terminal."""
        lines = [
            f"Database      {self.database}, {self.database_size}",
            f"Worker        {'running' if self.worker_alive else 'not running (start it with: openmsix worker, or openmsix serve)'}",
            f"Queue         {self.jobs_waiting} waiting, {self.jobs_failed} failed",
            f"Audit         newest unsealed row is {self.unsealed_seconds:.0f} seconds old"
            if self.unsealed_seconds
            else "Audit         all rows are sealed",
            "Submissions   "
            + (", ".join(f"{count} {status}" for status, count in self.submissions.items()) or "none yet"),
        ]
        lines += [
            f"  {last.state_code}  {last.ref}  {last.status}  {last.received_at:%Y-%m-%d %H:%M}"
            for last in self.last
        ]
        for one in self.failed:
            lines += [f"{one.ref} stopped: {one.problem}", f"  When that is mended: openmsix retry {one.ref}"]
        lines += [
            f"{one.ref} waits for a State Data Administrator of {one.state_code} to confirm or decline it."
            for one in self.waiting
        ]
        return "\n".join(lines)


def report() -> Health:
    """Ask the database how things stand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select split_part(version(), ' on ', 1), pg_size_pretty(pg_database_size(current_database()))"
        )
        version, size = cursor.fetchone()
        cursor.execute(
            "select status::text, count(*) from procrastinate_jobs where status in ('todo', 'failed') group by 1"
        )
        jobs = dict(cursor.fetchall())
        cursor.execute("select max(last_heartbeat) from procrastinate_workers")
        heartbeat = cursor.fetchone()[0]
        cursor.execute("select current_timestamp")
        moment = cursor.fetchone()[0]
    failed = Submission.objects.stopped().order_by(F("finished_at").desc(nulls_first=True), "-pk")[
        :MOST_FAILED
    ]
    newest = Submission.objects.order_by("state_code", "-received_at").distinct("state_code")
    return Health(
        database=version,
        database_size=size,
        jobs_waiting=jobs.get("todo", 0),
        jobs_failed=jobs.get("failed", 0),
        worker_alive=heartbeat is not None and moment - heartbeat < WORKER_LATE,
        submissions=dict(Submission.objects.values_list("status").annotate(Count("id")).order_by("status")),
        last=tuple(map(_line, newest)),
        failed=tuple(
            FailedSubmission(one.ref, one.state_code, one.problem or LEFT_ALONE, one.finished_at)
            for one in failed
        ),
        waiting=tuple(map(_line, Submission.objects.waiting().newest_first()[:MOST_WAITING])),
        unsealed_seconds=verify.unsealed_age(clock.now()).total_seconds(),
    )


def _line(one: Submission) -> SubmissionLine:
    return SubmissionLine(one.ref, one.state_code, one.status, one.received_at)
