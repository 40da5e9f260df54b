"""The form that sends files."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from openmsix.intake.limits import ENDING, LARGEST_FILE

MOST_FILES = 50


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ZipParts(forms.FileField):
    """One or more zip files, each a part of a submission."""

    widget = _ManyFiles

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        """All files, or what is wrong with each."""
        files: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            raise forms.ValidationError(_("Choose a zip file first."), code="required")
        if len(files) > MOST_FILES:
            raise forms.ValidationError(
                _("Send at most %(most)s files at once."), params={"most": MOST_FILES}
            )
        problems = [problem for file in files if (problem := self._problem(file))]
        if problems:
            raise forms.ValidationError(problems)
        return list(files)

    def _problem(self, file: "UploadedFile[Any]") -> forms.ValidationError | None:
        words = {"name": file.name}
        if not (file.name or "").lower().endswith(ENDING):
            return forms.ValidationError(
                _("%(name)s is not a zip file. Put the CSV files into one zip and send that."), params=words
            )
        if not file.size:
            return forms.ValidationError(_("%(name)s is empty."), params=words)
        if file.size > LARGEST_FILE:
            return forms.ValidationError(
                _("%(name)s is larger than 2 GB. Split it into parts."), params=words
            )
        return None


class SendForm(forms.Form):
    """Files to send."""

    parts = ZipParts(label=_("Zip files"))
