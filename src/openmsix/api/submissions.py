"""Sending files and batches, and reading what became of them."""

import json
import threading
import time
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Field, Header, Query, Router, Schema
from ninja.responses import NinjaJSONEncoder

from openmsix import flow
from openmsix.accounts.scopes import Scope
from openmsix.api import bodies, idempotency
from openmsix.api.access import ApiRequest, Holds, commits_by_itself
from openmsix.api.bodies import Sent
from openmsix.api.prefer import seconds_to_wait
from openmsix.api.problems import Refused
from openmsix.api.shapes import ReceiptOut, SentOut, SubmissionOut, SubmissionPage
from openmsix.intake import receipts
from openmsix.intake.models import Submission
from openmsix.intake.states import AT_REST, RUNNING, Status
from openmsix.intake.words import Kind

router = Router(tags=["Submissions"])
REF = r"[A-Z]{2}-[0-9A-Z-]{1,30}"
WAITS_AT_ONCE = threading.BoundedSemaphore(16)
"""Calls of one process that may wait for the worker; others are answered at once, so that pages are always served."""
BYTE_ORDER_MARK = "\ufeff"  # so that spreadsheets read the accents
READ = Holds(Scope.SUBMISSIONS_READ)


class SendHeaders(Schema):
    """What may come along with a file."""

    idempotency_key: Annotated[
        str | None,
        Field(
            alias="Idempotency-Key",
            pattern=idempotency.PATTERN,
            description="A name of your own for this call. The same key with the same body gives the first answer again, for three days.",
        ),
    ] = None
    prefer: Annotated[
        str,
        Field(
            alias="Prefer",
            max_length=200,
            description="`wait=SECONDS`: wait so long, at most 30, for the answer to each student; `respond-async`: do not wait. JSON waits 10 seconds, files do not wait.",
        ),
    ] = ""


@router.post(
    "",
    auth=Holds(Scope.SUBMISSIONS_WRITE),
    response={200: SentOut, 202: SentOut},
    url_name="submit",
    operation_id="submit",
    summary="Send a file or a batch",
)
@commits_by_itself
def submit(request: ApiRequest, headers: Header[SendHeaders]) -> HttpResponse:
    """Send one file of the State's: as the one file of a form, or as the whole body.

    It is kept as it came, and queued. A JSON body is a batch: the call waits some seconds for the worker and is answered with 200 and the receipt
    if it was enough; else, and for files, with 202 and a `Location` to ask. The same file sent twice changes nothing.
    """
    with (
        bodies.on_disk(request) as sent,
        idempotency.turn(
            client=request.bearer.client, key=headers.idempotency_key, digest=sent.digest
        ) as turn,
    ):
        first = turn.first
        # What was expunged since is received like a file without a key: the intake says why it is refused.
        if first is not None and Submission.objects.filter(ref=_ref_in(first.location)).exists():
            return _answer(first.status or 202, first.location, first.body, sent, replayed=True)
        submission = flow.receive(path=sent.path, file_name=sent.name, by=request.hat)
        turn.answer = _told(submission, sent, headers.prefer)
        return _answer(*turn.answer, sent)


def _told(submission: Submission, sent: Sent, prefer: str) -> tuple[int, str, str]:
    """Status, Location, and what is said of the submission."""
    before = submission.received_before
    if seconds := seconds_to_wait(prefer, is_batch=sent.kind == bodies.JSON and _is_small(sent)):
        _wait(submission, seconds)
    submission.refresh_from_db()
    submission.received_before = before
    status = 200 if submission.status in AT_REST else 202
    where = reverse("api:submission", args=[submission.ref])
    return status, where, json.dumps(shown(submission), cls=NinjaJSONEncoder)


def _answer(status: int, location: str, about: str, sent: Sent, *, replayed: bool = False) -> HttpResponse:
    """The answer, with the receipt where the work has ended. The receipt is never kept with the key: what is expunged shall be nowhere."""
    receipt = "null"
    if status == 200 and _is_small(sent):
        receipt = "".join(receipts.as_json(Submission.objects.get(ref=_ref_in(location))))
    more = {"Idempotent-Replayed": "true"} if replayed else {}
    return HttpResponse(
        f'{{"submission": {about}, "receipt": {receipt}}}',
        status=status,
        content_type="application/json",
        headers={"Location": location, **more},
    )


def _ref_in(location: str) -> str:
    return location.rpartition("/")[2]


def _is_small(sent: Sent) -> bool:
    """Whether its receipt can be put into an answer, which is held in memory."""
    return sent.path.stat().st_size <= int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)


def _wait(submission: Submission, seconds: float) -> None:
    """Wait until the worker has done what it can, outside of any transaction."""
    if not WAITS_AT_ONCE.acquire(blocking=False):
        return
    try:
        end, pause = time.monotonic() + seconds, 0.05
        while _status(submission) in RUNNING and time.monotonic() < end:
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)
    finally:
        WAITS_AT_ONCE.release()


def _status(submission: Submission) -> str:
    return Submission.objects.values_list("status", flat=True).get(pk=submission.pk)


class ListQuery(Schema):
    """What narrows the list."""

    status: Annotated[Status | None, Field(description="Only those that stand here.")] = None
    kind: Annotated[Kind | None, Field(description="Only those of all students, or of changed ones.")] = None
    before: Annotated[
        str | None,
        Field(
            pattern=f"^{REF}$",
            description="Only those received before this one: the cursor, taken from `next`.",
        ),
    ] = None
    limit: Annotated[int, Field(ge=1, le=200, description="How many a page holds.")] = 50


@router.get(
    "",
    auth=READ,
    response=SubmissionPage,
    url_name="submissions",
    operation_id="submissions",
    summary="List submissions",
)
def submissions(request: ApiRequest, query: Query[ListQuery]) -> dict[str, Any]:
    """The State's submissions, the newest first, a page at a time."""
    found = Submission.objects.visible_to(request.hat).order_by("-pk")
    if query.before:
        found = found.filter(pk__lt=_seen(request, query.before).pk)
    if query.status:
        found = found.filter(status=query.status)
    if query.kind:
        found = found.filter(kind=query.kind)
    page = list(found[: query.limit + 1])
    more = len(page) > query.limit
    page = page[: query.limit]
    return {
        "submissions": [shown(one) for one in page],
        "next": _next(request, page[-1].ref) if more else None,
    }


def _next(request: HttpRequest, ref: str) -> str:
    query = request.GET.copy()
    query["before"] = ref
    return f"{request.path}?{query.urlencode()}"


@router.get(
    "/{slug:ref}",
    auth=READ,
    response=SubmissionOut,
    url_name="submission",
    operation_id="submission",
    summary="One submission",
)
def submission(request: ApiRequest, ref: str) -> dict[str, Any]:
    """How far a submission is."""
    return shown(_seen(request, ref))


@router.get(
    "/{slug:ref}/receipt.json",
    auth=READ,
    response=ReceiptOut,
    url_name="receipt_json",
    operation_id="receipt_json",
    summary="The receipt as JSON",
)
def receipt_json(request: ApiRequest, ref: str) -> StreamingHttpResponse:
    """The answer to each student and every finding, sent as it is read; lists may be long, and numbers stand at the end."""
    pieces = receipts.as_json(_checked(request, ref))
    return StreamingHttpResponse(pieces, content_type="application/json")


@router.get(
    "/{slug:ref}/receipt.csv",
    auth=READ,
    url_name="receipt_csv",
    operation_id="receipt_csv",
    summary="The receipt as CSV",
    openapi_extra={
        "responses": {200: {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}}
    },
)
def receipt_csv(request: ApiRequest, ref: str) -> StreamingHttpResponse:
    """Every student, once for each finding; no cell is a formula to a spreadsheet."""
    pieces: Iterator[str] = chain([BYTE_ORDER_MARK], receipts.as_csv(_checked(request, ref)))
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")


def _seen(request: ApiRequest, ref: str) -> Submission:
    """The submission with this reference, if the client may see it; else it is as if there were none."""
    return get_object_or_404(Submission.objects.visible_to(request.hat), ref=ref)


def _checked(request: ApiRequest, ref: str) -> Submission:
    found = _seen(request, ref)
    if found.checked_at is None and found.status in RUNNING | {Status.RECEIVING}:
        raise Refused(
            "not-checked-yet", f"It is: {Status(found.status).label}.", headers={"Retry-After": "5"}
        )
    return found


def shown(one: Submission) -> dict[str, Any]:
    """A submission as data."""
    counts = one.counts if one.checked_at else {}
    return {
        "ref": one.ref,
        "state": one.state_code,
        "kind": one.kind,
        "dictionary_version": one.dictionary_version,
        "status": one.status,
        "status_words": Status(one.status).label,
        "submission_date": one.submission_date,
        "effective_begin": one.effective_begin,
        "effective_end": one.effective_end,
        "parts_total": one.parts_total,
        "parts_missing": [] if one.is_complete else one.missing_parts,
        "received_at": one.received_at,
        "received_before": one.received_before,
        "checked_at": one.checked_at,
        "finished_at": one.finished_at,
        **{name: counts.get(name) for name in ("students", "accepted", "with_findings", "rejected")},
        "would_close": one.closes,
        "live_before": one.live_before,
        "problem": one.problem,
        "links": {
            "self": reverse("api:submission", args=[one.ref]),
            "receipt_json": reverse("api:receipt_json", args=[one.ref]),
            "receipt_csv": reverse("api:receipt_csv", args=[one.ref]),
        },
    }
