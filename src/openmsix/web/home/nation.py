"""The exchange in numbers, for the Office of Migrant Education. Counts only: no child can be told from them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from openmsix.deadlines import clock
from openmsix.intake.models import Submission
from openmsix.intake.states import Status
from openmsix.places.models import Kind, Place
from openmsix.students.models import Child, SearchRow


@dataclass(frozen=True)
class StateNumbers:
    """One State: its live records, and how old its last published submission is (None: nothing yet)."""

    code: str
    name: str
    records: int
    last: date | None
    days: int | None


@dataclass(frozen=True)
class Numbers:
    """The nation."""

    states: tuple[StateNumbers, ...]
    children: int
    in_several_states: int
    records: int
    submissions: int


def numbers() -> Numbers:
    """Count."""
    published = Submission.objects.filter(status=Status.PUBLISHED)
    last = {
        state_code: received_at.date()
        for state_code, received_at in published.order_by("state_code", "-received_at")
        .distinct("state_code")
        .values_list("state_code", "received_at")
    }
    records = dict(SearchRow.objects.order_by().values_list("state_code").annotate(Count("pk")))
    today = clock.today()
    states = tuple(
        StateNumbers(
            code=place.code,
            name=place.name,
            records=records.get(place.code, 0),
            last=last.get(place.code),
            days=(today - last[place.code]).days if place.code in last else None,
        )
        for place in Place.objects.filter(kind=Kind.STATE, code__in=set(records) | set(last)).order_by("name")
    )
    children = Child.objects.live()
    return Numbers(
        states=states,
        children=children.count(),
        in_several_states=children.filter(states__len__gt=1).count(),
        records=sum(records.values()),
        submissions=published.count(),
    )
