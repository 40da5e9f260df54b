"""What the page of the quality of identity shows of the figures: sentences, drawings, and tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openmsix.reports.actions import bands
from openmsix.reports.models import NATION
from openmsix.reports.queries import WAITING, Quality, months, placed_by_state
from openmsix.reports.rates import Agreement, drift, share_agreeing
from openmsix.web.children.words import state_name
from openmsix.web.language import day
from openmsix.web.tasks.words import level_name

from . import words
from .charts import Chart

Waiting = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Drift:
    """A State in the table of drift: its last month with records, and how far that lies from the months before, in points of a hundred."""

    state: str
    month: str
    records: int
    link: str
    near: str
    link_drift: str
    near_drift: str


def charts(found: Quality, waiting: Waiting) -> dict[str, Chart]:
    """The drawings by name."""
    return {
        "tasks": Chart("tasks", list(_tasks(waiting))),
        "decisions": Chart("decisions", list(_decisions(found))),
        "placed": Chart("placed", list(_placed(found)), lines=True, unit=".0%"),
        "agreement": Chart("agreement", list(_agreement(found))),
    }


def _tasks(waiting: Waiting) -> Iterator[dict[str, Any]]:
    for at, (level, counts) in enumerate(waiting.items()):
        for name, _least, _most in WAITING:
            yield {
                "x": str(words.WAITING[name]),
                "series": level_name(level),
                "y": counts[name],
                "at": at,
            }


def _decisions(found: Quality) -> Iterator[dict[str, Any]]:
    for when, counts in reversed(found.decisions.items()):
        for at, (what, said) in enumerate(words.DONE.items()):
            yield {"x": day(when)[:-5], "series": str(said), "y": counts.get(what, 0), "at": at}


def _placed(found: Quality) -> Iterator[dict[str, Any]]:
    for month, placed in found.placed.items():
        for kind, rate in (("link", placed.link_rate), ("near", placed.near_rate)):
            if rate is not None:
                yield {"x": words.month(month), "series": str(words.RATES[kind]), "y": round(rate, 4)}


def _agreement(found: Quality) -> Iterator[dict[str, Any]]:
    for band, agreement in found.agreement.items():
        for at, (outcome, said) in enumerate(words.OUTCOMES.items()):
            yield {
                "x": words.band(band),
                "series": str(said),
                "y": getattr(agreement, outcome),
                "at": at,
            }


def shown(found: Quality, waiting: Waiting, state_code: str) -> dict[str, Any]:
    """The context of the page, but for what depends on the hat."""
    total = sum(found.agreement.values(), Agreement())
    return {
        "as_of": found.as_of,
        "charts": charts(found, waiting),
        "ages": [(name, words.WAITING[name]) for name, _least, _most in WAITING],
        "waiting": [
            (level, level_name(level), [(name, counts[name]) for name, _least, _most in WAITING])
            for level, counts in waiting.items()
        ],
        "open_tasks": sum(sum(counts.values()) for counts in waiting.values()),
        "done": list(words.DONE.values()),
        "decisions": [
            (when, [counts.get(what, 0) for what in words.DONE], sum(counts.values()))
            for when, counts in found.decisions.items()
            if counts
        ],
        "decided_lately": sum(sum(counts.values()) for counts in found.decisions.values()),
        "months": [
            (month, words.month(month), one, words.percent(one.link_rate), words.percent(one.near_rate))
            for month, one in reversed(found.placed.items())
            if one.records or one.asked
        ],
        "drifts": _drifts() if state_code == NATION else [],
        "own_drift": _drift_of(state_code, list(found.placed.values()), list(found.placed)),
        "merges": [(reason, said, found.merges.get(reason, 0)) for reason, said in words.SUSPICIONS.items()],
        "suspected_merges": found.merges.get("any", 0),
        "duplicates": [(kind, said, found.duplicates.get(kind, 0)) for kind, said in words.APART.items()],
        "suspected_duplicates": sum(found.duplicates.values()),
        "outcomes": list(words.OUTCOMES.values()),
        "bands": [
            (
                band,
                words.band(band),
                [(outcome, getattr(agreement, outcome)) for outcome in words.OUTCOMES],
                words.percent(agreement.share_same),
            )
            for band, agreement in found.agreement.items()
        ],
        "decided": total.decided,
        "agreeing": words.percent(share_agreeing(found.agreement, bands())),
        "same_above": f"{bands().same_above:g}",
        "split": found.split,
    }


def _drifts() -> list[Drift]:
    names = months()
    found = (_drift_of(state, list(placed), names) for state, placed in placed_by_state().items())
    return [one for one in found if one]


def _drift_of(state: str, placed: list[Any], names: list[str]) -> Drift | None:
    """Of the last month in which there were records."""
    last = max((place for place, one in enumerate(placed) if one.records), default=None)
    if last is None:
        return None
    known = placed[: last + 1]
    return Drift(
        state=state_name(state) if state else "",
        month=words.month(names[last]),
        records=known[-1].records,
        link=words.percent(known[-1].link_rate),
        near=words.percent(known[-1].near_rate),
        link_drift=words.points(drift([one.link_rate for one in known])),
        near_drift=words.points(drift([one.near_rate for one in known])),
    )
