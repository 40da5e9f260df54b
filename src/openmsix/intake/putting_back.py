"""Putting back from the journal what arrived and what was decided of it. The conductor of the rebuild (`openmsix.replay`) knows the order."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction

from openmsix.accounts.hats import Hat
from openmsix.deadlines import clock

from . import by_kind, holding, journal
from .arrival import PART, SUBMISSION
from .frames import Checked
from .holding import Closing
from .line import Act, Line
from .models import JournalHead, Submission, SubmissionPart
from .moving import move, queue
from .states import RUNNING, Status
from .told import HELD, UNKNOWN, Told

_MOMENTS = frozenset({"submission_date", "effective_begin", "effective_end", "received_at"})


def submission_of(act: Act) -> Submission:
    """The submission of which an act tells."""
    return Submission.objects.get(ref=act.entry["submission"])


def put_back(act: Act) -> None:
    """Put back what arrived or was decided."""
    _ACTS[act.what](act.entry)


def _received(entry: Mapping[str, Any]) -> None:
    of, part = (_typed(entry[name], names) for name, names in (("of", SUBMISSION), ("part", PART)))
    submission, _ = Submission.objects.get_or_create(ref=of["ref"], defaults=of)
    SubmissionPart.objects.create(submission=submission, state_code=submission.state_code, **part)
    if submission.parts.count() == submission.parts_total:
        move(submission, Status.RECEIVED)


def _typed(told: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: datetime.fromisoformat(told[name]) if name in _MOMENTS else told[name] for name in names}


def _confirmed(entry: Mapping[str, Any]) -> None:
    told = {
        "confirmed_by": entry["by"],
        "confirmed_at": clock.now(),
        "decided_because": entry["reason"],
        "problem": "",
    }
    Submission.objects.filter(ref=entry["submission"]).update(status=Status.RECEIVED, **told)
    _end_task(entry, "confirmed")


def _declined(entry: Mapping[str, Any]) -> None:
    _reject(entry, decided_because=entry["reason"])
    _end_task(entry, "declined")


def _withdrawn(entry: Mapping[str, Any]) -> None:
    _reject(entry)


def _reject(entry: Mapping[str, Any], **more: Any) -> None:
    of = Submission.objects.filter(ref=entry["submission"])
    of.update(status=Status.REJECTED, problem=entry["problem"], finished_at=clock.now(), step="", **more)
    SubmissionPart.objects.filter(submission__in=of).update(stands=False)


def _end_task(entry: Mapping[str, Any], outcome: str) -> None:
    holding.end_task(Submission.objects.get(ref=entry["submission"]), outcome, by=Hat.system(entry["by"]))


_ACTS: Mapping[str, Callable[[Mapping[str, Any]], None]] = MappingProxyType(
    {"received": _received, "confirmed": _confirmed, "declined": _declined, "withdrawn": _withdrawn}
)
ACTS = frozenset(_ACTS)
"""The acts of this room that need no checking, by what the journal calls them."""


def day_of(act: Act) -> date:
    """What the checks of a submission took for today."""
    return date.fromisoformat(act.entry["day"])


def told(act: Act) -> Told:
    """What its checks were told besides the files."""
    return Told(
        day_of(act), act.entry["reached"], act.frame("unknown_ids", UNKNOWN), act.frame("held_ids", HELD)
    )


def stored_meanwhile(act: Act, line: Line) -> list[int]:
    """The submissions of the State that were stored after its students were told to the checks of this one, and before it was."""
    between = line.of[act.heading.scope][act.entry["reached"] : act.heading.number - 1]
    refs = [other.entry["submission"] for other in between if other.what == "stored"]
    return list(Submission.objects.filter(ref__in=refs).values_list("pk", flat=True)) if refs else []


def as_then(act: Act, checked: Checked) -> Checked:
    """What was checked again, under the version of the checks of then: equal content shall be recognised as equal, as it was then."""
    return replace(checked, checks_version=act.entry["checks_version"])


def note_confirmed(submission: Submission, closing: Closing) -> None:
    """Write down who would close by a submission that a person confirmed, and how many."""
    if submission.confirmed_at is not None:
        submission.closes, submission.live_before = closing.would_close, closing.live
        submission.save(update_fields=["closes", "live_before"])
        holding.list_closings(submission, closing.students)


def linked(submission: Submission) -> None:
    """A submission is linked, and shown once all acts are put back. Linking may have been repeated, since a crash after it repeats it."""
    if submission.needs_linking:
        move(submission, Status.PUBLISHING, step="", finished_at=clock.now())
    elif submission.status == Status.PUBLISHING:
        submission.counts |= {by_kind.KEPT: by_kind.count(submission)}
        submission.save(update_fields=["counts"])


class NotEmpty(Exception):
    """The database holds an exchange already, or a part of one that no rebuild began."""


def check_is_empty() -> None:
    """Refuse a database that holds an exchange; one in which a rebuild broke off is none yet.

    Raises:
        NotEmpty: it does.
    """
    if JournalHead.objects.filter(rebuilding=True).exists():
        return
    if JournalHead.objects.exclude(act="").exists() or Submission.objects.exists():
        raise NotEmpty


def begin() -> dict[str, int]:
    """Begin to rebuild, or go on; how far each scope is put back already. From now on nothing else may be told to the journal.

    Raises:
        NotEmpty: the database holds an exchange already.
    """
    with transaction.atomic():
        check_is_empty()
        JournalHead.objects.update_or_create(scope=journal.NATION, defaults={"rebuilding": True})
    return dict(JournalHead.objects.values_list("scope", "number"))


def end() -> int:
    """All acts are put back: the submissions that were linked are shown, the others wait for the worker; how many of these there are."""
    with transaction.atomic():
        Submission.objects.filter(status=Status.PUBLISHING).update(status=Status.PUBLISHED)
        JournalHead.objects.filter(rebuilding=True).update(rebuilding=False)
    return Submission.objects.filter(status__in=RUNNING).count()


def queue_all() -> None:
    """Let the worker take up what was not taken in yet."""
    for submission in Submission.objects.filter(status__in=RUNNING).order_by("pk"):
        queue(submission=submission)
