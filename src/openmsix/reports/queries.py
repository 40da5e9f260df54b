"""The figures of the quality of identity, of a State or of the nation, as they were reckoned last."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from openmsix import staging
from openmsix.deadlines import clock
from openmsix.worklist.models import LEVELS, Task, Tasks

from . import statements
from .actions import DAYS, MONTHS, bands, first_month
from .models import NATION, Figure, Reckoning
from .rates import NOT_WEIGHED, Agreement, Placed, placed

WAITING = (("week", 0, 7), ("month", 7, 28), ("older", 28, None))
"""How long tasks wait, by name: from so many days, to fewer than so many. As in the list of tasks."""
Counts = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Quality:
    """All figures of a State or of the nation. `as_of`: None if nothing was reckoned yet.

    `decisions`: by day, the last one first, and by what was done. `placed`: by month, the first one first. `agreement`: by band. `merges`: suspected ones, by reason
    and `any`. `duplicates`: by `rule` and `alike`. `split`: children whom people took apart although the model had joined them.
    """

    as_of: datetime | None
    decisions: dict[date, Mapping[str, int]]
    placed: dict[str, Placed]
    agreement: dict[str, Agreement]
    merges: Mapping[str, int]
    duplicates: Mapping[str, int]
    split: int


def quality(state_code: str = NATION) -> Quality:
    """The figures of a State, or of the nation."""
    figures: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    found = Figure.objects.filter(state_code=state_code)
    for kind, first, second, value in found.values_list("kind", "first", "second", "value"):
        figures[kind][first, second] = value
    reckoning = Reckoning.objects.first()
    return Quality(
        as_of=reckoning.as_of if reckoning else None,
        decisions=_decisions(figures["decisions"], (reckoning.as_of if reckoning else clock.now()).date()),
        placed={month: placed(_of(figures["placed"], month)) for month in months()},
        agreement={
            band: Agreement(**_of(figures["agreement"], band))
            for band in (*bands().names, NOT_WEIGHED)
            if _of(figures["agreement"], band)
        },
        merges={first: value for (first, _), value in figures["merges"].items()},
        duplicates={first: value for (first, _), value in figures["duplicates"].items()},
        split=figures["split"].get(("", ""), 0),
    )


def months() -> list[str]:
    """The months of which links are told, the first one first: `2026-11`."""
    first = first_month(clock.today())
    numbers = range(first.year * 12 + first.month - 1, first.year * 12 + first.month - 1 + MONTHS)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def placed_by_state() -> dict[str, Sequence[Placed]]:
    """What became of each State's records, month by month."""
    counts: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    found = Figure.objects.filter(kind="placed").exclude(state_code=NATION).order_by("state_code")
    for state, first, second, value in found.values_list("state_code", "first", "second", "value"):
        counts[state][first, second] = value
    return {state: [placed(_of(of_state, month)) for month in months()] for state, of_state in counts.items()}


def tasks_waiting(tasks: Tasks) -> dict[str, dict[str, int]]:
    """How many of these open tasks wait, by level and then by how long; levels without any are left out."""
    now = clock.now()
    found = {}
    for level in LEVELS:
        of_level = tasks.filter(level=level)
        counts = {}
        for name, least, most in WAITING:
            waiting = of_level.filter(opened_at__lte=now - timedelta(days=least)) if least else of_level
            if most is not None:
                waiting = waiting.filter(opened_at__gt=now - timedelta(days=most))
            counts[name] = waiting.count()
        if any(counts.values()):
            found[level] = counts
    return found


def open_tasks(state_code: str) -> Tasks:
    """The open tasks of a State, or of the nation."""
    tasks = Task.objects.open()
    return tasks.filter(place__path__startswith=f"/US/{state_code}/") if state_code else tasks


def shared_near_matches(state_code: str) -> dict[str, int]:
    """How many open near matches a State shares with each other one."""
    return dict(
        staging.rows(
            """
            SELECT CASE WHEN l.state_code = %(state)s THEN r.state_code ELSE l.state_code END AS other, count(*)
            FROM identity_candidatepair p JOIN records_staterecord l ON l.id = p.left_id JOIN records_staterecord r ON r.id = p.right_id
            WHERE p.status = 'open' AND (l.state_code = %(state)s) <> (r.state_code = %(state)s) GROUP BY 1 ORDER BY 1
            """,
            {"state": state_code},
        )
    )


def told_apart(state_code: str, since: datetime, until: datetime) -> list[int]:
    """The candidate pairs of a State that people found to be two children in this time, without a second person."""
    found = staging.rows(statements.TOLD_APART, {"state": state_code, "since": since, "until": until})
    return [number for (number,) in found]


def _of(counts: Counts, first: str) -> dict[str, int]:
    return {second: value for (name, second), value in counts.items() if name == first}


def _decisions(counts: Counts, last: date) -> dict[date, Mapping[str, int]]:
    days = (last - timedelta(days=number) for number in range(DAYS))
    return {day: _of(counts, day.isoformat()) for day in days}
