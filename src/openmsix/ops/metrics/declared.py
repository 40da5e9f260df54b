"""Every metric: its name, its kind, what it says, its labels. Labels have few values, and none is about a person."""

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Where the number stands."""

    DATABASE = "asked of the database at each scrape: every process of the pages tells the same"
    TALLY = "counted by the workers into the database: every process of the pages tells the same"
    PROCESS = "counted by each process of the pages for itself"


@dataclass(frozen=True)
class Metric:
    """One metric. `buckets`: the upper ends of a histogram's, in seconds."""

    name: str
    kind: str
    meaning: str
    labels: tuple[str, ...] = ()
    source: Source = Source.DATABASE
    buckets: tuple[float, ...] = ()


REQUESTS = Metric(
    "openmsix_requests", "counter", "Requests answered, by the name of the page and the status", ("route", "status"), Source.PROCESS
)  # fmt: skip
REQUEST_SECONDS = Metric(
    "openmsix_request_seconds", "histogram", "Seconds until a request was answered", ("route",), Source.PROCESS,
    (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
)  # fmt: skip
STAGE_SECONDS = Metric(
    "openmsix_stage_seconds", "histogram", "Seconds that a stage of taking in took", ("stage",), Source.TALLY,
    (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600),
)  # fmt: skip
STAGES_BROKEN = Metric(
    "openmsix_stages_broken",
    "counter",
    "Stages that a fault ended; most are tried again",
    ("stage",),
    Source.TALLY,
)
TAKEN_IN = Metric(
    "openmsix_submissions_taken_in", "counter", "Submissions that the workers ended with, by State and status", ("state", "status"), Source.TALLY
)  # fmt: skip
STUDENTS = Metric(
    "openmsix_students", "counter", "Students of submissions that came to rest, by verdict", ("verdict",), Source.TALLY
)  # fmt: skip
FINDINGS = Metric(
    "openmsix_findings", "counter", "Findings of submissions that came to rest, by the code of the check", ("code",), Source.TALLY
)  # fmt: skip
LINKS = Metric(
    "openmsix_links", "counter", "Links made for submissions that were published, by reason", ("reason",), Source.TALLY
)  # fmt: skip
DATABASE_UP = Metric(
    "openmsix_database_up",
    "gauge",
    "1 if the database answered this scrape; if not, what stands in it is not told",
)
SUBMISSIONS = Metric("openmsix_submissions", "gauge", "Submissions, by State and status", ("state", "status"))
LANE_WAITING = Metric("openmsix_queue_waiting", "gauge", "Jobs that could be begun now", ("lane",))
LANE_HELD = Metric("openmsix_queue_held", "gauge", "Jobs that wait for their next attempt", ("lane",))
LANE_AT_HAND = Metric("openmsix_queue_at_hand", "gauge", "Jobs that a worker does now", ("lane",))
LANE_OLDEST = Metric(
    "openmsix_queue_oldest_seconds", "gauge", "Since when the oldest job waits; 0 if none does", ("lane",)
)
JOBS_FAILED = Metric("openmsix_jobs_failed", "gauge", "Jobs that failed and that nothing takes up again")
WORKERS = Metric(
    "openmsix_workers",
    "gauge",
    "Places of workers that gave a sign of life within the last minute; a worker has some for each kind of submission",
)
WORKER_SIGN = Metric(
    "openmsix_worker_last_sign_seconds", "gauge", "Since the last sign of life of any worker; absent if there never was one"
)  # fmt: skip
OPEN_TASKS = Metric(
    "openmsix_open_tasks", "gauge", "Tasks that wait for people, by type; near matches are one", ("type",)
)
UNSEALED = Metric(
    "openmsix_audit_unsealed_seconds", "gauge", "Since when the oldest row of the audit waits for its seal"
)
DATABASE_BYTES = Metric("openmsix_database_bytes", "gauge", "Size of the database")
SESSIONS = Metric("openmsix_database_sessions", "gauge", "Sessions of the database's server that are open")
MOST_SESSIONS = Metric("openmsix_database_most_sessions", "gauge", "Sessions that the server takes")
DISK_FREE = Metric("openmsix_disk_free_bytes", "gauge", "Room that is free: home, kept", ("folder",))
DISK_TOTAL = Metric("openmsix_disk_bytes", "gauge", "Room that there is: home, kept", ("folder",))
BACKUP = Metric(
    "openmsix_last_backup_timestamp_seconds", "gauge", "When the last backup was made; absent if none was marked"
)  # fmt: skip

METRICS: tuple[Metric, ...] = (
    REQUESTS, REQUEST_SECONDS, STAGE_SECONDS, STAGES_BROKEN, TAKEN_IN, STUDENTS, FINDINGS, LINKS, DATABASE_UP, SUBMISSIONS, LANE_WAITING, LANE_HELD,
    LANE_AT_HAND, LANE_OLDEST, JOBS_FAILED, WORKERS, WORKER_SIGN, OPEN_TASKS, UNSEALED, DATABASE_BYTES, SESSIONS, MOST_SESSIONS, DISK_FREE,
    DISK_TOTAL, BACKUP,
)  # fmt: skip
