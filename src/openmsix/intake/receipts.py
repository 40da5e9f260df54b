"""The receipt of a submission that was received."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from openmsix import staging
from openmsix.dictionary import VERSIONS, dictionary
from openmsix.dictionary.formats import Format

from . import answers, receipt
from .models import Submission
from .parse import NEWEST
from .receipt import Receipt
from .receipt_pieces import csv_pieces, json_pieces
from .states import Status
from .words import as_runs


def of(submission: Submission) -> Receipt:
    """The receipt as it stands now; without students as long as the submission was not checked."""
    with staging.one_view():
        return _made(submission, *answers.read(submission))


def blocks(submission: Submission) -> Iterator[Receipt]:
    """The same in blocks of some thousand students, for a receipt of any size; see `receipt_pieces`."""
    return (_made(submission, *block) for block in answers.blocks(submission))


def _made(submission: Submission, answered: pl.DataFrame, found: pl.DataFrame) -> Receipt:
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
        "Parts": _parts(submission),
        "Received": f"{submission.received_at:%Y-%m-%d %H:%M} UTC",
        "Problem": submission.problem,
        "Confirmed by": submission.confirmed_by,
        "Reason given": submission.decided_because,
    }
    # A file that names no version there is was read by the newest one.
    version = submission.dictionary_version if submission.dictionary_version in VERSIONS else NEWEST
    return receipt.build(
        facts=facts,
        dictionary=dictionary(version),
        answers=answered,
        findings=found,
        skipped=tuple(submission.counts.get("skipped", ())),
        is_checked=submission.checked_at is not None,
        is_stored=submission.is_stored,
        formats=formats(submission),
    )


def formats(submission: Submission) -> dict[int, Format]:
    """What each part is written in."""
    return {part.part_number: Format(part.format) for part in submission.parts.all()}


def _parts(submission: Submission) -> str:
    """Which parts are still to come; nothing once all are here."""
    if submission.is_complete:
        return ""
    here = f"{submission.parts.count()} of {submission.parts_total} are here"
    return f"{here}; nothing is checked until these have come: {as_runs(submission.missing_parts)}"


def as_csv(submission: Submission) -> Iterator[str]:
    """The receipt as a CSV file, in pieces. All of them are of one moment, even if it is written anew meanwhile."""
    with staging.one_view():
        yield from csv_pieces(blocks(submission))


def as_json(submission: Submission) -> Iterator[str]:
    """The receipt as JSON, in pieces; see `as_csv`."""
    with staging.one_view():
        yield from json_pieces(lambda: blocks(submission))


def write(submission: Submission, path: Path) -> None:
    """Write the receipt to a file: JSON, HTML or, with any other ending, CSV."""
    ending = path.suffix.lower()
    if ending == ".html":
        path.write_text(of(submission).as_html(), encoding="utf-8")
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(as_json(submission) if ending == ".json" else as_csv(submission))


def in_words(submission: Submission) -> str:
    """The receipt as a few lines."""
    return of(submission).in_words()
