"""Checking files without a database: the same checks and the same receipt as when they are submitted. Pure."""

from collections.abc import Sequence
from pathlib import Path

from openmsix.deadlines import clock
from openmsix.places import reading

from . import checks, parse, receipt
from .frames import Checked, Parsed
from .receipt import NOT_READ, Receipt
from .words import as_name


def validate(path: Path | Sequence[Path], version: str | None = None, places: Path | None = None) -> Receipt:
    """Check the parts of one submission offline.

    Args:
        path: one file, or all parts of a submission.
        version: the dictionary version to check against, instead of the one that the file names.
        places: a folder as for `openmsix places load`, to check the ids of schools and districts. As in the exchange, no id is checked
            if there is none that the load would take.

    Returns:
        The receipt; what only the exchange can know is not judged, and the receipt says so.

    Raises:
        ValueError: there is no such dictionary version.
        OSError: a file cannot be read.
    """
    paths = [path] if isinstance(path, Path) else list(path)
    parsed = parse.join([parse.read(each, version=version) for each in paths])
    checked = checks.run(parsed, _context(places))
    return receipt.build(
        facts={"File": ", ".join(as_name(each.name) for each in paths), **_facts(parsed, checked, version)},
        dictionary=checked.dictionary,
        answers=checked.answers,
        findings=checked.findings,
        skipped=checked.skipped,
        formats=parsed.formats,
    )


def _context(places: Path | None) -> checks.Context:
    codes = reading.read(reading.csv_files(places)).codes() if places else None
    known = None if codes is None or codes.is_empty() else lambda _: codes
    return checks.Context(today=clock.today(), known_places=known)


def _facts(parsed: Parsed, checked: Checked, version: str | None) -> dict[str, str | None]:
    """What stands at the top of the receipt, besides the files."""
    return {
        "State": NOT_READ if "submitting_state" in checked.unread else checked.header["submitting_state"],
        **receipt.heading_facts(
            unread=set(checked.unread) - ({"dictionary_version"} if version else set()),
            kind=checked.header.get("submission_kind") or parse.DEFAULTS["submission_kind"],
            begin=checked.header.get("beginning_effective_date"),
            end=checked.header.get("ending_effective_date"),
            version=checked.dictionary.status,
        ),
        "Encoding": ", ".join(sorted(parsed.encodings)),
        "Checked on": clock.today().isoformat(),
    }
