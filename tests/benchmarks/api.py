"""One child compared with all others by a State's own system, against a call that reads nothing; every call of the API commits a write."""

import itertools
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from tests.benchmarks.report import Line

CALLS = 600
FIRST = 1_000
"""Calls before those that count, about other children: the exchange is one that has run for a while."""


def measure() -> list[Line]:
    """`POST /students/match` of children whose middle names were lost, one after the other, in turn with calls that ask for no change of an MSIX ID."""
    # All processes that are started from here on take it from the environment.
    os.environ["OPENMSIX_API_CALLS_A_MINUTE"] = "1000000"
    from tests.benchmarks import pages
    from tests.integration import api

    with pages.site() as address:
        state, students = _students()
        system = api.system(state)
        headers = {"Authorization": f"Bearer {system.token}"}
        with httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=30) as client:
            from openmsix.identity import rows
            from openmsix.identity.changes import last_mark

            rows.read_into_memory()  # as a worker does when it starts

            mark = last_mark(state)
            calls: dict[str, Callable[[], httpx.Response]] = {
                "empty": lambda: client.get("/id-changes", params={"since": mark}),
                "match": lambda: client.post(
                    "/students/match", json={"purpose": "enrollment", "student": next(students)}
                ),
            }
            spent, same = _spent(calls)
    match, empty = (_p99(spent[name]) for name in ("match", "empty"))
    return [
        Line(
            "One child compared through the API, all writes included",
            f"p99 {match * 1000:.1f} ms, median {statistics.median(spent['match']) * 1000:.1f} ms of {CALLS}, {same} found",
            f"an empty call with one committed write: p99 {empty * 1000:.1f} ms, median {statistics.median(spent['empty']) * 1000:.1f} ms",
            match / empty,
            "at most 3 times",
        )
    ]


def _spent(calls: dict[str, Callable[[], httpx.Response]]) -> tuple[dict[str, list[float]], int]:
    """The seconds of each call, and how many children were found to be the same."""
    spent: dict[str, list[float]] = {name: [] for name in calls}
    same = 0
    for number in range(FIRST + CALLS):
        for name, call in calls.items():
            started = time.perf_counter()
            answer = call()
            seconds = time.perf_counter() - started
            assert answer.status_code == 200, (name, answer.status_code, answer.text[:300])
            if number >= FIRST:
                spent[name].append(seconds)
                same += name == "match" and answer.json()["verdict"] == "same"
    return spent, same


def _p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[-1]


def _students() -> tuple[str, Iterator[dict[str, Any]]]:
    """A State, and children of others as it might ask about them."""
    from openmsix.students.models import Child

    children = (
        Child.objects.filter(live=True).exclude(birth_date=None).exclude(last_name_1="").order_by("ref")
    )
    found = list(children[: FIRST + CALLS])
    asked = [
        {
            "first_name": child.first_name,
            "last_name_1": child.last_name_1,
            **({"last_name_2": child.last_name_2} if child.last_name_2 else {}),
            "birth_date": child.birth_date.isoformat() if child.birth_date else None,
            **({"sex": child.sex} if child.sex else {}),
        }
        for child in found
    ]
    return _state(), itertools.cycle(asked)


def _state() -> str:
    from openmsix.identity.models import Link

    return Link.objects.live().order_by("pk")[0].state_code
