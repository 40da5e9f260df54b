"""The form that sends files."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from openmsix.dictionary.formats import LOOKED_AT
from openmsix.intake.formats import may_be_part
from openmsix.intake.limits import LARGEST_FILE

MOST_FILES = 50


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class Parts(forms.FileField):
    """One or more files, each a part of a submission."""

    widget = _ManyFiles

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        """All files, or what is wrong with each."""
        files: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            raise forms.ValidationError(_("Choose a file first."), code="required")
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
        if not file.size:
            return forms.ValidationError(_("%(name)s is empty."), params=words)
        begin = file.read(LOOKED_AT)
        file.seek(0)
        if not may_be_part(begin):
            return forms.ValidationError(
                _("%(name)s is not a zip, XML or JSON file. Put CSV files into one zip and send that."),
                params=words,
            )
        if file.size > LARGEST_FILE:
            return forms.ValidationError(
                _("%(name)s is larger than 2 GB. Split it into parts."), params=words
            )
        return None


class SendForm(forms.Form):
    """Files to send."""

    parts = Parts(label=_("Files"))
