"""What the operator does on the home page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from openmsix import flow
from openmsix.accounts.permissions import Permission
from openmsix.intake.models import Submission
from openmsix.intake.states import NotPossible
from openmsix.web.access import HatRequest, opens


@opens(Permission.OPERATE)
@require_POST
def retry(request: HatRequest, ref: str) -> HttpResponse:
    """Let the worker take up a submission that a fault of ours stopped."""
    submission = get_object_or_404(Submission, ref=ref)
    try:
        flow.retry(submission=submission, by=request.hat)
        messages.success(request, _("%(ref)s goes on where it stopped.") % {"ref": submission.ref})
    except NotPossible as why:
        messages.error(request, str(why))
    return redirect("home:home")
