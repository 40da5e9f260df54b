"""What the pages have in common on which somebody proposes what a second person has to agree to."""

from collections.abc import Collection
from typing import Any

from openmsix.identity.answering import validators
from openmsix.identity.proposing import waiting_about
from openmsix.typed import LONGEST_REASON
from openmsix.web.access import HatRequest

from .words import nobody_in


def form(request: HatRequest, msix_ids: Collection[str]) -> dict[str, Any]:
    """Whether these children are free, whether there is somebody to agree, and the reason as far as it was typed."""
    return {
        "locked_by": waiting_about(msix_ids),
        "nobody_in": nobody_in(validators(msix_ids, request.hat.state_code), request.hat),
        "reason": request.POST.get("reason", ""),
        "longest_reason": LONGEST_REASON,
    }
