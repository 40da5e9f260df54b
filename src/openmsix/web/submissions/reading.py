"""One submission: how far it is, and its receipt."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from openmsix.accounts.permissions import Permission
from openmsix.intake import by_kind
from openmsix.intake.models import Answer, Submission, SubmissionWords
from openmsix.intake.receipt_words import MOST_ABSENT
from openmsix.intake.states import Status
from openmsix.intake.words import Kind, Severity, as_runs
from openmsix.web.access import HatRequest, opens
from openmsix.web.lists import Filter, chips, page_of

from . import rules
from .listing import seen
from .words import ABSENT, CHANGE_WORDS, HOW_WORDS, IN_ORDER_WORDS, STEPS, VERDICT_WORDS, Words, position

NO_RECEIPT_YET = frozenset({Status.RECEIVING, Status.RECEIVED, Status.CHECKING})
SHOWN_FINDINGS = 20  # of one student in the table; the download has all


@dataclass(frozen=True)
class Step:
    """One step of the taking in, as the page shows it: `complete`, `current` or nothing yet."""

    words: str | Promise
    state: str


@opens(Permission.SEE_SUBMISSIONS)
@require_safe
def detail(request: HatRequest, ref: str) -> HttpResponse:
    """Progress while it runs, the receipt once it is checked."""
    submission = seen(request, ref)
    prefetch_related_objects([submission], "parts")
    context = {
        "submission": submission,
        "steps": steps(submission),
        "parts": sorted(submission.parts.all(), key=lambda part: part.part_number),
        "missing_parts": as_runs(submission.missing_parts),
        "has_receipt": submission.status not in NO_RECEIPT_YET and submission.checked_at is not None,
        "crumbs": [(_("Submissions"), reverse("submissions:list"))],
    }
    if context["has_receipt"]:
        groups = rules.grouped(submission, with_examples=True)
        found = numbers(submission)
        context |= {
            "stopping": [group for group in groups if group.severity == Severity.FILE_REJECTED],
            "groups": [group for group in groups if group.severity != Severity.FILE_REJECTED],
            "absent": submission.counts["absent"] and submission.answers.absent().in_order()[:MOST_ABSENT],
            "changes": tally(found.change, CHANGE_WORDS),
            "ways": tally(found.how, HOW_WORDS),
            "has_one_before": checked_before(submission).exists(),
        }
    return render(request, "submissions/detail.html", context)


@opens(Permission.SEE_SUBMISSIONS)
@require_safe
def progress(request: HatRequest, ref: str) -> HttpResponse:
    """The part of the page that tells how far it is; when the work is done, the browser loads the page anew."""
    submission = seen(request, ref)
    if _rests(submission):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(
        request, "submissions/progress.html", {"submission": submission, "steps": steps(submission)}
    )


def _rests(submission: Submission) -> bool:
    """Whether nothing happens to it until a person acts."""
    return submission.is_at_rest or submission.status in (Status.WAITING, Status.FAILED, Status.RECEIVING)


def steps(submission: Submission) -> list[Step]:
    """The steps of a submission that runs, each with how it stands; none for one that rests."""
    order = [status for status, _words in STEPS]
    if submission.status not in order:
        return []
    now = order.index(Status(submission.status))
    return [
        Step(words, "complete" if place < now else "current" if place == now else "")
        for place, (_status, words) in enumerate(STEPS)
    ]


def checked_before(submission: Submission) -> SubmissionWords:
    """The State's submissions before this one whose students were checked."""
    return Submission.objects.of_state(submission.state_code).filter(
        pk__lt=submission.pk, checked_at__isnull=False
    )


def submission_before(submission: Submission) -> Submission | None:
    """The last of them. For one of all students, the last one of all, if there is one."""
    newest_first = checked_before(submission).order_by("-pk")
    alike = newest_first.filter(kind=Kind.FULL).first() if submission.kind == Kind.FULL else None
    return alike or newest_first.first()


@dataclass(frozen=True)
class Numbers:
    """How many students there are of each verdict, change and way to the MSIX ID; those closed because left out count as a change only."""

    verdict: Counter[str]
    change: Counter[str]
    how: Counter[str]


def numbers(submission: Submission) -> Numbers:
    """All of them at once."""
    told = Numbers(Counter(), Counter(), Counter())
    for verdict, change, how, is_sent, count in by_kind.kinds(submission):
        told.change[change if is_sent else ABSENT] += count
        if is_sent:
            told.verdict[verdict] += count
            told.how[how] += count
    return told


def tally(found: Mapping[str, int], words: Words) -> list[tuple[str, str | Promise, int]]:
    """Each kind with its words and number, in the order of the words; kinds with none are left out."""
    return [(key, words[key], found[key]) for key in words if found.get(key) and key != "none"]


@opens(Permission.SEE_SUBMISSIONS)
@require_safe
def students(request: HatRequest, ref: str) -> HttpResponse:
    """The answer to each student: verdict, MSIX ID and how it came, findings."""
    submission = seen(request, ref)
    filters = _filters(request, submission)
    page = page_of(request, _filtered(submission, *(each.value for each in filters)))
    context = {
        "submission": submission,
        "page": page,
        "told": _told(submission, list(page)),
        "filters": filters,
        "crumbs": [
            (_("Submissions"), reverse("submissions:list")),
            (submission.ref, reverse("submissions:detail", args=[ref])),
        ],
    }
    return render(request, "submissions/students.html", context)


def _filters(request: HatRequest, submission: Submission) -> list[Filter]:
    """By verdict, by what changed, by the way to the MSIX ID, and by rule; each choice with how many students it leaves."""
    found = numbers(submission)
    groups = [group for group in rules.grouped(submission) if group.students]
    verdicts = VERDICT_WORDS if submission.is_stored else IN_ORDER_WORDS
    named = [(group.code, f"{group.code} {group.name}") for group in groups]
    students_of = {group.code: group.students for group in groups}
    every = gettext_lazy("All")
    questions: tuple[tuple[str, str | Promise, Any, str | Promise, dict[str, int]], ...] = (
        ("verdict", gettext_lazy("Verdict"), verdicts.items(), every, found.verdict),
        ("change", gettext_lazy("What changed"), CHANGE_WORDS.items(), every, found.change),
        ("how", gettext_lazy("MSIX ID"), HOW_WORDS.items(), every, found.how),
        ("rule", gettext_lazy("Rule"), named, gettext_lazy("Any"), students_of),
    )
    return [
        chips(request, key, label, options, everything=everything, counts=counts)
        for key, label, options, everything, counts in questions
    ]


def _filtered(submission: Submission, verdict: str, change: str, how: str, rule: str) -> QuerySet[Answer]:
    """The answers that the chosen filters leave; an empty value is none chosen."""
    answers: QuerySet[Answer] = submission.answers.in_order()
    if change == ABSENT:
        answers = answers.filter(line=0)
    elif verdict or change or how:
        answers = answers.filter(line__gt=0)
    if verdict:
        answers = answers.filter(verdict=verdict)
    if change and change != ABSENT:
        answers = answers.filter(change=change)
    if how:
        answers = answers.filter(how=how)
    if rule:
        answers = answers.filter(seq__in=submission.findings.filter(code=rule).values("seq"))
    return answers


def _told(submission: Submission, answers: list[Answer]) -> list[tuple[Answer, str, list[rules.Shown], int]]:
    """Each answer with where it stands, its findings as far as they are shown, and how many more there are."""
    words = rules.teller(submission)
    findings: dict[int | None, list[rules.Shown]] = {}
    for finding in submission.findings.filter(seq__in=[answer.seq for answer in answers]).in_order():
        findings.setdefault(finding.seq, []).append(rules.shown(finding, words, parts=submission.parts_total))
    told = []
    for answer in answers:
        own = sorted(findings.get(answer.seq, []), key=lambda finding: finding.gravity)
        where = position(answer.line, words.format_of(answer.part))
        told.append((answer, where, own[:SHOWN_FINDINGS], max(0, len(own) - SHOWN_FINDINGS)))
    return told
