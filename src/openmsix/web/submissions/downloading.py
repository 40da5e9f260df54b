"""The receipt as files, in the same shapes as those of `openmsix validate` and `openmsix submit`."""

from collections.abc import Iterable

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.intake import receipts
from openmsix.web.access import HatRequest, opens
from openmsix.web.downloads import BYTE_ORDER_MARK, attachment

from .listing import seen

PIECE = 1 << 16  # characters sent at a time


@opens(Permission.SEE_SUBMISSIONS)
@require_safe
def receipt_csv(request: HatRequest, ref: str) -> StreamingHttpResponse:
    """Every student with its verdict and MSIX ID, once for each finding."""
    submission = seen(request, ref)
    text = BYTE_ORDER_MARK + receipts.of(submission).as_csv()
    return attachment(f"{submission.ref}.csv", "text/csv; charset=utf-8", _pieces(text))


@opens(Permission.SEE_SUBMISSIONS)
@require_safe
def receipt_json(request: HatRequest, ref: str) -> StreamingHttpResponse:
    """The whole receipt, for programs."""
    submission = seen(request, ref)
    return attachment(
        f"{submission.ref}.json", "application/json", _pieces(receipts.of(submission).as_json())
    )


def _pieces(text: str) -> Iterable[str]:
    return (text[start : start + PIECE] for start in range(0, len(text), PIECE))
