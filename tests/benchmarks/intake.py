"""A nation's first load: read, checked and stored by two places at once, as the worker does on two cores, then linked and published."""

import importlib
import resource
import sys
import threading
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.report import Line
from tests.benchmarks.timing import say, timed

if TYPE_CHECKING:
    from openmsix.flow import Stage

ROW_TABLES = (
    "records_demographics",
    "records_qualifyingmove",
    "records_enrollment",
    "records_coursehistory",
    "records_assessment",
    "records_alternateid",
)
TABLES = (
    "records_staterecord",
    "records_recordversion",
    *ROW_TABLES,
    "intake_answer",
    "intake_finding",
)
"""All that storing writes a row of for each student or more."""
MEGABYTE = 1024
"""The system tells the largest size in kilobytes."""


def measure(paths: list[Path]) -> list[Line]:
    """Against raw COPY of all rows that storing wrote, into tables of the same shape with the same indexes."""
    from openmsix import flow

    # A worker has read its code before anything waits.
    importlib.import_module("openmsix.ops.commands.worker")
    spent: dict[str, float] = {}
    with timed(spent, "receiving"):
        submissions = receive(paths)
    with timed(spent, "storing"):
        take_in(submissions, flow.STAGES[:1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    finish(submissions, spent)
    rows, all_rows, raw = _raw_copy()
    ours = spent["storing"]
    return [
        Line(
            "First load: parse, check, store",
            f"{rows:,} child rows in {ours:.1f} s, {rows / ours:,.0f} rows/s, {peak:,.0f} MB "
            f"(receiving {spent['receiving']:.1f} s, linking {spent['linking']:.1f} s, publishing {spent['publishing']:.1f} s besides)",
            f"raw COPY of the same rows with their versions and answers, {all_rows:,} in all: {raw:.1f} s, {rows / raw:,.0f} child rows/s",
            raw / ours,
            "speed at least 0.60 of raw COPY, under 2,000 MB",
        )
    ]


def receive(paths: list[Path]) -> dict[int, bool]:
    """Send the files through the front door; the complete submissions, and whether each is one of the heaviest."""
    from openmsix import flow
    from openmsix.intake.lanes import HEAVY_BYTES
    from openmsix.ops.setup import OPERATOR

    complete: dict[int, bool] = {}
    for path in paths:
        submission = flow.receive(path=path, file_name=path.name, by=OPERATOR, queue=False)
        if submission.is_complete:
            size = sum(part.size for part in submission.parts.all())
            complete[submission.pk] = size > HEAVY_BYTES
    return complete


def take_in(submissions: dict[int, bool], stages: "Iterable[Stage] | None" = None) -> None:
    """Take them in at two places, one of which takes the heaviest, as `openmsix worker` does."""
    from django.db import connection

    from openmsix import flow
    from openmsix.ops.commands.worker import SWITCHES_AFTER

    sys.setswitchinterval(SWITCHES_AFTER)
    heavy = deque(pk for pk, is_heavy in submissions.items() if is_heavy)
    others = deque(pk for pk, is_heavy in submissions.items() if not is_heavy)
    faults: list[BaseException] = []

    def work(*queues: deque[int]) -> None:
        try:
            for queue in queues:
                while queue:
                    flow.take_in(queue.popleft(), stages=stages)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    places = [
        threading.Thread(target=work, args=(heavy, others)),
        threading.Thread(target=work, args=(others,)),
    ]
    for place in places:
        place.start()
    for place in places:
        place.join()
    if faults:
        raise faults[0]


def finish(submissions: dict[int, bool], spent: dict[str, float]) -> None:
    """Link and publish them one after the other; sums up the seconds."""
    from openmsix import flow

    spent.update(linking=0.0, publishing=0.0)
    for number, pk in enumerate(submissions, 1):
        with timed(spent, "linking"):
            flow.take_in(pk, stages=flow.STAGES[1:2])
        with timed(spent, "publishing"):
            submission = flow.take_in(pk, stages=flow.STAGES[2:])
        say(
            f"{number} of {len(submissions)}: {submission.ref} {submission.status}, "
            f"linking {spent['linking']:.1f} s and publishing {spent['publishing']:.1f} s so far"
        )


_FOREIGN_KEYS = (
    "select pg_get_constraintdef(oid) from pg_constraint where contype = 'f' and conrelid = %s::regclass"
)


def _raw_copy() -> tuple[int, int, float]:
    """Copy the stored rows out, and time copying them into empty tables of the same shape, indexes and foreign keys.

    How many child rows they are, how many rows in all, and the seconds.
    """
    from django.db import connections

    rows, seconds = dict.fromkeys(TABLES, 0), 0.0
    with connections["owner"].cursor() as cursor:
        for table in TABLES:
            copy = f"bench_{table}"
            cursor.execute(f"drop table if exists {copy}")
            cursor.execute(f"create table {copy} (like {table} including all)")
            for (pointing,) in cursor.execute(_FOREIGN_KEYS, [table]).fetchall():
                cursor.execute(f"alter table {copy} add {pointing}")
            with cursor.copy(f"copy {table} to stdout (format csv)") as source:
                content = b"".join(source)
            spent: dict[str, float] = {}
            with timed(spent, "copy"), cursor.copy(f"copy {copy} from stdin (format csv)") as target:
                target.write(content)
            seconds += spent["copy"]
            rows[table] = cursor.rowcount
            cursor.execute(f"drop table {copy}")
    connections["owner"].close()
    return sum(rows[table] for table in ROW_TABLES), sum(rows.values()), seconds
