"""What people answer to the question of a task: the act, what is said of it, and what is wrong with it."""

from collections.abc import Callable

from django.contrib import messages
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openmsix import decisions
from openmsix.accounts.hats import Hat
from openmsix.accounts.permissions import NotPermitted
from openmsix.identity import settling
from openmsix.identity.models import CandidatePair, Link, Proposal
from openmsix.identity.refusing import NotDecided, Why
from openmsix.identity.words import ProposalKind
from openmsix.students.models import Child
from openmsix.web.access import HatRequest
from openmsix.worklist.models import Task

from . import seen
from .words import in_words, one_of, state_names

AGREED = {
    ProposalKind.MERGE: gettext_lazy("The two records are one child now."),
    ProposalKind.SPLIT: gettext_lazy("The records are of two children now."),
    ProposalKind.UNDO: gettext_lazy("It was undone. Each record has the MSIX ID it had before."),
}
REFUSED = {
    ProposalKind.MERGE: gettext_lazy("Refused. They stay two children."),
    ProposalKind.SPLIT: gettext_lazy("Refused. They stay one child."),
    ProposalKind.UNDO: gettext_lazy("Refused. Nothing is undone."),
}


def given(
    request: HatRequest, task: Task, pair: CandidatePair | None, proposal: Proposal | None
) -> dict[str, str]:
    """Do what was answered, and say so before the next question; what is wrong with the answer, by the field that it is about."""
    with decisions.in_turn():
        return _given(request, task, pair, proposal)


def _given(
    request: HatRequest, task: Task, pair: CandidatePair | None, proposal: Proposal | None
) -> dict[str, str]:
    answer, reason = request.POST.get("answer", ""), request.POST.get("reason", "")
    if answer != "ask" and (otherwise := seen.unlike(request, mark(pair, proposal))):
        return otherwise
    try:
        if proposal is not None and answer in OF_PROPOSALS:
            words = OF_PROPOSALS[answer](request, proposal)
        elif proposal is None and pair is not None and answer in OF_PAIRS:
            words = OF_PAIRS[answer](request, pair)
        else:
            return {"page": _("Choose one of the answers.")}
    except NotDecided as why:
        said = in_words(why.refusal.why, why.refusal.of)
        if why.refusal.why == Why.NO_WORDS:
            return {"text": said}
        return {"reason" if "reason" in request.POST and not reason.strip() else "page": said}
    except NotPermitted as why:
        return {"page": str(why)}
    # The next task takes the place of this one: without its number the words would seem to be about that.
    number = _("Task %(number)s:") % {"number": task.pk}
    messages.success(request, format_html("<strong>{}</strong> {}", number, words))
    return {}


def _agree(request: HatRequest, proposal: Proposal) -> SafeString | str:
    if decisions.validate(proposal=proposal, by=request.hat):
        return _with_way(proposal, AGREED[ProposalKind(proposal.kind)])
    return _("The records have changed since, so the proposal was ended. Nothing was changed.")


def _refuse(request: HatRequest, proposal: Proposal) -> SafeString:
    decisions.refuse(proposal=proposal, by=request.hat, reason=request.POST.get("reason", ""))
    words = str(REFUSED[ProposalKind(proposal.kind)])
    if proposal.kind == ProposalKind.MERGE and settling.within(named(None, proposal)):
        words += " " + _("A near match about them still waits: decide it under Tasks.")
    return _with_way(proposal, words)


def _same(request: HatRequest, pair: CandidatePair) -> SafeString:
    made = decisions.same(pair=pair, by=request.hat, reason=request.POST.get("reason", ""))
    words = _(
        "Proposed as one child. A Data Administrator of %(states)s validates it; until then nothing changes."
    )
    return _with_way(made, words % {"states": one_of(made.states)})


def _different(request: HatRequest, pair: CandidatePair) -> SafeString:
    back = _way_back(pair, request.hat)
    decisions.different(pair=pair, by=request.hat, reason=request.POST.get("reason", ""))
    kept = _("Kept as two children. Nobody is asked about these two records again.")
    return format_html("{} {}", kept, back)


def _ask(request: HatRequest, pair: CandidatePair) -> str:
    asked = decisions.ask(pair=pair, by=request.hat, text=request.POST.get("text", ""))
    if asked == [request.hat.state_code]:
        return _("Written to the others of your State. The question stays open; their answer stands here.")
    words = _("Written to %(states)s. The question stays open; their answer stands here.")
    return words % {"states": state_names(asked)}


OF_PROPOSALS: dict[str, Callable[[HatRequest, Proposal], SafeString | str]] = {
    "agree": _agree,
    "refuse": _refuse,
}
OF_PAIRS: dict[str, Callable[[HatRequest, CandidatePair], SafeString | str]] = {
    "same": _same,
    "different": _different,
    "ask": _ask,
}


def _with_way(proposal: Proposal, words: str | Promise) -> SafeString:
    """What was done, and the way to the proposal: whoever slipped would look for it in vain."""
    address = reverse("tasks:merge", args=[proposal.ref])
    return format_html('{} <a class="om-id" href="{}">{}</a>', words, address, proposal.ref)


def _way_back(pair: CandidatePair, hat: Hat) -> SafeString | str:
    """The way to say that two records, kept as two children by a slip, are of one after all."""
    children = Child.objects.visible_to(hat).filter(pk__in=named(pair, None)).order_by("pk")
    refs = list(children.values_list("ref", flat=True))
    if len(refs) != 2:
        return ""
    slip = _("Was that a slip? Propose that they are one child.")
    return format_html('<a href="{}">{}</a>', reverse("tasks:join_two", args=refs), slip)


def named(pair: CandidatePair | None, proposal: Proposal | None) -> set[str]:
    """The children about whom a task asks."""
    children = set(proposal.named) if proposal else set()
    if pair is None:
        return children
    links = Link.objects.live().filter(state_record__in=[pair.left_id, pair.right_id])
    return children | set(links.values_list("msix_id", flat=True))


def mark(pair: CandidatePair | None, proposal: Proposal | None) -> str:
    """The mark of what the page of a task showed, see `seen`."""
    return seen.mark(named(pair, proposal), proposal.master_id if proposal else "")
