"""How the exchange stands, as lines for a terminal."""

from collections.abc import Iterator, Sequence

from .facts import Health, Lane, Worker
from .judging import apart, is_well, troubles

GIGABYTE = 1_000_000_000


def as_text(health: Health, faults: Sequence[str] = ()) -> str:
    """All of it: first whether anything is wrong. `faults`: what else needs a person, in words."""
    return "\n".join([*_verdict(health, faults), "", *_facts(health), *_submissions(health)])


def _verdict(health: Health, faults: Sequence[str]) -> Iterator[str]:
    found = troubles(health)
    if not found and not faults:
        yield "Nothing is wrong."
    elif is_well(health) and not faults:
        yield "Everything runs; something is to be looked at soon."
    else:
        yield "Something needs a person."
    yield from (f"  {fault}" for fault in faults)
    for trouble in found:
        yield f"  {trouble.in_words} {trouble.mend}"


def _facts(health: Health) -> Iterator[str]:
    numbers = health.numbers
    database = numbers.database
    yield f"Database      {database.version}, {size(database.size)}, {database.sessions} of {database.most_sessions} sessions"
    yield from _workers(numbers.workers)
    yield f"Queue         {numbers.jobs_waiting} waiting, {numbers.jobs_failed} failed"
    yield from (f"  {_lane(lane)}" for lane in numbers.lanes)
    yield (
        f"Audit         newest unsealed row is {numbers.unsealed_seconds:.0f} seconds old"
        if numbers.unsealed_seconds
        else "Audit         all rows are sealed"
    )
    for names, disk in apart(numbers.disks):
        yield f"Disk          {', '.join(names)}: {size(disk.free)} of {size(disk.total)} free"
    at = numbers.backup_at
    yield f"Backup        {f'the last one {at:%Y-%m-%d %H:%M} UTC' if at else 'none was marked here'}"
    students = sum(hour.students for hour in health.hours)
    submissions = sum(hour.submissions for hour in health.hours)
    yield f"Last 24 hours {submissions:,} submissions published, {students:,} students"


BEAT = 10
"""Seconds after which a worker tells again that it runs; the library's default."""
BEATS_MISSED = 2.5 * BEAT


def _workers(places: tuple[Worker, ...]) -> Iterator[str]:
    """One line for all places at which a submission can be taken in, and one for each that has one at hand."""
    if not places:
        yield "Worker        not running (start it with: openmsix worker, or openmsix serve)"
        return
    waiting = sum(not place.at_hand for place in places)
    silent = min(place.silent_seconds for place in places)
    standing = (
        "running"
        if silent < BEATS_MISSED
        else f"silent for {silent:.0f} s (one that runs gives a sign every {BEAT} s)"
    )
    yield f"Worker        {standing}, {waiting} of {len(places)} places wait for work"
    for each in (each for place in places for each in place.at_hand):
        done = f", {each.done:,} of {each.total:,}" if each.total else ""
        yield f"  {each.ref} {each.status} for {each.seconds:.0f} s{done}"


def _lane(lane: Lane) -> str:
    oldest = f", the oldest for {lane.oldest_seconds:.0f} s" if lane.waiting + lane.held else ""
    held = f", {lane.held} until a fault passes" if lane.held else ""
    return f"{lane.name:<13}{lane.waiting} waiting{held}{oldest}, {lane.at_hand} at hand"


def _submissions(health: Health) -> Iterator[str]:
    counts = ", ".join(f"{count} {status}" for status, count in health.submissions.items())
    yield f"Submissions   {counts or 'none yet'}"
    for last in health.last:
        yield f"  {last.state_code}  {last.ref}  {last.status}  {last.received_at:%Y-%m-%d %H:%M}"
    for one in health.failed:
        yield f"{one.ref} stopped: {one.problem}"
        yield f"  When that is mended: openmsix retry {one.ref}"
    for waits in health.waiting:
        yield f"{waits.ref} waits for a State Data Administrator of {waits.state_code} to confirm or decline it."


def size(count: int) -> str:
    """Bytes in words."""
    return f"{count / GIGABYTE:,.1f} GB" if count >= GIGABYTE / 10 else f"{count / 1_000_000:,.1f} MB"
