"""The receipt of a submission that was received."""

from pathlib import Path

from openmsix.dictionary import VERSIONS, dictionary

from . import answers, receipt
from .models import Submission
from .parse import NEWEST
from .receipt import Receipt
from .states import Status


def of(submission: Submission) -> Receipt:
    """The receipt as it stands now; without students as long as the submission was not checked."""
    answered, found = answers.read(submission)
    facts = {
        "Submission": submission.ref,
        "State": submission.state_code,
        **receipt.heading_facts(
            unread=submission.unread,
            kind=submission.kind,
            begin=submission.effective_begin,
            end=submission.effective_end,
            version=submission.dictionary_version,
        ),
        "Status": Status(submission.status).label,
        "Received": f"{submission.received_at:%Y-%m-%d %H:%M} UTC",
        "Problem": submission.problem,
    }
    # A file that names no version there is was read by the newest one.
    version = submission.dictionary_version if submission.dictionary_version in VERSIONS else NEWEST
    return receipt.build(
        facts=facts,
        dictionary=dictionary(version),
        answers=answered,
        findings=found,
        skipped=tuple(submission.counts.get("skipped", ())),
    )


def write(submission: Submission, path: Path) -> None:
    """Write the receipt to a file: JSON, HTML or, with any other ending, CSV."""
    made = of(submission)
    forms = {".json": made.as_json, ".html": made.as_html}
    path.write_text(forms.get(path.suffix.lower(), made.as_csv)(), encoding="utf-8")


def in_words(submission: Submission) -> str:
    """The receipt as a few lines."""
    return of(submission).in_words()
