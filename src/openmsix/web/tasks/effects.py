"""What a merge, a split or an undoing would do, as the pages tell it."""

from collections.abc import Sequence
from dataclasses import dataclass

from openmsix.identity.effect import Effect
from openmsix.records.models import StateRecord
from openmsix.students.outlook import Outlook, outlooks

from .words import state_names


@dataclass(frozen=True)
class Row:
    """A record, and its MSIX ID now and then: empty for one that will be made."""

    state_code: str
    state_student_id: str
    before: str
    after: str

    @property
    def moves(self) -> bool:
        """Whether it goes over to another child."""
        return self.before != self.after


@dataclass(frozen=True)
class Told:
    """An effect in the words of a page. `told_states`: who hears of changed MSIX IDs; `answered`: the two records of each question that is answered by it."""

    rows: Sequence[Row]
    told_states: str
    retired: Sequence[str]
    alive: Sequence[str]
    answered: Sequence[str]
    forgotten: int
    apart: int
    outlooks: Sequence[Outlook]


def told(effect: Effect | None) -> Told | None:
    """The effect for a page that has written down its disclosure of the children; None if there is none."""
    if effect is None:
        return None
    records = StateRecord.objects.in_bulk(list(effect.after))
    rows = [
        Row(records[pk].state_code, records[pk].state_student_id, effect.before[pk], msix_id)
        for pk, msix_id in effect.after.items()
    ]
    return Told(
        rows=sorted(rows, key=lambda row: (row.before, row.state_code, row.state_student_id)),
        told_states=state_names(sorted({row.state_code for row in rows if row.moves})),
        retired=effect.retired,
        alive=effect.alive,
        answered=[" / ".join(_record(records[pk]) for pk in pair) for pair in effect.answered],
        forgotten=effect.forgotten,
        apart=effect.apart,
        outlooks=outlooks(sorted(set(effect.before.values())), effect.after),
    )


def _record(record: StateRecord) -> str:
    return f"{record.state_code} {record.state_student_id}"
