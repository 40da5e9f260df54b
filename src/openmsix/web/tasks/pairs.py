"""What a near match is about: the States of its two records, and where each child's record can be read."""

from collections.abc import Iterable
from dataclasses import dataclass

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.identity.models import CandidatePair, Link
from openmsix.students.models import Child
from openmsix.worklist.models import Task

CANDIDATE_PAIR = "candidate_pair"


@dataclass(frozen=True)
class Side:
    """One of the two records. `ref`: the address of its child's page; empty if the hat may not open it."""

    state_code: str
    ref: str


def sides(tasks: Iterable[Task], hat: Hat) -> dict[int, list[Side]]:
    """The two records of each task that is a near match, by the task's id."""
    near = {int(task.subject_id): task.pk for task in tasks if task.subject_type == CANDIDATE_PAIR}
    pairs = list(CandidatePair.objects.filter(pk__in=near).select_related("left", "right"))
    records = [record for pair in pairs for record in (pair.left, pair.right)]
    ids = dict(Link.objects.live().filter(state_record__in=records).values_list("state_record_id", "msix_id"))
    refs: dict[str, str] = {}
    if hat.may(Permission.OPEN_RECORD):
        seen = Child.objects.visible_to(hat).filter(msix_id__in=ids.values())
        refs = dict(seen.values_list("msix_id", "ref"))
    return {
        near[pair.pk]: [
            Side(record.state_code, refs.get(ids.get(record.pk, ""), ""))
            for record in (pair.left, pair.right)
        ]
        for pair in pairs
    }
