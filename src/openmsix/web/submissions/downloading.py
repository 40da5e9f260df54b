"""The receipt as files, in the same shapes as those of `openmsix validate` and `openmsix submit`, sent while it is read."""

from itertools import chain

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.intake import receipts
from openmsix.web.access import HatRequest, opens
from openmsix.web.downloads import BYTE_ORDER_MARK, attachment

from .listing import seen


@opens(Permission.SEE_SUBMISSIONS)
@require_safe
def receipt_csv(request: HatRequest, ref: str) -> StreamingHttpResponse:
    """Every student with its verdict and MSIX ID, once for each finding."""
    submission = seen(request, ref)
    pieces = chain([BYTE_ORDER_MARK], receipts.as_csv(submission))
    return attachment(f"{submission.ref}.csv", "text/csv; charset=utf-8", pieces)


@opens(Permission.SEE_SUBMISSIONS)
@require_safe
def receipt_json(request: HatRequest, ref: str) -> StreamingHttpResponse:
    """The whole receipt, for programs."""
    submission = seen(request, ref)
    return attachment(f"{submission.ref}.json", "application/json", receipts.as_json(submission))
