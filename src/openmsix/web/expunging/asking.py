"""Asking that something is expunged, from where a person finds it: a child's record, or a submission's receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from openmsix.accounts.permissions import NotPermitted, Permission
from openmsix.expunge import actions, effect, rules, subjects
from openmsix.expunge.models import Kind
from openmsix.expunge.refusing import NotPossible, Why
from openmsix.expunge.subjects import Subject
from openmsix.intake.models import Submission
from openmsix.records.models import StateRecord
from openmsix.students.models import Child
from openmsix.students.record import ConsolidatedRecord
from openmsix.typed import LONGEST_REASON
from openmsix.web.access import HatRequest, opens
from openmsix.web.children.record import opened
from openmsix.worklist.refusing import Refusal

from .words import KIND_WORDS, in_words


@dataclass(frozen=True)
class Option:
    """One thing that can be asked for. `numbers`: what would be removed; None if it cannot be asked, and `problem` says why."""

    key: str
    subject: Subject
    identifier: str
    numbers: dict[str, Any] | None = None
    problem: str = ""

    @property
    def words(self) -> str:
        """What it is."""
        return str(KIND_WORDS[self.subject.kind])


def option(request: HatRequest, key: str, subject: Subject, identifier: str) -> Option:
    """A thing that may be asked for, with what would be removed, or with why it cannot."""
    try:
        _states, numbers = actions.look(subject=subject, by=request.hat)
    except NotPossible as why:
        return Option(key, subject, identifier, problem=in_words(why.refusal))
    except NotPermitted:
        # Whether there is such a child is not told to those whom it does not concern.
        return Option(key, subject, identifier, problem=in_words(Refusal(Why.NOBODY)))
    return Option(key, subject, identifier, numbers)


def asked(request: HatRequest, options: Sequence[Option], context: dict[str, Any]) -> HttpResponse:
    """The page that tells what would be removed and asks why; or, once that is said, the way to the request."""
    errors: dict[str, str] = {}
    given, chosen = request.POST.get("reason", ""), request.POST.get("option", "")
    if request.method == "POST" and "reason" in request.POST:
        one = next((each for each in options if each.key == chosen and each.numbers is not None), None)
        if one is None:
            errors["option"] = _("Choose what is to be removed.")
        else:
            try:
                made = actions.request(subject=one.subject, reason=given, by=request.hat)
            except NotPossible as why:
                errors["reason"] = in_words(why.refusal)
            else:
                messages.success(request, _("Asked for. Nothing is removed before another person approves."))
                return redirect("expunging:request", ref=made.ref)
    more = {
        "options": options,
        "possible": [each for each in options if each.numbers is not None],
        "chosen": chosen,
        "reason": given,
        "errors": errors,
        "longest_reason": LONGEST_REASON,
    }
    return render(request, "expunging/ask.html", context | more, status=422 if errors else 200)


@opens(Permission.EXPUNGE)
@require_http_methods(["GET", "HEAD", "POST"])
def of_child(request: HatRequest, child: str) -> HttpResponseBase:
    """Of a child: a record of the own State, or the whole child."""
    if not request.hat.may(Permission.OPEN_RECORD):
        raise Http404
    found = get_object_or_404(Child.objects.visible_to(request.hat), ref=child)
    whole = subjects.of_child(found.msix_id)
    named = effect.students(whole.kind, whole.names)
    if not rules.may_take_part(request.hat, set(named["state_code"])):
        raise Http404
    record = opened(request, child, "expunging")
    if not isinstance(record, ConsolidatedRecord):
        return record
    own = StateRecord.objects.filter(pk__in=effect.records_of(named), state_code=request.hat.state_code)
    options = [
        option(
            request,
            f"record-{one.pk}",
            subjects.of_student(one.state_code, one.state_student_id, one.state_student_id_type),
            f"{one.state_code} {one.state_student_id}",
        )
        for one in own.order_by("state_student_id")
    ]
    if named.height > len(options):
        options.append(option(request, "child", whole, found.msix_id))
    crumbs = [(record.name, reverse("children:sources", args=[child]))]
    return asked(request, options, {"record": record, "crumbs": crumbs})


@opens(Permission.EXPUNGE)
@require_http_methods(["GET", "HEAD", "POST"])
def of_submission(request: HatRequest, submission: str) -> HttpResponse:
    """Of a submission: all of it, or, where later ones stand on it, the students of whom it alone tells."""
    found = get_object_or_404(Submission, ref=submission)
    if not rules.may_take_part(request.hat, [found.state_code]):
        raise Http404
    subject = subjects.of_this_submission(found)
    whole = subjects.of_submission(submission)
    why_not_whole = option(request, "", whole, "").problem if subject.kind == Kind.ALONE else ""
    crumbs = [(_("Expunging"), reverse("expunging:list"))]
    if request.hat.may(Permission.SEE_SUBMISSIONS):
        crumbs = [
            (_("Submissions"), reverse("submissions:list")),
            (found.ref, reverse("submissions:detail", args=[found.ref])),
        ]
    context = {"submission": found, "why_not_whole": why_not_whole, "crumbs": crumbs}
    return asked(request, [option(request, "submission", subject, found.ref)], context)
