"""The children whom a list names."""

from collections.abc import Collection

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.audit import actions as audit
from openmsix.students.models import Child


def listed(
    msix_ids: Collection[str], hat: Hat, *, action: str, subject_type: str, **told: int | str
) -> dict[str, Child]:
    """Those of the children whom the hat may open, by MSIX ID. The audit keeps that they were listed, as `action`; `told`: what else it keeps."""
    if not hat.may(Permission.OPEN_RECORD):
        return {}
    children = Child.objects.visible_to(hat).in_bulk(msix_ids)
    if children:
        detail = {**told, "children": len(children)}
        audit.record(by=hat, action=action, subject_type=subject_type, subject_id="", detail=detail)
    return children
