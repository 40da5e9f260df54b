"""How the exchange stands, as plain data: one set of facts for the operator's page, `openmsix status` and the metrics."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

DATABASE, TABLES, KEPT, KEYS = (
    "the database cannot be reached",
    "the database is older than this openmsix",
    "kept files cannot be written",
    "the keys of kept files cannot be used",
)
FAULTS = (DATABASE, TABLES, KEPT, KEYS)
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
class Lane:
    """One lane of the queue: how many jobs wait to be begun, wait for their next attempt, and are being done; since when the oldest waits."""

    name: str
    waiting: int
    held: int
    at_hand: int
    oldest_seconds: float


@dataclass(frozen=True)
class AtHand:
    """A submission that a worker has at hand: the step it is in, and how much of that is done."""

    ref: str
    state_code: str
    status: str
    done: int
    total: int
    seconds: float


@dataclass(frozen=True)
class Worker:
    """A place of a worker (a process has several, for different lanes) that gave a sign of life in the last minute, and what it has at hand."""

    number: int
    silent_seconds: float
    at_hand: tuple[AtHand, ...]


@dataclass(frozen=True)
class Database:
    """The database: its version, its size, the sessions in it, and how many its server takes."""

    version: str
    size: int
    sessions: int
    most_sessions: int


@dataclass(frozen=True)
class Disk:
    """The room where something is kept, in bytes. `name`: home or kept."""

    name: str
    total: int
    free: int

    @property
    def free_share(self) -> float:
        """From 0 to 1."""
        return self.free / self.total if self.total else 0.0


@dataclass(frozen=True)
class Hour:
    """What was published within one hour."""

    begins: datetime
    submissions: int
    students: int


@dataclass(frozen=True)
class Numbers:
    """The numbers that change by themselves: what the metrics tell."""

    lanes: tuple[Lane, ...]
    workers: tuple[Worker, ...]
    last_sign_seconds: float | None
    jobs_failed: int
    submissions: dict[tuple[str, str], int]
    open_tasks: dict[str, int]
    unsealed_seconds: float
    database: Database
    disks: tuple[Disk, ...]
    backup_at: datetime | None

    @property
    def jobs_waiting(self) -> int:
        """Jobs that are begun now or later."""
        return sum(lane.waiting + lane.held for lane in self.lanes)


@dataclass(frozen=True)
class Health:
    """One look at the exchange. `faults`: what is not ready, as `ready.faults` names it."""

    at: datetime
    numbers: Numbers
    last: tuple[SubmissionLine, ...]
    failed: tuple[FailedSubmission, ...]
    waiting: tuple[SubmissionLine, ...]
    hours: tuple[Hour, ...]
    faults: tuple[str, ...]

    @property
    def jobs_failed(self) -> int:
        """Jobs that nothing takes up again."""
        return self.numbers.jobs_failed

    @property
    def keys_work(self) -> bool:
        """Whether the keys of kept files can seal and open."""
        return KEYS not in self.faults

    @property
    def submissions(self) -> dict[str, int]:
        """How many submissions there are of each status."""
        found: dict[str, int] = {}
        for (_state, status), count in sorted(self.numbers.submissions.items()):
            found[status] = found.get(status, 0) + count
        return dict(sorted(found.items()))

    def as_data(self) -> dict[str, Any]:
        """The same as plain data, for JSON."""
        made = asdict(self)
        numbers = made.pop("numbers")
        numbers["submissions_of_states"] = [
            {"state_code": state, "status": status, "submissions": count}
            for (state, status), count in numbers.pop("submissions").items()
        ]
        return {"at": made.pop("at"), **numbers, "submissions": self.submissions, **made}
