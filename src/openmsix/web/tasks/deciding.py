"""Deciding whether two records are one child: the two side by side, what speaks for and against it, and the answers. Then the next task."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import Permission
from openmsix.identity import answering, approving, deciding, merging, proposing, questions
from openmsix.identity import effect as effects
from openmsix.identity.assigning import NEAR_MATCH, PAIR, VALIDATE
from openmsix.identity.before import decided_before
from openmsix.identity.models import CandidatePair, Proposal
from openmsix.identity.words import ProposalKind
from openmsix.students.beside import Side, columns_of, open_two
from openmsix.students.queries import NotReachable
from openmsix.typed import LONGEST_REASON
from openmsix.web.access import HatRequest, opens
from openmsix.web.children import purpose
from openmsix.worklist.models import Message, Status, Task

from . import answers, passing
from .alongside import others
from .beside import beside, families, happened
from .effects import told
from .records import lines, records_of
from .waterfall import prior, steps
from .words import in_words, nobody_in, one_of, state_names

DECIDED_HERE = (NEAR_MATCH, VALIDATE)
"""Types of tasks that this page decides."""


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
        errors = answers.given(request, task, pair, proposal)
        if not errors and request.POST.get("answer") == "ask":
            return redirect("tasks:decide", number=task.pk)
        if not errors:
            return redirect("tasks:decide", number=following) if following else redirect("tasks:list")
        if proposal and not Proposal.objects.open().filter(pk=proposal.pk).exists():
            # Somebody was faster: nothing is left to answer, and the proposal's own page says how it ended.
            messages.warning(request, " ".join(errors.values()))
            return redirect("tasks:merge", ref=proposal.ref)
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
        "before": [] if proposal.undoes else decided_before(answers.named(None, proposal), but=proposal),
        "is_about_merge": asks.kind == ProposalKind.MERGE,
        "records": records,
        "effect": told(effect),
        **beside(records, request.hat),
        "obstacle": _obstacle(request.hat, proposal),
        **_form(request, task, None, proposal, errors),
    }
    return render(request, "tasks/validate_records.html", context, status=422 if errors else 200)


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
    msix_ids = {side.child.msix_id for side in sides}
    columns = columns_of(sides)
    validators = answering.validators(msix_ids, request.hat.state_code)
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
        "others": others(pair, (column.source.state_record_id for column in columns), request.hat),
        "lines": list(lines([side.source for side in sides])),
        "happened": happened(columns),
        "families": families(sides, request.hat),
        "proposal": proposal,
        "undoes": proposal.undoes if proposal else None,
        "before": [] if proposal and proposal.undoes else decided_before(msix_ids, but=proposal),
        "nobody_in": nobody_in(validators, request.hat) if not proposal else "",
        "obstacle": _obstacle(request.hat, proposal),
        "validators": one_of(validators),
        "readers": state_names(validators),
        "asks_elsewhere": validators != [request.hat.state_code],
        "is_same_child": sides[0].child == sides[1].child,
        "text": request.POST.get("text", ""),
        "longest_message": deciding.LONGEST_MESSAGE,
        "thread": Message.objects.about(PAIR, str(pair.pk)),
        "locked_by": None if proposal else proposing.waiting_about(answers.named(pair, None)),
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
        "seen": answers.mark(pair, proposal),
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
