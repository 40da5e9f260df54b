"""The second conductor: puts everything back from the kept files and the journal, with the rooms' own actions. Order only, as in `openmsix.flow`.

What the States sent is checked anew as on the day of then, and stored; who is who is taken from the journal, never decided anew; what is shown is derived at the end. Each act is put
back in one transaction, so that a rebuild that broke off goes on where it stood. See docs/adr/0014-replay.md.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from openmsix.accounts.context import wearing
from openmsix.accounts.hats import Hat
from openmsix.audit import actions as audit
from openmsix.deadlines import clock
from openmsix.expunge import carrying_out as expunging
from openmsix.identity import queries as identity_queries
from openmsix.identity import replay as identity
from openmsix.intake import actions as intake
from openmsix.intake import journal, line, putting_back
from openmsix.intake.frames import Checked
from openmsix.intake.line import Act, CannotRebuild, Line
from openmsix.intake.models import Submission
from openmsix.intake.putting_back import NotEmpty, check_is_empty
from openmsix.intake.void import TOMBSTONE
from openmsix.notices import actions as notices_actions
from openmsix.notices import entries as notices
from openmsix.records import actions as records
from openmsix.records import queries as record_queries
from openmsix.students import actions as students
from openmsix.worklist import levels

__all__ = ["CannotRebuild", "NotEmpty", "Rebuilt", "check_is_empty", "queue_what_waits", "rebuild"]

Report = Callable[[str, int, int], None]
REBUILDER = Hat.system("rebuild")
CHECKED = frozenset({"stored", "held", "rejected"})
KNOWN = CHECKED | putting_back.ACTS | identity.ACTS | {notices.ACT, TOMBSTONE}


@dataclass
class Rebuilt:
    """What a rebuild did. `acts`: how many were put back, `before`: by a rebuild that broke off, `rolled_back`: how many were told and never came to pass.

    `otherwise`: submissions of which the checks of today made something else than those of then, by State; `strays`: links and questions that therefore name
    records that are not there. `waiting`: submissions that were not taken in yet.
    """

    acts: int = 0
    before: int = 0
    rolled_back: int = 0
    otherwise: Counter[str] = field(default_factory=Counter)
    strays: int = 0
    waiting: int = 0


def rebuild(*, report: Report, heads: Mapping[str, str] | None = None, newest: bool = False) -> Rebuilt:
    """Make the exchange from its kept files and its journal, in an empty database; one that broke off goes on.

    Args:
        report: told of each step, how much of it is done, and of how much.
        heads: up to which act of each scope; all by default.
        newest: see `intake.line.read`.

    Raises:
        CannotRebuild: something that is needed is not there; nothing was done.
        NotEmpty: the database holds an exchange already.
    """
    found = line.read(heads, report, newest=newest)
    _check_acts_are_known(found)
    with wearing(REBUILDER), journal.replaying():
        reached = putting_back.begin()
        left = [act for act in found.acts if act.heading.number > reached.get(act.heading.scope, 0)]
        done = Rebuilt(len(found.acts), len(found.acts) - len(left), found.rolled_back)
        last_words = line.last_words(found.acts)
        for number, act in enumerate(left):
            report("Putting back what was done", number, len(left))
            if act.what not in CHECKED or act.name in last_words:
                _put_back(act, found, done)
        report("Putting back what was done", len(left), len(left))
        _finish(report, done)
    return done


def _check_acts_are_known(found: Line) -> None:
    if unknown := sorted({act.what for act in found.acts} - KNOWN):
        raise CannotRebuild(
            f"The journal tells of acts that this openmsix does not know ({', '.join(unknown)}): a newer one wrote it. Rebuild with that one. Nothing was done."
        )


@transaction.atomic
def _put_back(act: Act, found: Line, done: Rebuilt) -> None:
    """One act, whole or not at all, at the moment of then."""
    with clock.fixed(act.heading.at):
        if act.what in CHECKED:
            _check_again(act, found, done)
        elif act.what in identity.ACTS:
            done.strays += identity.put_back(act, found.void)
            if act.what == "linking":
                submission = putting_back.submission_of(act)
                putting_back.linked(submission)
                notices_actions.answer(submission=submission)
        elif act.what == notices.ACT:
            done.strays += notices.put_back(act, found.void)
        elif act.what in putting_back.ACTS:
            putting_back.put_back(act)
        elif act.what == TOMBSTONE:
            expunging.put_back(act.entry)
        journal.reached(act.heading)


def _check_again(act: Act, found: Line, done: Rebuilt) -> None:
    submission = putting_back.submission_of(act)
    intake.begin(submission=submission, step="Checking")
    checked = _checked(act, found, submission)
    if act.what == "rejected":
        intake.reject(submission=submission, checked=checked)
        return
    intake.begin(submission=submission, step="Storing")
    closing = records.closing(submission=submission, checked=checked)
    if act.what == "held":
        intake.hold(submission=submission, checked=checked, closing=closing)
        return
    putting_back.note_confirmed(submission, closing)
    stored = records.store(submission=submission, checked=checked, by=REBUILDER)
    intake.answer(submission=submission, checked=checked, stored=stored)
    if stored.digest != act.entry["digest"] and not found.void.touches(submission):
        done.otherwise[submission.state_code] += 1


def _checked(act: Act, found: Line, submission: Submission) -> Checked:
    meanwhile = putting_back.stored_meanwhile(act, found)
    with clock.fixed(putting_back.day_of(act)):
        checked = intake.check(
            submission=submission,
            known_students=record_queries.known_students(submission.state_code, before=meanwhile),
            known_msix_ids=putting_back.told(act).known_ids,
            held_msix_ids=identity_queries.held_ids(submission.state_code),
        )
    return putting_back.as_then(act, checked)


def _finish(report: Report, done: Rebuilt) -> None:
    """What is derived, made once; then the database is whole, and others may work in it again."""
    states = sorted(set(Submission.objects.values_list("state_code", flat=True)))
    for number, state in enumerate(states):
        report("Preparing records for matching", number, len(states))
        with transaction.atomic():
            identity.finish(state)
    report("Preparing records for matching", len(states), len(states))
    report("Deriving what is shown", 0, 1)
    students.rebuild_from_nothing()
    report("Deriving what is shown", 1, 1)
    with transaction.atomic():
        identity.set_marks()
        # Nobody was there in the time before: what waits for people has all its days from now.
        levels.begin_clocks_anew()
        done.waiting = putting_back.end()
        audit.record(
            by=REBUILDER,
            action="exchange:database:rebuilt",
            subject_type="exchange",
            subject_id="",
            detail={"acts": done.acts, "rolled_back": done.rolled_back, "waiting": done.waiting},
        )


def queue_what_waits() -> None:
    """Let the worker take up what had arrived and was not taken in."""
    with wearing(REBUILDER):
        putting_back.queue_all()
