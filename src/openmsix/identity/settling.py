"""Writing down how the question about a candidate pair ended, and ending the tasks that asked it."""

from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q, QuerySet

from openmsix.accounts.hats import Hat
from openmsix.deadlines import clock
from openmsix.identity.models import CandidatePair, KnownDifferent, Link
from openmsix.identity.words import PairStatus
from openmsix.worklist import actions as worklist
from openmsix.worklist.models import Task


def settle(pair: CandidatePair, status: PairStatus, *, by: Hat, reason: str = "") -> None:
    """Give a pair its end; two that are different are known to be so from now on."""
    pair.status = status
    pair.save(update_fields=["status"])
    if status == PairStatus.DIFFERENT:
        known_different([pair.left_id], [pair.right_id], by=by, reason=reason)
    end_tasks("candidate_pair", [str(pair.pk)], by=by, outcome=status.value)


def known_different(left: Collection[int], right: Collection[int], *, by: Hat, reason: str) -> None:
    """Each of these records is another child's than each of those, from now on."""
    now = clock.now()
    KnownDifferent.objects.bulk_create(
        (
            KnownDifferent(
                left_id=min(one, other),
                right_id=max(one, other),
                decided_at=now,
                decided_by=by.actor,
                reason=reason,
            )
            for one in sorted(left)
            for other in sorted(right)
        ),
        ignore_conflicts=True,
    )


def end_tasks(subject_type: str, subject_ids: Sequence[str], *, by: Hat, outcome: str) -> None:
    """End the open tasks about something that was decided: as done at the places whose tasks the person decides, elsewhere as withdrawn."""
    for task in Task.objects.open().for_hat(by).filter(subject_type=subject_type, subject_id__in=subject_ids):
        worklist.close(task=task, outcome=outcome, by=by)
    worklist.withdraw(subject_type=subject_type, subject_ids=subject_ids, outcome=outcome, by=by)


def within(msix_ids: Collection[str]) -> list[CandidatePair]:
    """The open pairs whose two records both belong to these children: nothing is left to ask of them once these are one."""
    records = list(Link.objects.live().filter(msix_id__in=msix_ids).values_list("state_record", flat=True))
    return list(
        CandidatePair.objects.filter(status=PairStatus.OPEN, left__in=records, right__in=records).order_by(
            "pk"
        )
    )


def different_no_more(left: Iterable[int], right: Iterable[int]) -> None:
    """Forget that records of two children were known to be different: they are one child now."""
    differences(left, right).delete()


def differences(left: Iterable[int], right: Iterable[int]) -> QuerySet[KnownDifferent]:
    """What is known of some records being another child's than some others."""
    ones, others = list(left), list(right)
    return KnownDifferent.objects.filter(
        Q(left__in=ones, right__in=others) | Q(left__in=others, right__in=ones)
    )
