"""What is wrong, by the facts: every rule at its limit, and just below."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from openmsix.ops import health
from openmsix.ops.health import judging
from openmsix.ops.health.facts import (
    KEYS,
    AtHand,
    Database,
    Disk,
    FailedSubmission,
    Health,
    Lane,
    Numbers,
    SubmissionLine,
    Worker,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LINE = SubmissionLine("TX-20261123-ABCD", "TX", "waiting", NOW)
FAILED = FailedSubmission("TX-20261123-ABCE", "TX", "Its disk is full.", NOW)
LANE = Lane("intake-small", 0, 0, 0, 0.0)
WORKER = Worker(7, 3.0, (AtHand("TX-20261123-ABCF", "TX", "linking", 2, 9, 61.0),))
WELL = Health(
    at=NOW,
    numbers=Numbers(
        lanes=(LANE,),
        workers=(WORKER,),
        last_sign_seconds=3.0,
        jobs_failed=0,
        submissions={("TX", "published"): 3, ("CA", "published"): 1},
        open_tasks={"near match": 4},
        unsealed_seconds=2.0,
        database=Database("PostgreSQL 18.4", 5_000_000, 10, 100),
        disks=(Disk("home", 100, 50), Disk("kept", 100, 50)),
        backup_at=None,
    ),
    last=(LINE,),
    failed=(),
    waiting=(),
    hours=(),
    faults=(),
)


def with_numbers(**changed: object) -> Health:
    return replace(WELL, numbers=replace(WELL.numbers, **changed))  # type: ignore[arg-type]


def waits(seconds: float) -> tuple[Lane, ...]:
    return (replace(LANE, waiting=2, oldest_seconds=seconds),)


def disk(free: int) -> Health:
    return with_numbers(disks=(Disk("home", 100, 50), Disk("kept", 100, free)))


def sessions(open_: int) -> Health:
    return with_numbers(database=Database("PostgreSQL 18.4", 1, open_, 100))


def backup(hours: float) -> Health:
    return with_numbers(backup_at=NOW - timedelta(hours=hours))


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        (WELL, []),
        (replace(WELL, faults=(KEYS,)), ["not_ready"]),
        (with_numbers(workers=()), []),
        (with_numbers(workers=(), lanes=waits(1)), ["no_worker"]),
        (replace(WELL, failed=(FAILED,)), ["stopped"]),
        (with_numbers(jobs_failed=1), ["jobs_failed"]),
        (replace(WELL, waiting=(LINE,)), ["waiting"]),
        (with_numbers(unsealed_seconds=59.9), []),
        (with_numbers(unsealed_seconds=60.0), ["unsealed"]),
        (disk(15), []),
        (disk(14), ["disk_filling"]),
        (disk(5), ["disk_filling"]),
        (disk(4), ["disk_full"]),
        (sessions(74), []),
        (sessions(75), ["sessions_many"]),
        (sessions(90), ["sessions_full"]),
        (with_numbers(lanes=waits(3599)), []),
        (with_numbers(lanes=waits(3600)), ["queue_late"]),
        (backup(26), []),
        (backup(27), ["backup_late"]),
    ],
)
def test_each_rule_holds_from_its_limit_on(facts: Health, names: list[str]) -> None:
    found = health.troubles(facts)
    assert [each.rule.name for each in found] == names
    assert health.is_well(facts) is not any(each.rule.grave for each in found)
    for each in found:
        assert "%(" not in each.in_words + each.mend


def test_the_gravest_stand_first() -> None:
    graves = [rule.grave for rule in judging.RULES]
    assert graves == sorted(graves, reverse=True)
    assert len({rule.name for rule in judging.RULES}) == len(judging.RULES)


def test_folders_on_one_disk_are_told_of_once() -> None:
    full = with_numbers(disks=(Disk("home", 100, 1), Disk("kept", 100, 1)))
    [trouble] = health.troubles(full)
    assert trouble.in_words == "The disk of home, kept is nearly full: 1% is free."


@pytest.mark.parametrize(
    ("facts", "first"),
    [
        (WELL, "Nothing is wrong."),
        (disk(14), "Everything runs; something is to be looked at soon."),
        (disk(4), "Something needs a person."),
    ],
)
def test_the_terminal_says_first_whether_anything_is_wrong(facts: Health, first: str) -> None:
    lines = health.as_text(facts).splitlines()
    assert lines[0] == first
    assert "TX-20261123-ABCF linking for 61 s, 2 of 9" in health.as_text(facts)


def test_the_facts_are_plain_data_too() -> None:
    told = health.as_data(replace(WELL, failed=(FAILED,)))
    assert (told["well"], told["submissions"]) == (False, {"published": 4})
    assert told["troubles"][0]["name"] == "stopped"
    assert told["workers"][0]["at_hand"][0]["ref"] == "TX-20261123-ABCF"
    assert told["submissions_of_states"][0] == {"state_code": "TX", "status": "published", "submissions": 3}


def test_status_never_says_that_nothing_is_wrong_beside_a_fault() -> None:
    lines = health.as_text(WELL, ["Kept files need the key 'k2'."]).splitlines()
    assert lines[:2] == ["Something needs a person.", "  Kept files need the key 'k2'."]


def test_the_places_of_a_worker_are_told_in_one_line_and_each_submission_at_hand_in_one() -> None:
    idle = replace(WORKER, number=8, at_hand=())
    lines = health.as_text(with_numbers(workers=(WORKER, idle, idle))).splitlines()
    at = lines.index("Worker        running, 2 of 3 places wait for work")
    assert lines[at + 1] == "  TX-20261123-ABCF linking for 61 s, 2 of 9"


def test_a_worker_that_was_not_heard_of_for_some_beats_is_not_said_to_run() -> None:
    told = health.as_text(with_numbers(workers=(replace(WORKER, silent_seconds=36.0),)))
    assert "Worker        silent for 36 s (one that runs gives a sign every 10 s), 0 of 1 places" in told
