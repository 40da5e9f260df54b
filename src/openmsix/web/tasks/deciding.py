"""Deciding whether two records are one child: the two side by side, what speaks for and against it, and the answers. Then the next task."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from openmsix import decisions
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted, Permission
from openmsix.identity import answering, approving, deciding, merging, proposing, questions
from openmsix.identity import effect as effects
from openmsix.identity.assigning import NEAR_MATCH, PAIR, VALIDATE
from openmsix.identity.models import CandidatePair, Link, Proposal
from openmsix.identity.refusing import NotDecided, Why
from openmsix.identity.words import ProposalKind
from openmsix.students.beside import Side, columns_of, open_two
from openmsix.students.queries import NotReachable
from openmsix.typed import LONGEST_REASON
from openmsix.web.access import HatRequest, opens
from openmsix.web.children import purpose
from openmsix.worklist.models import Message, Status, Task

from . import passing, seen
from .beside import beside, families, happened
from .effects import told
from .records import lines, records_of
from .waterfall import prior, steps
from .words import in_words, one_of, state_names

DECIDED_HERE = (NEAR_MATCH, VALIDATE)
"""Types of tasks that this page decides."""

AGREED = {
    ProposalKind.MERGE: gettext_lazy("The two records are one child now."),
    ProposalKind.SPLIT: gettext_lazy("The records are of two children now."),
    ProposalKind.UNDO: gettext_lazy("It was undone. Each record has the MSIX ID it had before."),
}
REFUSED = {
    ProposalKind.MERGE: gettext_lazy("Refused. They stay two children, and the question is closed."),
    ProposalKind.SPLIT: gettext_lazy("Refused. They stay one child."),
    ProposalKind.UNDO: gettext_lazy("Refused. Nothing is undone."),
}


@opens(Permission.DECIDE_TASKS)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HatRequest, number: int) -> HttpResponseBase:
    """The question of one task, and the answers to it."""
    tasks = Task.objects.for_hat(request.hat).select_related("place", "assigned_to")
    task = get_object_or_404(tasks, pk=number, type__in=DECIDED_HERE)
    if task.status != Status.OPEN:
        messages.info(request, _("That task was decided or withdrawn before. Nothing was changed by you."))
        return redirect("tasks:list")
    chosen = purpose.of(request)
    if chosen is None:
        return purpose.ask_first(request)
    proposal: Proposal | None = None
    if task.type == NEAR_MATCH:
        pair: CandidatePair | None = get_object_or_404(CandidatePair, pk=int(task.subject_id))
    else:
        proposal = get_object_or_404(Proposal.objects.select_related("pair", "undoes"), ref=task.subject_id)
        pair = proposal.pair
    errors: dict[str, str] = {}
    if request.method == "POST":
        # Asked before the answer: whoever put some off goes on behind them, not back to the first.
        following = _following(request.hat, task)
        errors = _answered(request, pair, proposal)
        if not errors and request.POST.get("answer") == "ask":
            return redirect("tasks:decide", number=task.pk)
        if not errors:
            return redirect("tasks:decide", number=following) if following else redirect("tasks:list")
    if pair is None and proposal is not None:
        return _page_of_records(request, task, proposal, chosen, errors)
    if pair is None:
        raise Http404
    return _page(request, task, pair, proposal, chosen, errors)


def _page_of_records(
    request: HatRequest, task: Task, proposal: Proposal, chosen: str, errors: Mapping[str, str]
) -> HttpResponse:
    """The question whether records are of one child or of two, over all records of the children."""
    effect = effects.of(proposal)
    records = records_of(proposal, request.hat, chosen, effect.moved if effect else ())
    asks = proposal.undoes or proposal
    context = {
        "task": task,
        "steps_of_task": list(passing.steps(task)),
        **_approval(proposal),
        "proposal": proposal,
        "undoes": proposal.undoes,
        "is_about_merge": asks.kind == ProposalKind.MERGE,
        "records": records,
        "effect": told(effect),
        **(beside(records, request.hat) if proposal.kind == ProposalKind.MERGE else {}),
        "obstacle": _obstacle(request.hat, proposal),
        **_form(request, task, None, proposal, errors),
    }
    return render(request, "tasks/validate_records.html", context, status=422 if errors else 200)


def _answered(request: HatRequest, pair: CandidatePair | None, proposal: Proposal | None) -> dict[str, str]:
    """Do what was answered; what is wrong with the answer, by the field that it is about."""
    answer, reason = request.POST.get("answer"), request.POST.get("reason", "")
    if answer != "ask" and (otherwise := seen.unlike(request, _mark(pair, proposal))):
        return otherwise
    try:
        if proposal is not None and answer == "agree":
            if decisions.validate(proposal=proposal, by=request.hat):
                messages.success(request, _with_way(proposal, AGREED[ProposalKind(proposal.kind)]))
            else:
                messages.info(
                    request,
                    _("The records have changed since, so the proposal was ended. Nothing was changed."),
                )
        elif proposal is not None and answer == "refuse":
            decisions.refuse(proposal=proposal, by=request.hat, reason=reason)
            messages.success(request, _with_way(proposal, REFUSED[ProposalKind(proposal.kind)]))
        elif pair is None or proposal is not None:
            return {"page": _("Choose one of the answers.")}
        elif answer == "same":
            made = decisions.same(pair=pair, by=request.hat, reason=reason)
            words = _(
                "Proposed as one child. A Data Administrator of %(states)s validates it; until then nothing changes."
            )
            messages.success(request, _with_way(made, words % {"states": one_of(made.states)}))
        elif answer == "ask":
            asked = decisions.ask(pair=pair, by=request.hat, text=request.POST.get("text", ""))
            words = _("Written to %(states)s. The question stays open; their answer stands here.")
            messages.success(request, words % {"states": state_names(asked)})
        elif answer == "different":
            decisions.different(pair=pair, by=request.hat, reason=reason)
            messages.success(
                request, _("Kept as two children. Nobody is asked about these two records again.")
            )
        else:
            return {"page": _("Choose one of the answers.")}
    except NotDecided as why:
        said = in_words(why.refusal.why, why.refusal.of)
        if why.refusal.why == Why.NO_WORDS:
            return {"text": said}
        return {"reason" if "reason" in request.POST and not reason.strip() else "page": said}
    except NotPermitted as why:
        return {"page": str(why)}
    return {}


def _with_way(proposal: Proposal, words: str | Promise) -> SafeString:
    """What was done, and the way to the proposal: the next task takes the place of this one, so that whoever slipped would look for it in vain."""
    return format_html(
        '{} <a class="om-id" href="{}">{}</a>',
        words,
        reverse("tasks:merge", args=[proposal.ref]),
        proposal.ref,
    )


def _named(pair: CandidatePair | None, proposal: Proposal | None) -> set[str]:
    """The children about whom a task asks."""
    named = {child.msix_id for child in proposal.children.all()} if proposal else set()
    if pair is None:
        return named
    links = Link.objects.live().filter(state_record__in=[pair.left_id, pair.right_id])
    return named | set(links.values_list("msix_id", flat=True))


def _mark(pair: CandidatePair | None, proposal: Proposal | None) -> str:
    return seen.mark(_named(pair, proposal), proposal.master_id if proposal else "")


def _page(
    request: HatRequest,
    task: Task,
    pair: CandidatePair,
    proposal: Proposal | None,
    chosen: str,
    errors: Mapping[str, str],
) -> HttpResponse:
    try:
        sides = open_two(left=pair.left_id, right=pair.right_id, by=request.hat, purpose=chosen)
    except NotReachable as error:
        raise Http404 from error
    question = questions.questions([pair.pk])[pair.pk]
    validators = answering.validators({side.child.msix_id for side in sides}, request.hat.state_code)
    effect = effects.of(proposal) if proposal else _effect_of_same(sides)
    context = {
        "task": task,
        "steps_of_task": list(passing.steps(task)),
        **_approval(proposal),
        "sides": sides,
        "question": question,
        "steps": steps(question.score),
        "prior": prior(question.score),
        "effect": told(effect),
        "lines": list(lines([side.source for side in sides])),
        "happened": happened(columns_of(sides)),
        "families": families(sides, request.hat),
        "proposal": proposal,
        "undoes": proposal.undoes if proposal else None,
        "obstacle": _obstacle(request.hat, proposal),
        "validators": one_of(validators),
        "readers": state_names(validators),
        "is_same_child": sides[0].child == sides[1].child,
        "text": request.POST.get("text", ""),
        "longest_message": deciding.LONGEST_MESSAGE,
        "thread": Message.objects.about(PAIR, str(pair.pk)),
        "locked_by": None if proposal else proposing.waiting_about(_named(pair, None)),
        **_form(request, task, pair, proposal, errors),
    }
    return render(request, "tasks/decide.html", context, status=422 if errors else 200)


def _form(
    request: HatRequest,
    task: Task,
    pair: CandidatePair | None,
    proposal: Proposal | None,
    errors: Mapping[str, str],
) -> dict[str, Any]:
    """What the form of an answer holds, and the way on from it."""
    return {
        "seen": _mark(pair, proposal),
        "errors": errors,
        "reason": request.POST.get("reason", ""),
        "longest_reason": LONGEST_REASON,
        "waiting": answering.tasks_waiting_for(request.hat).filter(type=task.type).count(),
        "following": _following(request.hat, task),
        "crumbs": [(_("Tasks"), reverse("tasks:list"))],
    }


def _approval(proposal: Proposal | None) -> dict[str, Any]:
    """Whether and when it is approved if nobody answers."""
    if proposal is None or not approving.may_be_approved(proposal):
        return {}
    return {"may_be_approved": True, "approved_after": approving.approved_after(proposal)}


def _effect_of_same(sides: Iterable[Side]) -> effects.Effect | None:
    """What it would do to say that the two are one child."""
    children = {side.child.msix_id for side in sides}
    if len(children) == 1 or not merging.are_there(children):
        return None
    master = merging.master_of(children)
    return effects.of_merge(master, children - {master})


def _following(hat: Hat, task: Task) -> int | None:
    """The number of the task of the same type behind this one, or of the first if it is the last; None if there is no other."""
    tasks = answering.tasks_waiting_for(hat).filter(type=task.type)
    waiting = list(tasks.most_urgent_first().values_list("pk", flat=True))
    place = waiting.index(task.pk) if task.pk in waiting else -1
    return next(iter([*waiting[place + 1 :], *waiting[: max(place, 0)]]), None)


def _obstacle(hat: Hat, proposal: Proposal | None) -> str:
    found = answering.obstacle(hat, proposal) if proposal else None
    return in_words(*found) if found else ""
