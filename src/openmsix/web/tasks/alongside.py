"""The other open questions about the children of a near match: which record fits as well, and where that is asked."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from openmsix.accounts.hats import Hat
from openmsix.identity.assigning import PAIR
from openmsix.identity.models import CandidatePair
from openmsix.identity.words import PairStatus
from openmsix.records.models import StateRecord
from openmsix.worklist.models import Task

MOST = 6


@dataclass(frozen=True)
class Other:
    """Another open question. `records`: its two records; `task`: the number of the task in which this person may answer it, if there is one."""

    records: tuple[StateRecord, StateRecord]
    task: int | None


def others(pair: CandidatePair, records: Iterable[int], hat: Hat) -> list[Other]:
    """The other open near matches about these records, those first that this person may answer."""
    about = list(records)
    found = CandidatePair.objects.filter(Q(left__in=about) | Q(right__in=about), status=PairStatus.OPEN)
    asked = list(found.exclude(pk=pair.pk).select_related("left", "right").order_by("-weight", "pk"))
    tasks = Task.objects.open().for_hat(hat).filter(subject_type=PAIR)
    own = dict(tasks.filter(subject_id__in=[str(one.pk) for one in asked]).values_list("subject_id", "pk"))
    told = [Other((one.left, one.right), own.get(str(one.pk))) for one in asked]
    return sorted(told, key=lambda one: one.task is None)[:MOST]
