"""Asking by an identifier that somebody was told: for students who were never shown as a child, and for the nation, which opens no records."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.expunge import rules, subjects
from openmsix.expunge.models import Kind
from openmsix.expunge.refusing import NotPossible, Why
from openmsix.expunge.subjects import Subject
from openmsix.intake.models import Submission
from openmsix.places.states import states
from openmsix.web.access import HatRequest, opens
from openmsix.worklist.refusing import Refusal

from .asking import asked, option
from .words import in_words

KINDS = (
    (Kind.STUDENT.value, gettext_lazy("A State’s record of a student")),
    (Kind.SUBMISSION.value, gettext_lazy("A submission")),
    (Kind.CHILD.value, gettext_lazy("A whole child, with the records of all States")),
)
NEEDED: Mapping[str, Mapping[str, Promise]] = {
    Kind.STUDENT: {
        "state": gettext_lazy("Choose the State."),
        "student": gettext_lazy("Type the State student ID."),
    },
    Kind.SUBMISSION: {"submission": gettext_lazy("Type the reference of the submission.")},
    Kind.CHILD: {"msix_id": gettext_lazy("Type the MSIX ID.")},
}


class NameForm(forms.Form):
    """What is meant, by its identifier."""

    kind = forms.ChoiceField(
        choices=KINDS, error_messages={"required": gettext_lazy("Choose what was sent in error.")}
    )
    state = forms.ChoiceField(required=False)
    student = forms.CharField(required=False, max_length=100)
    type = forms.CharField(required=False, max_length=10)
    submission = forms.CharField(required=False, max_length=40)
    msix_id = forms.CharField(required=False, max_length=20)

    def __init__(self, hat: Hat, data: Any = None) -> None:
        super().__init__(data)
        every = [(each.code, each.name) for each in states().values() if hat.state_code in ("", each.code)]
        self.fields["state"].choices = every  # type: ignore[attr-defined]
        self.named: Subject | None = None

    def clean(self) -> dict[str, Any]:
        """What is needed for this kind, and the subject that it names."""
        said: dict[str, Any] = self.cleaned_data
        for field, words in NEEDED.get(str(said.get("kind")), {}).items():
            if not said.get(field) and field not in self.errors:
                self.add_error(field, str(words))
        if not self.errors:
            try:
                self.named = _subject(said)
            except NotPossible as why:
                self.add_error("type", in_words(why.refusal))
        return said


def _subject(said: dict[str, Any]) -> Subject:
    if said["kind"] == Kind.SUBMISSION:
        return subjects.of_submission(said["submission"])
    if said["kind"] == Kind.CHILD:
        return subjects.of_child(said["msix_id"])
    return subjects.of_student(said["state"], said["student"], said["type"])


@opens(Permission.EXPUNGE)
@require_http_methods(["GET", "HEAD", "POST"])
def by_name(request: HatRequest) -> HttpResponse:
    """The question what is meant; then what would be removed. What was typed is never in an address."""
    form = NameForm(request.hat, request.POST if request.method == "POST" else None)
    crumbs = [(_("Expunging"), reverse("expunging:list"))]
    if request.method == "POST" and form.is_valid() and form.named:
        if form.named.kind == Kind.SUBMISSION:
            found = Submission.objects.filter(ref=form.named.names["submission"]).first()
            if found and rules.may_take_part(request.hat, [found.state_code]):
                return redirect("expunging:ask_submission", submission=found.ref)
            form.add_error("submission", in_words(Refusal(Why.NO_SUBMISSION)))
        else:
            one = option(request, "named", form.named, " ".join(_identifier(form.named)))
            if one.numbers is not None:
                kept = {name: request.POST.get(name, "") for name in form.fields}
                return asked(request, [one], {"kept": kept, "crumbs": crumbs})
            form.add_error("student" if form.named.kind == Kind.STUDENT else "msix_id", one.problem)
    context = {"form": form, "kinds": KINDS, "crumbs": crumbs}
    return render(request, "expunging/name.html", context, status=422 if form.errors else 200)


def _identifier(subject: Subject) -> list[str]:
    """What a subject is called, as people say it."""
    names = subject.names
    return [names["msix_id"]] if "msix_id" in names else [names["state_code"], names["state_student_id"]]
