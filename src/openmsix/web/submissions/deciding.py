"""What a person decides about a submission: the tripwire, and giving up one whose parts will not come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from openmsix import flow
from openmsix.accounts.permissions import Permission
from openmsix.audit import actions as audit
from openmsix.intake import actions as intake
from openmsix.intake.models import Closing, Submission
from openmsix.intake.states import NotPossible, Status
from openmsix.records import queries as records
from openmsix.typed import LONGEST_REASON
from openmsix.web.access import HatRequest, opens
from openmsix.web.downloads import BLOCK, csv_response
from openmsix.web.lists import page_of

from .listing import seen
from .words import CLOSES_WORDS

COLUMNS = ("state_student_id", "state_student_id_type", "name", "birth_date", "how")


@dataclass(frozen=True)
class Student:
    """One student that would close, as the list shows it."""

    state_student_id: str
    state_student_id_type: str
    name: str
    birth_date: date | None
    how: str | Promise


@opens(Permission.CONFIRM_CLOSURES)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HatRequest, ref: str) -> HttpResponse:
    """Who would close, what the two answers do, and the answers."""
    submission = seen(request, ref)
    if request.method == "POST":
        return _decided(request, submission)
    if submission.status != Status.WAITING:
        messages.info(request, _no_longer(submission))
        return redirect("submissions:detail", ref=ref)
    page = page_of(request, _closings(submission))
    _write_down(request, submission, "shown", len(page))
    crumbs = [
        (_("Submissions"), reverse("submissions:list")),
        (submission.ref, reverse("submissions:detail", args=[ref])),
    ]
    context = {
        "submission": submission,
        "page": page,
        "students": list(_students(page)),
        "is_sender": request.hat.actor_id == submission.received_by_id,
        "longest_reason": LONGEST_REASON,
        "crumbs": crumbs,
    }
    return render(request, "submissions/decide.html", context)


def _decided(request: HatRequest, submission: Submission) -> HttpResponse:
    answer, reason = request.POST.get("answer"), request.POST.get("reason", "")
    try:
        if answer == "confirm":
            flow.confirm(
                submission=submission, by=request.hat, reason=reason, counted_at=_counted_at(request)
            )
            messages.success(request, _("Confirmed. The submission goes on."))
        elif answer == "decline":
            intake.decline(submission=submission, by=request.hat, reason=reason)
            messages.success(request, _("Declined. Nothing of this submission was taken in."))
    except NotPossible as why:
        messages.error(request, str(why))
    submission.refresh_from_db()
    waits = submission.status == Status.WAITING
    return redirect("submissions:decide" if waits else "submissions:detail", ref=submission.ref)


def _counted_at(request: HatRequest) -> datetime:
    """The moment of the count that the person saw.

    Raises:
        NotPossible: the form does not tell it.
    """
    try:
        return datetime.fromisoformat(request.POST.get("counted_at", ""))
    except ValueError:
        raise NotPossible(_("Look at who would close, then answer on this page.")) from None


def _no_longer(submission: Submission) -> str:
    """Why there is nothing to decide any more."""
    if submission.confirmed_by:
        return _("%(ref)s was confirmed by %(who)s.") % {
            "ref": submission.ref,
            "who": submission.confirmed_by,
        }
    return _("%(ref)s does not wait for a confirmation any more.") % {"ref": submission.ref}


@opens(Permission.CONFIRM_CLOSURES)
@require_safe
def closings_csv(request: HatRequest, ref: str) -> HttpResponseBase:
    """The same list as a file."""
    submission = seen(request, ref)
    if submission.status != Status.WAITING:
        return redirect("submissions:decide", ref=ref)
    closings = _closings(submission)
    _write_down(request, submission, "downloaded", submission.closes)
    rows = closings.iterator(chunk_size=BLOCK)
    blocks = iter(lambda: tuple(islice(rows, BLOCK)), ())
    return csv_response(f"{ref}-would-close.csv", COLUMNS, _lines(blocks))


def _closings(submission: Submission) -> Any:
    return submission.closings.order_by("state_student_id", "state_student_id_type")


def _students(closings: Iterable[Closing]) -> Iterator[Student]:
    listed = list(closings)
    names = records.names([one.state_record_id for one in listed])
    for one in listed:
        named = names.get(one.state_record_id)
        yield Student(
            one.state_student_id,
            one.state_student_id_type,
            named.name if named else "",
            named.birth_date if named else None,
            CLOSES_WORDS[one.how],
        )


def _lines(blocks: Iterable[tuple[Closing, ...]]) -> Iterator[tuple[object, ...]]:
    for block in blocks:
        for one in _students(block):
            yield (one.state_student_id, one.state_student_id_type, one.name, one.birth_date or "", one.how)


def _write_down(request: HatRequest, submission: Submission, what: str, students: int) -> None:
    """The list names children: the audit is told who was shown how many."""
    with transaction.atomic():
        audit.record(
            by=request.hat,
            action=f"intake:closings:{what}",
            subject_type="submission",
            subject_id=submission.ref,
            detail={"students": students},
        )


@opens(Permission.SUBMIT_FILES)
@require_POST
def withdraw(request: HatRequest, ref: str) -> HttpResponse:
    """Give up a submission whose other parts will not come."""
    submission = seen(request, ref)
    try:
        intake.withdraw(submission=submission, by=request.hat)
        messages.success(request, _("Withdrawn. You can send all parts anew."))
    except NotPossible as why:
        messages.error(request, str(why))
    return redirect("submissions:detail", ref=ref)
