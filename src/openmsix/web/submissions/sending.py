"""Sending files by the browser."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from openmsix import flow
from openmsix.accounts.permissions import Permission
from openmsix.intake.actions import NotReceived
from openmsix.intake.models import Submission
from openmsix.web.access import HatRequest, opens
from openmsix.web.language import day

from .forms import SendForm


@opens(Permission.SUBMIT_FILES)
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HatRequest) -> HttpResponse:
    """The form, and what it sends. Parts that were received stay received if another one was not."""
    form = SendForm(request.POST or None, request.FILES or None) if request.method == "POST" else SendForm()
    if request.method == "POST" and form.is_valid():
        received: list[Submission] = []
        for upload in form.cleaned_data["parts"]:
            try:
                received.append(_receive(upload, request))
            except NotReceived as why:
                form.add_error("parts", f"{upload.name}: {why}")
        _tell(request, received)
        if form.is_valid():
            return _to(_distinct(received))
    crumbs = [(_("Submissions"), reverse("submissions:list"))]
    status = 422 if form.errors else 200
    return render(request, "submissions/send.html", {"form": form, "crumbs": crumbs}, status=status)


def _receive(upload: "UploadedFile[Any]", request: HatRequest) -> Submission:
    """Hand one uploaded file to the exchange, from where the upload already lies on the disk."""
    name = upload.name or "upload.zip"
    if isinstance(upload, TemporaryUploadedFile):
        return flow.receive(path=Path(upload.temporary_file_path()), file_name=name, by=request.hat)
    handle, path = tempfile.mkstemp(suffix=".zip")
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(upload, file)
        return flow.receive(path=Path(path), file_name=name, by=request.hat)
    finally:
        Path(path).unlink()


def _tell(request: HatRequest, received: list[Submission]) -> None:
    """Say of each submission that it was received, and of each file that was here already that it changed nothing."""
    for one in received:
        if moment := one.received_before:
            words = {"day": day(moment.date()), "ref": one.ref}
            messages.info(
                request,
                _("This file was received already on %(day)s as %(ref)s; nothing changed.") % words,
            )
    for submission in _distinct([one for one in received if not one.received_before]):
        messages.success(request, _("Received: %(ref)s.") % {"ref": submission.ref})


def _distinct(submissions: list[Submission]) -> list[Submission]:
    return list({submission.pk: submission for submission in submissions}.values())


def _to(received: list[Submission]) -> HttpResponse:
    """To the submission that was sent; to the list if there were several."""
    if len(received) == 1:
        return redirect("submissions:detail", ref=received[0].ref)
    return redirect("submissions:list")
