"""Asking whether a student is a child that is known here, before the State sends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.audit import actions as audit
from openmsix.identity.dry_run import Likeness, likenesses
from openmsix.matching.verdict import Verdict
from openmsix.students.models import Child


@dataclass(frozen=True)
class Outcome:
    """What linking would say. `verdict`: of the student as a whole; different where nobody known is like it.

    `children`: whom it is or may be, the surest first. `unshown`: how many more there are whom the hat does not reach, or of whom no State speaks any more.
    """

    verdict: Verdict
    children: tuple[tuple[Child, Likeness], ...]
    unshown: int


@transaction.atomic
def match(person: Mapping[str, Any], *, by: Hat, purpose: str) -> Outcome:
    """Compare a student with the children of all States. Writes nothing but who was shown which child, and why.

    `person`: see `identity.dry_run.likenesses`; the State is the hat's own, whatever is said.

    Raises:
        NotPermitted: the hat may not search.
    """
    by.check(Permission.SEARCH_CHILDREN)
    found = likenesses({**person, "state_code": by.state_code or None})
    reached = Child.objects.visible_to(by).in_bulk([one.msix_id for one in found])
    shown = tuple((reached[one.msix_id], one) for one in found if one.msix_id in reached)
    for child, _ in shown:
        audit.disclose(by=by, msix_id=child.msix_id, purpose=purpose, what="match")
    audit.record(
        by=by,
        action="students:match:tried",
        subject_type="match",
        subject_id="",
        detail={"elements": sorted(key for key, value in person.items() if value), "found": len(found)},
    )
    return Outcome(found[0].verdict if found else Verdict.DIFFERENT, shown, len(found) - len(shown))
