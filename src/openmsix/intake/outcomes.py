"""How the checking of a submission ended, in the journal: stored, held by the tripwire, or rejected."""

from typing import Any

from . import journal
from .frames import Checked
from .models import Submission


def keep(submission: Submission, what: str, checked: Checked, **more: Any) -> None:
    """Tell the journal how it ended and what the checks were told; to be called last in the transaction."""
    if checked.told is None:
        raise LookupError("what the checks were told was not kept")
    entry = {
        "what": what,
        "submission": submission.ref,
        "state": submission.state_code,
        "day": checked.told.day.isoformat(),
        "reached": checked.told.reached,
        "checks_version": checked.checks_version,
        "dictionary": checked.dictionary.version,
        "problem": submission.problem,
        **more,
    }
    frames = {"unknown_ids": checked.told.unknown, "held_ids": checked.told.held}
    journal.append([entry], frames, scope=submission.state_code)
