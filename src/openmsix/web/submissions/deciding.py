"""What a person decides about a submission: the tripwire, and giving up one whose parts will not come."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from openmsix import flow
from openmsix.accounts.permissions import Permission
from openmsix.intake import actions as intake
from openmsix.intake.states import NotPossible, Status
from openmsix.web.access import HatRequest, opens

from .listing import seen


@opens(Permission.CONFIRM_CLOSURES)
@require_http_methods(["GET", "POST"])
def decide(request: HatRequest, ref: str) -> HttpResponse:
    """What would happen, in plain words, and the two answers."""
    submission = seen(request, ref)
    if submission.status != Status.WAITING:
        return redirect("submissions:detail", ref=ref)
    if request.method == "POST":
        try:
            if request.POST.get("answer") == "confirm":
                flow.confirm(submission=submission, by=request.hat)
                messages.success(request, _("Confirmed. The submission goes on."))
            elif request.POST.get("answer") == "decline":
                intake.decline(submission=submission, by=request.hat)
                messages.success(request, _("Declined. Nothing of this submission was taken in."))
        except NotPossible as why:
            messages.error(request, str(why))
        return redirect("submissions:detail", ref=ref)
    crumbs = [
        (_("Submissions"), reverse("submissions:list")),
        (submission.ref, reverse("submissions:detail", args=[ref])),
    ]
    return render(request, "submissions/decide.html", {"submission": submission, "crumbs": crumbs})


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
