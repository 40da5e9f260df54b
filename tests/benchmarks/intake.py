"""A nation's first load: read, checked and stored by two places at once, as the worker does on two cores, then linked and published."""

import resource
import threading
from collections import deque
from pathlib import Path

from tests.benchmarks.report import Line
from tests.benchmarks.timing import say, timed

HOT_TABLES = (
    "records_demographics",
    "records_qualifyingmove",
    "records_enrollment",
    "records_coursehistory",
    "records_assessment",
    "records_alternateid",
)
MEGABYTE = 1024
"""The system tells the largest size in kilobytes."""


def measure(paths: list[Path]) -> list[Line]:
    """Against raw COPY of the same rows into the same tables with the same indexes."""
    spent: dict[str, float] = {}
    with timed(spent, "receiving"):
        submissions = receive(paths)
    with timed(spent, "storing"):
        store(submissions)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    finish(submissions, spent)
    rows, raw = _raw_copy()
    ours = spent["storing"]
    return [
        Line(
            "First load: parse, check, store",
            f"{rows:,} child rows in {ours:.1f} s, {rows / ours:,.0f} rows/s, {peak:,.0f} MB "
            f"(receiving {spent['receiving']:.1f} s, linking {spent['linking']:.1f} s, publishing {spent['publishing']:.1f} s besides)",
            f"raw COPY of the same rows: {raw:.1f} s, {rows / raw:,.0f} rows/s",
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


def store(submissions: dict[int, bool]) -> None:
    """Check and store them at two places, one of which takes the heaviest, as `openmsix worker` does."""
    from django.db import connection

    from openmsix import flow

    heavy = deque(pk for pk, is_heavy in submissions.items() if is_heavy)
    others = deque(pk for pk, is_heavy in submissions.items() if not is_heavy)
    faults: list[BaseException] = []

    def work(*queues: deque[int]) -> None:
        try:
            for queue in queues:
                while queue:
                    flow.take_in(queue.popleft(), stages=flow.STAGES[:1])
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


def _raw_copy() -> tuple[int, float]:
    """Copy the stored child rows out, and time copying them into empty tables of the same shape and indexes."""
    from django.db import connections

    rows, seconds = 0, 0.0
    with connections["owner"].cursor() as cursor:
        for table in HOT_TABLES:
            copy = f"bench_{table}"
            cursor.execute(f"drop table if exists {copy}")
            cursor.execute(f"create table {copy} (like {table} including all)")
            with cursor.copy(f"copy {table} to stdout (format csv)") as source:
                content = b"".join(source)
            spent: dict[str, float] = {}
            with timed(spent, "copy"), cursor.copy(f"copy {copy} from stdin (format csv)") as target:
                target.write(content)
            seconds += spent["copy"]
            rows += content.count(b"\n")
            cursor.execute(f"drop table {copy}")
    connections["owner"].close()
    return rows, seconds
