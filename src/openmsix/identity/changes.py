"""What changed about the MSIX IDs of a State's students, in order, so that the State's own system can follow."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields

from django.db.models import QuerySet

from openmsix.identity.models import IdChange
from openmsix.intake.receipt import harmless_cell


@dataclass(frozen=True)
class Change:
    """A student of a State got an MSIX ID (`before` is empty) or another one.

    `number`: the mark that it leaves; they rise within a State. `at`: the moment, as ISO 8601 in UTC.
    """

    number: int
    at: str
    state_student_id_type: str
    state_student_id: str
    before: str | None
    after: str
    reason: str


def told_after(state_code: str, mark: int = 0) -> QuerySet[IdChange]:
    """The changes after a mark that are told, in order: of a student who was expunged only the number is left."""
    after = IdChange.objects.filter(state_code=state_code, pk__gt=mark)
    return after.exclude(state_student_id="").order_by("pk")


def changes_after(state_code: str, mark: int = 0) -> Iterator[Change]:
    """Every change of the MSIX IDs of a State's students after a mark, in order.

    Changes are written one transaction at a time, so nothing can appear later below a mark that was given.
    """
    names = [column.name for column in fields(Change)][2:]
    found = told_after(state_code, mark).values_list("pk", "at", *names)
    for number, at, *rest in found.iterator():
        yield Change(number, at.isoformat(), *rest)


def last_mark(state_code: str) -> int:
    """The number of the State's last change; 0 if there was none."""
    newest = IdChange.objects.filter(state_code=state_code).order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0


class _Line:
    """What the csv writer writes to: it hands each line back."""

    def write(self, text: str) -> str:
        return text


def as_csv(changes: Iterable[Change]) -> Iterator[str]:
    """The changes as a CSV file, line by line: the same on the page and at the command line."""
    writer = csv.writer(_Line())
    yield writer.writerow([column.name for column in fields(Change)])
    for change in changes:
        yield writer.writerow([harmless_cell(value) for value in astuple(change)])
