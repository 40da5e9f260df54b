"""What stands beside two records on the pages on which people decide: what happened to each, and the families."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from openmsix.accounts.hats import Hat
from openmsix.identity import questions
from openmsix.students.beside import Column, Side
from openmsix.students.search_family import Relative, relatives_of

from .records import Records, latest_of_each
from .waterfall import prior, steps

LATEST = 6
"""So many moves and enrollments of each record are shown."""


@dataclass(frozen=True)
class Happened:
    """A move or an enrollment of one of the records. `row`: as sent."""

    day: date
    side: Column
    kind: str
    row: Mapping[str, Any]


def happened(sides: Iterable[Column]) -> list[Happened]:
    """The latest moves and enrollments of the records, the latest first."""
    found = [
        Happened(row[key], side, kind, row)
        for side in sides
        for kind, key in (("qualifying_moves", "qualifying_arrival_date"), ("enrollments", "enrollment_date"))
        for row in sorted(
            (row for row in side.source.of(kind) if row.get(key)), key=lambda row: row[key], reverse=True
        )[:LATEST]
    ]
    return sorted(found, key=lambda one: one.day, reverse=True)


def families(sides: Sequence[Side | Column], hat: Hat) -> list[tuple[Side | Column, list[Relative]]]:
    """Brothers and sisters of each child, but for the others at hand."""
    own = {side.child.pk for side in sides}
    relatives = relatives_of([side.child for side in sides], hat)
    return [(side, [one for one in relatives[side.child.pk] if one.child.pk not in own]) for side in sides]


def beside(records: Records, hat: Hat) -> dict[str, Any]:
    """What a page shows of two children besides their records, or of what leaves one child and what stays: all that happened, and of the record of each that was said last what speaks
    for one child; of two children also the families. Nothing where there are not two."""
    columns = latest_of_each(records)
    if len(columns) != 2:
        return {}
    shown: dict[str, Any] = {
        "compares": True,
        "happened": happened(records.columns),
        "families": families(columns, hat) if columns[0].child != columns[1].child else (),
        "compared": columns if len(records.columns) > len(columns) else (),
    }
    left, right = (column.source.state_record_id for column in columns)
    if weighed := questions.weighed(min(left, right), max(left, right)):
        shown |= {
            "sentence": weighed.sentence,
            "score": weighed.score,
            "steps": steps(weighed.score),
            "prior": prior(weighed.score),
        }
    return shown
