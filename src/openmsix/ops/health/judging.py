"""What is wrong, by the facts: each rule with its limit, its words, and what to do. Pure.

A trouble that is `grave` needs a person now, and `openmsix status` ends with 1; any other is to be looked at soon.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .facts import Disk, Health

SEAL_LATE = timedelta(minutes=1)
QUEUE_LATE = timedelta(hours=1)
BACKUP_LATE = timedelta(hours=26)
DISK_FULL, DISK_FILLING = 0.05, 0.15
SESSIONS_FULL, SESSIONS_MANY = 0.9, 0.75


@dataclass(frozen=True)
class Rule:
    """A rule: its name, whether it needs a person now, what is said and what to do, and the values of the words where it holds."""

    name: str
    grave: bool
    words: str
    mend: str
    found: Callable[[Health], Iterator[Mapping[str, Any]]]


@dataclass(frozen=True)
class Trouble:
    """A rule that holds, with the values of its words."""

    rule: Rule
    values: Mapping[str, Any]

    @property
    def in_words(self) -> str:
        """What is wrong."""
        return self.rule.words % {
            name: ", ".join(value) if isinstance(value, tuple) else value
            for name, value in self.values.items()
        }

    @property
    def mend(self) -> str:
        """What to do."""
        return self.rule.mend % self.values


def _if(holds: bool, **values: Any) -> Iterator[Mapping[str, Any]]:
    if holds:
        yield values


def _disks(limit: float, above: float = 0.0) -> Callable[[Health], Iterator[Mapping[str, Any]]]:
    def found(health: Health) -> Iterator[Mapping[str, Any]]:
        for names, disk in apart(health.numbers.disks):
            if above <= disk.free_share < limit:
                yield {"disk": names, "free": f"{disk.free_share:.0%}"}

    return found


def apart(disks: tuple[Disk, ...]) -> list[tuple[tuple[str, ...], Disk]]:
    """Each disk once, with the names of the folders on it: they are those with the same room."""
    found: dict[tuple[int, int], list[Disk]] = {}
    for disk in disks:
        found.setdefault((disk.total, disk.free), []).append(disk)
    return [(tuple(each.name for each in same), same[0]) for same in found.values()]


def _sessions(health: Health) -> float:
    database = health.numbers.database
    return database.sessions / max(database.most_sessions, 1)


def _oldest(health: Health) -> float:
    return max((lane.oldest_seconds for lane in health.numbers.lanes), default=0.0)


def _backup_days(health: Health) -> float:
    at = health.numbers.backup_at
    return (health.at - at).total_seconds() / 86_400 if at else 0.0


RULES: tuple[Rule, ...] = (
    Rule("not_ready", True, "Not ready: %(what)s.", "The log says more; openmsix status asks again.",
         lambda health: ({"what": fault} for fault in health.faults)),
    Rule("no_worker", True, "Jobs wait, and no worker runs. Jobs that wait: %(n)s.", "Start one: openmsix worker, or openmsix serve.",
         lambda health: _if(not health.numbers.workers and health.numbers.jobs_waiting > 0, n=health.numbers.jobs_waiting)),
    Rule("stopped", True, "Submissions that a fault stopped or holds up: %(n)s.", "Mend what each one says, then try it again.",
         lambda health: _if(bool(health.failed), n=len(health.failed))),
    Rule("jobs_failed", True, "Jobs that failed, and that nothing takes up again: %(n)s.", "The log of the worker says where; openmsix retry takes up a submission.",
         lambda health: _if(health.jobs_failed > 0, n=health.jobs_failed)),
    Rule("waiting", True, "Submissions that wait for a person of their State: %(n)s.", "A State Data Administrator of the State confirms or declines each.",
         lambda health: _if(bool(health.waiting), n=len(health.waiting))),
    Rule("unsealed", True, "The audit was not sealed for %(n)s seconds.", "The worker seals it: see that one runs, and what its log says.",
         lambda health: _if(health.numbers.unsealed_seconds >= SEAL_LATE.total_seconds(), n=round(health.numbers.unsealed_seconds))),
    Rule("disk_full", True, "The disk of %(disk)s is nearly full: %(free)s is free.", "Make room, or move the folder to a larger disk.",
         _disks(DISK_FULL)),
    Rule("sessions_full", True, "The database takes hardly any more sessions: %(n)s of %(most)s are open.", "Raise max_connections, or end what holds them.",
         lambda health: _if(_sessions(health) >= SESSIONS_FULL, n=health.numbers.database.sessions, most=health.numbers.database.most_sessions)),
    Rule("queue_late", False, "The oldest job has waited for %(n)s minutes.", "If that goes on, start another worker.",
         lambda health: _if(bool(health.numbers.workers) and _oldest(health) >= QUEUE_LATE.total_seconds(), n=round(_oldest(health) / 60))),
    Rule("disk_filling", False, "The disk of %(disk)s fills up: %(free)s is free.", "Make room soon.",
         _disks(DISK_FILLING, above=DISK_FULL)),
    Rule("sessions_many", False, "Many sessions of the database are open: %(n)s of %(most)s.", "See what holds them before they run out.",
         lambda health: _if(SESSIONS_MANY <= _sessions(health) < SESSIONS_FULL, n=health.numbers.database.sessions, most=health.numbers.database.most_sessions)),
    Rule("backup_late", False, "The last backup was made %(n)s days ago.", "See why none was made since.",
         lambda health: _if(_backup_days(health) * 86_400 > BACKUP_LATE.total_seconds(), n=round(_backup_days(health), 1))),
)  # fmt: skip
"""The gravest first."""


def troubles(health: Health) -> tuple[Trouble, ...]:
    """What is wrong, the gravest first; empty if nothing is."""
    return tuple(Trouble(rule, values) for rule in RULES for values in rule.found(health))


def is_well(health: Health) -> bool:
    """Whether nothing needs a person now."""
    return not any(trouble.rule.grave for trouble in troubles(health))
