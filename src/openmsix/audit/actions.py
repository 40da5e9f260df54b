"""Writing the audit.

Both words must be said inside the transaction of the act they tell of: both happen, or neither.
"""

from typing import Any

from django.db import transaction

from .hands import Hand
from .models import Disclosure, Event


class OutsideTransaction(RuntimeError):
    """An audit row was written outside the transaction of its act."""


def _check_inside_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction("Audit rows are written inside the transaction of the act they tell of.")


def record(
    *, by: Hand, action: str, subject_type: str, subject_id: str, detail: dict[str, Any] | None = None
) -> Event:
    """Write down that something was done.

    `action` reads room:subject:verb. `detail` carries numbers, codes and references, never personal data of a
    child.

    Raises:
        OutsideTransaction: no transaction is open.
    """
    _check_inside_transaction()
    return Event.objects.create(
        actor_id=by.actor_id,
        actor=by.actor,
        hat=by.label,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        detail=detail or {},
    )


def disclose(*, by: Hand, msix_id: str, purpose: str, what: str) -> Disclosure:
    """Write down that somebody is being shown something about a child.

    Raises:
        OutsideTransaction: no transaction is open.
    """
    _check_inside_transaction()
    return Disclosure.objects.create(
        actor_id=by.actor_id, actor=by.actor, hat=by.label, msix_id=msix_id, purpose=purpose, what=what
    )
